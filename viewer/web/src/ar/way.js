/** @import {Vec3} from "./linear.js" */

/** How far one is from a way, and what is left of it from its nearest point, metres on the floor. @param {Vec3[]} path @param {Vec3} place @returns {{off_m: number, left_m: number}} */
export function progressOn(path, place) {
  let best = { off_m: Infinity, left_m: 0 };
  let after = 0;
  for (let i = path.length - 1; i > 0; i--) {
    const [from, to] = [path[i - 1], path[i]];
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const length = Math.hypot(dx, dy);
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((place[0] - from[0]) * dx + (place[1] - from[1]) * dy) / length ** 2));
    const off_m = Math.hypot(place[0] - from[0] - share * dx, place[1] - from[1] - share * dy);
    if (off_m < best.off_m) best = { off_m, left_m: after + (1 - share) * length };
    after += length;
  }
  return path.length === 1 ? { off_m: Math.hypot(place[0] - path[0][0], place[1] - path[0][1]), left_m: 0 } : best;
}

/** The level whose floor is nearest below a place, a little above it too: nobody's eyes are below their floor. @param {{id: string, elevation_m: number}[]} levels @param {number} z of the eyes */
export function levelAt(levels, z) {
  const below = levels.filter(({ elevation_m }) => elevation_m <= z - 0.5);
  const from = below.length > 0 ? below : levels;
  return from.reduce((best, one) => (Math.abs(z - one.elevation_m) < Math.abs(z - best.elevation_m) ? one : best)).id;
}
