import { add, cross, distance, dot, eigenvalues, inverse, product, rotation, scaled, subtract, times, transposed } from "./linear.js";

/** @import {Mat3, Vec3} from "./linear.js" */

/**
 * A point known in both frames, metres, Z up: where the device saw it in its own frame, from `head`, where it believed to
 * be then; and where it is in the world.
 * @typedef {{name: string, seen: Vec3, head: Vec3, world: Vec3, sigma_m: number}} Pair sigma_m: of each coordinate of `seen`
 */

/**
 * world = turn · seen + shift, for who stands where it was made for. `cov_turn` (rad²) and `cov_middle` (m²) are those of
 * the turn about `middle`, the weighted mean of the points in the world, where turn and shift are independent. `factor` is
 * how much larger the residuals are than the noise that was assumed, squared, at least 1; both covariances hold it already.
 * @typedef {object} Alignment
 * @property {Mat3} turn
 * @property {Vec3} shift
 * @property {Vec3} middle
 * @property {Mat3} cov_turn
 * @property {Mat3} cov_middle
 * @property {number} stretch of the device's metre, less 1
 * @property {number} factor
 * @property {number} rms_m of the residuals, weighted
 * @property {{name: string, residual_m: number, weight: number}[]} points weight: share of 1
 * @property {number} baseline_m the greatest distance between two points on the floor's plane
 * @property {number} reach_m farther from the middle than this it must not be used
 */

/**
 * @typedef {object} Model what is believed of the device
 * @property {number} tilt_sigma_rad of its sense of gravity: 0 trusts it wholly (4 unknowns: yaw and shift), Infinity not at all (6)
 * @property {number} scale_share the device's metre may be off by so much: 0.01 is 1 %
 * @property {number} drift_share of the way from a point, so long may the error of its tracking be otherwise, one sigma
 * @property {Vec3 | null} near where the user stands, in the device's frame: points near by count more; null: all alike
 */

/** @type {Model} 0.1° of tilt shows as 2.6 cm of height over 15 m */
export const DEVICE = { tilt_sigma_rad: 0.1 * (Math.PI / 180), scale_share: 0.01, drift_share: 0.003, near: null };

/** Why points do not place anything, and what to do. */
export class Refusal extends Error {
  /** @param {string} reason @param {string} remedy */
  constructor(reason, remedy) {
    super(`${reason}: ${remedy}`);
    this.reason = reason;
    this.remedy = remedy;
  }
}

export const SHORTEST_BASELINE_M = 2;
const LINE_SPREAD_M = 0.5;
const ONE_MARKER_REACH_M = 3;
const STEPS = 10;

/**
 * The alignment of least squares for where the user stands, each point by its own variance: that of its tap, and what
 * tracking may have drifted between it and the user.
 *
 * Unknown are turn and shift, and how much the device's metre is off. What is seen from a place is true to scale; the
 * way between places is not: world = turn · (seen + stretch · head) + shift. Tilt and stretch have priors, so that gravity
 * known, doubted or unknown are one method: Gauss-Newton on the turn about the weighted means, in turns with the stretch.
 * What is shown around the user is again true to scale, so the stretch then goes into the shift.
 * @param {Pair[]} pairs @param {Partial<Model>} [believed] @returns {Alignment}
 */
