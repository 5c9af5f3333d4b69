import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

/** @typedef {"oblique" | "plan"} ViewName */

const MARGIN = 1.05;
const FLIGHT_S = 0.6;
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
  /** Whether the processor draws. */
  isSoftware = drawsInSoftware();
  /** @type {ViewName} */ view = "oblique";
  /** @type {((seconds: number) => boolean)[]} called before each frame; true asks for a further one */
  beforeFrame = [];
  /** @type {(() => void)[]} called when the user has moved a camera */
  onCamera = [];
  #dirty = true;
  #points = [new THREE.Vector3(-10, -10, 0), new THREE.Vector3(10, 10, 0)];
  #along = 0;
  /** @type {{from: number[], to: number[], began: number} | null} */ #flight = null;
  #isPlaced = false; // a camera that was placed stays where it is when the canvas changes its size
  #isTold = true;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: !this.isSoftware, powerPreference: "low-power" });
    this.renderer.setPixelRatio(this.isSoftware ? 1 : Math.min(devicePixelRatio, 2));
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
    for (const controls of [this.turning, this.sliding]) {
      controls.addEventListener("change", () => this.#moved());
      controls.addEventListener("start", () => (this.#flight = null));
    }
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

  /**
   * Position and target of the camera that is shown, world frame, metres, and the plan's zoom: seven numbers.
   * @returns {number[]}
   */
  get placed() {
    const { object, target } = this.#controls;
    const [from, to] = [object.position, target].map((place) => this.world.worldToLocal(place.clone()));
    return [...from.toArray(), ...to.toArray(), this.plan.zoom];
  }

  /** Place the camera that is shown as `placed` told it. @param {number[]} numbers */
  place(numbers) {
    const { object, target } = this.#controls;
    const [from, to] = [numbers.slice(0, 3), numbers.slice(3, 6)].map((xyz) => this.world.localToWorld(new THREE.Vector3(...xyz)));
    this.#isTold = false;
    object.position.copy(from);
    target.copy(to);
    if (this.view === "plan") {
      this.plan.zoom = numbers[6];
      this.plan.updateProjectionMatrix();
    }
    this.#controls.update();
    this.#isTold = true;
    this.#isPlaced = true;
    this.touch();
  }

  /**
   * Fly to where all of these points are seen, without turning; at once for who wants no motion.
   * @param {THREE.Vector3[]} points world frame, at least one @param {number} [leastM] how much is seen around one
   */
  flyTo(points, leastM = 8) {
    const sphere = new THREE.Sphere().setFromPoints(points);
    const radius = Math.max(leastM / 2, sphere.radius);
    const placed = this.placed;
    const [from, target] = [new THREE.Vector3(...placed.slice(0, 3)), new THREE.Vector3(...placed.slice(3, 6))];
    const away = from.sub(target);
    let zoom = this.plan.zoom;
    if (this.view === "plan") zoom = Math.min(this.plan.right, this.plan.top) / radius / MARGIN;
    else away.setLength((radius * MARGIN) / Math.sin(THREE.MathUtils.degToRad(this.oblique.fov / 2)) / Math.min(1, this.oblique.aspect));
    const to = [...away.add(sphere.center).toArray(), ...sphere.center.toArray(), zoom];
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#flight = isStill ? null : { from: placed, to, began: performance.now() / 1000 };
    if (isStill) this.#arrive(to);
    this.touch();
  }

  /**
   * Show only what is on the inner side of these planes of the world.
   * @param {THREE.Plane[]} planes
   */
  cut(planes) {
    this.renderer.clippingPlanes = planes.map((plane) => plane.clone().applyMatrix4(this.world.matrixWorld));
    this.touch();
  }

  get #controls() {
    return this.view === "plan" ? this.sliding : this.turning;
  }

  #moved() {
    this.touch();
    if (this.#isTold) for (const tell of this.onCamera) tell();
  }

  /** @param {number[]} numbers */
  #arrive(numbers) {
    this.place(numbers);
    for (const tell of this.onCamera) tell();
  }

  /** @param {number} seconds @returns {boolean} whether it goes on */
  #fly(seconds) {
    if (!this.#flight) return false;
    const { from, to, began } = this.#flight;
    const share = Math.min(1, Math.max(0, (seconds - began) / FLIGHT_S));
    const eased = share * share * (3 - 2 * share);
    this.#arrive(from.map((number, i) => number + eased * (to[i] - number)));
    if (share === 1) this.#flight = null;
    return share < 1;
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
    return this.metresPerPixelAt(this.world.localToWorld(place.clone()).distanceTo(this.camera.position));
  }

  /** Metres that one CSS pixel covers so far from the camera. @param {number} distance metres */
  metresPerPixelAt(distance) {
    const height = this.canvas.clientHeight || 1;
    if (this.view === "plan") return (this.plan.top - this.plan.bottom) / this.plan.zoom / height;
    return (2 * distance * Math.tan(THREE.MathUtils.degToRad(this.oblique.fov / 2))) / height;
  }

  /** How large things are on the canvas. */
  get scale() {
    return { metresPerPixel: (/** @type {THREE.Vector3} */ place) => this.metresPerPixel(place), canvasHeight: this.canvas.clientHeight || 1 };
  }

  /**
   * The floor at `z` that is seen, as x0, y0, x1, y1 in metres of the world; null where it reaches beyond the horizon.
   * @param {number} z @returns {[number, number, number, number] | null}
   */
  seenFloor(z) {
    const { clientWidth, clientHeight } = this.canvas;
    const floor = new THREE.Plane(new THREE.Vector3(0, 1, 0), -z);
    const corners = [[0, 0], [clientWidth, 0], [clientWidth, clientHeight], [0, clientHeight]].map(([x, y]) => {
      const met = this.rayThrough(x, y).ray.intersectPlane(floor, new THREE.Vector3());
      return met && this.world.worldToLocal(met);
    });
    if (corners.some((corner) => corner === null)) return null;
    const [xs, ys] = /** @type {("x" | "y")[]} */ (["x", "y"]).map((axis) => corners.map((corner) => corner?.[axis] ?? 0));
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
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
    if (!this.#isPlaced) return this.#aim();
    this.oblique.updateProjectionMatrix();
    const half = this.plan.top;
    Object.assign(this.plan, { left: -half * this.oblique.aspect, right: half * this.oblique.aspect });
    this.plan.updateProjectionMatrix();
    this.touch();
  }

  /** @param {number} seconds */
  #frame(seconds) {
    const moving = [this.#fly(seconds), ...this.beforeFrame.map((step) => step(seconds))].some(Boolean);
    if (!this.#dirty && !moving) return;
    this.#dirty = false;
    this.renderer.render(this.scene, this.camera);
    this.frames++;
  }
}

/** Whether WebGL is worked out by the processor: then smooth edges would cost most of the time. */
function drawsInSoftware() {
  const gl = document.createElement("canvas").getContext("webgl2");
  const names = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = gl && names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /llvmpipe|softpipe|swiftshader|software|basic render/i.test(name);
}
