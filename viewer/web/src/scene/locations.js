import * as THREE from "three";
import { LOCATION_STATES, UNKNOWN_COLOUR, UNVISITED_COLOUR, figureColour, velocityColours } from "../colours.js";
import { ManyBoxes } from "./many_boxes.js";

/** @import {Colouring, Location, Rack} from "../facility" */
/** @import {Seen} from "../messages" */
/** @import {Plan, When} from "../slotting.js" */

const SHELF_M = 0.06;
const GAP = 0.92; // of a location's width, so that neighbours stay apart

/** Every location of the site in one draw call: a load where something is, a thin shelf where nothing is. */
export class Locations {
  #isStock = true;
  #edges = new THREE.EdgesGeometry(new THREE.BoxGeometry(1, 1, 1));

  /** @param {Location[]} locations @param {Rack[]} racks */
  constructor(locations, racks) {
    const yaws = new Map(racks.map((rack) => [rack.id, rack.yaw_rad]));
    this.yaws = locations.map((location) => yaws.get(location.rack) ?? 0);
    this.locations = locations;
    this.index = new Map(locations.map((location, i) => [location.id, i]));
    this.boxes = new ManyBoxes(locations.length);
    this.object = this.boxes.object;
    /** What a click meets: the whole of each place, also of an empty one. It is never drawn. */
    this.volumes = new THREE.InstancedMesh(new THREE.BoxGeometry(1, 1, 1), new THREE.MeshBasicMaterial(), locations.length);
    this.marker = new THREE.LineSegments(
      new THREE.BufferGeometry(),
      new THREE.LineBasicMaterial({ color: "#ffffff", depthTest: false, transparent: true }),
    );
    this.marker.visible = false;
    this.marker.frustumCulled = false;
    this.marker.renderOrder = 20;

    locations.forEach((location, i) => {
      this.volumes.setMatrixAt(i, placeMatrix(location, this.yaws[i], location.size_m[2]));
      const { center: [x, y, z], size_m: [length, depth, height] } = location;
      this.boxes.place(i, [x, y, z - height / 2], [length * GAP, depth * GAP], this.yaws[i]);
    });
    this.showStock();
  }

  /** A load where something is, a thin shelf where nothing is, in the colour of its state. */
  showStock() {
    this.#draw(
      (location) => LOCATION_STATES[location.state].colour,
      (location) => shownHeight(location),
    );
    this.#isStock = true;
  }

  /** Take in what was told of locations since: only those that changed are drawn anew. @param {Map<string, Seen>} seen */
  showSeen(seen) {
    for (const [id, { state }] of seen) {
      const i = this.index.get(id);
      if (i === undefined || this.locations[i].state === state) continue;
      const location = { ...this.locations[i], state, fill: null };
      this.locations[i] = location;
      if (this.#isStock) this.boxes.show(i, shownHeight(location), LOCATION_STATES[state].colour);
    }
  }

  /** Every place whole, in the colour of its velocity. @param {Plan} plan @param {When} when @param {boolean} fromAbove */
  showVelocity(plan, when, fromAbove) {
    const colours = velocityColours();
    this.#draw(
      (location) => colours[plan.classOf(location, when, fromAbove)] ?? UNVISITED_COLOUR,
      (location) => location.size_m[2] * GAP,
    );
  }

  /** Every place whole, in the colour of its figure. @param {Colouring} colouring */
  showFigures({ values, top }) {
    this.#draw(
      ({ id }) => (id in values ? figureColour(values[id] / top) : UNKNOWN_COLOUR),
      ({ size_m }) => size_m[2] * GAP,
    );
  }

  /** @param {(location: Location) => string} colourOf @param {(location: Location) => number} heightOf */
  #draw(colourOf, heightOf) {
    this.#isStock = false;
    this.locations.forEach((location, i) => this.boxes.show(i, heightOf(location), colourOf(location)));
  }

  /** @param {boolean} faded */
  fade(faded) {
    this.boxes.fade(faded ? 0.3 : 1);
  }

  /** The location that a ray meets first, and how far away. @param {THREE.Raycaster} ray @returns {{id: string, distance: number} | null} */
  hit(ray) {
    this.volumes.matrixWorld.copy(this.object.matrixWorld);
    const first = ray.intersectObject(this.volumes)[0];
    return first?.instanceId === undefined ? null : { id: this.locations[first.instanceId].id, distance: first.distance };
  }

  /** Put white frames around locations, or away. @param {string[]} ids */
  mark(ids) {
    const edges = this.#edges.getAttribute("position");
    const [matrix, corner] = [new THREE.Matrix4(), new THREE.Vector3()];
    const points = ids.flatMap((id) => {
      const i = this.index.get(id);
      if (i === undefined) return [];
      this.volumes.getMatrixAt(i, matrix);
      return Array.from({ length: edges.count }, (_, k) => corner.fromBufferAttribute(edges, k).applyMatrix4(matrix).toArray()).flat();
    });
    this.marker.visible = points.length > 0;
    this.marker.geometry.dispose();
    this.marker.geometry = new THREE.BufferGeometry().setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
  }

  /** The corners of the whole of a location. @param {string} id @returns {THREE.Vector3[]} */
  corners(id) {
    const i = this.index.get(id);
    if (i === undefined) return [];
    const matrix = new THREE.Matrix4();
    this.volumes.getMatrixAt(i, matrix);
    return [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
      new THREE.Vector3((bits & 1) - 0.5, ((bits >> 1) & 1) - 0.5, ((bits >> 2) & 1) - 0.5).applyMatrix4(matrix),
    );
  }

  /** The centre of a location. @param {string} id @returns {THREE.Vector3 | null} */
  center(id) {
    const i = this.index.get(id);
    return i === undefined ? null : new THREE.Vector3(...this.locations[i].center);
  }
}

/** @param {Location} location */
function shownHeight({ state, fill, size_m }) {
  if (state === "empty") return SHELF_M;
  return size_m[2] * (state === "occupied" ? Math.max(0.15, fill ?? 0.8) : 0.9);
}

/**
 * A unit cube onto the lowest `height` metres of a location.
 * @param {Location} location @param {number} yaw @param {number} height
 */
function placeMatrix({ center: [x, y, z], size_m: [length, depth, whole] }, yaw, height) {
  return new THREE.Matrix4().compose(
    new THREE.Vector3(x, y, z - whole / 2 + height / 2),
    new THREE.Quaternion().setFromAxisAngle(new THREE.Vector3(0, 0, 1), yaw),
    new THREE.Vector3(length * GAP, depth * GAP, height),
  );
}
