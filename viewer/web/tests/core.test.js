import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ServerTime, simTime } from "../src/clock.js";
import { blockedDensity } from "../src/density.js";
import { clockTime } from "../src/format.js";
import { decodeFrame } from "../src/motion_frame.js";
import { motionAt, positionAt, wayBetween } from "../src/motion.js";
import { Plan, classNames, classOf } from "../src/slotting.js";
import { connect } from "../src/wire.js";
import { World, continued } from "../src/world.js";

const MOTIONS = [
  { state: "walk", start_s: 0, end_s: 10, path: [[0, 0], [6, 0], [6, 4]] },
  { state: "wait", start_s: 10, end_s: 20, path: [[6, 4]] },
  { state: "walk", start_s: 20, end_s: 24, path: [[6, 4], [6, 0]] },
];
const CLOCK = { type: "clock", sim_s: 10, at_s: 100, speed: 4, playing: true, duration_s: 60 };

test("an agent walks its path at constant speed, corners included", () => {
  assert.deepEqual(positionAt(MOTIONS, 3), [3, 0]);
  assert.deepEqual(positionAt(MOTIONS, 8), [6, 2]);
  assert.deepEqual(positionAt(MOTIONS, 15), [6, 4]);
  assert.deepEqual(positionAt(MOTIONS, 22), [6, 2]);
});

test("before its first motion and after its last an agent stands", () => {
  assert.deepEqual(positionAt(MOTIONS, -5), [0, 0]);
  assert.deepEqual(positionAt(MOTIONS, 99), [6, 0]);
});

test("a motion begins at its start", () => {
  assert.equal(motionAt(MOTIONS, 10).state, "wait");
  assert.equal(motionAt(MOTIONS, 9.999).state, "walk");
});

test("a motion that takes no time or no way has a place", () => {
  assert.deepEqual(positionAt([{ state: "walk", start_s: 1, end_s: 1, path: [[0, 0], [2, 0]] }], 1), [2, 0]);
  assert.deepEqual(positionAt([{ state: "walk", start_s: 0, end_s: 4, path: [[1, 1], [1, 1]] }], 2), [1, 1]);
});

test("the way between two times is that part of the path", () => {
  assert.deepEqual(wayBetween(MOTIONS, 4, 8), [[4, 0], [6, 0], [6, 2]]);
});

test("simulation time follows the server's clock and stops at the end", () => {
  assert.equal(simTime(CLOCK, 102), 18);
  assert.equal(simTime(CLOCK, 1000), 60);
  assert.equal(simTime({ ...CLOCK, playing: false }, 102), 10);
});

test("a late message does not shift the server's clock", () => {
  const time = new ServerTime();
  time.observe(100, 10);
  time.observe(101, 13);
  assert.ok(Math.abs(time.at(10) - 100) < 1e-3);
});

test("a world is what the updates say, and a reset forgets the rest", () => {
  const world = new World();
  const track = { type: "track", motions: MOTIONS };
  world.apply({ session: "a", seq: 1, reset: true, sets: { clock: CLOCK, "agent/P1": track, "agent/P2": track }, dels: [] });
  world.apply({ session: "a", seq: 2, reset: false, sets: {}, dels: ["agent/P2"] });
  assert.deepEqual([...world.agents.keys()], ["P1"]);
  world.apply({ session: "b", seq: 1, reset: true, sets: { "agent/P3": track }, dels: [] });
  assert.deepEqual([...world.agents.keys()], ["P3"]);
  assert.equal(world.clock, null);
});

test("known motions lead up to new ones, and are dropped after a jump", () => {
  assert.deepEqual(continued(MOTIONS.slice(0, 2), MOTIONS.slice(2)), MOTIONS);
  assert.deepEqual(continued(MOTIONS.slice(0, 1), MOTIONS.slice(2)), MOTIONS.slice(2));
  assert.deepEqual(continued(MOTIONS, MOTIONS.slice(0, 1)), MOTIONS.slice(0, 1));
});

test("no blocked second is lost when they are spread over the floor", () => {
  const heat = { origin: [3, -2], cell_m: 0.5, width: 8, height: 3, cells: [0, 13, 23], blocked_s: [10, 5, 1] };
  const { values, step, x0, y0, width } = blockedDensity(heat);
  const total = values.reduce((sum, value) => sum + value, 0) * step ** 2;
  assert.ok(Math.abs(total - 16) < 1e-3, String(total));
  const peak = values.indexOf(Math.max(...values));
  assert.ok(Math.abs(x0 + ((peak % width) + 0.5) * step - 3.25) <= step);
  assert.ok(Math.abs(y0 + (Math.floor(peak / width) + 0.5) * step + 1.75) <= step);
});

