import { seenOf } from "./alignment.js";

/** @import {Alignment} from "./alignment.js" */
/** @import {Vec3} from "./linear.js" */

// WebXR has Y up, the world and all alignment Z up: (x, y, z) → (x, −z, y) and back (x, z, −y).

/** @param {{x: number, y: number, z: number}} place of WebXR @returns {Vec3} */
export function zUp({ x, y, z }) {
  return [x, -z, y];
}

/** @param {Vec3} place @returns {Vec3} */
export function yUp([x, y, z]) {
  return [x, z, -y];
}

/** The matrix, column by column, that brings what is in the world into the frame of WebXR. @param {Alignment} alignment @returns {number[]} */
export function xrFromWorld(alignment) {
  const origin = yUp(seenOf(alignment, [0, 0, 0]));
  const axes = /** @type {Vec3[]} */ ([[1, 0, 0], [0, 1, 0], [0, 0, 1]]).map((axis) => yUp(seenOf(alignment, axis)).map((each, i) => each - origin[i]));
  return [...axes.flatMap((axis) => [...axis, 0]), ...origin, 1];
}

/** Of a hit on a wall: the heading in which its surface looks, radians; null on floors and ceilings. @param {{x: number, y: number, z: number}} normal of WebXR */
export function headingOf(normal) {
  const [x, y, z] = zUp(normal);
  return Math.abs(z) > 0.5 ? null : Math.atan2(y, x);
}
