import { Vector3 } from "three";
import { SignInError, at, getJson } from "./api.js";
import { showDeviations } from "./deviation_layer.js";
import { byId, element } from "./dom.js";
import { Following } from "./following.js";
import { listLayers } from "./hall_layers.js";
import { showLinked } from "./linked_view.js";
import { showPlan } from "./plan_layer.js";
import { decodeView, encodeView } from "./saved_view.js";
import { Cloud } from "./scene/cloud.js";
import { Hall } from "./scene/hall.js";
import { Measuring } from "./scene/measuring.js";
import { letSelect } from "./selection.js";
import { showSideBySide } from "./side_by_side.js";
import { Plan } from "./slotting.js";
import { cloudOptions } from "./ui/cloud_options.js";
import { ColourBy } from "./ui/colouring.js";
import { EditTool } from "./ui/edit.js";
import { heatLegend } from "./ui/layers.js";
import { LivePanel } from "./ui/live.js";
import { askToSignIn } from "./ui/sign_in.js";
import { SectionTool, isTyping, letAskForKeys, letChooseUnits, letMeasure } from "./ui/tools.js";
import { recallUnits } from "./units.js";

/** @import {Deviation, Facility, RunSummary, Site, Slotting} from "./facility" */
/** @import {ViewName} from "./scene/stage.js" */
/** @import {Axis} from "./scene/section.js" */

const WRITE_LINK_MS = 300;

const notice = byId("notice");

start().catch((error) => {
  if (error instanceof SignInError) return askToSignIn();
  say(`The site could not be loaded: ${error.message}. Reload the page to try again.`);
});

async function start() {
  say("Loading…");
  recallUnits();
  const site = /** @type {Site} */ (await getJson(at("/api/site")));
  byId("site-name").textContent = site.name || site.id;
  document.title = `${site.name || site.id} · aisletwin`;
  const asked = new URLSearchParams(location.search);
  if (asked.has("ab")) return showSideBySide(site, say);
  document.body.classList.toggle("embedded", asked.has("embed"));
  byId("side-by-side").hidden = !site.is_beside;
  const [facility, run, slotting, deviations, colours] = await Promise.all([
    getJson(at("/api/facility")).then(complete),
    site.has_run ? /** @type {Promise<RunSummary>} */ (getJson(at("/api/run"))) : null,
    site.has_plan ? /** @type {Promise<Slotting>} */ (getJson(at("/api/slotting"))) : null,
    site.has_deviations && !asked.has("embed") ? /** @type {Promise<Deviation[]>} */ (getJson(at("/api/deviations"))) : null,
    /** @type {Promise<string[]>} */ (getJson(at("/api/colours"))),
  ]);
  await show(site, facility, run, slotting && new Plan(slotting, facility.locations), deviations, colours);
}

/**
 * @param {Site} site @param {Facility} facility @param {RunSummary | null} run @param {Plan | null} plan
 * @param {Deviation[] | null} deviations @param {string[]} colours
 */
async function show(site, facility, run, plan, deviations, colours) {
  const hall = new Hall(facility);
  const link = new Link();
  const changed = () => link.write();
  const heat = heatLegend();
  const colourBy = new ColourBy(colours, hall.locations, say, () => {
    draw();
    changed();
  });
  const planned = plan && showPlan(plan, hall, () => draw());
  const draw = () => {
    if (planned?.isShown) planned.draw();
    else colourBy.draw();
    hall.locations.fade(hall.stage.view === "plan" && !planned?.isShown && colourBy.chosen === "state");
    byId("layers").classList.toggle("velocity", planned?.isShown ?? false);
    hall.stage.touch();
  };
  const cloud = new Cloud(say, hall.stage.isSoftware);
  hall.cloud.add(cloud.object);
  hall.stage.beforeFrame.push(() => cloud.update(hall.stage.camera, hall.stage.canvas.clientHeight));
  const points = cloudOptions(cloud, () => hall.stage.touch());
  const layers = listLayers(site, hall, { colourBy: colourBy.node, heat: heat.node, points }, say, changed);
  layers.turn(decodeView(location.hash).on ?? [], true); // so that what is to be seen is fetched beside the rest
  if (planned) byId("layers").querySelector("h2")?.after(planned.node);
  if (deviations) showDeviations(deviations, hall);
  const selection = letSelect(facility, hall, { hasRun: site.has_run, isLive: site.is_live, plan }, changed);
  const views = letChooseView(hall, () => {
    planned?.look();
    draw();
    changed();
  });
  const section = letUseTools(hall, selection, changed);
  hall.stage.onCamera.push(changed);
  if (document.body.classList.contains("embedded")) showLinked(hall, views, colourBy, layers);
  draw();

  const settled = loadFiles(site, hall, cloud);
  const live = site.is_live ? new LivePanel(byId("live"), say) : null;
  const following = new Following(hall, run, live, { say, onFigures: selection.refresh, setTop: heat.setTop });
  const heard = following.begin();
  say(...emptiness(site));
  await Promise.all([settled, heard]);
  await link.follow({ hall, views, colourBy, layers, selection, section, following });
  expose(hall, following, cloud);
}

