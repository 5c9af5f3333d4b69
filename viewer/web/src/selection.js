import { getJson } from "./api.js";
import { byId, element } from "./dom.js";
import { detailsPanel } from "./ui/details.js";

/** @import {Facility, LocationDetails} from "./facility" */
/** @import {Locations} from "./scene/locations.js" */
/** @import {Stage} from "./scene/stage.js" */
/** @import {Plan} from "./slotting.js" */

const FOUND_AT_MOST = 20;

/**
 * Click a location, or find it by its id, and read about it.
 * @param {Facility} facility @param {Stage} stage @param {Locations} locations
 * @param {{hasRun: boolean, isLive: boolean, plan: Plan | null}} shown
 * @returns {{refresh: () => void}} `refresh` asks anew about the chosen one
 */
export function letSelect(facility, stage, locations, { hasRun, isLive, plan }) {
  const panel = byId("details");
  const racks = new Map(facility.racks.map((rack) => [rack.id, rack]));
  /** @type {string | null} */ let chosen = null;

  const refresh = async () => {
    if (chosen === null) return;
    const id = chosen;
    try {
      const place = /** @type {LocationDetails} */ (await getJson(`/api/locations/${encodeURIComponent(id)}`));
      const lying = isLive ? await getJson(`/api/inventory?location=${encodeURIComponent(id)}`) : null;
      if (chosen !== id) return;
      panel.replaceChildren(...detailsPanel(place, racks.get(place.rack), { hasRun, plan, lying }, () => choose(null)));
      panel.hidden = false;
    } catch {
      // the connection badge tells; the panel keeps what it showed
    }
  };
  const choose = (/** @type {string | null} */ id) => {
    chosen = id;
    locations.mark(id);
    stage.touch();
    panel.hidden = id === null;
    panel.replaceChildren();
    refresh();
  };

  let pressed = { x: 0, y: 0 };
  stage.canvas.addEventListener("pointerdown", (event) => (pressed = { x: event.offsetX, y: event.offsetY }));
  stage.canvas.addEventListener("click", (event) => {
    const dragged = Math.hypot(event.offsetX - pressed.x, event.offsetY - pressed.y) > 4;
    if (!dragged) choose(locations.object.visible ? locations.hit(stage.rayThrough(event.offsetX, event.offsetY)) : null);
  });
  addEventListener("keydown", (event) => event.key === "Escape" && choose(null));

  letFind(stage, locations, choose);
  return { refresh };
}

/** @param {Stage} stage @param {Locations} locations @param {(id: string) => void} choose */
function letFind(stage, locations, choose) {
  const text = /** @type {HTMLInputElement} */ (byId("find-text"));
  const ids = locations.locations.map(({ id }) => id);
  text.addEventListener("input", () => {
    const part = text.value.trim().toLowerCase();
    const found = part === "" ? [] : ids.filter((id) => id.toLowerCase().includes(part)).slice(0, FOUND_AT_MOST);
    byId("find-list").replaceChildren(...found.map((id) => element("option", { value: id })));
  });
  byId("find").addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = text.value.trim().toLowerCase();
    const starting = wanted === "" ? [] : ids.filter((each) => each.toLowerCase().startsWith(wanted));
    const id = starting.find((each) => each.length === wanted.length) ?? starting[0] ?? null;
    const center = id === null ? null : locations.center(id);
    text.setCustomValidity(center ? "" : `No location ${text.value}`);
    text.reportValidity();
    text.setCustomValidity("");
    if (center) stage.lookAt(center);
    if (id !== null) choose(id);
  });
}
