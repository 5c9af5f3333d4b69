import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "../src/world.js";

/** @param {number} seq @param {number} at_ms */
const figures = (seq, at_ms) => ({
  type: "figures", seq, at_ms, agents: 1, orders_open: 0, lines_open: 0, units_on_hand: 0, letters_waiting: 0,
});
/** @param {string} session @param {any} sets */
const update = (session, sets, reset = false) => ({ type: "update", session, seq: 1, server_s: 0, reset, sets, dels: [] });

test("figures do not go back when a viewer moves to another server of the same log", () => {
  const world = new World();
  world.apply(update("log-1-aa", { figures: figures(1000, 10_900) }, true));
  world.apply(update("log-1-bb", {}, true));
  for (const [seq, at_ms] of [[950, 10_200], [990, 11_200], [1050, 12_200]]) {
    world.apply(update("log-1-bb", { figures: figures(seq, at_ms) }));
    assert.equal(world.figures?.seq, Math.max(1000, seq));
  }
});

test("figures go back with a log that was set back, and begin anew with another log", () => {
  const world = new World();
  world.apply(update("log-1-aa", { figures: figures(1000, 10_900) }, true));
  world.apply(update("log-1-bb", { figures: figures(7, 15_900) }, true));
  assert.equal(world.figures?.seq, 7);
  world.apply(update("log-2-cc", { figures: figures(3, 15_000) }, true));
  assert.equal(world.figures?.seq, 3);
});
