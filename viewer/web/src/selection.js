import * as THREE from "three";
import { at, getJson } from "./api.js";
import { byId } from "./dom.js";
import { detailsPanel, thingPanel } from "./ui/details.js";
import { letFind } from "./ui/search.js";
import { onUnits } from "./units.js";

/** @import {Facility, Found, LocationDetails, OnHand, Step} from "./facility" */
/** @import {Locations} from "./scene/locations.js" */
/** @import {Building} from "./scene/building.js" */
/** @import {Stage} from "./scene/stage.js" */
/** @import {Plan} from "./slotting.js" */

/**
 * Click a location, or find it by what it is or holds, and read about it.
 * @param {Facility} facility @param {{stage: Stage, locations: Locations, building: Building}} hall
 * @param {{hasRun: boolean, isLive: boolean, plan: Plan | null}} shown @param {() => void} changed
 */
export function letSelect(facility, { stage, locations, building }, { hasRun, isLive, plan }, changed) {
  const panel = byId("details");
  const racks = new Map(facility.racks.map((rack) => [rack.id, rack]));
  /** @type {string | null} */ let chosen = null;
  /** @type {Step[] | null} */ let steps = null;

  const refresh = async () => {
    if (chosen === null) return;
    const id = chosen;
    const name = encodeURIComponent(id);
    try {
      const [place, lying] = await Promise.all([
        /** @type {Promise<LocationDetails>} */ (getJson(at(`/api/locations/${name}`))),
        isLive ? /** @type {Promise<OnHand[]>} */ (getJson(at(`/api/inventory?location=${name}`))) : null,
      ]);
      steps ??= hasRun || isLive ? await getJson(at(`/api/locations/${name}/history`)) : [];
      if (chosen !== id) return;
      const isOpen = panel.querySelector("details")?.open ?? false;
      panel.replaceChildren(...detailsPanel(place, racks.get(place.rack), { hasRun, plan, lying, steps: steps ?? [], isOpen }, () => choose(null)));
      panel.hidden = false;
    } catch {
      // the connection badge tells; the panel keeps what it showed
    }
  };
  /** @param {string | null} id @param {string[]} [marked] further locations to be framed */
  const choose = (id, marked = []) => {
    chosen = id;
    steps = null;
    locations.mark(id === null ? marked : [id, ...marked]);
    stage.touch();
    panel.hidden = id === null;
    panel.replaceChildren();
    refresh();
    changed();
  };
  const show = (/** @type {Found} */ { kind, places }) => {
    const centers = places.map((id) => locations.center(id)).filter((place) => place instanceof THREE.Vector3);
    if (centers.length > 0) stage.flyTo(centers);
    choose(kind === "location" || places.length === 1 ? places[0] : null, places);
  };
  letFind(show);
  onUnits(refresh);
  addEventListener("keydown", (event) => event.key === "Escape" && choose(null));
  return {
    /** Ask anew about the chosen one. */
    refresh,
    choose,
    /** Choose what a ray meets first, or nothing. @param {THREE.Raycaster} ray */
    pick: (ray) => {
      const place = locations.object.visible ? locations.hit(ray) : null;
      const thing = building.hit(ray);
      const isThing = thing !== null && thing.distance < (place?.distance ?? Infinity);
      choose(isThing ? null : (place?.id ?? null));
      if (!isThing) return;
      panel.replaceChildren(...thingPanel(thing, facility, () => choose(null)));
      panel.hidden = false;
    },
    get chosen() {
      return chosen;
    },
  };
}
