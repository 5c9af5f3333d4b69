import { LOCATION_STATES } from "../colours.js";
import { element, swatch } from "../dom.js";
import { percent } from "../format.js";

/** @import {LocationDetails, Rack} from "../facility" */
/** @import {Plan} from "../slotting.js" */

/**
 * The panel about one location.
 * @param {LocationDetails} place @param {Rack | undefined} rack @param {boolean} hasRun
 * @param {Plan | null} plan
 * @param {() => void} close
 */
export function detailsPanel(place, rack, hasRun, plan, close) {
  const { colour, label } = LOCATION_STATES[place.state];
  const button = element("button", { class: "close", "aria-label": "Close" }, "×");
  button.addEventListener("click", close);
  const bays = rack?.bays?.length;
  const rows = /** @type {[string, (Node | string)[]][]} */ ([
    ["State", [swatch(colour), label]],
    ["Fill", [place.fill == null ? "unknown" : percent(place.fill, 1)]],
    ["Confidence", [place.confidence == null ? "unknown" : percent(place.confidence, 1)]],
    ["Contents", [place.skus.join(", ") || "unknown"]],
    ...(hasRun ? [["Picks", [`${place.picks_so_far} so far, ${place.picks_in_run} in the run`]]] : []),
    ...planRows(place.id, plan),
    ["Rack", [place.rack_kind ? `${place.rack} (${place.rack_kind.replaceAll("_", " ")})` : place.rack]],
    ["Bay", [bays ? `${place.bay + 1} of ${bays}` : String(place.bay + 1)]],
    ["Tier", [place.tier === 0 ? "floor" : String(place.tier)]],
    ["Position", [String(place.position)]],
    ["Size", [`${place.size_m.map((metres) => metres.toFixed(2)).join(" × ")} m`]],
  ]);
  const list = element("dl");
  for (const [name, value] of rows) list.append(element("dt", {}, name), element("dd", {}, ...value));
  return [element("h2", {}, place.id), button, list];
}

/**
 * What the plan does with a location.
 * @param {string} id @param {Plan | null} plan @returns {[string, (Node | string)[]][]}
 */
function planRows(id, plan) {
  const change = plan?.changes.get(id);
  if (!change) return [];
  const [before, after] = [change.skus_before, change.skus_after].map((skus) => skus.join(", ") || "nothing");
  const visits = [change.visits_before, change.visits_after].map((each) => each.toLocaleString("en", { maximumFractionDigits: 1 }));
  return [
    ["Plan", [before === after ? `${before} stays` : `${before} → ${after}`]],
    ["Visits", [visits[0] === visits[1] ? visits[0] : `${visits[0]} → ${visits[1]}`]],
  ];
}
