import { element } from "../dom.js";
import { SHOWN_STATES } from "../colours.js";

/** @import {Pickers} from "./pickers.js" */
/** @import {Stage} from "./stage.js" */

const MOST = 80;

/** Names over the pickers' heads, as text of the page: sharp at every size, and out of the picture's way. */
export class Labels {
  visible = true;
  /** @type {Map<string, HTMLElement>} */
  #labels = new Map();

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {Pickers} pickers @param {Stage} stage */
  update(pickers, stage) {
    const wanted = this.visible && pickers.object.visible && pickers.count <= MOST ? pickers.shown : [];
    const names = new Set(wanted.map(({ name }) => name));
    for (const [name, label] of this.#labels) {
      if (names.has(name)) continue;
      label.remove();
      this.#labels.delete(name);
    }
    for (const { name, state, head } of wanted) {
      const label = this.#label(name);
      const at = stage.project(head);
      label.hidden = at === null;
      if (at) label.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px) translate(-50%, -100%)`;
      label.dataset.state = state;
      label.style.setProperty("--state", SHOWN_STATES[state].colour);
    }
  }

  /** @param {string} name */
  #label(name) {
    const known = this.#labels.get(name);
    if (known) return known;
    const made = element("span", { class: "label" }, name);
    this.host.append(made);
    this.#labels.set(name, made);
    return made;
  }
}
