import { AGENT_STATES, LOCATION_STATES, SHOWN_STATES, heatGradient } from "../colours.js";
import { element, swatch } from "../dom.js";

/** @import {Location} from "../facility" */

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {boolean} on
 * @property {(on: boolean) => void} show
 * @property {Node[]} [legend]
 */

/** A switch for each layer, with its legend below it. */
export class LayerPanel {
  /** @type {Map<string, {box: HTMLInputElement, isOnAtFirst: boolean}>} */ #boxes = new Map();

  /** @param {HTMLElement} host @param {Layer[]} layers @param {() => void} changed called when the user switched one */
  constructor(host, layers, changed) {
    host.replaceChildren(
      element("h2", {}, "Layers"),
      ...layers.map(({ name, on, show, legend = [] }) => {
        const box = element("input", { type: "checkbox" });
        box.checked = on;
        box.addEventListener("change", () => {
          show(box.checked);
          changed();
        });
        this.#boxes.set(name, { box, isOnAtFirst: on });
        const row = legend.length > 0 ? "layer" : "layer short";
        return element("div", { class: row }, element("label", {}, box, name), ...legend);
      }),
    );
  }

  /** Names of layers that are not as at first. */
  get switched() {
    const changed = [...this.#boxes].filter(([, { box, isOnAtFirst }]) => box.checked !== isOnAtFirst);
    const names = (/** @type {boolean} */ on) => changed.filter(([, { box }]) => box.checked === on).map(([name]) => name);
    return { on: names(true), off: names(false) };
  }

  /** Switch layers by name; one that is not there is passed over. @param {string[]} names @param {boolean} on */
  turn(names, on) {
    for (const name of names) {
      const box = this.#boxes.get(name)?.box;
      if (box && box.checked !== on) box.click();
    }
  }
}

/** @param {Location[]} locations */
export function locationLegend(locations) {
  const states = Object.entries(LOCATION_STATES).map(([state, { colour, label }]) => {
    const count = locations.filter((location) => location.state === state).length;
    return element("li", {}, swatch(colour), `${label} `, element("b", {}, count.toLocaleString("en")));
  });
  return element("ul", { class: "legend stock" }, ...states);
}

/** @param {boolean} isLive */
export function pickerLegend(isLive) {
  const states = Object.values(isLive ? SHOWN_STATES : AGENT_STATES).map(({ colour, label }) => element("li", {}, swatch(colour), label));
  return element("ul", { class: "legend columns phone-only" }, ...states);
}

/** The scale of the heat; `setTop` tells how many seconds its brightest colour stands for. */
export function heatLegend() {
  const ramp = element("div", { class: "ramp", "aria-hidden": "true" });
  ramp.style.background = heatGradient();
  const top = element("span");
  const scale = element("div", { class: "ramp-scale" }, element("span", {}, "0"), element("span", {}, "time blocked here"), top);
  const setTop = (/** @type {number} */ seconds) => {
    top.textContent = seconds > 0 ? `≥ ${seconds} s/m²` : "–";
  };
  setTop(0);
  return { node: element("div", { class: "legend" }, ramp, scale), setTop };
}