/** Lists that a facility.json may leave out are empty. @param {Partial<Facility>} told */
function complete(told) {
  return /** @type {Facility} */ ({ levels: [], racks: [], locations: [], ...told });
}

/** Mesh and cloud. @param {Site} site @param {Hall} hall @param {Cloud} cloud */
async function loadFiles(site, hall, cloud) {
  const mesh = site.has_mesh ? hall.building.load(at("/api/facility.glb")) : null;
  const [meshDone, cloudDone] = await Promise.allSettled([mesh, cloud.load(site)]);
  if (meshDone.status === "rejected") say(`The mesh could not be read: ${meshDone.reason.message}`);
  if (cloudDone.status === "rejected") say(`The points could not be read: ${cloudDone.reason.message}`);
  hall.stage.touch();
}

/**
 * Clicks choose a location, or measure; and the other tools.
 * @param {Hall} hall @param {ReturnType<typeof letSelect>} selection @param {() => void} changed
 */
function letUseTools(hall, selection, changed) {
  const { stage } = hall;
  const measuring = new Measuring(stage, byId("stage"), (ray) => hall.meet(ray), (place) => hall.cornersNear(place));
  stage.world.add(measuring.object);
  letMeasure(measuring);
  const edit = new EditTool(hall);
  letChooseUnits();
  letAskForKeys();
  let pressed = { x: 0, y: 0 };
  stage.canvas.addEventListener("pointerdown", (event) => (pressed = { x: event.offsetX, y: event.offsetY }));
  stage.canvas.addEventListener("click", ({ offsetX, offsetY }) => {
    if (Math.hypot(offsetX - pressed.x, offsetY - pressed.y) > 4) return; // it was dragged
    if (measuring.isOn) measuring.click(offsetX, offsetY);
    else if (edit.isOn) edit.choose(edit.outlines.hit(stage.rayThrough(offsetX, offsetY)));
    else selection.pick(stage.rayThrough(offsetX, offsetY));
  });
  return new SectionTool(hall, changed);
}

/** @param {Hall} hall @param {() => void} changed */
function letChooseView({ stage, building }, changed) {
  const buttons = { oblique: byId("view-oblique"), plan: byId("view-plan") };
  const choose = (/** @type {ViewName} */ view) => {
    stage.show(view);
    building.fadeRacks(view === "plan"); // seen from above, full racks would hide the heat beside them
    buttons.oblique.setAttribute("aria-pressed", String(view === "oblique"));
    buttons.plan.setAttribute("aria-pressed", String(view === "plan"));
    changed();
  };
  buttons.oblique.addEventListener("click", () => choose("oblique"));
  buttons.plan.addEventListener("click", () => choose("plan"));
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "v" && !isTyping(event)) choose(stage.view === "plan" ? "oblique" : "plan");
  });
  return { choose };
}

/**
 * @typedef {object} Page all that a link tells of
 * @property {Hall} hall
 * @property {ReturnType<typeof letChooseView>} views
 * @property {ColourBy} colourBy
 * @property {import("./ui/layers.js").LayerPanel} layers
 * @property {ReturnType<typeof letSelect>} selection
 * @property {SectionTool} section
 * @property {Following} following
 */

