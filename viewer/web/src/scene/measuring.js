import * as THREE from "three";
import { element } from "../dom.js";
import { length } from "../units.js";

/** @import {Stage} from "./stage.js" */

const SNAP_PX = 14;
const COLOUR = "#ffe169";

/**
 * A tape between two clicked points: its length, and how far they are apart along the floor and in height. A click near
 * a corner of a location or rack takes the corner.
 */
export class Measuring {
  object = new THREE.Group();
  isOn = false;
  /** @type {THREE.Vector3[]} world frame */ points = [];
  #line = new THREE.Line(
    new THREE.BufferGeometry(),
    new THREE.LineBasicMaterial({ color: COLOUR, depthTest: false, transparent: true }),
  );
  #dots = new THREE.Points(
    new THREE.BufferGeometry(),
    new THREE.PointsMaterial({ color: COLOUR, size: 9, sizeAttenuation: false, depthTest: false, transparent: true }),
  );
  #label = element("output", { class: "tape", hidden: "" });

  /**
   * @param {Stage} stage @param {HTMLElement} host of the label
   * @param {(ray: THREE.Raycaster) => THREE.Vector3 | null} meet where a ray meets what is there, world frame
   * @param {(near: THREE.Vector3) => THREE.Vector3[]} cornersNear corners of what is there, world frame
   */
  constructor(stage, host, meet, cornersNear) {
    this.stage = stage;
    this.meet = meet;
    this.cornersNear = cornersNear;
    host.append(this.#label);
    for (const each of [this.#line, this.#dots]) {
      each.renderOrder = 30;
      each.frustumCulled = false;
    }
    this.object.add(this.#line, this.#dots);
    stage.beforeFrame.push(() => {
      this.#placeLabel();
      return false;
    });
  }

  /** @param {boolean} on */
  turn(on) {
    this.isOn = on;
    this.points = [];
    this.#draw();
  }

  /** Take a click; a third begins anew. @param {number} x CSS pixels of the canvas @param {number} y */
  click(x, y) {
    const met = this.meet(this.stage.rayThrough(x, y));
    if (!met) return;
    if (this.points.length === 2) this.points = [];
    this.points.push(this.#snapped(met, x, y));
    this.#draw();
  }

  /** What the tape reads. @returns {string} */
  get text() {
    if (this.points.length < 2) return this.points.length === 1 ? "click the other end" : "click one end";
    const [from, to] = this.points;
    const flat = Math.hypot(to.x - from.x, to.y - from.y);
    return `${length(from.distanceTo(to), 3)} · floor ${length(flat, 3)} · height ${length(Math.abs(to.z - from.z), 3)}`;
  }

  /** Write the label anew, as after other units were chosen. */
  refresh() {
    this.#draw();
  }

  /** @param {THREE.Vector3} met @param {number} x @param {number} y */
  #snapped(met, x, y) {
    let best = { place: met, px: SNAP_PX };
    for (const place of this.cornersNear(met)) {
      const at = this.stage.project(place);
      const px = at ? Math.hypot(at.x - x, at.y - y) : Infinity;
      if (px < best.px) best = { place, px };
    }
    return best.place.clone();
  }

  #draw() {
    this.#line.geometry.dispose();
    this.#dots.geometry.dispose();
    this.#line.geometry = new THREE.BufferGeometry().setFromPoints(this.points);
    this.#dots.geometry = new THREE.BufferGeometry().setFromPoints(this.points);
    this.#label.hidden = !this.isOn;
    this.#label.textContent = this.text;
    this.#placeLabel();
    this.stage.touch();
  }

  #placeLabel() {
    if (!this.isOn) return;
    const middle = this.points.length === 2 ? this.points[0].clone().lerp(this.points[1], 0.5) : null;
    const at = middle && this.stage.project(middle);
    this.#label.classList.toggle("floating", at !== null);
    this.#label.style.transform = at ? `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px) translate(-50%, -150%)` : "";
  }
}
