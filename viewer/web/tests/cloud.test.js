import assert from "node:assert/strict";
import { test } from "node:test";
import { FINE_PX, chooseTiles, mostNeeded } from "../src/cloud/choosing.js";
import { heightsOf, pointColours } from "../src/cloud/colouring.js";
import { KeptTiles } from "../src/cloud/kept_tiles.js";
import { readPoints } from "../src/cloud/points_glb.js";
import { readTileset } from "../src/cloud/tileset.js";

const EVERYTHING = [];

/** An octree's tile over a cube, told as tileset.json tells it, `levels` deep. */
function told(center, half, spacing, levels, points) {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => center.map((c, axis) => c + (half / 2) * ((i >> axis) & 1 ? 1 : -1)));
  return {
    boundingVolume: { box: [...center, half, 0, 0, 0, half, 0, 0, 0, half] },
    geometricError: spacing,
    content: { uri: `${center.join("_")}-${half}.glb` },
    extras: { points: points() },
    ...(levels > 1 ? { children: corners.map((corner) => told(corner, half / 2, spacing / 2, levels - 1, points)) } : {}),
  };
}

/** @param {number} levels @param {() => number} points */
function octree(levels, points = () => 1000) {
  const root = { ...told([0, 0, 0], 32, 0.5, levels, points), refine: "ADD", transform: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1] };
  return readTileset({ asset: { version: "1.1", tilesetVersion: "v" }, extras: { points: 0, has_colour: true, no_data: -9, numbers: [] }, root });
}

function seen(eye, planes = EVERYTHING) {
  return { eye, planes, pixelsPerMetre: (distance) => 1000 / Math.max(0.1, distance) };
}

function everything(tile) {
  return [tile, ...tile.children.flatMap(everything)];
}

/** Numbers that look random and are the same each time. */
function dice(seed) {
  return () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
}

test("never more points than the budget, and none without those above it, from wherever one looks", () => {
  const roll = dice(7);
  const { root } = octree(5, () => Math.round(200 + 50_000 * roll()));
  const above = new Map(everything(root).flatMap((tile) => tile.children.map((child) => [child, tile])));
  for (let round = 0; round < 300; round++) {
    const eye = [0, 1, 2].map(() => 120 * (roll() - 0.5));
    const normal = [0, 1, 2].map(() => roll() - 0.5);
    const budget = Math.round(2_000_000 * roll());
    const chosen = chooseTiles(root, seen(eye, [[...normal, 5 * roll()]]), budget);
    assert.ok(chosen.reduce((sum, { points }) => sum + points, 0) <= budget);
    assert.equal(new Set(chosen).size, chosen.length);
    const here = new Set(chosen);
    for (const tile of chosen) assert.ok(tile === root || here.has(above.get(tile)));
  }
});

test("detail goes where points would stand apart on the screen, and no further", () => {
  const { root } = octree(5);
  const eye = [-33, -33, -33];
  const chosen = new Set(chooseTiles(root, seen(eye), Infinity));
  const gapWithout = (tile) => {
    const d = Math.hypot(...tile.center.map((c, axis) => Math.max(0, Math.abs(eye[axis] - c) - tile.half[axis])));
    return (tile.coarser * 1000) / Math.max(0.1, d);
  };
  for (const tile of everything(root)) assert.equal(chosen.has(tile), tile === root || gapWithout(tile) > FINE_PX);
  assert.ok(chosen.size > 20 && chosen.size < everything(root).length);
});

test("the most needed come first, and what is out of sight not at all", () => {
  const { root } = octree(4);
  const eye = [-33, 0, 0];
  const chosen = chooseTiles(root, seen(eye, [[-1, 0, 0, 0]]), Infinity);
  assert.equal(chosen[0], root);
  assert.ok(chosen.length > 9);
  for (const { center, half } of chosen) assert.ok(center[0] - half[0] <= 0, "right of the plane x ≤ 0");
  const few = chooseTiles(root, seen(eye), 20_000);
  const all = chooseTiles(root, seen(eye), Infinity);
  assert.deepEqual(few, all.slice(0, 20), "a smaller budget shows the first of what a larger one does");
});

test("from above, all of one level are equally needed", () => {
  const { root } = octree(3);
  const view = { eye: [0, 0, 500], planes: EVERYTHING, pixelsPerMetre: () => 4 };
  assert.equal(chooseTiles(root, view, Infinity).length, 9);
  assert.deepEqual(chooseTiles(root, { ...view, planes: [[0, 0, 1, -100]] }, Infinity), []);
});

test("tiles that are not ours are refused", () => {
  assert.throws(() => readTileset({ asset: { version: "1.0" }, root: {} }), /not those of `aisletwin tiles`/);
  assert.throws(() => readTileset(null), /not those/);
});

