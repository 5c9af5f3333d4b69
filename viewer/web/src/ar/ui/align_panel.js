import { element } from "../../dom.js";
import { length, small } from "../../units.js";
import { centimetres } from "../trust.js";
import { planMap } from "./plan_map.js";

/** @import {Support} from "../support.js" */
/** @import {Place} from "../placing.js" */

const OFFERED = 8;
const TOLERANCES_MM = [30, 50, 100];
const KINDS = { marker: "marked point", column: "column at the floor", rack: "rack at the floor" };

/** Starting, and the points: which were set and how far each is off, which one is next. */
export class AlignPanel {
  #filter = element("input", { type: "search", placeholder: "Find a point", "aria-label": "Find a point" });
  #begin = element("div", { class: "page-only row-group" });
  #set = element("button", { class: "primary", id: "set-point" }, "Set point");
  #map = element("div");
  #taken = element("ul", { class: "rows", "aria-label": "Points that are set" });
  #offered = element("ul", { class: "rows", "aria-label": "Points to choose from" });
  #inSession = false;

  /** @param {HTMLElement} node @param {Place} place @param {{start: () => void, set: () => void, forget: () => void}} actions */
  constructor(node, place, actions) {
    this.place = place;
    this.start = element("button", { class: "primary", id: "start" }, "Start AR");
    this.start.addEventListener("click", actions.start);
    this.said = element("p", { id: "support" });
    this.#set.addEventListener("click", actions.set);
    this.#set.hidden = true;
    const forget = element("button", {}, "Forget what is kept on this device");
    forget.addEventListener("click", actions.forget);
    this.#begin.append(this.start, this.said);
    this.#filter.addEventListener("input", () => this.refresh());
    node.append(
      this.#begin,
      this.#set,
      element("h2", {}, "Points"),
      element("p", { class: "quiet page-only" }, "Choose three or more that you can find in the hall, 10 m or more apart. There, aim at each and set it. Marked points are best; rack corners only where racks stand as scanned."),
      this.#taken,
      this.#map,
      this.#filter,
      this.#offered,
      this.#tolerances(),
      element("div", { class: "page-only row" }, element("p", { class: "quiet" }, "Tables, contents and points are kept on this device, to work without the server."), forget),
    );
    this.refresh();
  }

  /** Which differences one wants to see: when errors pass a third of them, the page says so. */
  #tolerances() {
    const buttons = TOLERANCES_MM.map((mm) => {
      const button = element("button", { "aria-pressed": String(mm === 1000 * this.place.tolerance_m) }, small(mm));
      button.addEventListener("click", () => {
        this.place.tolerance_m = mm / 1000;
        for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
      });
      return button;
    });
    return element("div", { class: "row", role: "group", "aria-label": "Differences to be seen" }, element("span", {}, "Differences to be seen"), ...buttons);
  }

  /** @param {Support} support */
  support({ can, said, todo }) {
    /** @type {HTMLButtonElement} */ (this.start).disabled = !can;
    this.said.replaceChildren(said, ...(todo ? [element("br"), element("b", {}, todo)] : []));
  }

  /** @param {boolean} isOn */
  inSession(isOn) {
    this.#inSession = isOn;
    this.refresh();
  }

  refresh() {
    const { place } = this;
    const next = place.next;
    this.#set.hidden = !this.#inSession;
    /** @type {HTMLButtonElement} */ (this.#set).disabled = next === null || place.isTaking;
    this.#set.textContent = place.isTaking ? "Hold still…" : next === null ? "No points are known" : `Set ${next}`;
    const residuals = new Map(place.alignment?.points.map(({ name, residual_m }) => [name, residual_m]));
    this.#taken.replaceChildren(
      ...place.survey.names.map((name) => {
        const off = residuals.get(name);
        const times = place.survey.taps(name);
        const drop = element("button", { "aria-label": `Remove ${name}` }, "Remove");
        drop.addEventListener("click", () => place.drop(name));
        return element("li", { class: "row" }, element("span", {}, `● ${name}${times > 1 ? ` (${times} times)` : ""}`, element("br"), element("small", {}, off === undefined ? "set" : `off by ${centimetres(off)}`)), drop);
      }),
    );
    const wanted = this.#filter.value.trim().toLowerCase();
    const offered = place.offered.filter(({ name }) => name.toLowerCase().includes(wanted)).slice(0, OFFERED);
    const stands = place.stands;
    this.#offered.replaceChildren(
      ...offered.map(({ name, kind, position, sigma_m }) => {
        const isChosen = this.#inSession ? name === next : place.isQueued(name);
        const button = element("button", { class: "choose", "aria-pressed": String(isChosen) }, name, element("small", {}, `${KINDS[kind]} · x ${length(position[0], 1)}, y ${length(position[1], 1)} · known to ±${centimetres(1.96 * sigma_m)}`));
        button.addEventListener("click", () => place.choose(name, this.#inSession));
        return element("li", {}, button);
      }),
      ...(offered.length === 0 ? [element("li", { class: "quiet" }, wanted ? `No point is called “${wanted}”` : "No more points")] : []),
    );
    const shown = new Set([...place.survey.names, ...offered.map(({ name }) => name), ...place.queue]);
    this.#map.replaceChildren(
      planMap(place.facility, {
        points: place.survey.points.filter(({ name }) => shown.has(name)).map(({ name, position }) => ({ name, position, isTaken: place.survey.names.includes(name), isNext: this.#inSession ? name === next : place.isQueued(name) })),
        stands,
      }),
    );
  }
}
