/** @import {Interest} from "./messages" */

const MANY = 300; // fewer agents cost next to nothing
const MARGIN = 0.25; // of the area, so that who comes in is there already
const WORTH_IT = 0.7; // of the hall: an area that is larger saves little

/** @typedef {[number, number, number, number]} Area x0, y0, x1, y1 in metres */

/**
 * What this viewer needs of the present, as a message; null for all of it.
 * @param {{agents: number, showsAgents: boolean, seen: Area | null, hall: Area}} now `seen` is the floor on the screen,
 *   null where it reaches beyond the horizon
 * @returns {Interest | null}
 */
export function interestOf({ agents, showsAgents, seen, hall }) {
  if (agents <= MANY) return null;
  if (!showsAgents) return { type: "interest", layers: ["heat", "kpi", "figures", "feed", "sensor", "location", "alert", "job"], area: null };
  if (seen === null || !seen.every(Number.isFinite)) return null;
  const grown = grow(seen, MARGIN);
  const within = clip(grown, hall);
  if (sizeOf(within) > WORTH_IT * sizeOf(hall)) return null;
  return { type: "interest", layers: null, area: /** @type {Area} */ (within.map((metres) => Math.round(metres))) };
}

/** Whether two wishes are the same. @param {Interest | null} a @param {Interest | null} b */
export function isSameInterest(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** @param {Area} area @param {number} share @returns {Area} */
function grow([x0, y0, x1, y1], share) {
  const [dx, dy] = [share * (x1 - x0), share * (y1 - y0)];
  return [x0 - dx, y0 - dy, x1 + dx, y1 + dy];
}

/** @param {Area} area @param {Area} to @returns {Area} */
function clip([x0, y0, x1, y1], [left, low, right, high]) {
  return [Math.max(x0, left), Math.max(y0, low), Math.min(x1, right), Math.min(y1, high)];
}

/** @param {Area} area */
function sizeOf([x0, y0, x1, y1]) {
  return Math.max(0, x1 - x0) * Math.max(0, y1 - y0);
}
