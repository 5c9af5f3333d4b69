import { byId, element } from "../dom.js";
import { sectionPlane } from "../scene/section.js";
import { chooseUnits, length, onUnits, units } from "../units.js";

/** @import {Hall} from "../scene/hall.js" */
/** @import {Measuring} from "../scene/measuring.js" */
/** @import {Axis} from "../scene/section.js" */

/** Whether keys belong to what is typed into. @param {KeyboardEvent} event */
export function isTyping(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return target.matches("input[type=search], input[type=text], input[type=number], input[type=password], textarea, select");
}

/** The tape as a button and a key. @param {Measuring} measuring */
export function letMeasure(measuring) {
  const button = byId("measure");
  const turn = (/** @type {boolean} */ on) => {
    measuring.turn(on);
    button.setAttribute("aria-pressed", String(on));
    measuring.stage.canvas.classList.toggle("measuring", on);
  };
  button.addEventListener("click", () => turn(!measuring.isOn));
  onUnits(() => measuring.refresh());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && measuring.isOn) turn(false);
    if (event.key.toLowerCase() === "m" && !isTyping(event) && !event.ctrlKey && !event.metaKey) turn(!measuring.isOn);
  });
}

/** Cutting the hall open: at a height, along or across the aisles. */
export class SectionTool {
  /** @type {Axis | null} */ axis = null;
  share = 1;
  #bar = byId("section-bar");
  #button = byId("section");
  #axis = /** @type {HTMLSelectElement} */ (byId("section-axis"));
  #slider = /** @type {HTMLInputElement} */ (byId("section-share"));
  #read = byId("section-read");

  /** @param {Hall} hall @param {() => void} changed */
  constructor(hall, changed) {
    this.hall = hall;
    this.changed = changed;
    this.#button.addEventListener("click", () => this.turn(this.axis === null ? "height" : null, 0.5));
    this.#axis.addEventListener("change", () => this.turn(/** @type {Axis} */ (this.#axis.value), this.share));
    this.#slider.addEventListener("input", () => this.turn(this.axis, Number(this.#slider.value)));
    onUnits(() => this.#show());
    addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "x" && !isTyping(event) && !event.ctrlKey && !event.metaKey) this.#button.click();
    });
  }

  /** @param {Axis | null} axis null takes the cut away @param {number} share of the hall that stays */
  turn(axis, share) {
    this.axis = axis;
    this.share = share;
    this.#show();
    this.changed();
  }

  #show() {
    const { hall, axis, share } = this;
    this.#bar.hidden = axis === null;
    this.#button.setAttribute("aria-pressed", String(axis !== null));
    if (axis === null) return hall.stage.cut([]);
    const { plane, metres } = sectionPlane(axis, share, hall.extent, hall.heading);
    hall.stage.cut([plane]);
    this.#axis.value = axis;
    this.#slider.value = String(share);
    this.#read.textContent = length(metres);
  }
}

/** Metres, or feet and inches. */
export function letChooseUnits() {
  const button = byId("units");
  const show = () => {
    button.textContent = units() === "metric" ? "m" : "ft";
    button.setAttribute("aria-label", units() === "metric" ? "Units: metres. Change to feet" : "Units: feet. Change to metres");
  };
  button.addEventListener("click", () => {
    chooseUnits(units() === "metric" ? "imperial" : "metric");
    show();
  });
  show();
}

const KEYS = [
  ["space", "play or pause"],
  ["← →", "10 s back or on"],
  ["1 … 7", "speed, 1 × to 64 ×"],
  ["v", "3D or plan"],
  ["/", "search"],
  ["m", "measure"],
  ["x", "section"],
  ["e", "try a change to the layout"],
  ["esc", "close what is open"],
  ["?", "this list"],
];

/** The list of keys, as a dialog. */
export function letAskForKeys() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("keys"));
  const list = element("dl");
  for (const [key, does] of KEYS) list.append(element("dt", {}, element("kbd", {}, key)), element("dd", {}, does));
  dialog.querySelector("h2")?.after(list);
  byId("help").addEventListener("click", () => dialog.showModal());
  addEventListener("keydown", (event) => {
    if (isTyping(event)) return;
    if (event.key === "?") dialog.showModal();
    if (event.key === "/") {
      event.preventDefault();
      byId("find-text").focus();
    }
  });
}