export function align(pairs, believed = {}) {
  const model = { ...DEVICE, ...believed };
  requirePoints(pairs, model);
  const { weights, cov_drift } = trustIn(pairs, model);
  const total = weights.reduce((sum, each) => sum + each, 0);
  const [seenMiddle, headMiddle, middle] = /** @type {const} */ (["seen", "head", "world"]).map((name) => mean(pairs.map((pair) => pair[name]), weights));
  const seen = pairs.map((pair) => subtract(pair.seen, seenMiddle));
  const heads = pairs.map(({ head }) => subtract(head, headMiddle));
  const wanted = pairs.map(({ world }) => subtract(world, middle));
  const stretchTold = heads.reduce((sum, head, i) => sum + weights[i] * dot(head, head), 0) + 1 / Math.max(1e-9, model.scale_share) ** 2;

  let stretch = 0;
  let arms = seen;
  let { turn, cov_turn } = turnOf(arms, wanted, weights, model.tilt_sigma_rad);
  for (let step = 0; step < STEPS; step++) {
    const back = transposed(turn);
    stretch = heads.reduce((sum, head, i) => sum + weights[i] * dot(head, subtract(times(back, wanted[i]), seen[i])), 0) / stretchTold;
    arms = seen.map((each, i) => add(each, scaled(heads[i], stretch)));
    ({ turn, cov_turn } = turnOf(arms, wanted, weights, model.tilt_sigma_rad));
  }

  const misses = arms.map((arm, i) => distance(times(turn, arm), wanted[i]));
  const cost = misses.reduce((sum, miss, i) => sum + weights[i] * miss ** 2, 0);
  const unknowns = model.tilt_sigma_rad === Infinity ? 6 : 4; // a prior on tilt or stretch is as good as an equation
  const factor = Math.max(1, cost / Math.max(1, 3 * pairs.length - unknowns));
  const stands = subtract(model.near ?? headMiddle, headMiddle);
  const way = scaled(times(turn, stands), 1 / Math.sqrt(stretchTold));
  return {
    turn,
    shift: add(subtract(middle, times(turn, seenMiddle)), scaled(times(turn, stands), stretch)),
    middle,
    cov_turn: /** @type {Mat3} */ (cov_turn.map((row) => scaled(row, factor))),
    cov_middle: /** @type {Mat3} */ (way.map((one, i) => way.map((other, j) => factor * (one * other + (i === j ? 1 / total : 0)) + (i === j ? cov_drift : 0)))),
    stretch,
    factor,
    rms_m: Math.sqrt(cost / total),
    points: pairs.map(({ name }, i) => ({ name, residual_m: misses[i], weight: weights[i] / total })),
    baseline_m: baselineOf(pairs),
    reach_m: Infinity,
  };
}

/**
 * From one marker, seen with its heading. A small turn is a large shift far away, so it may not be used beyond 3 m.
 * @param {Pair} pair @param {number} yaw_rad of the marker in the world, less that seen @param {number} yaw_sigma_rad
 * @returns {Alignment}
 */
export function alignByOneMarker({ name, seen, world, sigma_m }, yaw_rad, yaw_sigma_rad) {
  const turn = rotation([0, 0, yaw_rad]);
  const tilt = DEVICE.tilt_sigma_rad ** 2;
  return {
    turn,
    shift: subtract(world, times(turn, seen)),
    middle: world,
    cov_turn: [[tilt, 0, 0], [0, tilt, 0], [0, 0, yaw_sigma_rad ** 2]],
    cov_middle: [[sigma_m ** 2, 0, 0], [0, sigma_m ** 2, 0], [0, 0, sigma_m ** 2]],
    stretch: 0,
    factor: 1,
    rms_m: 0,
    points: [{ name, residual_m: 0, weight: 1 }],
    baseline_m: 0,
    reach_m: ONE_MARKER_REACH_M,
  };
}

/** @param {Alignment} alignment @param {Vec3} seen @returns {Vec3} */
export function worldOf({ turn, shift }, seen) {
  return add(times(turn, seen), shift);
}

/** @param {Alignment} alignment @param {Vec3} world @returns {Vec3} */
export function seenOf({ turn, shift }, world) {
  return times(transposed(turn), subtract(world, shift));
}

/** The covariance of a place that is shown, m²: that of the middle, and the turn's times the way from it. @param {Alignment} alignment @param {Vec3} world @returns {Mat3} */
export function covarianceAt({ middle, cov_turn, cov_middle }, world) {
  const [x, y, z] = subtract(world, middle);
  /** @type {Mat3} */ const arm = [[0, z, -y], [-z, 0, x], [y, -x, 0]];
  const turned = product(product(arm, cov_turn), transposed(arm));
  return /** @type {Mat3} */ (turned.map((row, i) => row.map((each, j) => each + cov_middle[i][j])));
}

/**
 * So far, in metres, is a place that is shown off the true one at most, in 95 of 100 cases: the length of a normal
 * vector, by a chi-square of equal mean and variance (Satterthwaite) and its quantile (Wilson and Hilferty).
 * @param {Alignment} alignment @param {Vec3} world
 */
export function errorAt(alignment, world) {
  const covariance = covarianceAt(alignment, world);
  const sum = covariance[0][0] + covariance[1][1] + covariance[2][2];
  if (sum === 0) return 0;
  const squares = covariance.reduce((so, row) => so + dot(row, row), 0);
  const degrees = sum ** 2 / squares;
  const part = 2 / (9 * degrees);
  return Math.sqrt(sum * (1 - part + 1.645 * Math.sqrt(part)) ** 3);
}

/**
 * The weight of each point, 1/m²: the farther it is than the nearest one, the more may have drifted between the two. What
 * drifted between the nearest and the user no weighing can take away: the variance `cov_drift`.
 * @param {Pair[]} pairs @param {Model} model
 */
