/** @import {Heat} from "./messages" */

/**
 * Blocked seconds of `b` less those of `a`, cell by cell, on a grid that holds both; colours end at the larger scale.
 * Both grids have cells of one size at whole multiples of it, as the server makes them.
 * @param {Heat} a @param {Heat} b @returns {Heat}
 */
export function heatDifference(a, b) {
  const cell_m = b.cell_m;
  const at = (/** @type {Heat} */ heat) => heat.origin.map((metres) => Math.round(metres / cell_m));
  const [one, other] = [at(a), at(b)];
  /** @param {Heat} heat @param {number[]} place @returns {[number, number, number, number] | null} */
  const holds = ({ width, height }, [column, row]) => (width * height > 0 ? [column, row, column + width, row + height] : null);
  const boxes = [holds(a, one), holds(b, other)].filter((box) => box !== null);
  if (boxes.length === 0) return { ...b, top_s_m2: Math.max(a.top_s_m2, b.top_s_m2) };
  const [low, left] = [Math.min(...boxes.map((box) => box[1])), Math.min(...boxes.map((box) => box[0]))];
  const [right, high] = [Math.max(...boxes.map((box) => box[2])), Math.max(...boxes.map((box) => box[3]))];
  const width = right - left;
  /** @type {Map<number, number>} */ const sums = new Map();
  const add = (/** @type {Heat} */ heat, /** @type {number[]} */ [column0, row0], /** @type {number} */ sign) => {
    heat.cells.forEach((cell, i) => {
      const column = column0 + (cell % heat.width) - left;
      const row = row0 + Math.floor(cell / heat.width) - low;
      const key = row * width + column;
      sums.set(key, (sums.get(key) ?? 0) + sign * heat.blocked_s[i]);
    });
  };
  add(a, one, -1);
  add(b, other, 1);
  const cells = [...sums].filter(([, seconds]) => seconds !== 0).sort(([x], [y]) => x - y);
  return {
    type: "heat",
    sim_s: b.sim_s,
    top_s_m2: Math.max(a.top_s_m2, b.top_s_m2),
    origin: [left * cell_m, low * cell_m],
    cell_m,
    width,
    height: high - low,
    cells: cells.map(([cell]) => cell),
    blocked_s: cells.map(([, seconds]) => seconds),
  };
}
