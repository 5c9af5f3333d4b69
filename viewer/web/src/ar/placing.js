import { worldOf } from "./alignment.js";
import { distance, subtract, times } from "./linear.js";
import { SteadyTap } from "./steady.js";
import { realignAdvice } from "./trust.js";

/** @import {Facility} from "../facility" */
/** @import {Alignment} from "./alignment.js" */
/** @import {Vec3} from "./linear.js" */
/** @import {Placing, Survey} from "./survey.js" */
/** @import {Look} from "./xr_view.js" */

const STEP_M = 0.05;
const LOST_FRAMES = 90;

/** Where the device stands, from what it is told frame by frame; and which point is to be set next. */
export class Place {
  /** @type {Placing} */ placing = { state: "none" };
  /** @type {Look | null} */ look = null;
  /** @type {string[]} chosen beforehand, in order */ queue = [];
  /** @type {() => void} points or the choice changed */ onChange = () => {};
  /** @type {(said: string) => void} */ say = () => {};
  /** Differences of so much are to be told in the hall. */
  tolerance_m = 0.05;
  #walked = 0;
  /** @type {Vec3 | null} */ #last = null;
  /** @type {string | null} */ #picked = null;
  /** @type {{name: string, tap: SteadyTap, without: number} | null} */ #taking = null;
  /** @type {string | null} */ #aimedAt = null;

  /** @param {Survey} survey @param {Facility} facility */
  constructor(survey, facility) {
    this.survey = survey;
    this.facility = facility;
  }

  /** @returns {Alignment | null} */
  get alignment() {
    return this.placing.state === "placed" ? this.placing.alignment : null;
  }

  /** Where the user's eyes are in the world, and the heading of the view; null where that is not known. */
  get stands() {
    const { alignment, look } = this;
    if (!alignment || !look) return null;
    const [x, y] = times(alignment.turn, look.way);
    return { place: worldOf(alignment, look.head), way: times(alignment.turn, look.way), heading: Math.atan2(y, x) };
  }

  get isTaking() {
    return this.#taking !== null;
  }

  /** The name of the point to be set next. */
  get next() {
    return this.#taking?.name ?? this.#picked ?? this.#aimedAt ?? this.queue[0] ?? this.offered[0]?.name ?? null;
  }

  get offered() {
    return this.survey.offered(this.stands?.place ?? null);
  }

  /** @param {string} name */
  isQueued(name) {
    return this.queue.includes(name);
  }

  /** Choose a point: beforehand for later, once or not at all; in the session as the next. @param {string} name @param {boolean} isNow */
  choose(name, isNow) {
    if (isNow) this.#picked = name;
    else this.queue = this.isQueued(name) ? this.queue.filter((each) => each !== name) : [...this.queue, name];
    this.onChange();
  }

  /** Begin to take the next point where it is aimed. */
  begin() {
    if (this.#taking || this.next === null) return;
    this.#taking = { name: this.next, tap: new SteadyTap(), without: 0 };
    this.onChange();
  }

  /** @param {string} name */
  drop(name) {
    this.survey.drop(name);
    this.update();
    this.onChange();
  }

  /** The device's frame jumped, or a new one began. @param {boolean} wasLost */
  reset(wasLost) {
    const hadPoints = this.survey.names.length > 0;
    this.survey.clear();
    this.#taking = null;
    this.#last = null;
    this.update();
    if (wasLost && hadPoints) this.say("The device lost its way: set the points again.");
    this.onChange();
  }

  /** A further frame. @param {Look} look */
  see(look) {
    this.look = look;
    this.#last ??= look.head;
    const step = distance(look.head, this.#last);
    if (step > STEP_M) {
      this.#walked += step;
      this.#last = look.head;
    }
    if (this.#taking) this.#take(look);
  }

  /** What follows from the points for where the user stands now. */
  update() {
    this.placing = this.look ? this.survey.place(this.look.head) : { state: "none" };
    const { alignment, look } = this;
    const aimed = alignment && look?.aim ? this.survey.aimedAt(alignment, look.aim.seen) : null;
    this.#aimedAt = aimed?.name ?? null;
  }

  /** What the user should do about it. @returns {string | null} */
  get advice() {
    const { placing } = this;
    if (placing.state !== "placed" || placing.by === "marker") return null;
    return placing.warnings[0] ?? realignAdvice({ error_m: placing.error_m, walked_m: this.#walked, tolerance_m: this.tolerance_m });
  }

  /** @param {Look} look */
  #take({ head, aim }) {
    const taking = this.#taking;
    if (!taking) return;
    if (aim === null) {
      if (++taking.without > LOST_FRAMES) this.#giveUp("No surface is found there: go nearer, or aim at the floor.");
      return;
    }
    const taken = taking.tap.take({ seen: aim.seen, head, heading: aim.heading });
    if (taken === null) return;
    if (taken === "moved") return this.#giveUp("The aim moved by more than 3 cm: hold still and set it again.");
    this.survey.take(taking.name, taken);
    this.queue = this.queue.filter((name) => name !== taking.name);
    this.#taking = null;
    this.#picked = null;
    this.#walked = 0;
    this.update();
    this.say("");
    this.onChange();
  }

  /** @param {string} said */
  #giveUp(said) {
    this.#taking = null;
    this.say(said);
    this.onChange();
  }
}

/** Metres on the floor between the user and a place. @param {{place: Vec3} | null} stands @param {Vec3} place */
export function floorDistance(stands, place) {
  if (!stands) return null;
  const [dx, dy] = subtract(place, stands.place);
  return Math.hypot(dx, dy);
}
