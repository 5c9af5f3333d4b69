import { byId } from "./dom.js";
import { at, getJson } from "./api.js";
import { laneLines } from "./scene/lanes.js";
import { LayerPanel, pickerLegend } from "./ui/layers.js";

/** @import {Lanes, Site} from "./facility" */
/** @import {Hall} from "./scene/hall.js" */

/**
 * The layers that can be switched.
 * @param {Site} site @param {Hall} hall @param {{colourBy: Node, heat: Node, points: Node}} legends
 * @param {(text: string) => void} say @param {() => void} changed
 */
export function listLayers(site, hall, legends, say, changed) {
  const { stage, building, cloud, locations, heatLayer, pickers, labels, alertMarks } = hall;
  const switching = (/** @type {{visible: boolean}} */ thing) => (/** @type {boolean} */ on) => {
    thing.visible = on;
    stage.touch();
  };
  const trails = (/** @type {boolean} */ on) => {
    pickers.showTrails(on);
    stage.touch();
  };
  const run = site.has_run || site.is_live
    ? [
        { name: "Agents", on: true, show: switching(pickers.object), legend: [pickerLegend(site.is_live)] },
        { name: "Names", on: true, show: switching(labels) },
        { name: "Trails", on: true, show: trails },
        ...(site.is_live ? [{ name: "Alerts", on: true, show: switching(alertMarks) }] : []),
        ...(site.is_live ? [] : [{ name: "Blocking", on: true, show: switching(heatLayer), legend: [legends.heat] }]),
      ]
    : [];
  const panel = new LayerPanel(
    byId("layers"),
    [
      ...run,
      { name: "Locations", on: true, show: switching(locations.object), legend: [legends.colourBy] },
      ...(site.has_mesh ? [{ name: "Building and racks", on: true, show: switching(building.object) }] : []),
      ...(hall.facility.stations?.length ? [{ name: "Stations", on: true, show: switching(hall.stations.object) }] : []),
      { name: "Lanes", on: false, show: lanesSwitch(hall, say) },
      ...(site.has_cloud || site.has_tiles ? [{ name: "Scan points", on: false, show: switching(cloud), legend: [legends.points] }] : []),
    ],
    changed,
  );
  letOpenPanel(stage.canvas);
  return panel;
}

/** Lanes are loaded when they are first asked for. @param {Hall} hall @param {(text: string) => void} say */
function lanesSwitch({ stage }, say) {
  /** @type {Promise<import("three").LineSegments> | null} */ let loading = null;
  return async (/** @type {boolean} */ on) => {
    try {
      loading ??= /** @type {Promise<Lanes>} */ (getJson(at("/api/lanes"))).then((told) => {
        const lines = laneLines(told);
        stage.world.add(lines);
        return lines;
      });
      (await loading).visible = on;
      stage.touch();
    } catch (error) {
      loading = null;
      say(`The lanes could not be loaded: ${/** @type {Error} */ (error).message}`);
    }
  };
}

/** On a phone the layers are a sheet. @param {HTMLCanvasElement} canvas */
function letOpenPanel(canvas) {
  const panel = byId("layers");
  const toggle = byId("panel-toggle");
  toggle.addEventListener("click", () => {
    const open = panel.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  });
  canvas.addEventListener("pointerdown", () => panel.classList.contains("open") && toggle.click());
}
