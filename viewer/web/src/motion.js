/** @import {Motion} from "./messages" */

/** @typedef {[number, number]} Point metres */

/**
 * The motion that goes on at `t`: the last that has begun, or the first of all.
 * @param {Motion[]} motions in order of start, at least one
 * @param {number} t simulation seconds
 */
export function motionAt(motions, t) {
  let low = 0;
  let high = motions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (motions[middle].start_s <= t) low = middle + 1;
    else high = middle;
  }
  return motions[Math.max(0, low - 1)];
}

/**
 * Where an agent is at `t`.
 * @param {Motion[]} motions
 * @param {number} t
 * @returns {Point}
 */
export function positionAt(motions, t) {
  const motion = motionAt(motions, t);
  return pointAlong(motion.path, shareDone(motion, t));
}

/**
 * The way an agent walked from `t0` to `t1`, as far as its motions reach back.
 * @param {Motion[]} motions
 * @param {number} t0
 * @param {number} t1
 * @returns {Point[]}
 */
export function wayBetween(motions, t0, t1) {
  /** @type {Point[]} */
  const way = [];
  for (const motion of motions) {
    if (motion.state !== "walk" || motion.end_s < t0 || motion.start_s > t1) continue;
    way.push(...pathPart(motion.path, shareDone(motion, t0), shareDone(motion, t1)));
  }
  return way;
}

/** @param {Motion} motion @param {number} t */
function shareDone(motion, t) {
  if (t >= motion.end_s) return 1;
  return Math.max(0, (t - motion.start_s) / (motion.end_s - motion.start_s));
}

/** @param {Point[]} path @param {number} share of its length @returns {Point} */
function pointAlong(path, share) {
  return /** @type {Point} */ (pathPart(path, share, share)[0]);
}

/**
 * The part of a polyline between two shares of its length.
 * @param {Point[]} path @param {number} share0 @param {number} share1
 * @returns {Point[]}
 */
function pathPart(path, share0, share1) {
  const reached = [0];
  for (let i = 1; i < path.length; i++) {
    reached.push(reached[i - 1] + Math.hypot(path[i][0] - path[i - 1][0], path[i][1] - path[i - 1][1]));
  }
  const length = reached[reached.length - 1];
  if (length === 0) return [path[share0 >= 1 ? path.length - 1 : 0]];
  const from = share0 * length;
  const to = share1 * length;
  const inside = path.filter((_, i) => reached[i] > from && reached[i] < to);
  return [at(from), ...inside, ...(to > from ? [at(to)] : [])];

  /** @param {number} d @returns {Point} */
  function at(d) {
    let i = 1;
    while (i < path.length - 1 && reached[i] < d) i++;
    const step = reached[i] - reached[i - 1];
    const k = step === 0 ? 0 : (d - reached[i - 1]) / step;
    return [path[i - 1][0] + k * (path[i][0] - path[i - 1][0]), path[i - 1][1] + k * (path[i][1] - path[i - 1][1])];
  }
}
