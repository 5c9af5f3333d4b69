import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

/** @typedef {"oblique" | "plan"} ViewName */

const MARGIN = 1.05;
const RISE_RAD = 0.86; // of the oblique view above the floor

/**
 * Renderer, cameras and the one root group in which everything is in world coordinates: metres, Z up.
 * Draws only when something asked for it.
 */
export class Stage {
  scene = new THREE.Scene();
  /** Everything in world coordinates goes in here. */
  world = new THREE.Group();
  frames = 0;
  /** @type {ViewName} */ view = "oblique";
  /** @type {((seconds: number) => boolean)[]} called before each frame; true asks for a further one */
  beforeFrame = [];
  #dirty = true;
  #points = [new THREE.Vector3(-10, -10, 0), new THREE.Vector3(10, 10, 0)];
  #along = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true, powerPreference: "low-power" });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.scene.background = new THREE.Color("#15181d");
    this.scene.add(new THREE.HemisphereLight("#ffffff", "#5a6069", 2.2));
    const sun = new THREE.DirectionalLight("#ffffff", 1.4);
    sun.position.set(30, 80, 50);
    this.scene.add(sun, this.world);
    this.world.rotation.x = -Math.PI / 2; // Z up to Y up: (x, y, z) → (x, z, −y)
    this.world.updateMatrixWorld(true);

    this.oblique = new THREE.PerspectiveCamera(38, 1, 0.1, 2000);
    this.plan = new THREE.OrthographicCamera(-1, 1, 1, -1, 0.1, 2000);
    this.turning = new OrbitControls(this.oblique, canvas);
    this.turning.maxPolarAngle = Math.PI * 0.495;
    this.turning.zoomToCursor = true;
    this.sliding = new OrbitControls(this.plan, canvas);
    this.sliding.enableRotate = false;
    this.sliding.zoomToCursor = true;
    this.sliding.mouseButtons.LEFT = THREE.MOUSE.PAN;
    this.sliding.touches.ONE = THREE.TOUCH.PAN;
    for (const controls of [this.turning, this.sliding]) controls.addEventListener("change", () => this.touch());
    new ResizeObserver(() => this.#resize()).observe(/** @type {Element} */ (canvas.parentElement));
    this.show("oblique");
    this.renderer.setAnimationLoop((ms) => this.#frame(ms / 1000));
  }

  get camera() {
    return this.view === "plan" ? this.plan : this.oblique;
  }

  /** Ask for a new picture. */
  touch() {
    this.#dirty = true;
  }

  /** @param {ViewName} view */
  show(view) {
    this.view = view;
    this.turning.enabled = view === "oblique";
    this.sliding.enabled = view === "plan";
    this.touch();
  }

  /**
   * Fill both views with these points, looking along the aisles at an angle.
   * @param {THREE.Vector3[]} points world frame, at least two
   * @param {number} along radians from +X, the way most aisles run
   */
  frame(points, along) {
    this.#points = points;
    this.#along = along;
    this.#aim();
  }

  /** Turn both views to a place, without changing their distance. @param {THREE.Vector3} place world frame */
  lookAt(place) {
    const target = this.world.localToWorld(place.clone());
    for (const controls of [this.turning, this.sliding]) {
      controls.object.position.add(target.clone().sub(controls.target));
      controls.target.copy(target);
      controls.update();
    }
  }

  /**
   * Where a place of the world is on the canvas, in CSS pixels; null behind the camera.
   * @param {THREE.Vector3} place
   */
  project(place) {
    const at = this.world.localToWorld(place.clone()).project(this.camera);
    if (Math.abs(at.z) > 1) return null;
    const { clientWidth, clientHeight } = this.canvas;
    return { x: ((at.x + 1) / 2) * clientWidth, y: ((1 - at.y) / 2) * clientHeight };
  }

  /** Metres that one CSS pixel covers at a place of the world. @param {THREE.Vector3} place */
  metresPerPixel(place) {
    const height = this.canvas.clientHeight || 1;
    if (this.view === "plan") return (this.plan.top - this.plan.bottom) / this.plan.zoom / height;
    const distance = this.world.localToWorld(place.clone()).distanceTo(this.oblique.position);
    return (2 * distance * Math.tan(THREE.MathUtils.degToRad(this.oblique.fov / 2))) / height;
  }

  /** A ray through a point of the canvas. @param {number} x CSS pixels @param {number} y */
  rayThrough(x, y) {
    const ray = new THREE.Raycaster();
    const { clientWidth, clientHeight } = this.canvas;
    ray.setFromCamera(new THREE.Vector2((2 * x) / clientWidth - 1, 1 - (2 * y) / clientHeight), this.camera);
    return ray;
  }

  #aim() {
    this.#aimOblique();
    this.#aimPlan();
    this.touch();
  }

