import { AGENT_STATES } from "../colours.js";
import { element, swatch } from "../dom.js";
import { percent, ratio } from "../format.js";

/** @import {Kpi} from "../messages" */
/** @import {RunSummary} from "../facility" */

/** Key figures so far, each with its value over the whole run beside it, if that is known. */
export class Cards {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {Kpi | null} kpi @param {RunSummary | null} run */
  show(kpi, run) {
    if (!kpi) return this.host.replaceChildren();
    const worked_s = Math.min(kpi.sim_s, run?.kpis.makespan_s ?? Infinity);
    const whole = (/** @type {string} */ text) => (run ? `whole run ${text}` : "in the time shown");
    const rate = run // of a piece of the past nobody knows how long of it was worked
      ? card("Lines per hour", ratio(kpi.lines * 3600, worked_s), whole(run.kpis.lines_per_hour?.toFixed(0) ?? "–"))
      : card("Lines", kpi.lines.toLocaleString("en"), whole(""));
    this.host.replaceChildren(
      rate,
      card("Metres per line", ratio(kpi.walked_m, kpi.lines, 1), whole(run?.kpis.metres_per_line?.toFixed(1) ?? "–")),
      card("Blocked", percent(kpi.blocked_s, spent(kpi)), whole(percent(run?.kpis.share.blocked ?? 0, 1))),
      timeSplit(kpi),
    );
  }
}

/** @param {string} title @param {string} soFar @param {string} about */
function card(title, soFar, about) {
  return element(
    "div",
    { class: "card" },
    element("h2", {}, title),
    element("strong", {}, soFar),
    element("small", {}, about),
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
