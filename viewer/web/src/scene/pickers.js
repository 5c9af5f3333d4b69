import * as THREE from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";
import { AgentPieces } from "../agent_pieces.js";
import { SHOWN_STATES } from "../colours.js";
import { motionAt, positionAt, wayBetween } from "../motion.js";

/** @import {Motion} from "../messages" */

const SMALLEST_PX = 26; // a figure is never drawn smaller than this, however far the camera is
const FIGURE_M = 1.75;
const TRAIL_S = 25;
const TRAIL_POINTS = 40;
const FEW = 300; // more than so many are drawn smaller and simpler, and without trails
const SMALLEST_OF_MANY_PX = 7;
const STATES = /** @type {(keyof typeof SHOWN_STATES)[]} */ (Object.keys(SHOWN_STATES));

/** @typedef {{name: string, state: keyof typeof SHOWN_STATES, place: THREE.Vector3, head: THREE.Vector3}} ShownAgent */

/**
 * Agents as figures that also shine through racks, each with the way it came. The graphics card moves them along the
 * pieces of their ways: a frame costs the page nothing but the time, until an agent begins another piece.
 */
export class Pickers {
  object = new THREE.Group();
  /** @type {AgentPieces} */ #pieces;
  #now = { value: 0 };
  #smallestPx = { value: SMALLEST_PX };
  #canvasHeight = { value: 1 };
  /** @type {THREE.InstancedBufferAttribute[]} */ #attributes = [];
  /** @type {THREE.Mesh<THREE.InstancedBufferGeometry>[]} */ #meshes = [];
  #hasMany = false;
  /** @type {Map<string, Motion[]>} */ #agents = new Map();
  #t = 0;
  /** @type {(place: THREE.Vector3) => number} */ #metresPerPixel = () => 0;
  /** @type {(name: string) => boolean} */ #isHeard = () => true;
  #trails = new THREE.LineSegments(
    new THREE.BufferGeometry(),
    new THREE.LineBasicMaterial({ vertexColors: true, transparent: true, opacity: 0.75, depthTest: false }),
  );

  /** @param {(level?: string | null) => number} floorOf height of a level's floor, metres */
  constructor(floorOf) {
    this.floorOf = floorOf;
    this.#pieces = new AgentPieces(STATES, floorOf);
    this.#trails.frustumCulled = false;
    this.#trails.renderOrder = 9;
  }

  /** @param {boolean} visible */
  showTrails(visible) {
    this.#trails.visible = visible;
  }

  get count() {
    return this.#agents.size;
  }

  /** Everyone where they are now: worked out when it is asked for. @returns {ShownAgent[]} */
  get shown() {
    return [...this.#agents].map(([name, motions]) => {
      const [x, y] = positionAt(motions, this.#t);
      const motion = motionAt(motions, this.#t);
      const place = new THREE.Vector3(x, y, this.floorOf(motion.level));
      const scale = Math.max(1, (this.#smallestPx.value * this.#metresPerPixel(place)) / FIGURE_M);
      const state = this.#isHeard(name) ? motion.state : "silent";
      return { name, state, place, head: new THREE.Vector3(x, y, place.z + FIGURE_M * scale * 1.05) };
    });
  }

  /**
   * Put everyone where they are at `t`.
   * @param {Map<string, Motion[]>} agents
   * @param {number} t simulation seconds
   * @param {{metresPerPixel: (place: THREE.Vector3) => number, canvasHeight: number}} stage
   * @param {(name: string) => boolean} isHeard whether an agent is known to be where it was last seen
   */
  update(agents, t, { metresPerPixel, canvasHeight }, isHeard = () => true) {
    this.#agents = agents;
    this.#t = t;
    this.#metresPerPixel = metresPerPixel;
    this.#isHeard = isHeard;
    const pieces = this.#pieces;
    const changed = pieces.update(agents, t, isHeard);
    const hasMany = agents.size > FEW;
    if (pieces.grown || hasMany !== this.#hasMany || this.#meshes.length === 0) this.#build(hasMany);
    else if (changed) {
      for (const attribute of this.#attributes) {
        attribute.clearUpdateRanges();
        attribute.addUpdateRange(4 * changed.first, 4 * (changed.last - changed.first + 1));
        attribute.needsUpdate = true;
      }
    }
    for (const { geometry } of this.#meshes) geometry.instanceCount = agents.size;
    this.#now.value = t - pieces.base;
    this.#canvasHeight.value = canvasHeight;
    if (!hasMany && this.#trails.visible) this.#drawTrails(agents, t);
    else this.#trails.geometry.setDrawRange(0, 0);
  }

  /** @param {Map<string, Motion[]>} agents @param {number} t */
  #drawTrails(agents, t) {
    /** @type {number[]} */ const points = [];
    /** @type {number[]} */ const colours = [];
    const colour = new THREE.Color();
    for (const motions of agents.values()) {
      const way = wayBetween(motions, t - TRAIL_S, t).slice(-TRAIL_POINTS);
      const z = this.floorOf(motionAt(motions, t).level) + 0.05;
      way.forEach((to, i) => {
        if (i === 0) return;
        points.push(...way[i - 1], z, ...to, z);
        colours.push(...colour.set("#5d6b78").toArray(), ...colour.set("#c9d4de").toArray());
      });
    }
    const { geometry } = this.#trails;
    geometry.setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
    geometry.setAttribute("color", new THREE.Float32BufferAttribute(colours, 3));
    geometry.setDrawRange(0, Infinity);
  }

  /** @param {boolean} hasMany */
  #build(hasMany) {
    this.#hasMany = hasMany;
    this.#smallestPx.value = hasMany ? SMALLEST_OF_MANY_PX : SMALLEST_PX;
    for (const { geometry, material } of this.#meshes) {
      geometry.dispose();
      /** @type {THREE.Material} */ (material).dispose();
    }
    this.object.clear();
    this.#attributes = [this.#pieces.ways, this.#pieces.times].map((array) => {
      const attribute = new THREE.InstancedBufferAttribute(array, 4);
      attribute.setUsage(THREE.DynamicDrawUsage);
      return attribute;
    });
    const seenThrough = { depthTest: false, transparent: true };
    const ring = new THREE.RingGeometry(0.42, 0.56, 32).translate(0, 0, 0.04);
    const figure = hasMany ? simpleFigure() : figureGeometry();
    this.#meshes = hasMany
      ? [this.#mesh(figure, {})]
      : [this.#mesh(figure, {}), this.#mesh(figure, { ...seenThrough, opacity: 0.45 }), this.#mesh(ring, { ...seenThrough, opacity: 0.8 })];
    this.#meshes.forEach((mesh, i) => (mesh.renderOrder = 10 - i));
    this.object.add(...this.#meshes, this.#trails);
  }

  /** @param {THREE.BufferGeometry} figure @param {{depthTest?: boolean, transparent?: boolean, opacity?: number}} look */
  #mesh(figure, look) {
    const geometry = new THREE.InstancedBufferGeometry();
    geometry.setIndex(figure.index);
    geometry.setAttribute("position", figure.getAttribute("position"));
    geometry.setAttribute("normal", figure.getAttribute("normal"));
    geometry.setAttribute("way", this.#attributes[0]);
    geometry.setAttribute("times", this.#attributes[1]);
    geometry.instanceCount = this.#agents.size;
    const mesh = new THREE.Mesh(geometry, this.#material(look));
    mesh.frustumCulled = false;
    return mesh;
  }

  /** @param {{depthTest?: boolean, transparent?: boolean, opacity?: number}} look */
  #material({ opacity = 1, ...look }) {
    return new THREE.ShaderMaterial({
      ...look,
      clipping: true,
      uniforms: {
        now: this.#now,
        smallestPx: this.#smallestPx,
        canvasHeight: this.#canvasHeight,
        opacity: { value: opacity },
        colours: { value: STATES.map((state) => new THREE.Color(SHOWN_STATES[state].colour)) },
      },
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
    });
  }
}

const VERTEX = `
#include <clipping_planes_pars_vertex>
attribute vec4 way;
attribute vec4 times;
uniform float now, smallestPx, canvasHeight;
uniform vec3 colours[${STATES.length}];
varying vec3 vColour;
void main() {
  float takes = times.y - times.x;
  float share = takes > 0.0 ? clamp((now - times.x) / takes, 0.0, 1.0) : 0.0;
  vec3 place = vec3(mix(way.xy, way.zw, share), times.w);
  vec4 seen = modelViewMatrix * vec4(place, 1.0);
  bool isPerspective = projectionMatrix[2][3] == -1.0;
  float metresPerPixel = 2.0 / projectionMatrix[1][1] / canvasHeight * (isPerspective ? length(seen.xyz) : 1.0);
  float scale = max(1.0, smallestPx * metresPerPixel / ${FIGURE_M.toFixed(2)});
  vec4 mvPosition = modelViewMatrix * vec4(place + position * scale, 1.0);
  gl_Position = projectionMatrix * mvPosition;
  vColour = colours[int(times.z + 0.5)] * (0.62 + 0.38 * normal.z + 0.14 * normal.x);
  #include <clipping_planes_vertex>
}`;

const FRAGMENT = `
#include <clipping_planes_pars_fragment>
uniform float opacity;
varying vec3 vColour;
void main() {
  #include <clipping_planes_fragment>
  gl_FragColor = vec4(vColour, opacity);
  #include <colorspace_fragment>
}`;

/** A body and a head, standing on z = 0. */
function figureGeometry() {
  const body = new THREE.CapsuleGeometry(0.27, 0.8, 4, 12).rotateX(Math.PI / 2).translate(0, 0, 0.67);
  const head = new THREE.SphereGeometry(0.19, 14, 10).translate(0, 0, FIGURE_M - 0.19);
  return mergeGeometries([body, head]);
}

/** One of many: a pointed pillar of four faces. */
function simpleFigure() {
  const corners = [[0.36, 0], [0, 0.36], [-0.36, 0], [0, -0.36]];
  const points = corners.flatMap(([x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % 4];
    return [x, y, 0, nextX, nextY, 0, 0, 0, FIGURE_M];
  });
  const geometry = new THREE.BufferGeometry().setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
  geometry.computeVertexNormals();
  return geometry;
}