test("a connection says hello, acknowledges, and comes back asking for what it missed", () => {
  /** @type {any[]} */ const sockets = [];
  /** @type {(() => void)[]} */ const retries = [];
  /** @type {string[]} */ const states = [];
  let seen = null;
  connect("ws://here/ws", {
    open: () => {
      const sent = [];
      const socket = { readyState: 1, sent, send: (text) => sent.push(JSON.parse(text)) };
      sockets.push(socket);
      return socket;
    },
    wait: (callback) => retries.push(callback),
    missedSince: () => seen,
    onUpdate: (update) => (seen = { session: update.session, since: update.seq }),
    onRefusal: assert.fail,
    onState: (state) => states.push(state),
  });
  sockets[0].onopen();
  sockets[0].onmessage({ data: JSON.stringify({ type: "update", session: "s", seq: 7, sets: {}, dels: [] }) });
  sockets[0].onclose();
  retries[0]();
  sockets[1].onopen();
  assert.deepEqual(sockets[0].sent, [{ type: "hello", protocol: 3 }, { type: "ack", seq: 7 }]);
  assert.deepEqual(sockets[1].sent, [{ type: "hello", protocol: 3, session: "s", since: 7 }]);
  assert.deepEqual(states, ["connecting", "live", "reconnecting"]);
});

test("times read well", () => {
  assert.deepEqual([0, 75, 3675].map(clockTime), ["0:00", "1:15", "1:01:15"]);
});

const PLACES = [
  { id: "L1", rack: "R1", bay: 0, position: 1 },
  { id: "L2", rack: "R1", bay: 0, position: 1 },
  { id: "L3", rack: "R1", bay: 1, position: 1 },
];
const SLOTTING = {
  edges: [1, 2, 5, 10, 20],
  face_edges: [2, 5, 10, 20, 50],
  locations: [
    { id: "L1", skus_before: ["A"], skus_after: [], visits_before: 9, visits_after: 0 },
    { id: "L2", skus_before: ["B"], skus_after: ["B"], visits_before: 3, visits_after: 3 },
    { id: "L3", skus_before: [], skus_after: ["A"], visits_before: 0, visits_after: 9 },
  ],
  moves: [
    { sku: "C", source: null, target: "L2" },
    { sku: "B", source: "L1", target: "L2" },
    { sku: "A", source: "L1", target: "L3" },
  ],
};

test("a value belongs below the edge that it reaches, and nothing has no class", () => {
  assert.deepEqual([0, 0.5, 1, 1.5, 20, 99].map((value) => classOf(value, SLOTTING.edges)), [-1, 0, 0, 1, 4, 4]);
  assert.equal(classOf(3, []), -1);
  assert.deepEqual(classNames([0.5, 2]), ["up to 0.5", "0.5 to 2"]);
});

test("a location shows its own visits, and from above those of all over each other", () => {
  const plan = new Plan(SLOTTING, PLACES);
  assert.equal(plan.classOf(PLACES[1], "before", false), 2);
  assert.equal(plan.classOf(PLACES[1], "before", true), 3); // 9 + 3
  assert.equal(plan.classOf(PLACES[1], "after", true), 1);
  assert.equal(plan.visits("elsewhere", "after"), 0);
});

test("moves are drawn from somewhere, the most visited first", () => {
  assert.deepEqual(new Plan(SLOTTING, PLACES).shownMoves().map(({ sku }) => sku), ["A", "B"]);
});

test("a binary frame is read as Python wrote it", () => {
  const { frame, motions, update } = JSON.parse(readFileSync(new URL("motion_frame.json", import.meta.url), "utf8"));
  const read = decodeFrame(Uint8Array.from(Buffer.from(frame, "hex")).buffer);
  assert.deepEqual(read.message, { type: "update", sets: {}, ...update });
  read.motions.forEach(({ number, level, motion }, i) => {
    const { x0, y0, x1, y1, start_ms, end_ms } = motions[i];
    assert.deepEqual([number, level, motion.start_s, motion.end_s], [motions[i].number, motions[i].level, start_ms / 1000, end_ms / 1000]);
    assert.deepEqual(motion.path, [[x0, y0], [x1, y1]]);
  });
  assert.throws(() => decodeFrame(new ArrayBuffer(12)), /reload the page/);
});

test("live agents move by number, and one that is removed is forgotten", () => {
  const world = new World();
  const agent = { type: "live_agent", number: 3, freshness: "fresh" };
  const move = (start_s) => ({ number: 3, level: 0, motion: { state: "walk", start_s, end_s: start_s + 1, path: [[0, 0], [1, 0]] } });
  const sets = { "agent/AGV": agent, "sensor/sensor/T1/temperature": { type: "sensor", value: 4, unit: "°C", last_ms: 1, freshness: "fresh" } };
  world.apply({ session: "a", seq: 1, reset: true, sets, dels: [] }, [move(1)]);
  world.apply({ session: "a", seq: 2, reset: false, sets: {}, dels: [] }, [move(2)]);
  assert.equal(world.agents.get("AGV").length, 2);
  assert.equal(world.sensors.get("sensor/T1/temperature").value, 4);
  world.apply({ session: "a", seq: 3, reset: false, sets: {}, dels: ["agent/AGV", "sensor/sensor/T1/temperature"] });
  assert.equal(world.agents.size + world.liveAgents.size + world.sensors.size, 0);
});
