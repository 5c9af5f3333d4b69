import * as THREE from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";
import { SHOWN_STATES } from "../colours.js";
import { motionAt, positionAt, wayBetween } from "../motion.js";

/** @import {Motion} from "../messages" */

const SMALLEST_PX = 26; // a figure is never drawn smaller than this, however far the camera is
const FIGURE_M = 1.75;
const TRAIL_S = 25;
const TRAIL_POINTS = 40;

/** Pickers as figures that also shine through racks, each with the way it came. */
export class Pickers {
  object = new THREE.Group();
  /** @type {{name: string, state: keyof typeof SHOWN_STATES, place: THREE.Vector3, head: THREE.Vector3}[]} */
  shown = [];
  #capacity = 0;
  /** @type {THREE.InstancedMesh} */ #bodies;
  /** @type {THREE.InstancedMesh} */ #ghosts;
  /** @type {THREE.InstancedMesh} */ #rings;
  #trails = new THREE.LineSegments(
    new THREE.BufferGeometry(),
    new THREE.LineBasicMaterial({ vertexColors: true, transparent: true, opacity: 0.75, depthTest: false }),
  );

  /** @param {number} floorZ metres */
  constructor(floorZ) {
    this.floorZ = floorZ;
    this.#trails.frustumCulled = false;
    this.#trails.renderOrder = 9;
    [this.#bodies, this.#ghosts, this.#rings] = this.#makeRoomFor(16);
  }

  /** @param {boolean} visible */
  showTrails(visible) {
    this.#trails.visible = visible;
  }

  /**
   * Put everyone where they are at `t`.
   * @param {Map<string, Motion[]>} agents
   * @param {number} t simulation seconds
   * @param {(place: THREE.Vector3) => number} metresPerPixel
   * @param {(name: string) => boolean} isHeard whether an agent is known to be where it was last seen
   */
  update(agents, t, metresPerPixel, isHeard = () => true) {
    if (agents.size > this.#capacity) [this.#bodies, this.#ghosts, this.#rings] = this.#makeRoomFor(2 * agents.size);
    const colour = new THREE.Color();
    const matrix = new THREE.Matrix4();
    this.shown = [...agents].map(([name, motions], i) => {
      const [x, y] = positionAt(motions, t);
      const state = isHeard(name) ? motionAt(motions, t).state : "silent";
      const place = new THREE.Vector3(x, y, this.floorZ);
      const scale = Math.max(1, (SMALLEST_PX * metresPerPixel(place)) / FIGURE_M);
      matrix.makeScale(scale, scale, scale).setPosition(place);
      for (const mesh of [this.#bodies, this.#ghosts, this.#rings]) {
        mesh.setMatrixAt(i, matrix);
        mesh.setColorAt(i, colour.set(SHOWN_STATES[state].colour));
      }
      return { name, state, place, head: new THREE.Vector3(x, y, this.floorZ + FIGURE_M * scale * 1.05) };
    });
    for (const mesh of [this.#bodies, this.#ghosts, this.#rings]) {
      mesh.count = this.shown.length;
      mesh.instanceMatrix.needsUpdate = true;
      if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
    }
    this.#drawTrails(agents, t);
  }

  /** @param {Map<string, Motion[]>} agents @param {number} t */
  #drawTrails(agents, t) {
    /** @type {number[]} */ const points = [];
    /** @type {number[]} */ const colours = [];
    const colour = new THREE.Color();
    for (const motions of agents.values()) {
      const way = wayBetween(motions, t - TRAIL_S, t).slice(-TRAIL_POINTS);
      way.forEach((to, i) => {
        if (i === 0) return;
        points.push(...way[i - 1], this.floorZ + 0.05, ...to, this.floorZ + 0.05);
        colours.push(...colour.set("#5d6b78").toArray(), ...colour.set("#c9d4de").toArray());
      });
    }
    const { geometry } = this.#trails;
    geometry.setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
    geometry.setAttribute("color", new THREE.Float32BufferAttribute(colours, 3));
  }

  /** @param {number} count */
  #makeRoomFor(count) {
    this.object.clear();
    this.#capacity = count;
    const figure = figureGeometry();
    const ring = new THREE.RingGeometry(0.42, 0.56, 32).translate(0, 0, 0.04);
    const seenThrough = { depthTest: false, transparent: true };
    const meshes = [
      new THREE.InstancedMesh(figure, new THREE.MeshLambertMaterial(), count),
      new THREE.InstancedMesh(figure, new THREE.MeshBasicMaterial({ ...seenThrough, opacity: 0.45 }), count),
      new THREE.InstancedMesh(ring, new THREE.MeshBasicMaterial({ ...seenThrough, opacity: 0.8 }), count),
    ];
    meshes.forEach((mesh, i) => {
      mesh.count = 0;
      mesh.frustumCulled = false;
      mesh.renderOrder = 10 - i;
    });
    this.object.add(...meshes, this.#trails);
    return meshes;
  }
}

/** A body and a head, standing on z = 0. */
function figureGeometry() {
  const body = new THREE.CapsuleGeometry(0.27, 0.8, 4, 12).rotateX(Math.PI / 2).translate(0, 0, 0.67);
  const head = new THREE.SphereGeometry(0.19, 14, 10).translate(0, 0, FIGURE_M - 0.19);
  return mergeGeometries([body, head]);
}
