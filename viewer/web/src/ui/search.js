import { at, getJson } from "../api.js";
import { byId, element } from "../dom.js";

/** @import {Found} from "../facility" */

const WAIT_MS = 120;
const KINDS = { location: "Location", sku: "SKU", order: "Order", rack: "Rack" };

/**
 * Find locations, SKUs, orders and racks by a part of their name: a combobox with a list, by pointer or arrow keys.
 * @param {(found: Found) => void} choose
 */
export function letFind(choose) {
  const text = /** @type {HTMLInputElement} */ (byId("find-text"));
  const list = byId("find-list");
  /** @type {Found[]} */ let found = [];
  let active = -1;
  let asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ let waiting;

  const show = () => {
    list.replaceChildren(
      ...found.map((one, i) => {
        const places = one.places.length === 1 ? "1 location" : `${one.places.length} locations`;
        const about = one.kind === "location" ? KINDS.location : `${KINDS[one.kind]} · ${places}`;
        const option = element("li", { role: "option", id: `found-${i}`, "aria-selected": String(i === active) }, element("b", {}, one.id), element("small", {}, about));
        option.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
        option.addEventListener("click", () => take(one));
        return option;
      }),
    );
    list.hidden = found.length === 0;
    text.setAttribute("aria-expanded", String(found.length > 0));
    if (active < 0) text.removeAttribute("aria-activedescendant");
    else text.setAttribute("aria-activedescendant", `found-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    found = [];
    active = -1;
    asked++;
    clearTimeout(waiting);
    show();
  };
  const ask = async () => {
    const number = ++asked;
    const wanted = text.value.trim();
    const told = /** @type {Found[]} */ (wanted === "" ? [] : await getJson(at(`/api/find?q=${encodeURIComponent(wanted)}`)).catch(() => []));
    if (number !== asked) return;
    found = told;
    active = -1;
    show();
  };
  const take = (/** @type {Found} */ one) => {
    text.value = one.id;
    close();
    choose(one);
  };
  const miss = () => {
    list.replaceChildren(element("li", { role: "option", "aria-disabled": "true", class: "quiet" }, `Nothing here is called “${text.value.trim()}”`));
    list.hidden = false;
  };

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT_MS);
  });
  text.addEventListener("blur", close);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if ((event.key !== "ArrowDown" && event.key !== "ArrowUp") || found.length === 0) return;
    event.preventDefault();
    active = (active + (event.key === "ArrowDown" ? 1 : found.length + (active < 0 ? 0 : -1))) % found.length;
    show();
  });
  byId("find").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (active >= 0) return take(found[active]);
    clearTimeout(waiting);
    await ask();
    if (found[0]) take(found[0]);
    else if (text.value.trim() !== "") miss();
  });
}
