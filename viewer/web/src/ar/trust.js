import { Refusal, align, errorAt, worldOf } from "./alignment.js";
import { distance } from "./linear.js";
import { length, units } from "../units.js";

/** @import {Alignment, Model, Pair} from "./alignment.js" */
/** @import {Vec3} from "./linear.js" */

export const MOST_RMS_M = 0.05;
export const MOST_ERROR_M = 0.1;
const REALIGN_AFTER_M = 30;
const GOOD_BASELINE_M = 10;
const GOOD_ERROR_M = 0.02;
const MANY_TIMES = 3.3; // chi-square of 5 degrees of freedom per degree: reached once in 200 times by honest taps

/**
 * What the points and the user's place allow: an alignment for here, or why not.
 * @typedef {{alignment: Alignment, error_m: number, warnings: string[]}} Trusted error_m: where the user stands, 95 %
 */

/**
 * The alignment for where the user stands, the nearest points first; a Refusal where it is not to be relied on.
 * @param {Pair[]} pairs @param {Vec3} stands in the device's frame @param {Partial<Model>} [believed] @returns {Trusted}
 */
export function alignHere(pairs, stands, believed = {}) {
  const alignment = align(pairs, { ...believed, near: stands });
  if (alignment.rms_m > MOST_RMS_M) throw disagreement(pairs, alignment, { ...believed, near: stands });
  const warnings = [];
  const suspect = alignment.factor > MANY_TIMES ? suspectOf(pairs, { ...believed, near: stands }) : null;
  if (suspect) warnings.push(`${suspect} disagrees with the others: tap it again`);
  const trusted = trustAt(alignment, worldOf(alignment, stands));
  if (alignment.baseline_m < GOOD_BASELINE_M && trusted.error_m > GOOD_ERROR_M) {
    warnings.push(`The points lie within ${length(alignment.baseline_m, 1)}: one more, ${length(GOOD_BASELINE_M, 0)} away, makes this better`);
  }
  return { ...trusted, warnings };
}

/**
 * Whether an alignment may be used at a place of the world; a Refusal where not.
 * @param {Alignment} alignment @param {Vec3} place @returns {Trusted}
 */
export function trustAt(alignment, place) {
  const away = distance(place, alignment.middle);
  if (away > alignment.reach_m) {
    throw new Refusal(
      `one marker is good for ${alignment.reach_m} m and this is ${away.toFixed(1)} m away`,
      "tap two more points, far apart",
    );
  }
  const error_m = errorAt(alignment, place);
  if (error_m > MOST_ERROR_M) {
    throw new Refusal(
      `things would be up to ${centimetres(error_m)} off here, more than ${centimetres(MOST_ERROR_M)}`,
      "tap a point near you, or one far from the others",
    );
  }
  return { alignment, error_m, warnings: [] };
}

/**
 * When to align again: the user has come far since the last point, or errors pass a third of what is to be told apart.
 * @param {{error_m: number, walked_m: number, tolerance_m: number}} so @returns {string | null}
 */
export function realignAdvice({ error_m, walked_m, tolerance_m }) {
  if (error_m > tolerance_m / 3) {
    return `Errors of ${centimetres(error_m)} hide differences below ${centimetres(3 * error_m)}: tap a point near you`;
  }
  return walked_m < REALIGN_AFTER_M ? null : `You walked ${Math.round(walked_m)} m since the last point: tap one near you`;
}

/** @param {number} metres */
export function centimetres(metres) {
  if (units() === "imperial") return `${(metres / 0.0254).toFixed(1)} in`;
  return `${(100 * metres).toFixed(metres < 0.095 ? 1 : 0)} cm`;
}

/** @param {Pair[]} pairs @param {Alignment} alignment @param {Partial<Model>} model */
function disagreement(pairs, alignment, model) {
  const suspect = suspectOf(pairs, model);
  const which = suspect ? `tap ${suspect} again, or check that it is the point of this name` : "tap all again, or add a point: which one is wrong cannot be told";
  return new Refusal(`the points miss their places by ${centimetres(alignment.rms_m)}, more than ${centimetres(MOST_RMS_M)}`, which);
}

/** The point without which all others agree, if there is just one. @param {Pair[]} pairs @param {Partial<Model>} model */
function suspectOf(pairs, model) {
  const names = [...new Set(pairs.map(({ name }) => name))];
  if (names.length < 4) return null;
  const freed = names.filter((name) => {
    try {
      return align(pairs.filter((pair) => pair.name !== name), model).factor <= MANY_TIMES;
    } catch {
      return false;
    }
  });
  return freed.length === 1 ? freed[0] : null;
}
