import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, align, alignByOneMarker, covarianceAt, errorAt, seenOf, worldOf } from "../src/ar/alignment.js";
import { distance } from "../src/ar/linear.js";
import { alignHere, realignAdvice, trustAt } from "../src/ar/trust.js";
import { device, normal, quantile, uniform } from "./ar_worlds.js";

const WORLDS = 2000;
const TRIANGLE = [[0, 0, 0], [12, 0, 0], [0, 7, 0]];
const DEG = Math.PI / 180;

/** Points as the device sees them while its user stands 1.5 m beside each. */
function tapped(world, points, sigma, times = 1) {
  return points.flatMap((point, i) => {
    const head = [point[0] + 1.2, point[1] + 0.9, 1.6];
    return Array.from({ length: times }, () => ({ name: `P${i}`, seen: world.sees(point, head, sigma), head: world.believes(head), world: point, sigma_m: sigma }));
  });
}

/** How far off a place is shown to who stands at `head`: what is drawn is seen from where the head truly is. */
function shownError(alignment, world, place, head) {
  const drawn = seenOf(alignment, place);
  const truly = world.sees(place, head, 0);
  return distance(drawn, truly);
}

function errorsAt(metres, { sigma, times = 1, points = TRIANGLE, tilt = 0 }) {
  const random = uniform(11);
  const middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const [errors, predicted] = [[], []];
  for (let n = 0; n < WORLDS; n++) {
    const world = device(random, { tilt });
    const way = 2 * Math.PI * random();
    const place = [middle[0] + metres * Math.cos(way), middle[1] + metres * Math.sin(way), 0];
    const alignment = align(tapped(world, points, sigma, times), { tilt_sigma_rad: tilt, scale_share: 0, drift_share: 0 });
    errors.push(shownError(alignment, world, place, [place[0], place[1], 1.6]));
    predicted.push(errorAt(alignment, place));
  }
  return { p95: quantile(errors, 0.95), mean: errors.reduce((a, b) => a + b) / errors.length, predicted, errors };
}

test("without noise every place is where it is, with gravity known, doubted or unknown", () => {
  const random = uniform(1);
  const solid = [[0, 0, 0], [12, 0, 1], [0, 7, 2], [9, 9, 0]];
  for (const tilt_sigma_rad of [0, 0.002, Infinity]) {
    const world = device(random);
    const alignment = align(tapped(world, solid, 0).map((pair) => ({ ...pair, sigma_m: 0.01 })), { tilt_sigma_rad });
    for (const place of [[30, -20, 5], [0, 0, 0]]) {
      assert.ok(shownError(alignment, world, place, place) < 1e-9);
      assert.ok(distance(worldOf(alignment, seenOf(alignment, place)), place) < 1e-9);
    }
    assert.ok(alignment.rms_m < 1e-9);
    assert.equal(alignment.factor, 1);
  }
});

test("six unknowns follow a device that does not know where up is", () => {
  const random = uniform(2);
  const solid = [[0, 0, 0], [12, 0, 0], [0, 7, 0], [9, 9, 3]];
  const world = device(random, { tilt: 0.02 });
  const pairs = tapped(world, solid, 0).map((pair) => ({ ...pair, sigma_m: 0.01 }));
  const error = (tilt_sigma_rad) => shownError(align(pairs, { tilt_sigma_rad }), world, [15, 0, 0], [15, 0, 1.6]);
  assert.ok(error(0) > 0.02, `${error(0)}`);
  assert.ok(error(Infinity) < 0.005, `${error(Infinity)}`); // the device of this test is linear in its tilt
});

test("the covariance is that of many worlds, along, across and up", () => {
  const random = uniform(3);
  const place = [25, 4, 0];
  const sums = [0, 0, 0];
  let told;
  for (let n = 0; n < WORLDS; n++) {
    const noisy = TRIANGLE.map((point, i) => ({ name: `P${i}`, seen: point.map((each) => each + 0.01 * normal(random)), head: point, world: point, sigma_m: 0.01 }));
    const alignment = align(noisy, { tilt_sigma_rad: 0, scale_share: 0, drift_share: 0 });
    worldOf(alignment, place).forEach((each, i) => (sums[i] += (each - place[i]) ** 2 / WORLDS));
    told = covarianceAt({ ...alignment, middle: [4, 7 / 3, 0], cov_turn: alignment.cov_turn.map((row) => row.map((each) => each / alignment.factor)), cov_middle: alignment.cov_middle.map((row) => row.map((each) => each / alignment.factor)) }, place);
  }
  sums.forEach((sum, i) => assert.ok(Math.abs(sum / told[i][i] - 1) < 0.1, `axis ${i}: ${sum} against ${told[i][i]}`));
});

