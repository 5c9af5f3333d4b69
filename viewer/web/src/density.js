/** @import {Heat} from "./messages" */

const SPREAD_M = 0.6; // standard deviation: about the room that one standing person takes up
const REACH = 3; // of the spread, beyond which nothing is left to add
const FINEST_M = 0.25;
const MOST_TEXELS = 100_000;

/**
 * @typedef {object} Density
 * @property {number} x0 metres, of the lower left corner
 * @property {number} y0
 * @property {number} step metres a texel
 * @property {number} width texels
 * @property {number} height
 * @property {Float32Array} values blocked seconds per square metre, row by row from below
 */

/**
 * Blocked seconds per square metre: every cell spread over its surroundings by a Gaussian, none of it lost.
 * @param {Heat} heat
 * @returns {Density}
 */
export function blockedDensity({ origin, cell_m, width: columns, height: rows, cells, blocked_s }) {
  const margin = REACH * SPREAD_M;
  const size = [columns * cell_m + 2 * margin, rows * cell_m + 2 * margin];
  const step = Math.max(FINEST_M, Math.sqrt((size[0] * size[1]) / MOST_TEXELS));
  const [width, height] = size.map((metres) => Math.ceil(metres / step));
  const [x0, y0] = [origin[0] - margin, origin[1] - margin];
  const values = new Float32Array(width * height);
  cells.forEach((cell, i) => {
    const across = bell(((cell % columns) + 0.5) * cell_m + margin, step, width);
    const up = bell((Math.floor(cell / columns) + 0.5) * cell_m + margin, step, height);
    for (const [row, b] of up) for (const [column, a] of across) values[row * width + column] += blocked_s[i] * a * b;
  });
  return { x0, y0, step, width, height, values };
}

/**
 * The Gaussian around `middle` at the texels in reach, as [texel, weight per metre]; it adds up to one.
 * @param {number} middle metres @param {number} step @param {number} count
 */
function bell(middle, step, count) {
  const first = Math.max(0, Math.floor((middle - REACH * SPREAD_M) / step));
  const last = Math.min(count - 1, Math.floor((middle + REACH * SPREAD_M) / step));
  /** @type {[number, number][]} */ const weights = [];
  for (let i = first; i <= last; i++) weights.push([i, Math.exp(-0.5 * (((i + 0.5) * step - middle) / SPREAD_M) ** 2)]);
  const sum = weights.reduce((total, [, weight]) => total + weight, 0) * step;
  return weights.map(([i, weight]) => /** @type {[number, number]} */ ([i, weight / sum]));
}