test("a tile's columns are read where its accessors say", () => {
  const json = JSON.stringify({
    meshes: [{ primitives: [{ attributes: { POSITION: 0, COLOR_0: 1, _TEMPERATURE: 2 } }] }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 2, type: "VEC3" },
      { bufferView: 1, componentType: 5123, count: 2, type: "VEC4", normalized: true },
      { bufferView: 2, componentType: 5126, count: 2, type: "SCALAR" },
    ],
    bufferViews: [{ byteOffset: 0 }, { byteOffset: 24 }, { byteOffset: 40 }],
  });
  const text = new TextEncoder().encode(json.padEnd(json.length + ((4 - (json.length % 4)) % 4)));
  const buffer = new ArrayBuffer(28 + text.length + 48);
  new Uint32Array(buffer, 0, 3).set([0x46546c67, 2, buffer.byteLength]);
  new DataView(buffer).setUint32(12, text.length, true);
  new Uint8Array(buffer, 20, text.length).set(text);
  const start = 28 + text.length;
  new Float32Array(buffer, start, 6).set([1, 2, 3, 4, 5, 6]);
  new Uint16Array(buffer, start + 24, 8).set([65535, 0, 0, 65535, 1, 2, 3, 65535]);
  new Float32Array(buffer, start + 40, 2).set([20.5, -3]);
  const { POSITION, COLOR_0, _TEMPERATURE } = readPoints(buffer);
  assert.deepEqual([...POSITION.values], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([COLOR_0.values[4], COLOR_0.width, COLOR_0.isNormalised], [1, 4, true]);
  assert.deepEqual([..._TEMPERATURE.values], [20.5, -3]);
  assert.throws(() => readPoints(buffer.slice(0, buffer.byteLength - 4)), /cut short/);
});

test("points are coloured by what is known of them, on a scale in the world's heights", () => {
  const tileset = octree(1);
  assert.deepEqual(heightsOf(tileset), [-25, 39]);
  assert.deepEqual(pointColours(tileset, [0, 1]).map(({ name }) => name), ["colours", "height"]);
  const numbers = [{ name: "temperature", attribute: "_TEMPERATURE", low: 2, high: 8 }];
  const [first] = pointColours({ hasColour: false, numbers }, [0, 1]);
  assert.deepEqual([first.title, first.kind, first.low, first.high], ["Temperature", "number", 2, 8]);
});

/** Tiles whose fetches are answered by hand. */
function keptByHand(now = () => 0) {
  const asked = new Map();
  const log = { dropped: [], failed: [], arrived: 0 };
  const kept = new KeptTiles((file) => new Promise((resolve, reject) => asked.set(file, { resolve, reject })), {
    arrived: () => log.arrived++,
    drop: (made) => log.dropped.push(made),
    failed: (tile) => log.failed.push(tile.file),
    now,
  });
  const answer = async (file) => {
    asked.get(file).resolve(file);
    asked.delete(file);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { kept, asked, log, answer };
}

const tile = (file, points = 100) => ({ file, points });

test("the most needed tiles are fetched first, a few at a time, and each once", async () => {
  const { kept, asked, log, answer } = keptByHand();
  const tiles = Array.from({ length: 10 }, (_, i) => tile(`t${i}`));
  assert.deepEqual(kept.need(tiles, 1000), []);
  assert.deepEqual([...asked.keys()], ["t0", "t1", "t2", "t3", "t4", "t5"]);
  await answer("t2");
  assert.deepEqual([...asked.keys()], ["t0", "t1", "t3", "t4", "t5", "t6"]);
  assert.deepEqual(kept.need(tiles, 1000), ["t2"]);
  assert.equal(log.arrived, 1);
  assert.ok(kept.isWaiting);
});

test("what is not needed goes when there is too much, the longest unneeded first, and comes again", async () => {
  const { kept, asked, log, answer } = keptByHand();
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((file) => tile(file));
  for (const one of [a, b, c, d]) {
    kept.need([one], 200);
    await answer(one.file);
  }
  assert.deepEqual([kept.points, log.dropped], [400, []]);
  kept.need([a, e], 200);
  await answer("e");
  kept.need([a, e], 200);
  assert.deepEqual([kept.points, log.dropped], [400, ["b"]]);
  kept.need([b], 200);
  assert.deepEqual([...asked.keys()], ["b"]);
});

test("no more is asked for than a server grants", async () => {
  let now = 0;
  const { kept, asked, answer } = keptByHand(() => now);
  const tiles = Array.from({ length: 200 }, (_, i) => tile(`t${i}`, 1));
  kept.need(tiles, 1000);
  let answered = 0;
  for (; asked.size > 0 && answered < 150; answered++) await answer([...asked.keys()][0]);
  assert.equal(answered, 100);
  now = 1000;
  kept.need(tiles, 1000);
  for (answered = 0; asked.size > 0; answered++) await answer([...asked.keys()][0]);
  assert.equal(answered, 30);
  kept.need([], 1000); // ends the waiting
});

test("a tile that does not come is given up and said so", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { kept, asked, log } = keptByHand();
  kept.need([tile("gone")], 1000);
  for (let tries = 1; tries <= 3; tries++) {
    assert.ok(kept.isWaiting);
    asked.get("gone").reject(new Error("404"));
    asked.delete("gone");
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(2000);
  }
  assert.deepEqual([log.failed, kept.isWaiting, asked.size], [["gone"], false, 0]);
});

test("while the camera moves the most needed are drawn that fit, and one always", () => {
  const itself = (/** @type {number} */ count) => count;
  assert.deepEqual(mostNeeded([40, 30, 30, 5], itself, 100), [40, 30, 30]);
  assert.deepEqual(mostNeeded([40, 30], itself, 100), [40, 30]);
  assert.deepEqual(mostNeeded([400, 30], itself, 100), [400]);
  assert.deepEqual(mostNeeded([], itself, 100), []);
});