test("three markers, 5 mm, place things 15 m away within 2 cm in 95 of 100 worlds", () => {
  const { p95 } = errorsAt(15, { sigma: 0.005 });
  assert.ok(p95 <= 0.02, `${p95}`);
});

test("three points tapped three times each, 1 cm, do so too; tapped once they do not", () => {
  assert.ok(errorsAt(15, { sigma: 0.01, times: 3 }).p95 <= 0.02);
  const { p95 } = errorsAt(15, { sigma: 0.01 });
  assert.ok(p95 > 0.02 && p95 < 0.035, `${p95}`);
});

for (const [tilt, metres] of [[0, 0], [0, 5], [0, 15], [0, 30], [0.1 * DEG, 15], [0.1 * DEG, 30]]) {
  test(`the error that is shown at ${metres} m with ${tilt ? "doubtful" : "sure"} gravity holds in 95 of 100 worlds, and is no more than a quarter too large`, () => {
    const { errors, predicted, p95 } = errorsAt(metres, { sigma: 0.01, tilt });
    const kept = errors.filter((error, n) => error <= predicted[n]).length / errors.length;
    assert.ok(kept >= 0.94, `${kept}`);
    assert.ok(quantile(predicted, 0.5) < 1.25 * p95, `${quantile(predicted, 0.5)} against ${p95}`);
  });
}

test("residuals hide the error far away: they stay, it grows", () => {
  const random = uniform(5);
  const alignment = align(tapped(device(random), TRIANGLE, 0.01), { tilt_sigma_rad: 0 });
  assert.ok(alignment.rms_m < 0.015);
  assert.ok(errorAt(alignment, [60, 0, 0]) > 0.08);
});

/** With a metre that is 1 % off: errors 3 m around the user, of a fit for there, and of one for the middle; and how often what is told holds. */
function withDrift(points, stand) {
  const random = uniform(7);
  const [local, all, kept] = [[], [], []];
  for (let n = 0; n < WORLDS; n++) {
    const world = device(random, { drift: random() < 0.5 ? 0.01 : -0.01 });
    const pairs = tapped(world, points, 0.005);
    const head = [...stand(random), 1.6];
    const way = 2 * Math.PI * random();
    const place = [head[0] + 3 * Math.cos(way), head[1] + 3 * Math.sin(way), 1];
    const near = align(pairs, { tilt_sigma_rad: 0, near: world.believes(head) });
    local.push(shownError(near, world, place, head));
    all.push(shownError(align(pairs, { tilt_sigma_rad: 0, scale_share: 0 }), world, place, head));
    kept.push(local[n] <= errorAt(near, place));
  }
  return { local: quantile(local, 0.95), all: quantile(all, 0.95), kept: kept.filter(Boolean).length / kept.length };
}

test("with 1 % drift, three markers place things within 3 cm 15 m away, once fitted for there", () => {
  const { local, all, kept } = withDrift(TRIANGLE, (random) => {
    const way = 2 * Math.PI * random();
    return [4 + 15 * Math.cos(way), 7 / 3 + 15 * Math.sin(way)];
  });
  assert.ok(local <= 0.03, `local ${local}`);
  assert.ok(all > 0.1, `all ${all}`);
  assert.ok(kept > 0.95, `${kept}`);
});

test("with points every 10 m things stay within 1.5 cm in a whole hall", () => {
  const grid = [0, 10, 20, 30, 40].flatMap((x) => [0, 10, 20, 30].map((y) => [x, y, 0]));
  const { local, all, kept } = withDrift(grid, (random) => [5 + 30 * random(), 5 + 20 * random()]);
  assert.ok(local <= 0.015, `local ${local}`);
  assert.ok(all > 0.08, `all ${all}`);
  assert.ok(kept > 0.95, `${kept}`);
});

