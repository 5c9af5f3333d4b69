import { post } from "../api.js";
import { element } from "../dom.js";
import { ago, clockOfDay, percent } from "../format.js";

/** @import {Alert, Figures, Job, LiveAgent} from "../messages" */
/** @import {World} from "../world.js" */

/** @typedef {LiveAgent["freshness"]} Freshness */

const SHOWN_AT_MOST = 12;
const SEVERITIES = ["critical", "warning", "info"];
const RANKS = { open: 0, acknowledged: 1, shelved: 2 };

/** What the live twin knows beside the picture: alerts first, then sources, sensors and jobs, each with its age. */
export class LivePanel {
  /** @param {HTMLElement} host @param {(text: string) => void} say tells the user what could not be done */
  constructor(host, say) {
    this.host = host;
    this.say = say;
    host.hidden = false;
  }

  /** @param {World} world @param {number} nowMs */
  show(world, nowMs) {
    const held = document.activeElement?.closest("[data-key]")?.getAttribute("data-key");
    this.host.replaceChildren(
      this.#alerts(world, nowMs),
      section("Sources", world.feeds.size, [...world.feeds].sort(byName).map(([name, feed]) =>
        row(name, feed.is_up === false ? "down" : feed.freshness, feed.is_up === false ? feed.reason || "link down" : lastSeen(feed, nowMs)))),
      section("Sensors", world.sensors.size, [...world.sensors].sort(byName).slice(0, SHOWN_AT_MOST).map(([name, sensor]) =>
        row(name.replace(/^[a-z]+\//, ""), sensor.freshness, `${rounded(sensor.value)} ${sensor.unit}`, ago(nowMs - sensor.last_ms)))),
      section("Jobs", world.jobs.size, [...world.jobs].slice(-SHOWN_AT_MOST).reverse().map(([, job]) => jobRow(job))),
    );
    if (held) /** @type {HTMLElement | null} */ (this.host.querySelector(`[data-key="${CSS.escape(held)}"] button`))?.focus();
  }

  /** @param {World} world @param {number} nowMs */
  #alerts(world, nowMs) {
    const alerts = [...world.alerts].sort(([, a], [, b]) =>
      RANKS[a.status] - RANKS[b.status] || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.since_ms - a.since_ms);
    const open = alerts.filter(([, { status }]) => status === "open").length;
    const list = alerts.slice(0, SHOWN_AT_MOST).map(([key, alert]) => this.#alert(key, alert, nowMs));
    const more = alerts.length - list.length;
    if (more > 0) list.push(element("li", { class: "quiet" }, `and ${more} more`));
    if (list.length === 0) list.push(element("li", { class: "quiet" }, "Nothing needs anyone's attention"));
    const node = section("Alerts", open, list);
    node.setAttribute("aria-live", "polite");
    return node;
  }

  /** @param {string} key @param {Alert} alert @param {number} nowMs */
  #alert(key, alert, nowMs) {
    const told = element("div", {}, element("b", {}, alert.text || `${alert.rule}: ${alert.about}`));
    const options = alert.options ?? [];
    if (options.length > 0) {
      told.append(element("ol", {}, ...options.map((option) => element("li", {}, option))));
    }
    const by = alert.by && alert.status !== "open" ? ` by ${alert.by}` : "";
    told.append(element("small", {}, `${alert.severity} · ${alert.status}${by} · since ${ago(nowMs - alert.since_ms)}`));
    const item = element("li", { class: "alert", "data-severity": alert.severity, "data-status": alert.status, "data-key": key }, told);
    if (alert.status === "open") {
      const button = element("button", { "aria-label": `Acknowledge: ${alert.text || alert.rule}` }, "Acknowledge");
      button.addEventListener("click", () => this.#acknowledge(key, button));
      item.append(button);
    }
    return item;
  }

  /** @param {string} key @param {HTMLButtonElement} button */
  async #acknowledge(key, button) {
    button.disabled = true;
    try {
      await post(`/api/alerts/${key.split("/").map(encodeURIComponent).join("/")}`, { step: "acknowledged" });
    } catch (error) {
      button.disabled = false;
      this.say(`The alert could not be acknowledged: ${/** @type {Error} */ (error).message}`);
    }
  }
}

/** How the day stands, as cards. @param {HTMLElement} host @param {Figures | null} figures @param {World} world */
export function showFigures(host, figures, world) {
  if (!figures) return host.replaceChildren();
  const count = (/** @type {Freshness} */ freshness) =>
    [...world.liveAgents.values()].filter((agent) => agent.freshness === freshness).length;
  const [late, silent] = [count("late"), count("silent")];
  const missing = [late > 0 ? `${late} late` : "", silent > 0 ? `${silent} silent` : ""].filter(Boolean).join(", ");
  host.replaceChildren(
    card("Agents heard", String(count("fresh")), missing || "all of them"),
    card("Open orders", figures.orders_open.toLocaleString("en"), `${figures.lines_open.toLocaleString("en")} lines`),
    card("Units on hand", figures.units_on_hand.toLocaleString("en"), `event ${figures.seq.toLocaleString("en")} at ${clockOfDay(figures.at_ms)}`),
    ...(figures.letters_waiting > 0
      ? [card("Not understood", figures.letters_waiting.toLocaleString("en"), "messages wait as dead letters")]
      : []),
  );
}

/** @param {string} title @param {string} value @param {string} beside */
function card(title, value, beside) {
  return element("div", { class: "card" }, element("h2", {}, title), element("strong", {}, value), element("small", {}, beside));
}

/** @param {string} title @param {number} count @param {Node[]} rows */
function section(title, count, rows) {
  const heading = element("h2", {}, title, " ", element("b", {}, count > 0 ? count.toLocaleString("en") : ""));
  const node = element("section", {}, heading, element("ul", {}, ...rows));
  node.hidden = rows.length === 0;
  return node;
}

/** @param {string} name @param {Freshness | "down"} state @param {string} value @param {string} [age] */
function row(name, state, value, age = "") {
  return element("li", { class: "source", "data-state": state, title: state }, element("span", {}, name), element("b", {}, value), element("small", {}, age));
}

/** @param {Job} job */
function jobRow(job) {
  const share = job.state === "running" ? percent(job.share, 1) : job.state;
  return row(`${job.kind} · ${job.asked_by}`, job.state === "failed" ? "down" : "fresh", share, job.text);
}

/** @param {{freshness: Freshness, last_ms?: number | null}} entry @param {number} nowMs */
function lastSeen({ freshness, last_ms }, nowMs) {
  return freshness === "fresh" || last_ms == null ? "heard" : `last seen ${ago(nowMs - last_ms)} ago`;
}

/** @param {number} value */
function rounded(value) {
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}

/** @param {[string, unknown]} a @param {[string, unknown]} b */
function byName([a], [b]) {
  return a.localeCompare(b, "en", { numeric: true });
}
