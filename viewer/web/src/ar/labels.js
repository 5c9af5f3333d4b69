import * as THREE from "three";

/** @import {Vec3} from "./linear.js" */

const FONT = "600 44px system-ui, 'DejaVu Sans', sans-serif";
const SMALL_FONT = "400 36px system-ui, 'DejaVu Sans', sans-serif";
const PAD = 22;
const LINE = 48;
const LONGEST_LINE = 44;
const LONGEST_FIRST = 34;
const METRES_PER_PIXEL = 0.0009; // at 1 m: text grows with the way, so that it stays as large to the eye

/** @typedef {{key: string, place: Vec3, first: string, second: string, colour: string, isStale: boolean}} Told a label, its place in the world */

/** Texts that stand in the hall and look at the user, the same ones reused. */
export class Labels {
  object = new THREE.Group();
  /** @type {Map<string, {sprite: THREE.Sprite, text: string}>} */ #shown = new Map();

  /** Show these and no others. @param {Told[]} told */
  show(told) {
    const wanted = new Map(told.map((one) => [one.key, one]));
    for (const [key, { sprite }] of this.#shown) if (!wanted.has(key)) this.#remove(key, sprite);
    for (const one of told) {
      const text = JSON.stringify([one.first, one.second, one.colour, one.isStale]);
      const before = this.#shown.get(one.key);
      if (before && before.text !== text) this.#remove(one.key, before.sprite);
      const sprite = this.#shown.get(one.key)?.sprite ?? this.#add(one, text);
      sprite.position.set(...one.place);
    }
  }

  /** How large to the eye from there. @param {THREE.Vector3} eye in the world */
  face(eye) {
    for (const { sprite } of this.#shown.values()) {
      const size = Math.max(0.6, sprite.position.distanceTo(eye)) * METRES_PER_PIXEL;
      const { width, height } = /** @type {{width: number, height: number}} */ (sprite.userData);
      sprite.scale.set(width * size, height * size, 1);
    }
  }

  get texts() {
    return [...this.#shown.values()].map(({ text }) => JSON.parse(text).slice(0, 2).join(" | "));
  }

  /** @param {Told} told @param {string} text */
  #add(told, text) {
    const canvas = drawn(told);
    const map = new THREE.CanvasTexture(canvas);
    map.colorSpace = THREE.SRGBColorSpace;
    const sprite = new THREE.Sprite(new THREE.SpriteMaterial({ map, depthTest: false, opacity: told.isStale ? 0.85 : 1 }));
    sprite.center.set(0.5, -0.4); // above what it is about, which one aims at
    sprite.renderOrder = 10;
    sprite.userData = { width: canvas.width, height: canvas.height };
    this.object.add(sprite);
    this.#shown.set(told.key, { sprite, text });
    return sprite;
  }

  /** @param {string} key @param {THREE.Sprite} sprite */
  #remove(key, sprite) {
    sprite.material.map?.dispose();
    sprite.material.dispose();
    this.object.remove(sprite);
    this.#shown.delete(key);
  }
}

/** A label as a picture; its second part is broken into lines. @param {Pick<Told, "first" | "second" | "colour" | "isStale">} told */
export function drawn({ first: whole, second, colour, isStale }) {
  const first = whole.length > LONGEST_FIRST ? `${whole.slice(0, LONGEST_FIRST - 1)}…` : whole;
  const canvas = document.createElement("canvas");
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const width = (/** @type {string} */ font, /** @type {string} */ text) => {
    pen.font = font;
    return pen.measureText(text).width;
  };
  const lines = brokenLines(second);
  canvas.width = Math.ceil(Math.max(width(FONT, first), ...lines.map((line) => width(SMALL_FONT, line))) + 2 * PAD + 14);
  canvas.height = 86 + LINE * lines.length;
  pen.fillStyle = "rgb(12 14 18 / 0.92)";
  pen.beginPath();
  pen.roundRect(0, 0, canvas.width, canvas.height, 16);
  pen.fill();
  pen.fillStyle = colour;
  pen.fillRect(0, 10, 12, canvas.height - 20);
  pen.textBaseline = "middle";
  pen.font = FONT;
  pen.fillStyle = isStale ? "#c9d0d8" : "#ffffff";
  pen.fillText(first, PAD + 10, 45);
  pen.font = SMALL_FONT;
  pen.fillStyle = isStale ? "#ffc46b" : "#d5dce3";
  lines.forEach((line, i) => pen.fillText(line, PAD + 10, 98 + LINE * i));
  return canvas;
}

/** Words in lines of a bounded length. @param {string} text @returns {string[]} */
export function brokenLines(text) {
  /** @type {string[]} */ const lines = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= LONGEST_LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
