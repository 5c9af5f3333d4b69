import { cividis } from "../colours.js";

/** @import {Tileset} from "./tileset.js" */

/**
 * @typedef {object} PointColours what points are coloured by
 * @property {string} name as it is chosen
 * @property {string} title
 * @property {"rgb" | "height" | "number"} kind
 * @property {string | null} attribute of the glTF, for a number
 * @property {number} low of the scale @property {number} high
 */

const COLOURS = { name: "colours", title: "Colours", kind: /** @type {const} */ ("rgb"), attribute: null, low: 0, high: 1 };
const STEPS = 10;

/**
 * All that points can be coloured by, the first by default.
 * @param {Pick<Tileset, "hasColour" | "numbers">} told @param {[number, number]} heights lowest and highest, metres
 * @returns {PointColours[]}
 */
export function pointColours({ hasColour, numbers }, heights) {
  const [low, high] = heights;
  return [
    ...(hasColour ? [COLOURS] : []),
    ...numbers.map(({ name, attribute, low, high }) => ({
      name, title: name[0].toUpperCase() + name.slice(1), kind: /** @type {const} */ ("number"), attribute, low, high,
    })),
    { name: "height", title: "Height", kind: /** @type {const} */ ("height"), attribute: null, low, high },
  ];
}

/** Heights of a tileset in the world, lowest and highest. @param {Tileset} tileset @returns {[number, number]} */
export function heightsOf({ root: { center, half }, transform: m }) {
  const middle = m[2] * center[0] + m[6] * center[1] + m[10] * center[2] + m[14];
  const reach = Math.abs(m[2]) * half[0] + Math.abs(m[6]) * half[1] + Math.abs(m[10]) * half[2];
  return [middle - reach, middle + reach];
}

/** The scale's colours, in red, green and blue of 0…255, from low to high. @returns {number[][]} */
export function ramp() {
  return Array.from({ length: STEPS }, (_, i) => cividis(i / (STEPS - 1)));
}

export function rampGradient() {
  return `linear-gradient(to right, ${ramp().map((rgb) => `rgb(${rgb.join(" ")})`).join(", ")})`;
}
