import * as THREE from "three";
import { headingOf, xrFromWorld, zUp } from "./frames.js";

/** @import {Alignment} from "./alignment.js" */
/** @import {Vec3} from "./linear.js" */

/**
 * What is known in a frame, in the device's own frame with Z up; `aim` is where the ray of the view, or of the controller,
 * meets a surface, null where none is, or where the device only guesses its own place.
 * @typedef {{head: Vec3, way: Vec3, aim: {seen: Vec3, heading: number | null} | null}} Look
 */

/** The session with the device's camera, and the picture that is laid over it. */
export class XrView {
  scene = new THREE.Scene();
  /** Everything in world coordinates goes in here. */
  world = new THREE.Group();
  frames = 0;
  /** @type {XRSession | null} */ session = null;
  /** @type {(look: Look) => void} */ onLook = () => {};
  /** @type {() => void} a controller's trigger, or a touch beside all buttons */ onSelect = () => {};
  /** @type {() => void} a controller's grip */ onSqueeze = () => {};
  /** @type {() => void} the device's frame jumped */ onReset = () => {};
  /** @type {() => void} */ onEnd = () => {};
  /** @type {XRHitTestSource | null} */ #hits = null;
  /** @type {XRReferenceSpace | null} */ #space = null;
  #board = new THREE.Mesh(new THREE.PlaneGeometry(1, 1), new THREE.MeshBasicMaterial({ transparent: true, depthTest: false }));
  #spot = new THREE.Mesh(new THREE.RingGeometry(0.05, 0.07, 32).rotateX(-Math.PI / 2), new THREE.MeshBasicMaterial({ color: "#ffffff", depthTest: false, transparent: true }));

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.renderer = new THREE.WebGLRenderer({ canvas, alpha: true, antialias: true });
    this.renderer.xr.enabled = true;
    this.renderer.xr.setReferenceSpaceType("local-floor");
    this.camera = new THREE.PerspectiveCamera(60, 1, 0.05, 300);
    this.scene.add(new THREE.HemisphereLight("#ffffff", "#8a929c", 2.6), this.world, this.#spot);
    this.world.matrixAutoUpdate = false;
    this.world.visible = false;
    this.#spot.visible = false;
    this.#board.renderOrder = 20;
    this.#board.visible = false;
    this.#board.position.set(0, -0.22, -1);
    this.camera.add(this.#board);
    this.scene.add(this.camera);
  }

  /** Begin; `overlay` is what is laid over the picture where the device can. Throws what the browser says. @param {HTMLElement} overlay */
  async start(overlay) {
    const xr = /** @type {XRSystem} */ (navigator.xr);
    const session = await xr.requestSession("immersive-ar", {
      requiredFeatures: ["hit-test", "local-floor"],
      optionalFeatures: ["dom-overlay"],
      domOverlay: { root: overlay },
    });
    this.session = session;
    session.addEventListener("end", () => this.#ended());
    session.addEventListener("select", () => this.onSelect());
    session.addEventListener("squeeze", () => this.onSqueeze());
    await this.renderer.xr.setSession(/** @type {any} */ (session));
    this.#space = this.renderer.xr.getReferenceSpace();
    this.#space?.addEventListener("reset", () => this.onReset());
    session.addEventListener("inputsourceschange", () => this.#aimBy(session));
    await this.#aimBy(session);
    this.renderer.setAnimationLoop((_, frame) => this.#frame(frame));
  }

  /** Whether the page is seen over the picture: on phones it is, in headsets it is not. */
  get hasOverlay() {
    return Boolean(this.session?.domOverlayState ?? this.session?.enabledFeatures?.includes("dom-overlay"));
  }

  async end() {
    await this.session?.end();
  }

  /** Lay the world where the alignment says, or show nothing of it. @param {Alignment | null} alignment */
  place(alignment) {
    this.world.visible = alignment !== null;
    if (alignment === null) return;
    this.world.matrix.fromArray(xrFromWorld(alignment));
    this.world.matrixWorldNeedsUpdate = true;
  }

  get hasBoard() {
    return this.#board.visible;
  }

  /** A board in view, for headsets, where the page is not seen. @param {HTMLCanvasElement | null} drawing */
  showBoard(drawing) {
    this.#board.visible = drawing !== null;
    if (drawing === null) return;
    this.#board.material.map?.dispose();
    this.#board.material.map = new THREE.CanvasTexture(drawing);
    this.#board.material.map.colorSpace = THREE.SRGBColorSpace;
    this.#board.material.needsUpdate = true;
    this.#board.scale.set(drawing.width * 0.0005, drawing.height * 0.0005, 1);
  }

  /** Aim with a controller where there is one, else with the middle of the view. @param {XRSession} session */
  async #aimBy(session) {
    const pointer = [...session.inputSources].find(({ targetRayMode }) => targetRayMode === "tracked-pointer");
    const space = pointer?.targetRaySpace ?? (await session.requestReferenceSpace("viewer"));
    const before = this.#hits;
    this.#hits = (await session.requestHitTestSource?.({ space })) ?? null;
    before?.cancel();
  }

  /** @param {XRFrame | undefined} frame */
  #frame(frame) {
    const pose = frame && this.#space ? frame.getViewerPose(this.#space) : undefined;
    if (frame && pose && this.#space) {
      const { position, matrix } = pose.transform;
      const aim = this.#hits && !pose.emulatedPosition ? frame.getHitTestResults(this.#hits)[0]?.getPose(this.#space) : undefined;
      this.#spot.visible = aim !== undefined;
      if (aim) this.#spot.matrix.fromArray(aim.transform.matrix).decompose(this.#spot.position, this.#spot.quaternion, this.#spot.scale);
      this.onLook({
        head: zUp(position),
        way: zUp({ x: -matrix[8], y: -matrix[9], z: -matrix[10] }),
        aim: aim ? { seen: zUp(aim.transform.position), heading: headingOf({ x: aim.transform.matrix[4], y: aim.transform.matrix[5], z: aim.transform.matrix[6] }) } : null,
      });
    }
    this.renderer.render(this.scene, this.camera);
    this.frames++;
  }

  #ended() {
    this.session = null;
    this.#hits = null;
    this.renderer.setAnimationLoop(null);
    this.place(null);
    this.onEnd();
  }
}
