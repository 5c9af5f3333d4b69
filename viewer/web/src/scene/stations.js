import * as THREE from "three";
import { element } from "../dom.js";
import { STATION_COLOUR } from "../colours.js";

/** @import {Level, Station} from "../facility" */
/** @import {Stage} from "./stage.js" */

const SIDE_M = 1.2;
const LIFT_M = 0.04;
const MOST_NAMES = 60;

/** Work places as pads on the floor that point where one stands at them, with their names: one draw call. */
export class Stations {
  object = new THREE.Group();
  /** @type {{place: THREE.Vector3, name: HTMLElement}[]} */ #names;

  /** @param {Station[]} stations @param {Level[]} levels @param {HTMLElement} host of the names */
  constructor(stations, levels, host) {
    const height = new Map(levels.map(({ id, elevation_m }) => [id, elevation_m]));
    const shape = new THREE.Shape([[-0.5, -0.5], [0.3, -0.5], [0.62, 0], [0.3, 0.5], [-0.5, 0.5]].map(([x, y]) => new THREE.Vector2(x, y)));
    const material = new THREE.MeshBasicMaterial({ color: STATION_COLOUR, transparent: true, opacity: 0.75, depthWrite: false });
    const pads = new THREE.InstancedMesh(new THREE.ShapeGeometry(shape), material, stations.length);
    pads.renderOrder = 2;
    this.#names = stations.map(({ id, kind, level, pose: [x, y, yaw] }, i) => {
      const place = new THREE.Vector3(x, y, (height.get(level) ?? 0) + LIFT_M);
      const turn = new THREE.Quaternion().setFromAxisAngle(new THREE.Vector3(0, 0, 1), yaw);
      pads.setMatrixAt(i, new THREE.Matrix4().compose(place, turn, new THREE.Vector3(SIDE_M, SIDE_M, 1)));
      return { place, name: element("span", { class: "station-name", title: kind.replaceAll("_", " ") }, id) };
    });
    this.object.add(pads);
    if (stations.length <= MOST_NAMES) host.append(...this.#names.map(({ name }) => name));
  }

  /** Keep the names where they belong on the canvas. @param {Stage} stage */
  update(stage) {
    if (this.#names.length > MOST_NAMES) return;
    for (const { place, name } of this.#names) {
      const at = this.object.visible ? stage.project(place) : null;
      name.hidden = at === null;
      if (at) name.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px) translate(-50%, 40%)`;
    }
  }
}
