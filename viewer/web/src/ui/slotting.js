import { MOVE_COLOUR, UNVISITED_COLOUR, velocityColours } from "../colours.js";
import { element, swatch } from "../dom.js";
import { classNames } from "../slotting.js";

/** @import {Plan} from "../slotting.js" */

/** @typedef {"stock" | "before" | "after"} Shown */

const WORDS = /** @type {const} */ ({ stock: "Stock", before: "Today", after: "Plan" });

/**
 * What locations show: what the scan saw in them, or how often tours visit them today or with the plan.
 * @param {Plan} plan @param {number} drawn how many moves are drawn
 * @param {(shown: Shown) => void} show @param {(on: boolean) => void} showMoves
 */
export function slottingLayer(plan, drawn, show, showMoves) {
  const legend = element("ul", { class: "legend" });
  const buttons = Object.entries(WORDS).map(([shown, word]) => {
    const button = element("button", { type: "button", "aria-pressed": "false" }, word);
    button.addEventListener("click", () => choose(/** @type {Shown} */ (shown)));
    return { shown, button };
  });
  const box = element("input", { type: "checkbox" });
  box.checked = true;
  box.addEventListener("change", () => showMoves(box.checked));
  const total = plan.moves.length;
  const count = drawn < total ? `${drawn.toLocaleString("en")} of ${total.toLocaleString("en")}` : total.toLocaleString("en");
  const moves = element("label", {}, box, swatch(MOVE_COLOUR), "Moves ", element("b", {}, count));

  /** @type {Shown} */ let chosen = "after";
  let fromAbove = false;
  const refresh = () => {
    legend.hidden = chosen === "stock";
    const edges = fromAbove ? plan.faceEdges : plan.edges;
    const names = classNames(edges);
    const rows = velocityColours().map((colour, i) => element("li", {}, swatch(colour), names[i] ?? "–"));
    const head = fromAbove ? "Visits by tours, all levels together" : "Visits by tours";
    legend.replaceChildren(
      element("li", {}, head),
      ...(edges.length > 0 ? rows.reverse() : []),
      element("li", {}, swatch(UNVISITED_COLOUR), "none"),
    );
  };
  const choose = (/** @type {Shown} */ shown) => {
    chosen = shown;
    for (const each of buttons) each.button.setAttribute("aria-pressed", String(each.shown === shown));
    refresh();
    show(shown);
  };
  choose("after");
  return {
    node: element(
      "div",
      { class: "layer slotting" },
      element("h3", {}, "Slotting"),
      element("div", { class: "segmented", role: "group", "aria-label": "What locations show" }, ...buttons.map(({ button }) => button)),
      legend,
      moves,
    ),
    /** @param {boolean} above */
    look(above) {
      fromAbove = above;
      refresh();
    },
  };
}
