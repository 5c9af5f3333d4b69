import { pieceAt } from "./motion.js";

/** @import {Motion} from "./messages" */

/** Times are told to the picture from here on, so that single precision is enough for days. */
const REBASE_S = 600;

/**
 * What every agent does now, as flat arrays for the picture: it is asked for anew only when an agent begins another
 * piece of its way. Agent i has `ways[4i…]` x, y of where its piece begins and ends, metres; `times[4i…]` seconds after
 * `base` of both, the number of its state, and the height of the floor that it is on, metres.
 */
export class AgentPieces {
  /** @type {string[]} */ names = [];
  ways = new Float32Array(0);
  times = new Float32Array(0);
  base = 0;
  /** Whether arrays were exchanged for larger ones. */
  grown = false;
  /** @type {(readonly Motion[])[]} */ #sources = [];
  /** @type {Float64Array} */ #until = new Float64Array(0);
  /** @type {Float64Array} */ #since = new Float64Array(0);
  /** @type {number[]} */ #states = [];

  /** @param {readonly string[]} states in the order of their numbers @param {(level?: string | null) => number} floorOf metres */
  constructor(states, floorOf = () => 0) {
    this.floorOf = floorOf;
    this.numbers = new Map(states.map((state, i) => [state, i]));
  }

  /**
   * Take in what is known, as of `t`; the numbers of the first and last agent that changed, null for none.
   * @param {Map<string, Motion[]>} agents @param {number} t @param {(name: string) => boolean} isHeard
   * @returns {{first: number, last: number} | null}
   */
  update(agents, t, isHeard) {
    this.grown = false;
    if (agents.size > this.#sources.length || agents.size < this.names.length) this.#begin(agents.size);
    const isRebased = Math.abs(t - this.base) > REBASE_S;
    if (isRebased) this.base = t;
    let first = Infinity;
    let last = -1;
    let i = 0;
    for (const [name, motions] of agents) {
      const silent = isHeard(name) ? 0 : 1;
      const isSame = this.names[i] === name && this.#sources[i] === motions && t >= this.#since[i] && t < this.#until[i];
      if (!isSame || isRebased || this.#states[i] !== silent) {
        this.#set(i, name, motions, t, silent);
        first = Math.min(first, i);
        last = i;
      }
      i++;
    }
    return last < 0 ? null : { first, last };
  }

  /** @param {number} count */
  #begin(count) {
    const room = Math.max(16, 2 ** Math.ceil(Math.log2(Math.max(1, count))));
    if (4 * room !== this.ways.length) {
      this.ways = new Float32Array(4 * room);
      this.times = new Float32Array(4 * room);
      this.grown = true;
    }
    this.names = [];
    this.#sources = [];
    this.#states = [];
    this.#until = new Float64Array(room);
    this.#since = new Float64Array(room);
  }

  /** @param {number} i @param {string} name @param {Motion[]} motions @param {number} t @param {number} silent */
  #set(i, name, motions, t, silent) {
    const { from, to, start_s, end_s, state, level } = pieceAt(motions, t);
    this.names[i] = name;
    this.#sources[i] = motions;
    this.#states[i] = silent;
    this.#since[i] = start_s;
    this.#until[i] = end_s;
    const begins = Number.isFinite(start_s) ? start_s : t;
    const ends = Number.isFinite(end_s) ? end_s : t;
    this.ways.set([from[0], from[1], to[0], to[1]], 4 * i);
    const number = this.numbers.get(silent ? "silent" : state) ?? 0;
    this.times.set([begins - this.base, Math.max(ends, begins) - this.base, number, this.floorOf(level)], 4 * i);
  }
}