function trustIn(pairs, { near, drift_share }) {
  const ways = pairs.map(({ seen }) => (near === null ? 0 : distance(seen, near)));
  const least = Math.min(...ways);
  const weights = pairs.map(({ sigma_m }, i) => 1 / (sigma_m ** 2 + (drift_share * (ways[i] - least)) ** 2 / 3));
  return { weights, cov_drift: (drift_share * least) ** 2 / 3 };
}

/** @param {Vec3[]} points @param {number[]} weights @returns {Vec3} */
function mean(points, weights) {
  const sum = points.reduce((so, point, i) => add(so, scaled(point, weights[i])), /** @type {Vec3} */ ([0, 0, 0]));
  return scaled(sum, 1 / weights.reduce((so, each) => so + each, 0));
}

/**
 * The turn that brings `arms` upon `wanted`, and its covariance for the noise that was assumed.
 * @param {Vec3[]} arms @param {Vec3[]} wanted @param {number[]} weights @param {number} tiltSigma
 * @returns {{turn: Mat3, cov_turn: Mat3}}
 */
function turnOf(arms, wanted, weights, tiltSigma) {
  const across = arms.reduce((sum, arm, i) => sum + weights[i] * cross(arm, wanted[i])[2], 0);
  const along = arms.reduce((sum, arm, i) => sum + weights[i] * (arm[0] * wanted[i][0] + arm[1] * wanted[i][1]), 0);
  let turn = rotation([0, 0, Math.atan2(across, along)]);
  if (tiltSigma === 0) {
    const yaw = 1 / information(arms, weights, 0)[2][2];
    return { turn, cov_turn: [[0, 0, 0], [0, 0, 0], [0, 0, yaw]] };
  }
  const prior = tiltSigma === Infinity ? 0 : 1 / tiltSigma ** 2;
  for (let step = 0; step < STEPS; step++) {
    const turned = arms.map((arm) => times(turn, arm));
    /** @type {Vec3} */ let pull = [prior * turn[1][2], -prior * turn[0][2], 0]; // back to upright
    turned.forEach((arm, i) => (pull = add(pull, scaled(cross(arm, wanted[i]), weights[i]))));
    turn = product(rotation(times(inverse(information(turned, weights, prior)), pull)), turn);
  }
  return { turn, cov_turn: inverse(information(arms.map((arm) => times(turn, arm)), weights, prior)) };
}

/** What points, and a prior on the tilt, tell of a turn: the inverse of its covariance. @param {Vec3[]} arms @param {number[]} weights @param {number} prior @returns {Mat3} */
function information(arms, weights, prior) {
  /** @type {Mat3} */ const told = [[prior, 0, 0], [0, prior, 0], [0, 0, 0]];
  arms.forEach((arm, n) => {
    const length = dot(arm, arm);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) told[i][j] += weights[n] * ((i === j ? length : 0) - arm[i] * arm[j]);
  });
  return told;
}

/** @param {Pair[]} pairs */
function baselineOf(pairs) {
  return Math.max(0, ...pairs.flatMap((one, i) => pairs.slice(i + 1).map((other) => Math.hypot(one.world[0] - other.world[0], one.world[1] - other.world[1]))));
}

/** @param {Pair[]} pairs @param {Model} model */
function requirePoints(pairs, { tilt_sigma_rad }) {
  const names = new Set(pairs.map(({ name }) => name));
  if (names.size < 3) throw new Refusal(`${names.size} of 3 points are there`, "tap three points, the farther apart the better");
  const baseline = baselineOf(pairs);
  if (baseline < SHORTEST_BASELINE_M) {
    throw new Refusal(`the points lie within ${baseline.toFixed(1)} m of each other, less than ${SHORTEST_BASELINE_M} m`, "tap one farther away, best 10 m or more");
  }
  if (tilt_sigma_rad === Infinity && offTheLine(pairs) < LINE_SPREAD_M) {
    throw new Refusal(`the points lie on one line, within ${LINE_SPREAD_M} m`, "tap one beside it, or trust the device's sense of gravity");
  }
}

/** How far the points are off the straight line that fits them best, root of the sum of squares, metres. @param {Pair[]} pairs */
function offTheLine(pairs) {
  const weights = pairs.map(() => 1);
  const middle = mean(pairs.map(({ world }) => world), weights);
  const [least] = eigenvalues(information(pairs.map(({ world }) => subtract(world, middle)), weights, 0));
  return Math.sqrt(Math.max(0, least));
}
