/** @import {Alert, Clock, Feed, Figures, Heat, Job, Kpi, LiveAgent, Motion, Seen, Sensor, Update, Value} from "./messages" */
/** @import {Numbered} from "./motion_frame.js" */

const REMEMBERED_S = 40;
/** A server that lags behind another of the same log has caught up by then [ms]; later, the log was set back. */
const LAG_MS = 5_000;

/** What the server last said, by key. Agents also keep what they did a little while ago, for their trails. */
export class World {
  session = "";
  seq = /** @type {number | null} */ (null);
  /** @type {Clock | null} */ clock = null;
  /** @type {Heat | null} */ heat = null;
  /** @type {Kpi | null} */ kpi = null;
  /** @type {Figures | null} */ figures = null;
  /** @type {Map<string, Motion[]>} */ agents = new Map();
  /** @type {Map<string, LiveAgent>} */ liveAgents = new Map();
  /** @type {Map<string, Feed>} */ feeds = new Map();
  /** @type {Map<string, Sensor>} */ sensors = new Map();
  /** @type {Map<string, Seen>} */ seen = new Map();
  /** @type {Map<string, Alert>} */ alerts = new Map();
  /** @type {Map<string, Job>} */ jobs = new Map();
  /** @type {Map<number, string>} */ #names = new Map();
  /** @type {Figures | null} */ #newest = null;

  /** @param {string[]} [levels] ids of the facility's levels, which frames tell by their number */
  constructor(levels = []) {
    this.levels = levels;
  }

  /** @param {Update} update @param {Numbered[]} [motions] of live agents, by number */
  apply(update, motions = []) {
    const anew = update.session !== this.session;
    if (logOf(update.session) !== logOf(this.session)) this.#newest = null;
    this.session = update.session;
    this.seq = update.seq;
    if (update.reset) this.#forget(anew);
    for (const [key, value] of Object.entries(update.sets)) this.#set(key, value, anew);
    for (const key of update.dels) this.#remove(key);
    for (const { number, level, motion } of motions) {
      const name = this.#names.get(number);
      if (name !== undefined) this.#extend(name, [{ ...motion, level: this.levels[level] }]);
    }
  }

  /** @param {boolean} anew whether the server is another one */
  #forget(anew) {
    this.clock = this.heat = this.kpi = this.figures = null;
    for (const entries of [this.liveAgents, this.feeds, this.sensors, this.seen, this.alerts, this.jobs]) entries.clear();
    this.agents.clear();
    if (anew) this.#names.clear();
  }

  /** @param {string} key @param {Value} value @param {boolean} anew */
  #set(key, value, anew) {
    const name = key.slice(key.indexOf("/") + 1);
    if (value.type === "clock") this.clock = value;
    else if (value.type === "heat") this.heat = value;
    else if (value.type === "kpi") this.kpi = value;
    else if (value.type === "figures") this.figures = this.#newest = newer(value, this.#newest);
    else if (value.type === "feed") this.feeds.set(name, value);
    else if (value.type === "sensor") this.sensors.set(name, value);
    else if (value.type === "seen") this.seen.set(name, value);
    else if (value.type === "alert") this.alerts.set(name, value);
    else if (value.type === "job") this.jobs.set(name, value);
    else if (value.type === "live_agent") {
      this.liveAgents.set(name, value);
      this.#names.set(value.number, name);
    } else {
      if (anew) this.agents.delete(name);
      this.#extend(name, value.motions);
    }
  }

  /** @param {string} name @param {Motion[]} told */
  #extend(name, told) {
    this.agents.set(name, continued(this.agents.get(name) ?? [], told));
  }

  /** @param {string} key */
  #remove(key) {
    if (key === "clock" || key === "heat" || key === "kpi" || key === "figures") return (this[key] = null);
    const [kind] = key.split("/", 1);
    const name = key.slice(kind.length + 1);
    const maps = { feed: this.feeds, sensor: this.sensors, location: this.seen, alert: this.alerts, job: this.jobs };
    if (kind === "agent") {
      this.agents.delete(name);
      this.liveAgents.delete(name);
    } else if (kind === "motion") this.agents.delete(this.#names.get(Number(name)) ?? "");
    else maps[/** @type {keyof typeof maps} */ (kind)]?.delete(name);
  }
}

/** The log that a session's server follows: what comes before the last dash. @param {string} session */
const logOf = (session) => session.slice(0, Math.max(0, session.lastIndexOf("-")));

/**
 * The figures told, or those known while these are of an earlier event: no viewer sees them go back that moves to a
 * server which reckoned its own a moment ago.
 * @param {Figures} told @param {Figures | null} known
 */
function newer(told, known) {
  return known !== null && told.seq < known.seq && told.at_ms < known.at_ms + LAG_MS ? known : told;
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
