import { AGENT_STATES } from "../colours.js";
import { element, swatch } from "../dom.js";
import { percent, ratio } from "../format.js";

/** @import {Kpi} from "../messages" */
/** @import {RunSummary} from "../facility" */

/** Key figures so far, each with its value over the whole run beside it. */
export class Cards {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {Kpi | null} kpi @param {RunSummary | null} run */
  show(kpi, run) {
    if (!kpi || !run) return this.host.replaceChildren();
    const { makespan_s, lines_per_hour, metres_per_line, share } = run.kpis;
    const worked_s = Math.min(kpi.sim_s, makespan_s);
    this.host.replaceChildren(
      card("Lines per hour", ratio(kpi.lines * 3600, worked_s), lines_per_hour?.toFixed(0) ?? "–"),
      card("Metres per line", ratio(kpi.walked_m, kpi.lines, 1), metres_per_line?.toFixed(1) ?? "–"),
      card("Blocked", percent(kpi.blocked_s, spent(kpi)), percent(share.blocked, 1)),
      timeSplit(kpi),
    );
  }
}

/** @param {string} title @param {string} soFar @param {string} wholeRun */
function card(title, soFar, wholeRun) {
  return element(
    "div",
    { class: "card" },
    element("h2", {}, title),
    element("strong", {}, soFar),
    element("small", {}, `whole run ${wholeRun}`),
  );
}

/** What agents spent their time on, as one bar. @param {Kpi} kpi */
function timeSplit(kpi) {
  const parts = /** @type {const} */ ([
    ["walk", kpi.walk_s],
    ["pick", kpi.pick_s],
    ["wait", kpi.blocked_s],
    ["drop", kpi.drop_s],
    ["other", kpi.other_s],
    ["idle", kpi.idle_s],
  ]);
  const all = spent(kpi);
  const shown = parts.filter(([, seconds]) => seconds > 0);
  const bar = element("div", { class: "split-bar", "aria-hidden": "true" });
  const list = element("ul", { class: "split-list" });
  for (const [state, seconds] of shown) {
    const part = element("span");
    part.style.background = AGENT_STATES[state].colour;
    part.style.flexGrow = String(seconds);
    bar.append(part);
    const { colour, label } = AGENT_STATES[state];
    list.append(element("li", {}, swatch(colour), `${label} `, element("b", {}, percent(seconds, all))));
  }
  return element("div", { class: "card split" }, element("h2", {}, "Agents' time"), bar, list);
}

/** Agent-seconds so far. @param {Kpi} kpi */
function spent(kpi) {
  return kpi.walk_s + kpi.pick_s + kpi.blocked_s + kpi.drop_s + kpi.other_s + kpi.idle_s;
}
