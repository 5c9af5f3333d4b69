import assert from "node:assert/strict";
import { test } from "node:test";
import { align } from "../src/ar/alignment.js";
import { aimedLocation, described } from "../src/ar/contents.js";
import { headingOf, xrFromWorld, yUp, zUp } from "../src/ar/frames.js";
import { careOf, meaningOf } from "../src/ar/kept.js";
import { Place } from "../src/ar/placing.js";
import { SteadyTap } from "../src/ar/steady.js";
import { startFailure, supportOf } from "../src/ar/support.js";
import { Survey } from "../src/ar/survey.js";
import { levelAt, progressOn } from "../src/ar/way.js";
import { device, uniform } from "./ar_worlds.js";

const POINTS = [
  { name: "A", kind: "rack", position: [0, 0, 0], sigma_m: 0.002, facing_rad: null },
  { name: "B", kind: "rack", position: [12, 0, 0], sigma_m: 0.002, facing_rad: null },
  { name: "C", kind: "column", position: [0, 7, 0], sigma_m: 0.002, facing_rad: null },
  { name: "M", kind: "marker", position: [12, 7, 1.5], sigma_m: 0.002, facing_rad: Math.PI / 2 },
];

/** Taps of some points by a device in a world of its own. */
function tapper(sigma = 0) {
  const world = device(uniform(3));
  const tap = (name, error = [0, 0, 0]) => {
    const point = POINTS.find((each) => each.name === name).position.map((each, i) => each + error[i]);
    const head = [point[0] + 1, point[1] + 1, 1.6];
    return { seen: world.sees(point, head, sigma), head: world.believes(head), heading: null };
  };
  return { world, tap };
}

test("frames: up is up, and the matrix brings the world where the device sees it", () => {
  assert.deepEqual(yUp(zUp({ x: 1, y: 2, z: 3 })), [1, 2, 3]);
  const world = device(uniform(8));
  const pairs = POINTS.map(({ name, position }) => ({ name, seen: world.sees(position, position, 0), head: world.believes(position), world: position, sigma_m: 0.01 }));
  const m = xrFromWorld(align(pairs));
  const [x, y, z] = [5, 6, 2];
  const drawn = [0, 1, 2].map((row) => m[row] * x + m[4 + row] * y + m[8 + row] * z + m[12 + row]);
  world.believes([x, y, z]).forEach((each, i) => assert.ok(Math.abs(zUp({ x: drawn[0], y: drawn[1], z: drawn[2] })[i] - each) < 1e-6));
  assert.equal(headingOf({ x: 0, y: 1, z: 0 }), null);
  assert.equal(headingOf({ x: 0, y: 0, z: -1 }), Math.PI / 2);
});

test("a point that is tapped again counts together with the first tap, unless that was a mistake", () => {
  const survey = new Survey(POINTS);
  const { tap } = tapper();
  survey.take("A", tap("A"));
  survey.take("A", tap("A", [0.02, 0, 0]));
  assert.equal(survey.taps("A"), 2);
  assert.ok(Math.abs(survey.pairs[0].sigma_m - Math.hypot(0.01 / Math.SQRT2, 0.002)) < 1e-12);
  survey.take("A", tap("A", [0.5, 0, 0]));
  assert.equal(survey.taps("A"), 1, "half a metre off: taken anew");
  assert.throws(() => survey.take("Z", tap("A")), /no point 'Z'/);
});

test("the survey says what is missing, then where things are, then what disagrees", () => {
  const survey = new Survey(POINTS);
  const { world, tap } = tapper();
  const stands = world.believes([6, 3, 1.6]);
  assert.equal(survey.place(stands).state, "none");
  for (const name of ["A", "B"]) survey.take(name, tap(name));
  assert.deepEqual(survey.place(stands), { state: "refused", reason: "2 of 3 points are there", remedy: "tap three points, the farther apart the better" });
  survey.take("C", tap("C"));
  const placed = survey.place(stands);
  assert.ok(placed.state === "placed" && placed.alignment.rms_m < 1e-6 && placed.error_m < 0.04, JSON.stringify(placed));
  assert.equal(survey.aimedAt(placed.alignment, world.sees([12.3, 0.2, 0], [11, 1, 1.6], 0))?.name, "B");
  assert.equal(survey.aimedAt(placed.alignment, world.sees([6, 0, 0], [6, 1, 1.6], 0)), null);
  survey.take("M", tap("M", [2.7, 0, 0]));
  const refused = survey.place(stands);
  assert.ok(refused.state === "refused" && refused.remedy.startsWith("tap M again"), JSON.stringify(refused));
  survey.drop("M");
  assert.equal(survey.place(stands).state, "placed");
});