/** The page's address says what is looked at: it may be kept, or sent to somebody. */
class Link {
  /** @type {Page | null} */ #page = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #waiting;

  /** Show what the address says; from then on it says what is shown. @param {Page} page */
  async follow(page) {
    const { view, camera, t, at: id, colour, on, off, cut } = decodeView(location.hash);
    if (view) page.views.choose(view);
    if (camera) page.hall.stage.place(camera);
    if (t !== undefined) page.following.seek(t);
    if (colour) await page.colourBy.choose(colour);
    page.layers.turn(on ?? [], true);
    page.layers.turn(off ?? [], false);
    if (cut && ["height", "along", "across"].includes(cut.axis)) page.section.turn(/** @type {Axis} */ (cut.axis), cut.share);
    if (id) page.selection.choose(id);
    this.#page = page;
    byId("share").addEventListener("click", () => this.#copy());
  }

  /** Something is shown otherwise: say so, once it has come to rest. */
  write() {
    clearTimeout(this.#waiting);
    if (this.#page) this.#waiting = setTimeout(() => history.replaceState(null, "", `#${this.#encoded(false)}`), WRITE_LINK_MS);
  }

  /** @param {boolean} withTime */
  #encoded(withTime) {
    if (!this.#page) return "";
    const { hall, colourBy, layers, selection, section, following } = this.#page;
    return encodeView({
      view: hall.stage.view,
      camera: hall.stage.placed,
      ...(withTime && following.world.clock?.epoch_ms === null ? { t: following.now } : {}),
      ...(selection.chosen ? { at: selection.chosen } : {}),
      ...(colourBy.chosen === "state" ? {} : { colour: colourBy.chosen }),
      ...layers.switched,
      ...(section.axis ? { cut: { axis: section.axis, share: section.share } } : {}),
    });
  }

  async #copy() {
    history.replaceState(null, "", `#${this.#encoded(true)}`);
    const button = byId("share");
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch {
      button.textContent = "In the address bar";
    }
    setTimeout(() => (button.textContent = "Share"), 2000);
  }
}

/** What the user must know when there is little to see. @param {Site} site */
function emptiness(site) {
  const code = (/** @type {string} */ command) => element("code", {}, command);
  /** @type {Node[]} */ const lines = [];
  if (site.racks === 0) {
    lines.push(element("p", {}, "This facility has no racks. Scan a hall that has:"));
    lines.push(code("aisletwin scan hall.laz -o SITE"));
  }
  if (!site.has_run && !site.has_plan && !site.has_deviations && !site.is_live) {
    lines.push(element("p", {}, "No run loaded. Simulate a shift and serve it with the site:"));
    lines.push(code("aisletwin simulate scenario.yaml -o RUN"), code("aisletwin serve SITE --run RUN"));
  }
  return lines;
}

/** Tell the user; nothing to tell takes the notice away. @param {(Node | string)[]} told */
function say(...told) {
  notice.replaceChildren(...told);
}

/**
 * What tests look at; `ready` once all that was loaded has been drawn.
 * @param {Hall} hall @param {Following} following @param {Cloud} cloud
 */
function expose({ stage, locations, pickers }, following, cloud) {
  const first = stage.frames;
  stage.touch();
  Object.assign(window, {
    __aisletwin: {
      get ready() {
        return stage.frames > first;
      },
      get frames() {
        return stage.frames;
      },
      get simTime() {
        return following.now;
      },
      get info() {
        return { ...stage.renderer.info.render };
      },
      get drawCalls() {
        return stage.renderer.info.render.calls;
      },
      get cloud() {
        return { shown: cloud.shownPoints, budget: cloud.budget, isComing: cloud.isComing, colourBy: cloud.colourBy };
      },
      get placed() {
        return stage.placed;
      },
      project: (/** @type {string} */ id) => {
        const center = locations.center(id);
        return center && stage.project(center);
      },
      projectPoint: (/** @type {[number, number, number]} */ xyz) => stage.project(new Vector3(...xyz)),
      agents: () =>
        pickers.shown.map(({ name, state, place, head }) => ({
          name, state, x: place.x, y: place.y, foot: stage.project(place), head: stage.project(head),
        })),
    },
  });
}
