import { Refusal, alignByOneMarker, worldOf } from "./alignment.js";
import { distance, middleOf } from "./linear.js";
import { alignHere, trustAt } from "./trust.js";

/** @import {Alignment, Pair} from "./alignment.js" */
/** @import {Vec3} from "./linear.js" */
/** @import {Trusted} from "./trust.js" */

/**
 * One of `/api/control-points`.
 * @typedef {{name: string, kind: "marker" | "column" | "rack", position: Vec3, sigma_m: number, facing_rad: number | null}} ControlPoint
 */

/**
 * A tap: where the device saw the point, from where, and, on a wall, in which heading its surface looks.
 * @typedef {{seen: Vec3, head: Vec3, heading: number | null}} Tap
 */

/**
 * How things stand: nothing yet, refused with a reason, or placed.
 * @typedef {{state: "none"} | {state: "refused", reason: string, remedy: string} | ({state: "placed", by: "points" | "marker"} & Trusted)} Placing
 */

const TAP_SIGMA_M = 0.01;
const MARKER_YAW_SIGMA_RAD = 0.5 * (Math.PI / 180);
const SAME_TAP_M = 0.05;
const FOUND_WITHIN_M = 1;

/** The points that were tapped, and what follows from them. */
export class Survey {
  /** @type {Map<string, {point: ControlPoint, taps: Tap[]}>} */ #taken = new Map();

  /** @param {ControlPoint[]} points all there are */
  constructor(points) {
    this.points = points;
  }

  get names() {
    return [...this.#taken.keys()];
  }

  /**
   * Take a tap in. Near the last one of this point the two count together, and more than either; else it was a mistake, and
   * this one replaces it.
   * @param {string} name @param {Tap} tap
   */
  take(name, tap) {
    const point = this.points.find((each) => each.name === name);
    if (!point) throw new Error(`there is no point '${name}'`);
    const before = this.#taken.get(name);
    const isSame = before !== undefined && distance(seenIn(before.taps), tap.seen) < SAME_TAP_M;
    this.#taken.set(name, { point, taps: isSame ? [...before.taps, tap] : [tap] });
  }

  /** @param {string} name */
  drop(name) {
    this.#taken.delete(name);
  }

  /** The device lost its way: nothing that it saw before is where it was. */
  clear() {
    this.#taken.clear();
  }

  /** How often a point was tapped. @param {string} name */
  taps(name) {
    return this.#taken.get(name)?.taps.length ?? 0;
  }

  /** @returns {Pair[]} */
  get pairs() {
    return [...this.#taken.values()].map(({ point, taps }) => ({
      name: point.name,
      seen: seenIn(taps),
      head: middleOf(taps.map(({ head }) => head)),
      world: point.position,
      sigma_m: Math.hypot(TAP_SIGMA_M / Math.sqrt(taps.length), point.sigma_m),
    }));
  }

  /** What the taps tell, for who stands at `stands` in the device's frame. @param {Vec3} stands @returns {Placing} */
  place(stands) {
    if (this.#taken.size === 0) return { state: "none" };
    try {
      const marker = this.#oneMarker();
      if (marker) return { state: "placed", by: "marker", ...trustAt(marker, worldOf(marker, stands)) };
      return { state: "placed", by: "points", ...alignHere(this.pairs, stands) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { state: "refused", reason: error.reason, remedy: error.remedy };
    }
  }

  /** @returns {Alignment | null} of the only point, if it is a marker on a wall that was seen there */
  #oneMarker() {
    if (this.#taken.size !== 1) return null;
    const [{ point, taps }] = this.#taken.values();
    const heading = taps.at(-1)?.heading ?? null;
    if (point.facing_rad === null || heading === null) return null;
    return alignByOneMarker(this.pairs[0], point.facing_rad - heading, MARKER_YAW_SIGMA_RAD);
  }

  /**
   * The point that is aimed at, once it is known where the device stands; null where none is within 1 m.
   * @param {Alignment} alignment @param {Vec3} aimed in the device's frame @returns {ControlPoint | null}
   */
  aimedAt(alignment, aimed) {
    const place = worldOf(alignment, aimed);
    const [nearest] = nearestTo(this.points, place);
    return nearest && distance(nearest.position, place) <= FOUND_WITHIN_M ? nearest : null;
  }

  /**
   * In which order to offer points: what was not tapped, markers, then columns, then racks; among those, farthest from
   * what was tapped first, for a long baseline; or nearest to `near` in the world, if that is known.
   * @param {Vec3 | null} near @returns {ControlPoint[]}
   */
  offered(near) {
    const free = this.points.filter(({ name }) => !this.#taken.has(name));
    if (near) return nearestTo(free, near);
    const kinds = ["marker", "column", "rack"];
    const tapped = [...this.#taken.values()].map(({ point }) => point.position);
    const away = new Map(free.map((point) => [point, Math.min(0, ...tapped.map((each) => -distance(each, point.position)))]));
    return free.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (away.get(a) ?? 0) - (away.get(b) ?? 0));
  }
}

/** @param {ControlPoint[]} points @param {Vec3} place */
function nearestTo(points, place) {
  return [...points].sort((a, b) => distance(a.position, place) - distance(b.position, place));
}

/** @param {Tap[]} taps */
function seenIn(taps) {
  return middleOf(taps.map(({ seen }) => seen));
}
