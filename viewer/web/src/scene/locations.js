import * as THREE from "three";
import { LOCATION_STATES, UNVISITED_COLOUR, velocityColours } from "../colours.js";

/** @import {Location, Rack} from "../facility" */
/** @import {Seen} from "../messages" */
/** @import {Plan, When} from "../slotting.js" */

const SHELF_M = 0.06;
const GAP = 0.92; // of a location's width, so that neighbours stay apart

/** Every location of the site in one draw call: a load where something is, a thin shelf where nothing is. */
export class Locations {
  /** @param {Location[]} locations @param {Rack[]} racks */
  constructor(locations, racks) {
    const yaws = new Map(racks.map((rack) => [rack.id, rack.yaw_rad]));
    this.yaws = locations.map((location) => yaws.get(location.rack) ?? 0);
    this.locations = locations;
    this.index = new Map(locations.map((location, i) => [location.id, i]));
    this.material = boxMaterial();
    const box = new THREE.BoxGeometry(1, 1, 1).rotateX(Math.PI / 2); // its top and bottom look along Z
    this.object = new THREE.InstancedMesh(box, this.material, locations.length);
    /** What a click meets: the whole of each place, also of an empty one. It is never drawn. */
    this.volumes = new THREE.InstancedMesh(box, this.material, locations.length);
    this.marker = new THREE.LineSegments(
      new THREE.EdgesGeometry(new THREE.BoxGeometry(1, 1, 1)),
      new THREE.LineBasicMaterial({ color: "#ffffff", depthTest: false, transparent: true }),
    );
    this.marker.visible = false;
    this.marker.renderOrder = 20;

    locations.forEach((location, i) => {
      this.volumes.setMatrixAt(i, placeMatrix(location, this.yaws[i], location.size_m[2]));
    });
    this.showStock();
  }

  /** A load where something is, a thin shelf where nothing is, in the colour of its state. */
  showStock() {
    this.#draw(
      (location) => LOCATION_STATES[location.state].colour,
      (location) => shownHeight(location),
    );
  }

  /** Take in what was told of locations since: only those that changed are drawn anew. @param {Map<string, Seen>} seen */
  showSeen(seen) {
    const colour = new THREE.Color();
    let changed = false;
    for (const [id, { state }] of seen) {
      const i = this.index.get(id);
      if (i === undefined || this.locations[i].state === state) continue;
      const location = { ...this.locations[i], state, fill: null };
      this.locations[i] = location;
      this.object.setMatrixAt(i, placeMatrix(location, this.yaws[i], shownHeight(location)));
      this.object.setColorAt(i, colour.set(LOCATION_STATES[state].colour));
      changed = true;
    }
    if (!changed) return;
    this.object.instanceMatrix.needsUpdate = true;
    if (this.object.instanceColor) this.object.instanceColor.needsUpdate = true;
  }

  /** Every place whole, in the colour of its velocity. @param {Plan} plan @param {When} when @param {boolean} fromAbove */
  showVelocity(plan, when, fromAbove) {
    const colours = velocityColours();
    this.#draw(
      (location) => colours[plan.classOf(location, when, fromAbove)] ?? UNVISITED_COLOUR,
      (location) => location.size_m[2] * GAP,
    );
  }

  /** @param {(location: Location) => string} colourOf @param {(location: Location) => number} heightOf */
  #draw(colourOf, heightOf) {
    const colour = new THREE.Color();
    this.locations.forEach((location, i) => {
      this.object.setMatrixAt(i, placeMatrix(location, this.yaws[i], heightOf(location)));
      this.object.setColorAt(i, colour.set(colourOf(location)));
    });
    this.object.instanceMatrix.needsUpdate = true;
    if (this.object.instanceColor) this.object.instanceColor.needsUpdate = true;
  }

  /** @param {boolean} faded */
  fade(faded) {
    this.material.transparent = faded;
    this.material.opacity = faded ? 0.3 : 1;
    this.material.depthWrite = !faded;
    this.material.needsUpdate = true;
  }

  /** The location that a ray meets first. @param {THREE.Raycaster} ray @returns {string | null} */
  hit(ray) {
    this.volumes.matrixWorld.copy(this.object.matrixWorld);
    const first = ray.intersectObject(this.volumes)[0];
    return first?.instanceId === undefined ? null : this.locations[first.instanceId].id;
  }

  /** Put the white frame around a location, or away. @param {string | null} id */
  mark(id) {
    const i = id === null ? undefined : this.index.get(id);
    this.marker.visible = i !== undefined;
    if (i === undefined) return;
    const matrix = new THREE.Matrix4();
    this.volumes.getMatrixAt(i, matrix);
    matrix.decompose(this.marker.position, this.marker.quaternion, this.marker.scale);
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

/** Boxes with darker edges, drawn by the shader from the texture coordinates: no lines, no further call. */
function boxMaterial() {
  const material = new THREE.MeshLambertMaterial();
  material.defines = { USE_UV: "" };
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader.replace(
      "#include <color_fragment>",
      `#include <color_fragment>
      vec2 fromEdge = min(vUv, 1.0 - vUv);
      diffuseColor.rgb *= mix(0.62, 1.0, smoothstep(0.0, 0.09, min(fromEdge.x, fromEdge.y)));`,
    );
  };
  return material;
}
