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
 * The straight piece that an agent is on at `t`, and from when to when it is on it: what a viewer needs to know until
 * then. Before the first motion and after the last it stands.
 * @param {Motion[]} motions
 * @param {number} t simulation seconds
 * @returns {Pick<Motion, "start_s" | "end_s" | "state" | "level"> & {from: Point, to: Point}}
 */
export function pieceAt(motions, t) {
  const motion = motionAt(motions, t);
  const { path, state, level } = motion;
  const last = path[path.length - 1];
  if (t < motion.start_s) return { from: path[0], to: path[0], start_s: -Infinity, end_s: motion.start_s, state, level };
  if (t >= motion.end_s) return { from: last, to: last, start_s: motion.end_s, end_s: after(motions, motion), state, level };
  const reached = lengthsAlong(path);
  const length = reached[reached.length - 1];
  if (length === 0) return { from: path[0], to: path[0], start_s: motion.start_s, end_s: motion.end_s, state, level };
  const done = shareDone(motion, t) * length;
  let i = 1;
  while (i < path.length - 1 && reached[i] <= done) i++;
  const when = (/** @type {number} */ d) => motion.start_s + ((motion.end_s - motion.start_s) * d) / length;
  return { from: path[i - 1], to: path[i], start_s: when(reached[i - 1]), end_s: when(reached[i]), state, level };
}

/** When the next motion begins. @param {Motion[]} motions @param {Motion} motion */
function after(motions, motion) {
  const next = motions[motions.indexOf(motion) + 1];
  return next ? next.start_s : Infinity;
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

/** How far along a polyline each of its points is. @param {Point[]} path */
function lengthsAlong(path) {
  const reached = [0];
  for (let i = 1; i < path.length; i++) {
    reached.push(reached[i - 1] + Math.hypot(path[i][0] - path[i - 1][0], path[i][1] - path[i - 1][1]));
  }
  return reached;
}

/**
 * The part of a polyline between two shares of its length.
 * @param {Point[]} path @param {number} share0 @param {number} share1
 * @returns {Point[]}
 */
function pathPart(path, share0, share1) {
  const reached = lengthsAlong(path);
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
