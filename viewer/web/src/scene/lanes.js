import * as THREE from "three";
import { LANE_COLOUR } from "../colours.js";

/** @import {Lanes} from "../facility" */

const LIFT_M = 0.06;
const HEAD_M = 0.45;

/** The navigation graph as lines on the floor, with an arrow head on each one-way lane: one draw call. @param {Lanes} told */
export function laneLines({ places, lanes, one_way }) {
  /** @type {number[]} */ const points = [];
  lanes.forEach(([tail, head], i) => {
    const [from, to] = one_way[i] < 0 ? [places[head], places[tail]] : [places[tail], places[head]];
    points.push(from[0], from[1], from[2] + LIFT_M, to[0], to[1], to[2] + LIFT_M);
    if (one_way[i] !== 0) points.push(...arrowHead(from, to));
  });
  const geometry = new THREE.BufferGeometry().setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
  const lines = new THREE.LineSegments(geometry, new THREE.LineBasicMaterial({ color: LANE_COLOUR, transparent: true, opacity: 0.8 }));
  lines.renderOrder = 3;
  return lines;
}

/** Two strokes at the middle of a lane. @param {number[]} from @param {number[]} to @returns {number[]} */
function arrowHead(from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length < HEAD_M) return [];
  const [ux, uy] = [dx / length, dy / length];
  const [x, y, z] = [from[0] + dx / 2, from[1] + dy / 2, (from[2] + to[2]) / 2 + LIFT_M];
  return [1, -1].flatMap((side) => [x, y, z, x - HEAD_M * (ux - 0.6 * side * uy), y - HEAD_M * (uy + 0.6 * side * ux), z]);
}