test("the stretch is found where heads moved, and not where they did not", () => {
  const world = device(uniform(23), { drift: 0.01 });
  const pairs = tapped(world, TRIANGLE, 0);
  assert.ok(Math.abs(1 / (1 + align(pairs.map((pair) => ({ ...pair, sigma_m: 0.005 }))).stretch) - 1.01) < 5e-4);
  const head = [4, 3, 1.6];
  const fromOnePlace = TRIANGLE.map((point, i) => ({ name: `P${i}`, seen: world.sees(point, head, 0), head: world.believes(head), world: point, sigma_m: 0.005 }));
  const alignment = align(fromOnePlace, { near: world.believes(head) });
  assert.ok(Math.abs(alignment.stretch) < 1e-9);
  assert.ok(shownError(alignment, world, [10, 5, 1], head) < 1e-9, "what is seen from one place is true to scale");
});

test("one marker with 0.5° of noise is refused beyond 3 m; that it is bad at 15 m is why", () => {
  const random = uniform(9);
  const far = [];
  for (let n = 0; n < WORLDS; n++) {
    const yaw = 0.5 * DEG * normal(random);
    const alignment = alignByOneMarker({ name: "M", seen: [0, 0, 1], world: [5, 5, 1], sigma_m: 0.005 }, yaw, 0.5 * DEG);
    const error = (metres) => distance(worldOf(alignment, [metres, 0, 1]), [5 + metres, 5, 1]);
    far.push(error(15));
    const near = trustAt(alignment, [5 + 2.9, 5, 1]);
    assert.ok(near.error_m < 0.07);
    assert.throws(() => trustAt(alignment, [5 + 3.1, 5, 1]), /one marker is good for 3 m .* tap two more points/);
  }
  assert.ok(quantile(far, 0.68) > 0.11 && quantile(far, 0.68) < 0.15, `${quantile(far, 0.68)}`);
});

test("too few points, points close together, points on one line: each is refused with what to do", () => {
  const exact = (points) => points.map((point, i) => ({ name: `P${i}`, seen: point, head: point, world: point, sigma_m: 0.01 }));
  assert.throws(() => align(exact(TRIANGLE.slice(0, 2))), /2 of 3 points are there: tap three/);
  assert.throws(() => align(exact([TRIANGLE[0], TRIANGLE[1], TRIANGLE[1]]).map((pair, i) => ({ ...pair, name: `P${Math.min(i, 1)}` }))), /2 of 3/);
  assert.throws(() => align(exact([[0, 0, 0], [0.5, 0, 2], [0, 1, 4]])), /within 1\.1 m of each other, less than 2 m: tap one farther/);
  const line = exact([[0, 0, 0], [6, 0, 0.1], [12, 0, 0]]);
  assert.throws(() => align(line, { tilt_sigma_rad: Infinity }), /on one line/);
  assert.ok(errorAt(align(line), [6, 0, 0]) < 0.02, "with gravity known a line is as good as a triangle of its length");
});

test("a point that was taken for another is refused, and named once there are four", () => {
  const random = uniform(13);
  const four = [...TRIANGLE, [12, 7, 0]];
  for (let n = 0; n < 200; n++) {
    const world = device(random);
    const right = tapped(world, four, 0.01);
    const wrong = right.map((pair) => (pair.name === "P1" ? { ...pair, world: [12 - 2.7, 0, 0] } : pair));
    const stands = world.believes([6, 3, 1.6]);
    assert.ok(alignHere(right, stands).error_m < 0.05);
    assert.throws(() => alignHere(wrong, stands), (error) => error instanceof Refusal && error.remedy.startsWith("tap P1 again"));
    assert.throws(() => alignHere(wrong.slice(0, 3), stands), /which one is wrong cannot be told/);
  }
});

test("far from all points nothing is shown", () => {
  const world = device(uniform(17));
  assert.throws(() => alignHere(tapped(world, TRIANGLE, 0.01), world.believes([60, 40, 1.6])), /off here, more than 10 cm: tap a point near you/);
});

test("one is told to align again after 30 m, or when errors pass a third of what is to be seen", () => {
  const so = { error_m: 0.008, walked_m: 12, tolerance_m: 0.03 };
  assert.equal(realignAdvice(so), null);
  assert.match(realignAdvice({ ...so, walked_m: 31 }), /walked 31 m/);
  assert.match(realignAdvice({ ...so, error_m: 0.02 }), /Errors of 2\.0 cm hide differences below 6\.0 cm/);
});
