import * as THREE from "three";
import { SignInError, getJson } from "./api.js";
import { ServerTime, simTime } from "./clock.js";
import { byId, element } from "./dom.js";
import { Building, floors } from "./scene/building.js";
import { loadCloud } from "./scene/cloud.js";
import { HeatFloor } from "./scene/heat_floor.js";
import { Labels } from "./scene/labels.js";
import { Locations } from "./scene/locations.js";
import { Moves } from "./scene/moves.js";
import { Pickers } from "./scene/pickers.js";
import { Stage } from "./scene/stage.js";
import { letSelect } from "./selection.js";
import { Plan } from "./slotting.js";
import { Cards } from "./ui/cards.js";
import { heatLegend, locationLegend, pickerLegend, showLayers } from "./ui/layers.js";
import { LivePanel, showFigures } from "./ui/live.js";
import { askToSignIn } from "./ui/sign_in.js";
import { slottingLayer } from "./ui/slotting.js";
import { Timeline } from "./ui/timeline.js";
import { connect } from "./wire.js";
import { World } from "./world.js";

/** @import {Facility, RunSummary, Site, Slotting} from "./facility" */
/** @import {ViewName} from "./scene/stage.js" */

const LIVE_PANEL_MS = 1000;

const notice = byId("notice");

start().catch((error) => {
  if (error instanceof SignInError) return askToSignIn();
  say(`The site could not be loaded: ${error.message}. Reload the page to try again.`);
});

async function start() {
  say("Loading…");
  const site = /** @type {Site} */ (await getJson("/api/site"));
  byId("site-name").textContent = site.name || site.id;
  document.title = `${site.name || site.id} · aisletwin`;
  const [facility, run, slotting] = await Promise.all([
    getJson("/api/facility").then(complete),
    site.has_run ? /** @type {Promise<RunSummary>} */ (getJson("/api/run")) : null,
    site.has_plan ? /** @type {Promise<Slotting>} */ (getJson("/api/slotting")) : null,
  ]);
  const scene = buildScene(facility);
  const plan = slotting && new Plan(slotting, facility.locations);
  const selection = letSelect(facility, scene.stage, scene.locations, { hasRun: site.has_run, isLive: site.is_live, plan });
  letChooseView(scene);
  const settled = loadFiles(site, scene);
  if (plan) showPlan(plan, scene);
  const live = site.is_live ? new LivePanel(byId("live"), say) : null;
  const heard = followServer(scene, run, live, selection.refresh);
  say(...emptiness(site));
  await Promise.all([settled, heard]);
  expose(scene);
}

/** Lists that a facility.json may leave out are empty. @param {Partial<Facility>} told */
function complete(told) {
  return /** @type {Facility} */ ({ levels: [], racks: [], locations: [], ...told });
}

/** @param {Facility} facility */
function buildScene(facility) {
  const stage = new Stage(/** @type {HTMLCanvasElement} */ (byId("canvas")));
  const floorZ = facility.levels[0]?.elevation_m ?? 0;
  const scene = {
    stage,
    floors: floors(facility.levels),
    building: new Building(),
    locations: new Locations(facility.locations, facility.racks),
    pickers: new Pickers(floorZ),
    heat: new HeatFloor(floorZ),
    labels: new Labels(byId("labels")),
    heatLegend: heatLegend(),
    world: new World(),
    serverTime: new ServerTime(),
    now: 0,
    /** @type {(() => void)[]} told when another view is shown */ onView: [],
    /** @type {THREE.Object3D} */ cloud: new THREE.Group(),
    /** @type {Map<string, THREE.Object3D>} */ layers: new Map(),
  };
  const { locations, pickers, heat } = scene;
  stage.world.add(scene.floors, heat.object, locations.object, locations.marker, pickers.object, scene.cloud);
  stage.scene.add(scene.building.object);
  stage.frame(corners(facility), mainHeading(facility));
  return scene;
}

/** @typedef {ReturnType<typeof buildScene>} Scene */

/** The corners of floors and rack tops: what a view should hold. @param {Facility} facility */
function corners(facility) {
  const points = facility.levels.flatMap(({ outline, elevation_m }) =>
    outline.map(([x, y]) => new THREE.Vector3(x, y, elevation_m)),
  );
  for (const { center, yaw_rad, length_m, height_m, base_z_m } of facility.racks) {
    for (const end of [-0.5, 0.5]) {
      const [x, y] = [Math.cos(yaw_rad), Math.sin(yaw_rad)].map((c, axis) => center[axis] + end * length_m * c);
      points.push(new THREE.Vector3(x, y, base_z_m), new THREE.Vector3(x, y, base_z_m + height_m));
    }
  }
  return points.length > 1 ? points : [new THREE.Vector3(-10, -10, 0), new THREE.Vector3(10, 10, 4)];
}

