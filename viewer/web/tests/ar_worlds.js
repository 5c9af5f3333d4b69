// Seeded worlds with a device that drifts, for the tests of alignment.

/** @param {number} seed @returns {() => number} 0…1 (mulberry32) */
export function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {() => number} random */
export function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A share of rising values. @param {number[]} values @param {number} share */
export function quantile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];
}

/**
 * A device whose frame is turned and shifted against the world, whose scale is off by `drift`, and whose sense of
 * gravity by `tilt` radians (one sigma).
 * @param {() => number} random @param {{drift?: number, tilt?: number}} [faults]
 */
export function device(random, { drift = 0, tilt = 0 } = {}) {
  const yaw = 2 * Math.PI * random();
  const [tx, ty] = [tilt * normal(random), tilt * normal(random)];
  const origin = [20 * random(), 20 * random(), 0];
  const scale = 1 + drift;
  const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
  // world → device: shift, turn, then the small tilt
  const turned = ([x, y, z]) => {
    const [u, v] = [c * x + s * y, -s * x + c * y];
    return [u + ty * z, v - tx * z, z - ty * u + tx * v];
  };
  const less = (p) => p.map((each, i) => each - origin[i]);
  return {
    /** Where the device believes to be when it is at `head`. */
    believes: (head) => turned(less(head)).map((each) => scale * each),
    /** Where it sees `point` from `head`: tracking errs, what is seen from there does not. */
    sees: (point, head, sigma) => {
      const at = turned(less(head)).map((each) => scale * each);
      return turned(point.map((each, i) => each - head[i])).map((each, i) => at[i] + each + sigma * normal(random));
    },
  };
}
