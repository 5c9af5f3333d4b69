import { element } from "../../dom.js";
import { WHY_UNSEEN, aimedLocation, described } from "../contents.js";

/** @import {Location} from "../../facility" */
/** @import {Contents} from "../contents.js" */
/** @import {Known} from "../data.js" */
/** @import {Place} from "../placing.js" */

const ROWS = 30;

/** What lies where, how old and how sure that is: of the location that is aimed at, and of those one looks for. */
export class ContentsPanel {
  #filter = element("input", { type: "search", placeholder: "Location or SKU", "aria-label": "Find a location or SKU" });
  #onlyHidden = element("input", { type: "checkbox" });
  #aimed = element("div", { "aria-live": "polite" });
  #list = element("ul", { class: "rows" });
  /** @type {string | null} */ #aimedId = null;
  /** @type {Map<string, Contents>} */ told = new Map();

  /** @param {HTMLElement} node @param {Known} known @param {Place} place @param {(location: string) => void} lead */
  constructor(node, known, place, lead) {
    this.known = known;
    this.place = place;
    this.lead = lead;
    const yaw = new Map(known.facility.racks.map(({ id, yaw_rad }) => [id, yaw_rad]));
    this.headingOf = (/** @type {Location} */ { rack }) => yaw.get(rack) ?? 0;
    this.#onlyHidden.checked = true;
    this.#filter.addEventListener("input", () => this.refresh());
    this.#onlyHidden.addEventListener("change", () => this.refresh());
    node.append(
      element("h2", {}, "Contents"),
      this.#aimed,
      this.#filter,
      element("div", { class: "choices" }, element("label", {}, this.#onlyHidden, "Only what is high, deep or closed")),
      this.#list,
    );
    this.refresh();
  }

  get #copy_s() {
    return (Date.now() - this.known.fetched_ms) / 1000;
  }

  /** Which location is aimed at now. */
  look() {
    const { stands } = this.place;
    const found = stands && aimedLocation(stands.place, stands.way, this.known.facility.locations, this.headingOf);
    const id = found?.id ?? null;
    if (id === this.#aimedId) return;
    this.#aimedId = id;
    const told = id === null ? undefined : this.told.get(id);
    this.#aimed.replaceChildren(...(told ? [element("div", { class: "card" }, element("small", { class: "quiet" }, "Aimed at"), this.#entry(told))] : []));
  }

  refresh() {
    this.told = new Map(this.known.contents.locations.map((one) => [one.location, one]));
    const wanted = this.#filter.value.trim().toLowerCase();
    const found = this.known.contents.locations.filter(
      ({ location, goods, unseen }) => (unseen !== null || !this.#onlyHidden.checked) && (location.toLowerCase().includes(wanted) || goods.some(({ sku }) => sku.toLowerCase().includes(wanted))),
    );
    this.#list.replaceChildren(
      ...found.slice(0, ROWS).map((one) => element("li", {}, this.#entry(one))),
      ...(found.length > ROWS ? [element("li", { class: "quiet" }, `and ${(found.length - ROWS).toLocaleString("en")} more: look for one`)] : []),
      ...(found.length === 0 ? [element("li", { class: "quiet" }, "Nothing of this name")] : []),
    );
  }

  /** @param {Contents} one */
  #entry(one) {
    const { what, trust, isStale } = described(one, this.#copy_s);
    const lead = element("button", { "aria-label": `Way to ${one.location}` }, "Way");
    lead.addEventListener("click", () => this.lead(one.location));
    const mark = isStale ? [element("span", { class: "old-mark" }, "◷ "), element("span", { class: "stale" }, what)] : [what];
    const why = one.unseen === null ? "" : ` · ${WHY_UNSEEN[one.unseen]}`;
    return element("div", { class: "row", "data-stale": String(isStale) }, element("div", {}, element("b", {}, one.location), " ", ...mark, element("br"), element("small", {}, trust + why)), lead);
  }
}
