import { at, getJson } from "../api.js";
import { UNKNOWN_COLOUR, heatGradient } from "../colours.js";
import { element, swatch } from "../dom.js";
import { locationLegend } from "./layers.js";

/** @import {Colouring, Location} from "../facility" */
/** @import {Locations} from "../scene/locations.js" */

const TITLES = /** @type {Record<string, string>} */ ({
  state: "State",
  fill: "Fill",
  velocity: "Picks per hour",
  blocked: "Blocked nearby",
  age: "Time since counted",
});

/** What locations are coloured by: a choice with its legend. */
export class ColourBy {
  node = element("div", { class: "colour-by" });
  /** @type {string} */ chosen = "state";
  #legend = element("div");
  #select = element("select", { "aria-label": "Colour locations by" });

  /**
   * @param {string[]} names of the figures that there are @param {Locations} locations
   * @param {(text: string) => void} say @param {() => void} changed called when locations are to be drawn anew
   */
  constructor(names, locations, say, changed) {
    this.locations = locations;
    this.say = say;
    this.changed = changed;
    /** @type {Colouring | null} */ this.figures = null;
    this.names = ["state", ...names];
    this.#select.append(...this.names.map((name) => element("option", { value: name }, TITLES[name] ?? name)));
    this.#select.addEventListener("change", () => this.choose(this.#select.value));
    if (names.length > 0) this.node.append(element("label", {}, "Colour by ", this.#select));
    this.node.append(this.#legend);
    this.#show();
  }

  /** @param {string} name @returns {Promise<void>} */
  async choose(name) {
    if (!this.names.includes(name)) return;
    this.chosen = name;
    this.#select.value = name;
    try {
      const figures = name === "state" ? null : /** @type {Colouring} */ (await getJson(at(`/api/colours/${name}`)));
      if (this.chosen !== name) return;
      this.figures = figures;
    } catch (error) {
      this.figures = null;
      this.chosen = this.#select.value = "state";
      this.say(`The colours could not be loaded: ${/** @type {Error} */ (error).message}`);
    }
    this.#show();
    this.changed();
  }

  /** Draw the locations in what was chosen. */
  draw() {
    if (this.figures) this.locations.showFigures(this.figures);
    else this.locations.showStock();
  }

  #show() {
    this.#legend.replaceChildren(this.figures ? figureLegend(this.figures, this.locations.locations) : locationLegend(this.locations.locations));
  }
}

/** @param {Colouring} figures @param {Location[]} locations */
function figureLegend({ values, unit, top }, locations) {
  const ramp = element("div", { class: "ramp", "aria-hidden": "true" });
  ramp.style.background = heatGradient();
  const scale = element("div", { class: "ramp-scale" }, element("span", {}, "0"), element("span", {}, unit), element("span", {}, `≥ ${top.toLocaleString("en")}`));
  const unknown = locations.filter(({ id }) => !(id in values)).length;
  const rest = unknown > 0 ? [element("div", { class: "unknown" }, swatch(UNKNOWN_COLOUR), "Not known ", element("b", {}, unknown.toLocaleString("en")))] : [];
  return element("div", { class: "legend" }, ramp, scale, ...rest);
}
