import * as THREE from "three";
import { PLYLoader } from "three/addons/loaders/PLYLoader.js";
import { at, getJson } from "../api.js";
import { chooseTiles, mostNeeded } from "../cloud/choosing.js";
import { heightsOf, pointColours } from "../cloud/colouring.js";
import { KeptTiles } from "../cloud/kept_tiles.js";
import { readPoints } from "../cloud/points_glb.js";
import { readTileset } from "../cloud/tileset.js";
import { PointMaterial } from "./point_material.js";

/** @import {Site} from "../facility" */
/** @import {PointColours} from "../cloud/colouring.js" */
/** @import {Tileset} from "../cloud/tileset.js" */

export const BUDGETS = [250_000, 500_000, 1_000_000, 2_000_000, 4_000_000];
const BUDGET = 1_000_000;
/** As many are drawn while the camera moves where the processor draws, and all of them once it has stood so long. */
const MOVING_BUDGET = 250_000;
const SETTLES_MS = 250;

/**
 * The points of a scan: tiles as they are needed, never more points than the budget; or all of a thinned file where
 * there are no tiles. Nothing is fetched before it is to be seen.
 */
export class Cloud {
  /** In the world's frame, Z up. */
  object = new THREE.Group();
  /** @type {PointColours[]} what points can be coloured by */ colours = [];
  /** @type {() => void} called once the tileset or the file is here */ onLoaded = () => {};
  #material = new PointMaterial();
  #budget = BUDGET;
  /** @type {PointColours | null} */ #colourBy = null;
  /** @type {Tileset | null} */ #tileset = null;
  /** @type {KeptTiles<THREE.Points> | null} */ #tiles = null;
  /** @type {Set<THREE.Points>} */ #shown = new Set();
  #seenFrom = "";
  #movedAt = -Infinity;
  #isSettled = true;
  #hasTiles = false;
  #isAsked = false;
  #isChanged = false;

  /** @param {(told: string) => void} say what a user must know @param {boolean} isSoftware whether the processor draws */
  constructor(say = () => {}, isSoftware = false) {
    this.say = say;
    this.movingBudget = isSoftware ? MOVING_BUDGET : Infinity;
    this.object.matrixAutoUpdate = false;
  }

