import { ago } from "../format.js";

/** @import {Location} from "../facility" */
/** @import {Vec3} from "./linear.js" */

/**
 * One of `/api/contents`.
 * @typedef {object} Contents
 * @property {string} location
 * @property {{sku: string, quantity: number | null, lot: string | null, handling_unit: string | null}[]} goods
 * @property {"occupied" | "empty" | "unseen"} state
 * @property {string} believed
 * @property {number | null} confidence
 * @property {number | null} age_s
 * @property {keyof typeof SOURCES} source
 * @property {"high" | "deep" | "closed" | null} unseen
 */

const OLD_S = 30 * 86_400;
const OLD_COPY_S = 3_600;
const SURE = 0.8;
const SOURCES = {
  book: "by the book", count: "by a count", wms: "by the WMS", scan: "by the scan", vehicle: "by a vehicle", rfid: "by RFID",
  slotting: "as slotted", nobody: "nobody told",
};
export const WHY_UNSEEN = { high: "above eye height", deep: "deep", closed: "not seen by the scan" };

/**
 * What is shown of a location: what lies there, and how far that is to be trusted. `copy_s` is how old the answer is that
 * it comes from.
 * @param {Contents} told @param {number} copy_s @returns {{what: string, trust: string, isStale: boolean}}
 */
export function described(told, copy_s) {
  const age = told.age_s === null ? null : told.age_s + copy_s;
  const sure = told.confidence === null ? "confidence not known" : `${Math.round(100 * told.confidence)} % sure`;
  const old = age === null ? "age not known" : `${ago(1000 * age)} old`;
  return {
    what: whatLies(told),
    trust: `${old} · ${sure} · ${SOURCES[told.source]}`,
    isStale: age === null || age > OLD_S || told.confidence === null || told.confidence < SURE || copy_s > OLD_COPY_S,
  };
}

/** @param {Contents} told */
function whatLies({ goods, believed, state }) {
  const listed = goods.map(({ sku, quantity }) => (quantity === null ? sku : `${quantity.toLocaleString("en")} × ${sku}`)).join(", ");
  if (believed === "cannot decide") return `? ${listed || state} — cannot decide`;
  if (believed === "empty") return listed ? `Seen empty; booked ${listed}` : "Empty";
  if (believed === "other quantity" || believed === "other goods") return `Seen ${believed}; booked ${listed}`;
  if (listed) return listed;
  return { occupied: "Occupied, SKU not known", empty: "Empty", unseen: "Not seen" }[believed === "occupied" ? "occupied" : state];
}

/**
 * The location that a ray meets first within `reach_m`; the world's frame, racks at any heading.
 * @param {Vec3} from @param {Vec3} way of length 1 @param {Location[]} locations
 * @param {(location: Location) => number} headingOf radians @param {number} [reach_m] @returns {Location | null}
 */
export function aimedLocation(from, way, locations, headingOf, reach_m = 12) {
  let [found, nearest] = /** @type {[Location | null, number]} */ ([null, reach_m]);
  for (const location of locations) {
    const at = rayMeetsBox(from, way, location, headingOf(location));
    if (at !== null && at < nearest) [found, nearest] = [location, at];
  }
  return found;
}

/** How far along a ray a turned box begins, null where it is missed. @param {Vec3} from @param {Vec3} way @param {Location} box @param {number} heading */
function rayMeetsBox(from, way, { center, size_m }, heading) {
  const [c, s] = [Math.cos(heading), Math.sin(heading)];
  const inside = (/** @type {number[]} */ [x, y, z]) => [c * x + s * y, -s * x + c * y, z];
  const start = inside(from.map((each, i) => each - center[i]));
  const step = inside(way);
  let [enter, leave] = [0, Infinity];
  for (let axis = 0; axis < 3; axis++) {
    const half = size_m[axis] / 2;
    if (Math.abs(step[axis]) < 1e-12) {
      if (Math.abs(start[axis]) > half) return null;
      continue;
    }
    const [one, other] = [(-half - start[axis]) / step[axis], (half - start[axis]) / step[axis]];
    enter = Math.max(enter, Math.min(one, other));
    leave = Math.min(leave, Math.max(one, other));
  }
  return enter <= leave ? enter : null;
}
