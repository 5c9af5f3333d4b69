import { getJson, socketAddress } from "./api.js";
import { ServerTime, simTime } from "./clock.js";
import { byId, element } from "./dom.js";
import { percent } from "./format.js";
import { differenceGradient } from "./colours.js";
import { heatDifference } from "./heat_difference.js";
import { isTyping } from "./ui/tools.js";
import { Timeline } from "./ui/timeline.js";
import { connect } from "./wire.js";
import { World } from "./world.js";

/** @import {Kpi} from "./messages" */
/** @import {Linked} from "./linked_view.js" */
/** @import {Site} from "./facility" */

/** @typedef {{title: string, of: (kpi: Kpi) => number, text: (value: number) => string, isBetterLow: boolean}} Figure */

/** @type {Figure[]} */
const FIGURES = [
  { title: "Lines per hour", of: (kpi) => (kpi.sim_s > 0 ? (3600 * kpi.lines) / kpi.sim_s : NaN), text: (value) => value.toFixed(0), isBetterLow: false },
  { title: "Metres per line", of: (kpi) => (kpi.lines > 0 ? kpi.walked_m / kpi.lines : NaN), text: (value) => value.toFixed(1), isBetterLow: true },
  { title: "Blocked", of: (kpi) => kpi.blocked_s / spent(kpi), text: (value) => percent(value, 1), isBetterLow: true },
];
const COLOURS = /** @type {Record<string, string>} */ ({ state: "State", fill: "Fill", velocity: "Picks per hour", blocked: "Blocked nearby" });
const WORDS = { connecting: "Connecting…", live: "Live", reconnecting: "Reconnecting…" };

/**
 * Two sites beside each other: one clock, one camera, and the difference of their figures.
 * @param {Site} a @param {(...told: (Node | string)[]) => void} say
 */
export async function showSideBySide(a, say) {
  if (!a.is_beside) {
    return say("There is nothing to show beside this site. Serve two: ", element("code", {}, "aisletwin serve A --run RUN_A --beside B --beside-run RUN_B"));
  }
  const b = /** @type {Site} */ (await getJson("/b/api/site"));
  document.body.classList.add("beside");
  const frames = /** @type {[Site, string][]} */ ([[a, "a"], [b, "b"]]).map(([site, side]) => {
    const frame = element("iframe", { src: `/?embed&side=${side}`, title: `${side.toUpperCase()}: ${site.name || site.id}` });
    byId("pair").append(element("figure", {}, element("figcaption", {}, element("b", {}, side.toUpperCase()), ` ${site.name || site.id}`), frame));
    return frame;
  });
  byId("pair").hidden = false;
  document.title = `${a.name || a.id} beside ${b.name || b.id} · aisletwin`;
  byId("site-name").textContent = `${a.name || a.id} beside ${b.name || b.id}`;
  const tell = (/** @type {Omit<Linked, "about">} */ told, /** @type {MessageEventSource | null} */ but = null) => {
    for (const { contentWindow } of frames) if (contentWindow !== but) contentWindow?.postMessage({ about: "aisletwin", ...told }, location.origin);
  };
  addEventListener("message", ({ origin, data, source }) => {
    if (origin === location.origin && data?.about === "aisletwin") tell({ camera: data.camera }, source);
  });
  followBoth(say, tell, letChoose(tell, await commonColours()));
  say();
}

/** What both can be coloured by. @returns {Promise<string[]>} */
async function commonColours() {
  const [one, other] = /** @type {string[][]} */ (await Promise.all(["", "/b"].map((side) => getJson(`${side}/api/colours`))));
  return one.filter((name) => other.includes(name));
}