/** The way the longest rack runs. @param {Facility} facility */
function mainHeading(facility) {
  const racks = [...facility.racks].sort((a, b) => b.length_m - a.length_m);
  return racks[0]?.yaw_rad ?? 0;
}

/** Mesh and cloud, and the layers that can be switched. @param {Site} site @param {Scene} scene */
async function loadFiles(site, scene) {
  listLayers(site, scene);
  const mesh = site.has_mesh ? scene.building.load("/api/facility.glb") : null;
  const cloud = site.has_cloud ? loadCloud("/api/cloud.ply").then((points) => scene.cloud.add(points)) : null;
  const [meshDone, cloudDone] = await Promise.allSettled([mesh, cloud]);
  if (meshDone.status === "rejected") say(`The mesh could not be read: ${meshDone.reason.message}`);
  if (cloudDone.status === "rejected") say(`The points could not be read: ${cloudDone.reason.message}`);
  scene.stage.touch();
}

/** @param {Site} site @param {Scene} scene */
function listLayers(site, scene) {
  const { stage, building, cloud, locations, heat, pickers, labels } = scene;
  const switching = (/** @type {{visible: boolean}} */ thing) => (/** @type {boolean} */ on) => {
    thing.visible = on;
    stage.touch();
  };
  cloud.visible = false; // on top of the mesh it is noise; who wants to compare switches it on
  const heatLayer = new THREE.Group().add(heat.object);
  stage.world.add(heatLayer);
  const run = site.has_run || site.is_live
    ? [
        { name: "Agents", on: true, show: switching(pickers.object), legend: [pickerLegend(site.is_live)] },
        { name: "Names", on: true, show: switching(labels) },
        {
          name: "Trails",
          on: true,
          show: (/** @type {boolean} */ on) => {
            pickers.showTrails(on);
            stage.touch();
          },
        },
        ...(site.is_live ? [] : [{ name: "Blocking", on: true, show: switching(heatLayer), legend: [scene.heatLegend.node] }]),
      ]
    : [];
  showLayers(byId("layers"), [
    ...run,
    { name: "Locations", on: true, show: switching(locations.object), legend: [locationLegend(locations.locations)] },
    ...(site.has_mesh ? [{ name: "Building and racks", on: true, show: switching(building.object) }] : []),
    ...(site.has_cloud ? [{ name: "Scan points", on: false, show: switching(cloud) }] : []),
  ]);
  const panel = byId("layers");
  const toggle = byId("panel-toggle");
  toggle.addEventListener("click", () => {
    const open = panel.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  });
  stage.canvas.addEventListener("pointerdown", () => panel.classList.contains("open") && toggle.click());
}

/** The plan's velocities in the racks and its moves above them, switched in the panel. @param {Plan} plan @param {Scene} scene */
function showPlan(plan, { stage, locations, onView }) {
  const moves = new Moves(plan.shownMoves(), locations);
  stage.world.add(moves.object);
  /** @type {import("./ui/slotting.js").Shown} */ let shown = "after";
  const draw = () => {
    if (shown === "stock") locations.showStock();
    else locations.showVelocity(plan, shown, stage.view === "plan");
    locations.fade(stage.view === "plan" && shown === "stock");
    byId("layers").classList.toggle("velocity", shown !== "stock");
    stage.touch();
  };
  const layer = slottingLayer(
    plan,
    moves.count,
    (/** @type {import("./ui/slotting.js").Shown} */ chosen) => {
      shown = chosen;
      draw();
    },
    (on) => {
      moves.object.visible = on;
      stage.touch();
    },
  );
  byId("layers").querySelector("h2")?.after(layer.node);
  onView.push(() => {
    layer.look(stage.view === "plan");
    draw();
  });
}

/**
 * Keep the scene at the server's present. Resolves when the first of it has come.
 * @param {Scene} scene @param {RunSummary | null} run @param {LivePanel | null} live @param {() => void} onFigures
 * @returns {Promise<void>}
 */
