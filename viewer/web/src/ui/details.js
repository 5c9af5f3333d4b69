import { LOCATION_STATES } from "../colours.js";
import { element, swatch } from "../dom.js";
import { ago, clockTime, percent } from "../format.js";
import { length, sizes } from "../units.js";

/** @import {Facility, LocationDetails, OnHand, Rack, Step} from "../facility" */
/** @import {Plan} from "../slotting.js" */

const STEPS_AT_MOST = 12;

/**
 * The panel about one location.
 * @param {LocationDetails} place @param {Rack | undefined} rack
 * @param {{hasRun: boolean, plan: Plan | null, lying: OnHand[] | null, steps: Step[], isOpen: boolean}} shown `lying`:
 *   what the live book has there; `steps`: what happened there, told where it `isOpen`
 * @param {() => void} close
 */
export function detailsPanel(place, rack, { hasRun, plan, lying, steps, isOpen }, close) {
  const { colour, label } = LOCATION_STATES[place.state];
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
    ["Size", [sizes(place.size_m)]],
  ]);
  return [element("h2", {}, place.id), closing(close), listed(rows), ...(steps.length > 0 ? [history(steps, isOpen)] : [])];
}

/**
 * The panel about an obstacle, or about what a scan saw besides, which may belong to an obstacle or to a wall.
 * @param {{id: string, kind: string}} thing @param {Facility} facility @param {() => void} close
 */
export function thingPanel({ id, kind }, facility, close) {
  const obstacle = facility.obstacles?.find((each) => each.id === id);
  const isNobodys = kind === "residual" && id === "residual";
  const what = obstacle ? obstacle.kind.replaceAll("_", " ") : isNobodys ? "of no element" : "on a wall";
  const rows = /** @type {[string, (Node | string)[]][]} */ ([
    ["Kind", [what]],
    ["Shown", [kind === "residual" ? "as scanned" : "by its outline"]],
    ...(obstacle ? [["Height", [length(obstacle.z1_m - obstacle.z0_m)]]] : []),
  ]);
  return [element("h2", {}, isNobodys ? "Seen by the scan" : id), closing(close), listed(rows)];
}

/** @param {() => void} close */
function closing(close) {
  const button = element("button", { class: "close", "aria-label": "Close" }, "×");
  button.addEventListener("click", close);
  return button;
}

/** @param {[string, (Node | string)[]][]} rows */
function listed(rows) {
  const list = element("dl");
  for (const [name, value] of rows) list.append(element("dt", {}, name), element("dd", {}, ...value));
  return list;
}

/** What happened there, the newest first. @param {Step[]} steps @param {boolean} isOpen */
function history(steps, isOpen) {
  const rows = steps.slice(0, STEPS_AT_MOST).map(({ what, who, sku, quantity, order, at_s, at_ms }) => {
    const when = at_s === null ? `${ago(Date.now() - (at_ms ?? 0))} ago` : clockTime(at_s);
    const goods = [quantity === null ? "" : quantity.toLocaleString("en"), sku ?? ""].filter(Boolean).join(" × ");
    return element("li", {}, element("b", {}, when), ` ${what} ${goods}`, element("small", { class: "quiet" }, ` ${[order, who].filter(Boolean).join(", ")}`));
  });
  const more = steps.length - rows.length;
  if (more > 0) rows.push(element("li", { class: "quiet" }, `and ${more} before`));
  const node = element("details", {}, element("summary", {}, "History"), element("ul", {}, ...rows));
  node.open = isOpen;
  return node;
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
