import assert from "node:assert/strict";
import { test } from "node:test";
import { interestOf, isSameInterest } from "../src/interest.js";

const HALL = [0, 0, 200, 100];
const of = (now) => interestOf({ agents: 1000, showsAgents: true, seen: HALL, hall: HALL, ...now });

test("a viewer that sees a part of the hall asks for that part and a margin", () => {
  assert.deepEqual(of({ seen: [20, 20, 60, 40] }), { type: "interest", layers: null, area: [10, 15, 70, 45] });
  assert.deepEqual(of({ seen: [-40, -20, 40, 20] }).area, [0, 0, 60, 30]);
});

test("it asks for all where that saves nothing, or where it cannot know", () => {
  assert.equal(of({}), null);
  assert.equal(of({ seen: null }), null);
  assert.equal(of({ seen: [20, 20, 60, 40], agents: 200 }), null);
});

test("who switches the agents off is not told of them", () => {
  assert.ok(!of({ showsAgents: false }).layers.includes("agent"));
  assert.ok(of({ showsAgents: false }).layers.includes("kpi"));
  assert.ok(isSameInterest(of({ showsAgents: false }), of({ showsAgents: false })));
});
