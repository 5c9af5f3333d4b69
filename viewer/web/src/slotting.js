/** @import {Location, Slotting, LocationChange} from "./facility" */

/** @typedef {"before" | "after"} When */

const MOST_ARCS = 300; // more are a thicket: those of the fastest movers are drawn

/** A slotting plan, ready to be looked up by location: no engine in here. */
export class Plan {
  /** @param {Slotting} slotting @param {Location[]} locations */
  constructor(slotting, locations) {
    this.edges = slotting.edges;
    this.faceEdges = slotting.face_edges;
    this.moves = slotting.moves;
    /** @type {Map<string, LocationChange>} */
    this.changes = new Map(slotting.locations.map((change) => [change.id, change]));
    this.faces = { before: this.#faceSums(locations, "before"), after: this.#faceSums(locations, "after") };
  }

  /** @param {string} id @param {When} when */
  visits(id, when) {
    const change = this.changes.get(id);
    if (!change) return 0;
    return when === "before" ? change.visits_before : change.visits_after;
  }

  /**
   * The class of colour of a location, −1 where nothing is picked. Seen from above, that of all over each other.
   * @param {Location} location @param {When} when @param {boolean} fromAbove
   */
  classOf(location, when, fromAbove) {
    return fromAbove
      ? classOf(this.faces[when].get(face(location)) ?? 0, this.faceEdges)
      : classOf(this.visits(location.id, when), this.edges);
  }

  /** The moves that are drawn, those of the SKUs that are visited most first. */
  shownMoves() {
    const moves = this.moves.filter((move) => move.source !== null);
    return moves.sort((a, b) => this.visits(b.target, "after") - this.visits(a.target, "after")).slice(0, MOST_ARCS);
  }

  /** @param {Location[]} locations @param {When} when */
  #faceSums(locations, when) {
    /** @type {Map<string, number>} */ const sums = new Map();
    for (const location of locations) {
      const key = face(location);
      sums.set(key, (sums.get(key) ?? 0) + this.visits(location.id, when));
    }
    return sums;
  }
}

/** A value belongs below the edge that it reaches. @param {number} value @param {number[]} edges */
export function classOf(value, edges) {
  if (!(value > 0) || edges.length === 0) return -1;
  const found = edges.findIndex((edge) => value <= edge);
  return found < 0 ? edges.length - 1 : found;
}

/** `up to 20`, `20 to 50`, … @param {number[]} edges */
export function classNames(edges) {
  return edges.map((edge, i) => (i === 0 ? `up to ${short(edge)}` : `${short(edges[i - 1])} to ${short(edge)}`));
}

/** @param {number} value */
function short(value) {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** @param {Location} location */
function face({ rack, bay, position }) {
  return `${rack}|${bay}|${position}`;
}
