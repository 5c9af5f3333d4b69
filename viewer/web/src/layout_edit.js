/** @import {Patched, Rack} from "./facility" */

/** @typedef {Record<string, Record<string, unknown>>} Change one entry below `changes` of a patch file */

/** Changes that are tried on the hall, one after the other; whoever is told of each state gets what the server says. */
export class LayoutEdit {
  /** @type {Change[]} */ changes = [];
  /** @type {Patched | null} */ patched = null;
  /** What cannot be, in the server's words; empty when all is well. */
  fault = "";
  #asked = 0;

  /** @param {(changes: Change[]) => Promise<Patched>} ask @param {() => void} changed */
  constructor(ask, changed) {
    this.ask = ask;
    this.changed = changed;
  }

  /** @param {Change} change @returns {Promise<void>} */
  add(change) {
    this.changes = [...this.changes, change];
    return this.#refresh();
  }

  /** Take change i back. @param {number} i @returns {Promise<void>} */
  drop(i) {
    this.changes = this.changes.filter((_, k) => k !== i);
    return this.#refresh();
  }

  async #refresh() {
    const number = ++this.#asked;
    if (this.changes.length === 0) {
      this.patched = null;
      this.fault = "";
      return this.changed();
    }
    const [patched, fault] = await this.ask(this.changes).then(
      (told) => [told, ""],
      (error) => [this.patched, /** @type {Error} */ (error).message],
    );
    if (number !== this.#asked) return; // a later one is under way
    this.patched = /** @type {Patched | null} */ (patched);
    this.fault = /** @type {string} */ (fault);
    this.changed();
  }
}

/** A change in words. @param {Change} change @returns {string} */
export function told(change) {
  const [[word, what]] = Object.entries(change);
  const rows = what.racks ?? (what.block ? `block of ${what.block}` : "");
  if (word === "shift_row") {
    const [along, across] = /** @type {[number, number]} */ (what.by_m);
    return `move ${rows}: ${signed(along)} m along, ${signed(across)} m across`;
  }
  if (word === "turn_block") return `turn ${rows} by ${signed(/** @type {number} */ (what.by_deg))}°`;
  if (word === "widen_aisle") return `aisle ${what.aisle} to ${what.to_m} m`;
  if (word === "remove_rack") return `remove ${rows}`;
  return word.replaceAll("_", " ");
}

/** @param {number} value */
function signed(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value)}`;
}

/**
 * Rows that stand otherwise than before, and those that are gone.
 * @param {Rack[]} before @param {Rack[]} after
 */
export function movedRacks(before, after) {
  const known = new Map(before.map((rack) => [rack.id, rack]));
  const left = new Set(after.map(({ id }) => id));
  const isSame = (/** @type {Rack | undefined} */ a, /** @type {Rack} */ b) =>
    a !== undefined && Math.hypot(a.center[0] - b.center[0], a.center[1] - b.center[1]) < 1e-6 && a.yaw_rad === b.yaw_rad && a.length_m === b.length_m && a.depth_m === b.depth_m;
  return {
    moved: after.filter((rack) => !isSame(known.get(rack.id), rack)),
    gone: before.filter(({ id }) => !left.has(id)),
  };
}
