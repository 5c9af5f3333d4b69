/** @import {Clock, Heat, Kpi, Motion, Update, Value} from "./messages" */

const REMEMBERED_S = 40;

/** What the server last said, by key. Agents also keep what they did a little while ago, for their trails. */
export class World {
  session = "";
  seq = /** @type {number | null} */ (null);
  /** @type {Clock | null} */ clock = null;
  /** @type {Heat | null} */ heat = null;
  /** @type {Kpi | null} */ kpi = null;
  /** @type {Map<string, Motion[]>} */ agents = new Map();

  /** @param {Update} update */
  apply(update) {
    const anew = update.session !== this.session;
    this.session = update.session;
    this.seq = update.seq;
    if (update.reset) this.#forget();
    for (const [key, value] of Object.entries(update.sets)) this.#set(key, value, anew);
    for (const key of update.dels) this.#remove(key);
  }

  #forget() {
    this.clock = this.heat = this.kpi = null;
    this.agents.clear();
  }

  /** @param {string} key @param {Value} value @param {boolean} anew */
  #set(key, value, anew) {
    if (value.type === "clock") this.clock = value;
    else if (value.type === "heat") this.heat = value;
    else if (value.type === "kpi") this.kpi = value;
    else {
      const name = agentName(key);
      this.agents.set(name, continued(anew ? [] : (this.agents.get(name) ?? []), value.motions));
    }
  }

  /** @param {string} key */
  #remove(key) {
    if (key === "clock" || key === "heat" || key === "kpi") this[key] = null;
    else this.agents.delete(agentName(key));
  }
}

/** @param {string} key */
function agentName(key) {
  return key.slice("agent/".length);
}

/**
 * New motions, after those known ones that lead up to them without a gap.
 * @param {Motion[]} known @param {Motion[]} told
 * @returns {Motion[]}
 */
export function continued(known, told) {
  const start = told[0].start_s;
  const before = known.filter((motion) => motion.start_s < start && motion.end_s > start - REMEMBERED_S);
  const joins = before.length > 0 && before[before.length - 1].end_s === start;
  return joins ? [...before, ...told] : told;
}
