/** @import {Tile} from "./tileset.js" */

const AT_ONCE = 6;
const BURST = 100;
const PER_S = 30; // what the server grants a caller without end is more
const KEPT_BUDGETS = 2;
const TRIES = 3;
const AGAIN_MS = 2000;

/**
 * Tiles that are here, and those that are fetched: the most needed first, and no more often than a server likes.
 * What has not been needed for longest goes when there are too many.
 * @template T what a tile becomes once it is here
 */
export class KeptTiles {
  /** @type {Map<Tile, T>} the longest unneeded first */ #here = new Map();
  /** @type {Map<Tile, number>} with how often each has been tried */ #failed = new Map();
  /** @type {Set<Tile>} */ #coming = new Set();
  /** @type {Tile[]} */ #needed = [];
  #points = 0;
  #budget = Infinity;
  #allowed = BURST;
  #since;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {(file: string) => Promise<T>} fetchTile
   * @param {{arrived: () => void, drop: (made: T) => void, failed: (tile: Tile, error: Error) => void, now?: () => number}} tell
   */
  constructor(fetchTile, { arrived, drop, failed, now = () => performance.now() }) {
    this.fetchTile = fetchTile;
    this.arrived = arrived;
    this.drop = drop;
    this.failed = failed;
    this.now = now;
    this.#since = now();
  }

  /** Points of all tiles that are here. */
  get points() {
    return this.#points;
  }

  /** Whether something that is needed is not here yet, and may still come. */
  get isWaiting() {
    return this.#needed.some((tile) => !this.#here.has(tile) && (this.#failed.get(tile) ?? 0) < TRIES);
  }

  /** @returns {Iterable<T>} */
  get all() {
    return this.#here.values();
  }

  /**
   * Say which tiles are needed, the most needed first; gives those that are here.
   * @param {Tile[]} tiles @param {number} budget points @returns {T[]}
   */
  need(tiles, budget) {
    this.#needed = tiles;
    this.#budget = budget;
    const here = [];
    for (const tile of tiles) {
      const made = this.#here.get(tile);
      if (made === undefined) continue;
      this.#here.delete(tile); // to the end: it was needed last
      this.#here.set(tile, made);
      here.push(made);
    }
    this.#makeRoom();
    this.#fetchMore();
    return here;
  }

  #makeRoom() {
    const needed = new Set(this.#needed);
    for (const [tile, made] of this.#here) {
      if (this.#points <= KEPT_BUDGETS * this.#budget) return;
      if (needed.has(tile)) continue;
      this.#here.delete(tile);
      this.#points -= tile.points;
      this.drop(made);
    }
  }

  #fetchMore() {
    const now = this.now();
    this.#allowed = Math.min(BURST, this.#allowed + ((now - this.#since) / 1000) * PER_S);
    this.#since = now;
    for (const tile of this.#needed) {
      if (this.#coming.size >= AT_ONCE) return;
      if (this.#here.has(tile) || this.#coming.has(tile) || (this.#failed.get(tile) ?? 0) >= TRIES) continue;
      if (this.#allowed < 1) return this.#later(1000 / PER_S);
      this.#allowed--;
      this.#coming.add(tile);
      this.#fetch(tile);
    }
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetchMore(), ms);
  }

  /** @param {Tile} tile */
  async #fetch(tile) {
    try {
      const made = await this.fetchTile(/** @type {string} */ (tile.file));
      this.#here.set(tile, made);
      this.#points += tile.points;
      this.#failed.delete(tile);
      this.#coming.delete(tile);
      this.arrived();
      this.#fetchMore();
    } catch (error) {
      const tries = (this.#failed.get(tile) ?? 0) + 1;
      this.#failed.set(tile, tries);
      this.#coming.delete(tile);
      if (tries === TRIES) this.failed(tile, /** @type {Error} */ (error));
      this.#later(AGAIN_MS);
    }
  }
}
