import { distance, middleOf } from "./linear.js";

/** @import {Tap} from "./survey.js" */

const FRAMES = 12;
const MOST_SPREAD_M = 0.03;
const PATIENCE = 3;

/** A tap taken over some frames, so that a trembling hand counts less; it is refused while the hand moves. */
export class SteadyTap {
  /** @type {Tap[]} */ #hits = [];
  #begun = 1;

  /**
   * A further frame: the tap once it is steady, "moved" when the hand will not be still, null before that.
   * @param {Tap} hit @returns {Tap | "moved" | null}
   */
  take(hit) {
    this.#hits.push(hit);
    if (this.#hits.length < FRAMES) return null;
    const seen = middleOf(this.#hits.map((each) => each.seen));
    const isSteady = this.#hits.every((each) => distance(each.seen, seen) <= MOST_SPREAD_M);
    if (isSteady) return { seen, head: middleOf(this.#hits.map(({ head }) => head)), heading: hit.heading };
    if (this.#begun === PATIENCE) return "moved";
    this.#begun++;
    this.#hits = [];
    return null;
  }
}