  /** Take up a site's points; those of a file are here when it ends, tiles come when they are looked at. @param {Site} site */
  async load(site) {
    this.#hasTiles = site.has_tiles;
    if (site.has_tiles || !site.has_cloud) return;
    const geometry = await new PLYLoader().loadAsync(at("/api/cloud.ply"));
    geometry.computeBoundingBox();
    const { min, max } = /** @type {THREE.Box3} */ (geometry.boundingBox);
    const colour = geometry.getAttribute("color");
    if (colour) geometry.setAttribute("rgba", colour);
    this.object.add(new THREE.Points(geometry, this.#material));
    this.#colourable({ hasColour: Boolean(colour), numbers: [] }, [min.z, max.z]);
  }

  /** How many points are drawn. */
  get shownPoints() {
    const drawn = /** @type {THREE.Points[]} */ (this.object.children).filter(({ visible }) => visible);
    return drawn.reduce((sum, points) => sum + pointCount(points), 0);
  }

  /** Whether tiles that are needed have not come yet. */
  get isComing() {
    return this.#isChanged || !this.#isSettled || (this.#tiles?.isWaiting ?? false);
  }

  /** The most points that are shown at any time. */
  get budget() {
    return this.#budget;
  }

  set budget(points) {
    this.#budget = points;
    this.#isChanged = true;
  }

  /** Pixels. */
  get pointSize() {
    return this.#material.uniforms.size.value;
  }

  set pointSize(pixels) {
    this.#material.uniforms.size.value = pixels;
    this.#isChanged = true;
  }

  /** The name of what points are coloured by. */
  get colourBy() {
    return this.#colourBy?.name ?? "";
  }

  set colourBy(name) {
    this.#colourBy = this.colours.find((one) => one.name === name) ?? this.#colourBy;
    if (!this.#colourBy) return;
    this.#material.colourBy(this.#colourBy);
    for (const points of this.#tiles?.all ?? []) this.#colour(points);
    this.#isChanged = true;
  }

  /** What the scale stands for; null where points have their own colours. */
  legend() {
    return this.#colourBy && this.#colourBy.kind !== "rgb" ? this.#colourBy : null;
  }

  /**
   * Show what a camera needs; call it before each frame.
   * @param {THREE.PerspectiveCamera | THREE.OrthographicCamera} camera @param {number} canvasHeight CSS pixels
   * @returns {boolean} whether there is something new to draw
   */
  update(camera, canvasHeight) {
    if (!isVisible(this.object)) return false;
    if (this.#hasTiles && !this.#isAsked) this.#begin();
    const isNew = this.#isChanged;
    if (!this.#tileset || !this.#tiles) {
      this.#isChanged = false;
      return isNew;
    }
    camera.updateMatrixWorld();
    this.object.updateWorldMatrix(true, false);
    const seenFrom = [...camera.matrixWorld.elements, ...camera.projectionMatrix.elements, canvasHeight].join();
    const moves = seenFrom !== this.#seenFrom;
    if (moves && this.#seenFrom) this.#movedAt = performance.now();
    const isSettled = performance.now() - this.#movedAt >= SETTLES_MS;
    if (!isNew && !moves && isSettled === this.#isSettled) return false;
    this.#isChanged = false;
    this.#seenFrom = seenFrom;
    this.#isSettled = isSettled;
    const needed = chooseTiles(this.#tileset.root, viewOf(camera, this.object.matrixWorld, canvasHeight), this.#budget);
    const known = this.#tiles.need(needed, this.#budget);
    const here = new Set(isSettled ? known : mostNeeded(known, pointCount, this.movingBudget));
    const isOther = here.size !== this.#shown.size || [...here].some((points) => !this.#shown.has(points));
    for (const points of this.object.children) points.visible = here.has(/** @type {THREE.Points} */ (points));
    this.#shown = here;
    return isOther || isNew;
  }

  async #begin() {
    this.#isAsked = true;
    try {
      const tileset = readTileset(await getJson(at("/api/cloud/tileset.json")));
      this.object.matrix.fromArray(tileset.transform);
      this.#material.uniforms.noData.value = tileset.noData;
      this.#tiles = new KeptTiles((file) => this.#fetch(file, tileset.version), {
        arrived: () => (this.#isChanged = true),
        drop: (points) => {
          this.object.remove(points);
          points.geometry.dispose();
        },
        failed: (_, error) => this.say(`Some points could not be loaded: ${error.message}.`),
      });
      this.#tileset = tileset;
      this.#material.raise(this.object.matrix);
      this.#colourable(tileset, heightsOf(tileset));
    } catch (error) {
      this.say(`The points could not be read: ${/** @type {Error} */ (error).message}`);
    }
  }

  /** @param {string} file @param {string} version @returns {Promise<THREE.Points>} */
  async #fetch(file, version) {
    const answer = await fetch(at(`/api/cloud/${file}?v=${version}`));
    if (!answer.ok) throw new Error(`${file} answered ${answer.status}`);
    const columns = readPoints(await answer.arrayBuffer());
    const geometry = new THREE.BufferGeometry();
    for (const [name, { values, width, isNormalised }] of Object.entries(columns)) {
      const known = { POSITION: "position", COLOR_0: "rgba" }[name] ?? name;
      geometry.setAttribute(known, new THREE.BufferAttribute(values, width, isNormalised));
    }
    const points = new THREE.Points(geometry, this.#material);
    points.frustumCulled = false; // it is chosen by what the camera sees
    points.visible = false;
    points.raycast = () => {};
    this.#colour(points);
    this.object.add(points);
    return points;
  }

  /** @param {THREE.Points} points */
  #colour({ geometry }) {
    const attribute = this.#colourBy?.attribute && geometry.getAttribute(this.#colourBy.attribute);
    if (attribute) geometry.setAttribute("value", attribute);
  }

  /** @param {Pick<Tileset, "hasColour" | "numbers">} told @param {[number, number]} heights */
  #colourable(told, heights) {
    this.colours = pointColours(told, heights);
    this.colourBy = this.colours[0].name;
    this.onLoaded();
  }
}

/** @param {THREE.Points} points */
function pointCount({ geometry }) {
  return geometry.getAttribute("position").count;
}

/** @param {THREE.Object3D | null} object */
function isVisible(object) {
  for (let each = object; each; each = each.parent) if (!each.visible) return false;
  return true;
}

/**
 * @param {THREE.PerspectiveCamera | THREE.OrthographicCamera} camera @param {THREE.Matrix4} placed the cloud's own matrix
 * @param {number} canvasHeight @returns {import("../cloud/choosing.js").View}
 */
function viewOf(camera, placed, canvasHeight) {
  const seen = new THREE.Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse).multiply(placed);
  const { planes } = new THREE.Frustum().setFromProjectionMatrix(seen);
  const eye = new THREE.Vector3().setFromMatrixPosition(camera.matrixWorld).applyMatrix4(placed.clone().invert());
  const perMetre =
    camera instanceof THREE.OrthographicCamera
      ? (canvasHeight * camera.zoom) / (camera.top - camera.bottom)
      : canvasHeight / (2 * Math.tan(THREE.MathUtils.degToRad(camera.fov / 2)));
  return {
    planes: planes.map(({ normal, constant }) => [...normal.toArray(), constant]),
    eye: eye.toArray(),
    pixelsPerMetre: camera instanceof THREE.OrthographicCamera ? () => perMetre : (distance) => perMetre / Math.max(distance, camera.near),
  };
}