test("one marker on a wall serves within 3 m, one without a heading not at all", () => {
  const survey = new Survey(POINTS);
  survey.take("M", { seen: [1, 1, 1.5], head: [1, 2, 1.6], heading: 0 });
  const near = survey.place([1, 3, 1.6]);
  assert.ok(near.state === "placed" && near.by === "marker");
  const far = survey.place([1, 5, 1.6]);
  assert.ok(far.state === "refused" && /one marker is good for 3 m/.test(far.reason), JSON.stringify(far));
  survey.take("M", { seen: [1, 1, 1.5], head: [1, 2, 1.6], heading: null });
  assert.equal(survey.place([1, 3, 1.6]).state, "refused");
});

test("points are offered markers first and far apart, and by nearness once it is known where one is", () => {
  const survey = new Survey(POINTS);
  assert.deepEqual(survey.offered(null).map(({ name }) => name), ["M", "C", "A", "B"]);
  survey.take("C", tapper().tap("C"));
  assert.deepEqual(survey.offered(null).map(({ name }) => name), ["M", "B", "A"], "B is farther from C than A");
  assert.deepEqual(survey.offered([11, 1, 0]).map(({ name }) => name), ["B", "M", "A"]);
});

test("a tap waits until the hand is still, and gives up when it is not", () => {
  const still = new SteadyTap();
  let taken = null;
  for (let n = 0; n < 12; n++) taken = still.take({ seen: [n % 2 ? 1.004 : 0.996, 0, 0], head: [0, 0, 1.6], heading: null });
  assert.ok(Math.abs(taken.seen[0] - 1) < 1e-9);
  const shaken = new SteadyTap();
  for (let n = 0; n < 36; n++) taken = shaken.take({ seen: [0.05 * n, 0, 0], head: [0, 0, 1.6], heading: null });
  assert.equal(taken, "moved");
});

test("a place takes taps frame by frame, counts the way walked, and forgets when the device was lost", () => {
  const { world, tap } = tapper();
  const place = new Place(new Survey(POINTS), { levels: [], racks: [], locations: [] });
  const said = [];
  place.say = (text) => said.push(text);
  for (const name of ["A", "B", "C"]) {
    place.choose(name, true);
    assert.equal(place.next, name);
    place.begin();
    const { seen, head } = tap(name);
    for (let n = 0; n < 12; n++) place.see({ head, way: [1, 0, 0], aim: { seen, heading: null } });
    assert.equal(place.isTaking, false);
  }
  place.update();
  assert.equal(place.placing.state, "placed");
  for (let x = 0; x < 8; x += 0.5) for (const y of [3, 4]) place.see({ head: world.believes([x, y, 1.6]), way: [1, 0, 0], aim: null });
  place.tolerance_m = 1;
  for (let n = 0; n < 20; n++) place.see({ head: world.believes([n % 2 ? 5 : 6, 3, 1.6]), way: [1, 0, 0], aim: null });
  place.update();
  assert.match(place.advice ?? "", /You walked \d\d m since the last point/);
  place.begin();
  for (let n = 0; n < 92; n++) place.see({ head: world.believes([6, 3, 1.6]), way: [1, 0, 0], aim: null });
  assert.match(said.at(-1), /No surface is found/);
  place.reset(true);
  assert.match(said.at(-1), /lost its way/);
  assert.deepEqual([place.placing.state, place.stands, place.survey.names.length], ["none", null, 0]);
});

const KNOWN = { location: "01-01", goods: [{ sku: "X", quantity: 40, lot: null, handling_unit: null }], state: "occupied", believed: "as booked", confidence: 0.97, age_s: 7200, source: "book", unseen: "high" };

