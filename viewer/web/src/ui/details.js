import { LOCATION_STATES } from "../colours.js";
import { element, swatch } from "../dom.js";
import { ago, percent } from "../format.js";

/** @import {LocationDetails, OnHand, Rack} from "../facility" */
/** @import {Plan} from "../slotting.js" */

/**
 * The panel about one location.
 * @param {LocationDetails} place @param {Rack | undefined} rack
 * @param {{hasRun: boolean, plan: Plan | null, lying: OnHand[] | null}} shown `lying`: what the live book has there
 * @param {() => void} close
 */
export function detailsPanel(place, rack, { hasRun, plan, lying }, close) {
  const { colour, label } = LOCATION_STATES[place.state];
  const button = element("button", { class: "close", "aria-label": "Close" }, "×");
  button.addEventListener("click", close);
  const bays = rack?.bays?.length;
  const rows = /** @type {[string, (Node | string)[]][]} */ ([
    ["State", [swatch(colour), label]],
    ["Fill", [place.fill == null ? "unknown" : percent(place.fill, 1)]],
    ["Confidence", [place.confidence == null ? "unknown" : percent(place.confidence, 1)]],
    lying ? ["On hand", onHand(lying)] : ["Contents", [place.skus.join(", ") || "unknown"]],
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

/** Each line of the book, with when it was last counted. @param {OnHand[]} lying @returns {(Node | string)[]} */
function onHand(lying) {
  if (lying.length === 0) return ["nothing by the book"];
  return lying.map(({ sku, lot, quantity, checked_ms }) => {
    const what = `${quantity.toLocaleString("en")} × ${sku}${lot ? `, lot ${lot}` : ""}`;
    const checked = checked_ms === null ? "never counted" : `counted ${ago(Date.now() - checked_ms)} ago`;
    return element("div", {}, what, element("small", { class: "quiet" }, ` ${checked}`));
  });
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