  /** As near as all points allow, with their picture in the middle of the canvas. */
  #aimOblique() {
    const { aspect, fov } = this.oblique;
    // off the aisles' heading, so that their floors and the rack faces both show; more so on a wide canvas
    const heading = this.#along + (aspect > 1 ? 0.45 : 0.25);
    const towards = new THREE.Vector3(-Math.cos(heading), -Math.sin(heading), 0)
      .multiplyScalar(Math.cos(RISE_RAD))
      .setZ(Math.sin(RISE_RAD))
      .transformDirection(this.world.matrixWorld);
    const right = new THREE.Vector3(0, 1, 0).cross(towards).normalize();
    const up = towards.clone().cross(right);
    const half = Math.tan(THREE.MathUtils.degToRad(fov / 2)) / MARGIN;
    const points = this.#points.map((point) => this.world.localToWorld(point.clone()));
    const target = new THREE.Box3().setFromPoints(points).getCenter(new THREE.Vector3());
    let distance = 1;
    for (let turn = 0; turn < 4; turn++) {
      const seen = points.map((point) => point.clone().sub(target));
      distance = Math.max(
        1,
        ...seen.map((p) => p.dot(towards) + Math.abs(p.dot(up)) / half),
        ...seen.map((p) => p.dot(towards) + Math.abs(p.dot(right)) / half / aspect),
      );
      for (const axis of [right, up]) {
        const offsets = seen.map((p) => p.dot(axis) / (distance - p.dot(towards)));
        target.addScaledVector(axis, (distance * (Math.min(...offsets) + Math.max(...offsets))) / 2);
      }
    }
    this.oblique.position.copy(target).addScaledVector(towards, distance);
    this.oblique.near = distance / 100;
    this.oblique.far = distance * 10;
    this.oblique.updateProjectionMatrix();
    this.turning.target.copy(target);
    this.turning.update();
  }

  /** From above, the racks parallel to the sides of the canvas, the longer side of the hall along its longer side. */
  #aimPlan() {
    const { aspect } = this.oblique;
    const extents = [this.#along, this.#along + Math.PI / 2].map((angle) => {
      const shares = this.#points.map((p) => p.x * Math.cos(angle) + p.y * Math.sin(angle));
      return { angle, low: Math.min(...shares), high: Math.max(...shares) };
    });
    const length = (/** @type {{low: number, high: number}} */ { low, high }) => high - low;
    if (length(extents[0]) >= length(extents[1]) !== aspect >= 1) extents.reverse();
    const [across, down] = extents;
    const half = (Math.max(length(down), length(across) / aspect) / 2) * MARGIN;
    const middle = extents.map(({ low, high }) => (low + high) / 2);
    const place = new THREE.Vector3(
      middle[0] * Math.cos(across.angle) + middle[1] * Math.cos(down.angle),
      middle[0] * Math.sin(across.angle) + middle[1] * Math.sin(down.angle),
      0,
    );
    const up = across.angle + Math.PI / 2;
    Object.assign(this.plan, { left: -half * aspect, right: half * aspect, top: half, bottom: -half, zoom: 1 });
    this.plan.up.set(Math.cos(up), Math.sin(up), 0).transformDirection(this.world.matrixWorld);
    const target = this.world.localToWorld(place);
    this.plan.position.copy(target).add(new THREE.Vector3(0, 500, 0));
    this.plan.lookAt(target);
    this.plan.updateProjectionMatrix();
    this.sliding.target.copy(target);
  }

  #resize() {
    const { clientWidth, clientHeight } = /** @type {HTMLElement} */ (this.canvas.parentElement);
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.oblique.aspect = clientWidth / Math.max(1, clientHeight);
    this.#aim();
  }

  /** @param {number} seconds */
  #frame(seconds) {
    const moving = this.beforeFrame.map((step) => step(seconds)).some(Boolean);
    if (!this.#dirty && !moving) return;
    this.#dirty = false;
    this.renderer.render(this.scene, this.camera);
    this.frames++;
  }
}