test("contents say how old and how sure they are; what is old, unsure or an old copy is stale", () => {
  assert.deepEqual(described(KNOWN, 0), { what: "40 × X", trust: "2 h old · 97 % sure · by the book", isStale: false });
  const stale = (changes, copy_s = 0) => described({ ...KNOWN, ...changes }, copy_s).isStale;
  assert.deepEqual(
    [stale({}), stale({ confidence: 0.7 }), stale({ confidence: null }), stale({ age_s: null }), stale({ age_s: 31 * 86_400 }), stale({}, 3_500), stale({}, 3_700)],
    [false, true, true, true, true, false, true],
  );
  assert.match(described({ ...KNOWN, age_s: 0 }, 7200).trust, /^2 h old/);
  const what = (changes) => described({ ...KNOWN, ...changes }, 0).what;
  assert.equal(what({ believed: "cannot decide" }), "? 40 × X — cannot decide");
  assert.equal(what({ believed: "empty" }), "Seen empty; booked 40 × X");
  assert.equal(what({ believed: "other goods" }), "Seen other goods; booked 40 × X");
  assert.equal(what({ goods: [], state: "empty", believed: "empty" }), "Empty");
  assert.equal(what({ goods: [], state: "unseen", believed: "not seen" }), "Not seen");
  assert.equal(what({ goods: [{ sku: "X", quantity: null, lot: null, handling_unit: null }], source: "slotting" }), "X");
});

test("the location aimed at is the first that the ray meets, in racks of any heading", () => {
  const box = (id, x, y, z) => ({ id, center: [x, y, z], size_m: [1, 2, 1], rack: "R" });
  const boxes = [box("far", 5, 0, 1), box("near", 3, 0, 1), box("high", 3, 0, 4)];
  const aimed = (way, heading, reach) => aimedLocation([0, 0, 1], way, boxes, () => heading, reach)?.id ?? null;
  assert.equal(aimed([1, 0, 0], 0), "near");
  assert.equal(aimed([-1, 0, 0], 0), null);
  assert.equal(aimed([Math.SQRT1_2, 0, Math.SQRT1_2], 0), "high");
  assert.equal(aimed([1, 0, 0], 0, 2), null);
  const slanted = [Math.cos(0.3), Math.sin(0.3), 0]; // at 3 m it is 0.93 m beside the middle: within the depth of 2 m, not the length of 1 m
  assert.deepEqual([aimed(slanted, 0), aimed(slanted, Math.PI / 2)], ["near", null]);
});

test("what is left of a way, and how far one is from it", () => {
  const path = [[0, 0, 0], [10, 0, 0], [10, 5, 0]];
  assert.deepEqual(progressOn(path, [4, 1, 1.6]), { off_m: 1, left_m: 11 });
  const { off_m, left_m } = progressOn(path, [10, 4, 1.6]);
  assert.ok(off_m < 1e-9 && Math.abs(left_m - 1) < 1e-9);
  assert.equal(progressOn(path, [0, -4, 0]).off_m, 4);
  const levels = [{ id: "L0", elevation_m: 0 }, { id: "L1", elevation_m: 4 }];
  assert.deepEqual([1.6, 4.2, 5.6, -1].map((z) => levelAt(levels, z)), ["L0", "L0", "L1", "L0"]);
});

test("the page and its data are kept, nothing else is; who may no longer see loses what was kept", () => {
  const care = (path, method = "GET") => careOf(method, new URL(path, "https://hall"), "https://hall");
  assert.deepEqual(["/api/contents", "/api/facility", "/ar.html", "/assets/ar-1.js"].map((path) => care(path)), ["data", "data", "page", "page"]);
  for (const path of ["/api/way?from=1", "/api/contents?x", "/api/events", "/api/session/x", "/", "https://other/api/contents"]) assert.equal(care(path), "alone", path);
  assert.equal(care("/api/findings", "POST"), "alone");
  assert.deepEqual([200, 401, 403, 404, 500, 503].map(meaningOf), ["keep", "forget", "forget", "leave", "leave", "leave"]);
});

test("each reason that AR cannot be used has its remedy", () => {
  const can = { isSecure: true, hasXr: true, isSupported: true };
  assert.equal(supportOf(can).can, true);
  for (const [told, reason, remedy] of [
    [{ ...can, isSecure: false, hasXr: false }, /HTTPS/, /certificate/],
    [{ ...can, hasXr: false }, /no WebXR/, /Chrome on an Android/],
    [{ ...can, isSupported: false }, /no AR/, /Google Play Services/],
    [{ ...can, isSupported: null }, /may not be asked/, /Open the page itself/],
  ]) {
    const support = supportOf(told);
    assert.equal(support.can, false);
    assert.match(support.said, reason);
    assert.match(support.todo, remedy);
  }
  assert.match(startFailure({ name: "NotAllowedError" }).todo, /Allow both/);
  assert.match(startFailure({ name: "NotSupportedError" }).said, /hit test/);
  assert.match(startFailure(new Error("odd")).said, /odd/);
});
