import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentPieces } from "../src/agent_pieces.js";
import { motionAt, pieceAt, positionAt } from "../src/motion.js";

/** Repeatable numbers in 0…1. @param {number} seed */
function draws(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Walks with corners, stops and pauses, from second `start` on, in a hall of `size` metres. */
function wanderings(draw, start, size) {
  const motions = [];
  let t = start;
  let at = [size * draw(), size * draw()];
  for (let i = 0; i < 40; i++) {
    const path = [at, ...Array.from({ length: Math.floor(4 * draw()) }, () => [size * draw(), size * draw()])];
    const way = path.slice(1).reduce((sum, [x, y], k) => sum + Math.hypot(x - path[k][0], y - path[k][1]), 0);
    const takes = way > 0 ? way / (0.5 + 4.5 * draw()) : draw() < 0.1 ? 0 : 30 * draw();
    motions.push({ state: path.length > 1 ? "walk" : "pick", start_s: t, end_s: t + takes, path });
    at = path[path.length - 1];
    t += takes + (draw() < 0.2 ? 5 * draw() : 0);
  }
  return motions;
}

/** Where the graphics card draws agent i at `t`: the shader's own sum, in single precision. */
function drawn({ ways, times, base }, i, t) {
  const f = Math.fround;
  const [begins, ends] = [times[4 * i], times[4 * i + 1]];
  const takes = f(ends - begins);
  const share = takes > 0 ? Math.min(1, Math.max(0, f(f(f(t - base) - begins) / takes))) : 0;
  return [0, 1].map((axis) => f(f(ways[4 * i + axis] * f(1 - share)) + f(ways[4 * i + 2 + axis] * share)));
}

test("agents are drawn within 2 cm of where they are, at every instant, also after days and far from the origin", () => {
  for (const [start, size] of [[0, 60], [3_000_000, 400], [86_400, 2_000]]) {
    const draw = draws(7);
    const agents = new Map(Array.from({ length: 12 }, (_, i) => [`P${i}`, wanderings(draw, start + 3 * i, size)]));
    const pieces = new AgentPieces(["walk", "pick", "silent"]);
    let worst = 0;
    for (let step = 0; step < 6_000; step++) {
      const t = start - 5 + (step % 1000 === 999 ? 700 * draw() : 0.13 * step); // now and then somebody seeks
      pieces.update(agents, t, (name) => name !== "P3");
      [...agents].forEach(([name, motions], i) => {
        const [x, y] = positionAt(motions, t);
        const [dx, dy] = drawn(pieces, i, t);
        worst = Math.max(worst, Math.hypot(dx - x, dy - y));
        const state = name === "P3" ? "silent" : motionAt(motions, t).state;
        assert.equal(pieces.times[4 * i + 2], pieces.numbers.get(state));
      });
    }
    assert.ok(worst < 0.02, `${worst} m off`);
  }
});

test("only agents that begin another piece are told anew", () => {
  const still = [{ state: "pick", start_s: 0, end_s: 100, path: [[1, 1]] }];
  const walks = [{ state: "walk", start_s: 0, end_s: 10, path: [[0, 0], [5, 0], [5, 5]] }, ...still.map((each) => ({ ...each, start_s: 10 }))];
  const pieces = new AgentPieces(["walk", "pick", "silent"]);
  const agents = new Map([["A", still], ["B", walks], ["C", still]]);
  const all = () => true;
  assert.deepEqual(pieces.update(agents, 0, all), { first: 0, last: 2 });
  assert.equal(pieces.update(agents, 4.9, all), null);
  assert.deepEqual(pieces.update(agents, 5.1, all), { first: 1, last: 1 });
  assert.deepEqual(pieces.update(agents, 5.2, (name) => name !== "C"), { first: 2, last: 2 });
  assert.deepEqual(pieces.update(new Map([["A", still]]), 5.3, all), { first: 0, last: 0 });
});

test("an agent stands on the floor of the level that it is on", () => {
  const up = [
    { state: "walk", start_s: 0, end_s: 10, path: [[0, 0], [5, 0]], level: "L0" },
    { state: "pick", start_s: 10, end_s: 20, path: [[5, 0]], level: "L1" },
  ];
  const pieces = new AgentPieces(["walk", "pick", "silent"], (level) => ({ L0: 0.25, L1: 4.5 })[level] ?? -1);
  const heights = [5, 15].map((t) => {
    pieces.update(new Map([["A", up], ["B", [{ state: "pick", start_s: 0, end_s: 20, path: [[1, 1]] }]]]), t, () => true);
    return [pieces.times[3], pieces.times[7]];
  });
  assert.deepEqual(heights, [[0.25, -1], [4.5, -1]]);
});

test("the piece at a time is where the agent is, from its beginning to its end", () => {
  const motions = [{ state: "walk", start_s: 2, end_s: 6, path: [[0, 0], [3, 0], [3, 1]], level: "L0" }, { state: "pick", start_s: 8, end_s: 9, path: [[3, 1]], level: "L1" }];
  assert.deepEqual(pieceAt(motions, 0), { from: [0, 0], to: [0, 0], start_s: -Infinity, end_s: 2, state: "walk", level: "L0" });
  assert.deepEqual(pieceAt(motions, 3), { from: [0, 0], to: [3, 0], start_s: 2, end_s: 5, state: "walk", level: "L0" });
  assert.deepEqual(pieceAt(motions, 5), { from: [3, 0], to: [3, 1], start_s: 5, end_s: 6, state: "walk", level: "L0" });
  assert.deepEqual(pieceAt(motions, 7), { from: [3, 1], to: [3, 1], start_s: 6, end_s: 8, state: "walk", level: "L0" });
  assert.deepEqual(pieceAt(motions, 99), { from: [3, 1], to: [3, 1], start_s: 9, end_s: Infinity, state: "pick", level: "L1" });
});