function followServer(scene, run, live, onFigures) {
  const { stage, world, serverTime, pickers, heat, labels } = scene;
  const cards = new Cards(byId("cards"));
  const badge = byId("connection");
  const words = { connecting: "Connecting…", live: "Live", reconnecting: "Reconnecting…" };
  return new Promise((heard) => {
    const send = connect(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, {
      missedSince: () => (world.seq === null ? null : { session: world.session, since: world.seq }),
      onRefusal: say,
      onState: (state) => {
        badge.dataset.state = state;
        badge.textContent = words[state];
      },
      onUpdate: (update, motions) => {
        if (update.session !== world.session) serverTime.forget();
        serverTime.observe(update.server_s, performance.now() / 1000);
        world.apply(update, motions);
        timeline.setClock(world.clock);
        if (update.reset || "heat" in update.sets) {
          heat.show(world.heat);
          scene.heatLegend.setTop(heat.top);
        }
        if (live) scene.locations.showSeen(world.seen);
        else if (update.reset || "kpi" in update.sets) {
          cards.show(world.kpi, run);
          onFigures();
        }
        stage.touch();
        heard();
      },
    });
    const timeline = new Timeline(send);
    if (live) setInterval(() => showLive(live, scene), LIVE_PANEL_MS);
    stage.beforeFrame.push((seconds) => {
      if (!world.clock) return false;
      scene.now = simTime(world.clock, serverTime.at(seconds));
      timeline.setTime(scene.now);
      const isHeard = (/** @type {string} */ name) => (world.liveAgents.get(name)?.freshness ?? "fresh") === "fresh";
      pickers.update(world.agents, scene.now, (place) => stage.metresPerPixel(place), isHeard);
      labels.update(pickers.object.visible ? pickers.shown : [], stage);
      return world.clock.playing;
    });
  });
}

/** What the live twin knows, as of now. @param {LivePanel} live @param {Scene} scene */
function showLive(live, { world, serverTime }) {
  if (!world.clock) return;
  const at = simTime(world.clock, serverTime.at(performance.now() / 1000));
  live.show(world, (world.clock.epoch_ms ?? 0) + 1000 * at);
  showFigures(byId("cards"), world.figures, world);
}

/** @param {Scene} scene */
function letChooseView({ stage, building, locations, onView }) {
  const buttons = { oblique: byId("view-oblique"), plan: byId("view-plan") };
  const show = (/** @type {ViewName} */ view) => {
    stage.show(view);
    building.fadeRacks(view === "plan"); // seen from above, full racks would hide the heat beside them
    locations.fade(view === "plan");
    buttons.oblique.setAttribute("aria-pressed", String(view === "oblique"));
    buttons.plan.setAttribute("aria-pressed", String(view === "plan"));
    for (const tell of onView) tell();
  };
  buttons.oblique.addEventListener("click", () => show("oblique"));
  buttons.plan.addEventListener("click", () => show("plan"));
  addEventListener("keydown", (event) => {
    const typing = /** @type {HTMLElement} */ (event.target).matches("input[type=search], select");
    if (event.key.toLowerCase() === "v" && !typing) show(stage.view === "plan" ? "oblique" : "plan");
  });
}

/** What the user must know when there is little to see. @param {Site} site */
function emptiness(site) {
  const code = (/** @type {string} */ command) => element("code", {}, command);
  /** @type {Node[]} */ const lines = [];
  if (site.racks === 0) {
    lines.push(element("p", {}, "This facility has no racks. Scan a hall that has:"));
    lines.push(code("aisletwin scan hall.laz -o SITE"));
  }
  if (!site.has_run && !site.has_plan && !site.is_live) {
    lines.push(element("p", {}, "No run loaded. Simulate a shift and serve it with the site:"));
    lines.push(code("aisletwin simulate scenario.yaml -o RUN"), code("aisletwin serve SITE --run RUN"));
  }
  return lines;
}

/** Tell the user; nothing to tell takes the notice away. @param {(Node | string)[]} told */
function say(...told) {
  notice.replaceChildren(...told);
}

/** What tests look at; `ready` once all that was loaded has been drawn. @param {Scene} scene */
function expose(scene) {
  const { stage, locations, pickers } = scene;
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
        return scene.now;
      },
      project: (/** @type {string} */ id) => {
        const center = locations.center(id);
        return center && stage.project(center);
      },
      agents: () =>
        pickers.shown.map(({ name, state, place, head }) => ({
          name, state, x: place.x, y: place.y, foot: stage.project(place), head: stage.project(head),
        })),
    },
  });
}
