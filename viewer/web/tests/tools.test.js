import assert from "node:assert/strict";
import { test } from "node:test";
import { countsOf, howFar } from "../src/deviations.js";
import { differenceColour } from "../src/colours.js";
import { heatDifference } from "../src/heat_difference.js";
import { LayoutEdit, told } from "../src/layout_edit.js";
import { decodeView, encodeView } from "../src/saved_view.js";
import { sectionPlane } from "../src/scene/section.js";
import { chooseUnits, length, sizes, small } from "../src/units.js";
import { Vector3 } from "three";

test("a link to a view says what is looked at, and nothing else", () => {
  const view = {
    view: "plan", camera: [1.25, -2, 3, 0, 0.125, 9, 1.5], t: 61.5, at: "01-02-A 3&x=#", colour: "velocity",
    off: ["Names", "Scan points"], on: ["Lanes"], cut: { axis: "height", share: 0.25 },
  };
  assert.deepEqual(decodeView(`#${encodeView(view)}`), view);
  assert.deepEqual(decodeView(encodeView({})), {});
});

test("a link that is broken shows what can be read of it", () => {
  assert.deepEqual(decodeView("#view=7&camera=1_2_x_4_5_6_7&t=-3&cut=height_9&at=A"), { at: "A" });
  assert.deepEqual(decodeView("#camera=1_2_3"), {});
  assert.deepEqual(decodeView("#%E0%A4%A"), {});
});

test("lengths read as people of either system write them", () => {
  assert.deepEqual([length(2.7), small(12.4), sizes([2.7, 1, 0.5])], ["2.70 m", "12 mm", "2.70 × 1.00 × 0.50 m"]);
  chooseUnits("imperial");
  assert.deepEqual([length(0.3048), length(2.7), length(0.0127), length(-0.3048 * 5.5)], ["1′ 0″", "8′ 10 1⁄4″", "1⁄2″", "−5′ 6″"]);
  assert.equal(length(0.3048 * 2 - 0.0001), "2′ 0″");
  chooseUnits("metric");
});

test("how far something is off is said with what is known", () => {
  const one = (verdict, mm, at_most_mm, word = "moved") => howFar({ verdict, mm, at_most_mm, word }, small);
  assert.deepEqual(
    [one("changed", 40, 48), one("cannot_decide", 25, 41), one("unchanged", 0, 12), one("unchanged", 0, 0), one("changed", null, null, "removed"), one("changed", 0, 0, "altered")],
    ["40 mm", "≤ 41 mm", "≤ 12 mm", "exact", "removed", "altered"],
  );
  assert.deepEqual(countsOf([{ verdict: "changed" }, { verdict: "changed" }, { verdict: "cannot_decide" }]), { changed: 2, cannot_decide: 1, unchanged: 0 });
});

test("a cut keeps what is on its inner side, and says where it is", () => {
  const hall = [new Vector3(0, 0, 0), new Vector3(20, 10, 8)];
  const heading = 0;
  const keeps = (axis, share, x, y, z) => sectionPlane(axis, share, hall, heading).plane.distanceToPoint(new Vector3(x, y, z)) >= 0;
  assert.deepEqual([keeps("height", 0.5, 5, 5, 3.9), keeps("height", 0.5, 5, 5, 4.1)], [true, false]);
  assert.deepEqual([keeps("across", 0.25, 4.9, 5, 7), keeps("across", 0.25, 5.1, 5, 7)], [true, false]);
  assert.deepEqual([keeps("along", 0.25, 19, 2.4, 7), keeps("along", 0.25, 19, 2.6, 7)], [true, false]);
  assert.ok(keeps("height", 1, 5, 5, 8) && keeps("across", 1, 20, 5, 8));
  assert.ok(Math.abs(sectionPlane("height", 0.5, hall, heading).metres - 4) < 0.01);
});

test("changes are tried one after the other, and the latest answer counts", async () => {
  const asked = [];
  const edit = new LayoutEdit((changes) => new Promise((resolve, reject) => asked.push({ changes, resolve, reject })), () => {});
  const first = edit.add({ remove_rack: { racks: "R1" } });
  const second = edit.add({ turn_block: { block: "R2", by_deg: -90 } });
  asked[1].resolve({ racks: ["two"] });
  await second;
  asked[0].resolve({ racks: ["one"] });
  await first;
  assert.deepEqual(edit.patched, { racks: ["two"] });
  const third = edit.drop(0);
  assert.deepEqual(asked[2].changes, [{ turn_block: { block: "R2", by_deg: -90 } }]);
  asked[2].reject(new Error("changes.0: no room"));
  await third;
  assert.deepEqual([edit.fault, edit.patched], ["changes.0: no room", { racks: ["two"] }]);
  await edit.drop(0);
  assert.deepEqual([edit.fault, edit.patched, edit.changes], ["", null, []]);
});

test("a change is told in words", () => {
  const words = [
    { shift_row: { racks: "R1", by_m: [0.5, -1] } }, { turn_block: { block: "R2", by_deg: 90 } },
    { widen_aisle: { aisle: "A1", to_m: 3 } }, { remove_rack: { racks: "R9" } },
  ].map(told);
  assert.deepEqual(words, ["move R1: +0.5 m along, −1 m across", "turn block of R2 by +90°", "aisle A1 to 3 m", "remove R9"]);
});

test("a difference of heat keeps every second, on a grid that holds both", () => {
  const heat = (origin, width, height, cells, blocked_s) => ({ type: "heat", sim_s: 1, top_s_m2: cells.length, origin, cell_m: 0.5, width, height, cells, blocked_s });
  const a = heat([1, 2], 2, 1, [0, 1], [4, 6]);
  const b = heat([0, 1.5], 3, 3, [5, 0, 8], [6, 1, 2]); // its cell 5 is a's cell 0
  const told = heatDifference(a, b);
  assert.deepEqual([told.origin, told.width, told.height, told.top_s_m2], [[0, 1.5], 4, 3, 3]);
  assert.deepEqual(Object.fromEntries(told.cells.map((cell, i) => [cell, told.blocked_s[i]])), { 0: 1, 6: 2, 7: -6, 10: 2 });
  const none = heat([0, 0], 0, 0, [], []);
  assert.deepEqual(heatDifference(none, none).cells, []);
  assert.deepEqual(heatDifference(none, a).blocked_s, a.blocked_s);
  assert.deepEqual([differenceColour(-1)[2] > differenceColour(-1)[0], differenceColour(1)[0] > differenceColour(1)[2]], [true, true]);
});