/** @param {(told: Omit<Linked, "about">) => void} tell @param {string[]} colours */
function letChoose(tell, colours) {
  const buttons = { oblique: byId("view-oblique"), plan: byId("view-plan") };
  const choose = (/** @type {"oblique" | "plan"} */ view) => {
    for (const [name, button] of Object.entries(buttons)) button.setAttribute("aria-pressed", String(name === view));
    tell({ view });
  };
  buttons.oblique.addEventListener("click", () => choose("oblique"));
  buttons.plan.addEventListener("click", () => choose("plan"));
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "v" && !isTyping(event)) choose(buttons.plan.getAttribute("aria-pressed") === "true" ? "oblique" : "plan");
  });
  const select = element("select", {}, ...["state", ...colours].map((name) => element("option", { value: name }, COLOURS[name] ?? name)));
  select.addEventListener("change", () => tell({ colour: select.value }));
  const heat = element("input", { type: "checkbox" });
  heat.checked = true;
  heat.addEventListener("change", () => tell({ layers: { names: ["Blocking"], on: heat.checked } }));
  const difference = element("input", { type: "checkbox" });
  const ramp = element("span", { class: "ramp", role: "img", "aria-label": "blue: less blocked in B, orange: more" });
  ramp.style.background = differenceGradient();
  byId("pair-tools").append(
    element("label", {}, "Colour by ", select),
    element("label", {}, heat, " Blocking"),
    element("label", {}, difference, " as B less A ", element("span", { class: "difference-ramp" }, "less ", ramp, " more")),
  );
  return { isDifference: () => difference.checked, onDifference: (/** @type {() => void} */ tellIt) => difference.addEventListener("change", tellIt) };
}

/**
 * One clock, and the figures of both as they stand, and where they differ.
 * @param {(text: string) => void} say @param {(told: Omit<Linked, "about">) => void} tell
 * @param {ReturnType<typeof letChoose>} chosen
 */
function followBoth(say, tell, { isDifference, onDifference }) {
  const worlds = [new World(), new World()];
  const time = new ServerTime();
  const badge = byId("connection");
  const table = byId("pair-figures");
  const show = () => {
    const [one, other] = worlds.map(({ kpi }) => kpi);
    table.replaceChildren(...(one && other ? FIGURES.map((figure) => row(figure, one, other)) : []));
  };
  const tellDifference = () => {
    const [a, b] = worlds.map(({ heat }) => heat);
    tell({ difference: isDifference() && a && b ? heatDifference(a, b) : null });
  };
  onDifference(tellDifference);
  const connections = ["", "/b"].map((side, i) =>
    connect(socketAddress(side), {
      missedSince: () => (worlds[i].seq === null ? null : { session: worlds[i].session, since: worlds[i].seq ?? 0 }),
      onRefusal: say,
      onState: (state) => {
        badge.dataset.state = state;
        badge.textContent = WORDS[state];
      },
      onUpdate: (update, motions) => {
        if (i === 0 && update.session !== worlds[0].session) time.forget();
        if (i === 0) time.observe(update.server_s, performance.now() / 1000);
        worlds[i].apply(update, motions);
        if (i === 0) timeline.setClock(worlds[0].clock);
        show();
        if (isDifference() && (update.reset || "heat" in update.sets)) tellDifference();
      },
    }),
  );
  const timeline = new Timeline((command) => connections[0].send(command));
  const tick = () => {
    const { clock } = worlds[0];
    if (clock) timeline.setTime(simTime(clock, time.at(performance.now() / 1000)));
    requestAnimationFrame(tick);
  };
  tick();
}

/** A figure of both and which is ahead, told by a sign and not by colour alone. @param {Figure} figure @param {Kpi} one @param {Kpi} other */
function row({ title, of, text, isBetterLow }, one, other) {
  const [a, b] = [of(one), of(other)];
  const cell = (/** @type {number} */ value) => element("td", {}, Number.isFinite(value) ? text(value) : "–");
  const gain = (100 * (b - a)) / a;
  const isTold = Number.isFinite(gain) && Math.abs(gain) >= 0.5;
  const isBetter = gain < 0 === isBetterLow;
  const told = isTold ? `${gain > 0 ? "▲" : "▼"} ${Math.abs(gain).toFixed(0)} %` : "=";
  const difference = element("td", { class: isTold ? (isBetter ? "better" : "worse") : "" }, told);
  difference.title = isTold ? `B is ${isBetter ? "better" : "worse"} than A so far` : "no difference so far";
  return element("tr", {}, element("th", { scope: "row" }, title), cell(a), cell(b), difference);
}

/** @param {Kpi} kpi */
function spent(kpi) {
  return kpi.walk_s + kpi.pick_s + kpi.blocked_s + kpi.drop_s + kpi.other_s + kpi.idle_s;
}
