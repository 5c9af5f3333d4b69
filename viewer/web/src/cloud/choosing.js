/** @import {Tile} from "./tileset.js" */

/**
 * @typedef {object} View a camera in the tileset's frame
 * @property {number[][]} planes of what it sees: nx, ny, nz, d with n·p + d ≥ 0 inside
 * @property {number[]} eye
 * @property {(distance: number) => number} pixelsPerMetre at a distance from the eye
 */

/** Points this many pixels apart are near enough. */
export const FINE_PX = 1.5;

/**
 * The tiles to show, most needed first: never more points than `budget`, and none without those above it.
 *
 * A tile is needed as much as the gaps between points are wide on the screen without it. The first that does not fit
 * ends the choice, so that detail is even: what is seen as large gets its points before what is seen as small.
 * @param {Tile} root @param {View} view @param {number} budget @returns {Tile[]}
 */
export function chooseTiles(root, view, budget) {
  /** @type {Tile[]} */ const chosen = [];
  const waiting = new Heap();
  let left = budget;
  if (isSeen(root, view.planes)) waiting.push(Infinity, root);
  for (let tile = waiting.pop(); tile; tile = waiting.pop()) {
    if (tile.points > left) break;
    left -= tile.points;
    if (tile.file) chosen.push(tile);
    for (const child of tile.children) {
      const gap = child.coarser * view.pixelsPerMetre(distance(child, view.eye));
      if (gap > FINE_PX && isSeen(child, view.planes)) waiting.push(gap, child);
    }
  }
  return chosen;
}

/**
 * The first of `pieces`, at least one, that have no more than `budget` points in all.
 * @template T @param {T[]} pieces most needed first @param {(piece: T) => number} countOf @param {number} budget @returns {T[]}
 */
export function mostNeeded(pieces, countOf, budget) {
  let left = budget;
  const end = pieces.findIndex((piece) => (left -= countOf(piece)) < 0);
  return end < 0 ? pieces : pieces.slice(0, Math.max(1, end));
}

/** From the eye to the nearest point of a tile's box, metres. @param {Tile} tile @param {number[]} eye */
function distance({ center, half }, eye) {
  let squares = 0;
  for (let axis = 0; axis < 3; axis++) squares += Math.max(0, Math.abs(eye[axis] - center[axis]) - half[axis]) ** 2;
  return Math.sqrt(squares);
}

/** Whether any of the box may be inside all planes. @param {Tile} tile @param {number[][]} planes */
function isSeen({ center, half }, planes) {
  return planes.every(([x, y, z, d]) => {
    const reach = Math.abs(x) * half[0] + Math.abs(y) * half[1] + Math.abs(z) * half[2];
    return x * center[0] + y * center[1] + z * center[2] + d >= -reach;
  });
}

/** The tile with the greatest need first; of equals that which came first. */
class Heap {
  /** @type {{need: number, came: number, tile: Tile}[]} */ #items = [];
  #came = 0;

  /** @param {number} need @param {Tile} tile */
  push(need, tile) {
    const items = this.#items;
    items.push({ need, came: this.#came++, tile });
    for (let i = items.length - 1; i > 0; ) {
      const above = (i - 1) >> 1;
      if (!this.#goesFirst(i, above)) break;
      [items[i], items[above]] = [items[above], items[i]];
      i = above;
    }
  }

  /** @returns {Tile | undefined} */
  pop() {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last && items.length > 0) {
      items[0] = last;
      for (let i = 0; ; ) {
        let next = i;
        for (const below of [2 * i + 1, 2 * i + 2]) if (below < items.length && this.#goesFirst(below, next)) next = below;
        if (next === i) break;
        [items[i], items[next]] = [items[next], items[i]];
        i = next;
      }
    }
    return first?.tile;
  }

  /** @param {number} a @param {number} b */
  #goesFirst(a, b) {
    const [one, other] = [this.#items[a], this.#items[b]];
    return one.need === other.need ? one.came < other.came : one.need > other.need;
  }
}
