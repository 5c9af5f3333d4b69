import { element } from "../../dom.js";
import { length } from "../../units.js";
import { ask } from "../data.js";
import { levelAt, progressOn } from "../way.js";
import { planMap } from "./plan_map.js";

/** @import {Vec3} from "../linear.js" */
/** @import {Known} from "../data.js" */
/** @import {Place} from "../placing.js" */
/** @typedef {{location: string, path: Vec3[], length_m: number, agent: string}} Way */

const ASTRAY_M = 3;

/** The way to a SKU or location: asked of the server, drawn on the floor, and on the plan. */
export class WayPanel {
  #goal = element("input", { type: "search", id: "way-goal", placeholder: "SKU or location", "aria-label": "SKU or location", required: "" });
  #answer = element("p", { role: "status", id: "way-answer" });
  #map = element("div");
  /** @type {Way | null} */ way = null;
  #isAsking = false;

  /** @param {HTMLElement} node @param {Known} known @param {Place} place @param {(path: Vec3[]) => void} draw */
  constructor(node, known, place, draw) {
    this.known = known;
    this.place = place;
    this.draw = draw;
    const end = element("button", { type: "button" }, "Clear");
    end.addEventListener("click", () => this.#show(null, ""));
    const form = element("form", {}, this.#goal, element("div", { class: "row" }, element("button", { class: "primary" }, "Show the way"), end));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.to(this.#goal.value.trim());
    });
    node.append(element("h2", {}, "Way"), form, this.#answer, this.#map);
  }

  /** @param {string} goal a location or a SKU */
  async to(goal) {
    this.#goal.value = goal;
    const isLocation = this.known.facility.locations.some(({ id }) => id === goal);
    await this.#ask(`${isLocation ? "location" : "sku"}=${encodeURIComponent(goal)}`);
  }

  /** The user walked: what is left, or a new way where they left it. */
  follow() {
    const { stands } = this.place;
    if (!this.way || !stands) return;
    const { off_m, left_m } = progressOn(this.way.path, stands.place);
    if (off_m > ASTRAY_M) this.#ask(`location=${encodeURIComponent(this.way.location)}`);
    else this.#answer.textContent = left_m < 1 ? `${this.way.location} is here` : `${length(left_m, 0)} to ${this.way.location}`;
  }

  /** @param {string} goal */
  async #ask(goal) {
    const start = this.#start();
    if (start === null || this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { data } = await ask(`/api/way?from=${start}&${goal}`);
      this.#show(data, `${length(data.length_m, 0)} to ${data.location}${this.place.stands ? "" : ", from the depot"}`);
    } catch (error) {
      const isAway = error instanceof TypeError; // what fetch throws without a network
      this.#show(this.way, isAway ? "The server is out of reach: a new way needs it." : /** @type {Error} */ (error).message);
    } finally {
      this.#isAsking = false;
    }
  }

  /** Where the user stands, or the first station. */
  #start() {
    const { levels } = this.known.facility;
    const { stands } = this.place;
    if (stands) return `${stands.place[0].toFixed(2)},${stands.place[1].toFixed(2)},${encodeURIComponent(levelAt(levels, stands.place[2]))}`;
    const [station] = this.known.facility.stations ?? [];
    if (station) return `${station.pose[0]},${station.pose[1]},${encodeURIComponent(station.level)}`;
    this.#answer.textContent = "Start AR and set three points first: it is not known where you stand.";
    return null;
  }

  /** @param {Way | null} way @param {string} said */
  #show(way, said) {
    this.way = way;
    this.#answer.textContent = said;
    this.#map.replaceChildren(...(way ? [planMap(this.known.facility, { path: way.path, stands: this.place.stands })] : []));
    this.draw(way?.path ?? []);
  }
}
