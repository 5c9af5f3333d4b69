import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

/** How each kind of element looks; walls are glass, so that they do not hide what stands behind them, and so is the hull of what was scanned. */
const LOOKS = /** @type {Record<string, THREE.MeshLambertMaterialParameters>} */ ({
  wall: { color: "#93a1b0", transparent: true, opacity: 0.14, depthWrite: false, side: THREE.DoubleSide, forceSinglePass: true },
  opening: { color: "#93a1b0", transparent: true, opacity: 0.3, depthWrite: false, side: THREE.DoubleSide, forceSinglePass: true },
  column: { color: "#6f7a86" },
  rack: { color: "#77838f" },
  obstacle: { color: "#8d8a84" },
  hull: { color: "#8d8a84", transparent: true, opacity: 0.14, depthWrite: false, side: THREE.DoubleSide, forceSinglePass: true },
  residual: { color: "#a59d8e", side: THREE.DoubleSide, forceSinglePass: true },
});
const UNEXPLAINED = { color: "#8f8a80", transparent: true, opacity: 0.5, side: THREE.DoubleSide, forceSinglePass: true };
const FADED = 0.25;
const BEAM_M = 0.1;

/** The mesh of the facility, in colours of the page instead of its own. */
export class Building {
  /** In glTF's frame, Y up: it belongs beside the world group, not in it. */
  object = new THREE.Group();
  /** @type {Map<string, THREE.MeshLambertMaterial>} */
  #materials = new Map();
  /** @type {THREE.InstancedMesh | null} */ #racks = null;
  /** @type {THREE.Mesh[]} what a click meets of obstacles and of what was scanned besides; never drawn */ #named = [];

  /** @param {string} address of a .glb */
  async load(address) {
    const { scene } = await new GLTFLoader().loadAsync(address);
    scene.updateMatrixWorld(true);
    const parts = new Parts();
    parts.collect(scene, "");
    this.#named = parts.named;
    for (const [kind, geometries] of parts.solids) {
      const whole = mergeGeometries(geometries);
      for (const geometry of geometries) geometry.dispose();
      this.object.add(new THREE.Mesh(whole, this.#material(kind)));
    }
    for (const [kind, { geometry, places }] of parts.repeated) {
      const mesh = new THREE.InstancedMesh(geometry, this.#material(kind), places.length);
      places.forEach((place, i) => mesh.setMatrixAt(i, place));
      this.object.add(mesh);
      if (kind === "rack") this.#racks = mesh;
    }
  }

  /**
   * Leave the racks' steel out where a beam would be thinner than a pixel: what lies in the racks shows where they are.
   * @param {number} metresPerPixel where the hall is nearest
   */
  fitDetail(metresPerPixel) {
    if (this.#racks) this.#racks.visible = metresPerPixel < BEAM_M;
  }

  /**
   * The id and kind of the obstacle, or of whom a scanned surface belongs to, that a ray meets first, and how far away.
   * @param {THREE.Raycaster} ray @returns {{id: string, kind: string, distance: number} | null}
   */
  hit(ray) {
    const [first] = ray.intersectObjects(this.#named, false);
    return first ? { id: first.object.userData.id, kind: first.object.userData.kind, distance: first.distance } : null;
  }

  /** Thin the racks out, for a look at the floor under them. @param {boolean} faded */
  fadeRacks(faded) {
    const material = this.#material("rack");
    material.transparent = faded;
    material.opacity = faded ? FADED : 1;
    material.depthWrite = !faded;
    material.needsUpdate = true;
  }

  /** @param {string} kind */
  #material(kind) {
    const known = this.#materials.get(kind);
    if (known) return known;
    const made = new THREE.MeshLambertMaterial(LOOKS[kind] ?? UNEXPLAINED);
    this.#materials.set(kind, made);
    return made;
  }
}

const NAMED = new Set(["obstacle", "residual"]);
const RACK_PARTS = new Set(["uprights", "beams", "decks"]);

/**
 * What a model is made of, by kind, in its root's frame: surfaces, and solids that are repeated at many places. Locations
 * and floors are left out: the page draws them itself.
 */
class Parts {
  /** @type {Map<string, THREE.BufferGeometry[]>} */ solids = new Map();
  /** @type {THREE.Mesh[]} those that have an id of their own to a click */ named = [];
  /** @type {Map<string, {geometry: THREE.BufferGeometry, places: THREE.Matrix4[]}>} */ repeated = new Map();

  /** @param {THREE.Object3D} object @param {string} kindAbove */
  collect(object, kindAbove) {
    const told = object.userData.show === "hull" ? "hull" : (object.userData.kind ?? kindAbove);
    const kind = RACK_PARTS.has(told) ? "rack" : told;
    if (kind === "locations" || kind === "level") return;
    if (object instanceof THREE.InstancedMesh) this.#repeat(object, kind);
    else if (object instanceof THREE.Mesh) {
      this.#add(object, kind);
      if (NAMED.has(object.userData.kind)) this.named.push(object);
    }
    for (const child of object.children) this.collect(child, kind);
  }

  /** @param {THREE.InstancedMesh} mesh @param {string} kind */
  #repeat(mesh, kind) {
    const known = this.repeated.get(kind) ?? { geometry: mesh.geometry, places: [] };
    for (let i = 0; i < mesh.count; i++) {
      const place = new THREE.Matrix4();
      mesh.getMatrixAt(i, place);
      known.places.push(place.premultiply(mesh.matrixWorld));
    }
    this.repeated.set(kind, known);
  }

  /** @param {THREE.Mesh} mesh @param {string} kind */
  #add(mesh, kind) {
    const geometry = mesh.geometry.index ? mesh.geometry.toNonIndexed() : mesh.geometry.clone();
    for (const name of Object.keys(geometry.attributes)) if (name !== "position" && name !== "normal") geometry.deleteAttribute(name);
    if (!geometry.hasAttribute("normal")) geometry.computeVertexNormals();
    this.solids.set(kind, [...(this.solids.get(kind) ?? []), geometry.applyMatrix4(mesh.matrixWorld)]);
  }
}

/**
 * The floor of each level as a plate with a grid of 5 m, drawn from facility.json.
 * @param {import("../facility").Level[]} levels
 */
export function floors(levels) {
  const group = new THREE.Group();
  for (const level of levels) {
    const shape = new THREE.Shape(level.outline.map(([x, y]) => new THREE.Vector2(x, y)));
    shape.holes = (level.holes ?? []).map((hole) => new THREE.Path(hole.map(([x, y]) => new THREE.Vector2(x, y))));
    const plate = new THREE.Mesh(
      new THREE.ShapeGeometry(shape),
      new THREE.MeshLambertMaterial({ color: "#2b3038", side: THREE.DoubleSide, forceSinglePass: true }),
    );
    plate.position.z = level.elevation_m - 0.02;
    const edge = new THREE.LineLoop(
      new THREE.BufferGeometry().setFromPoints(level.outline.map(([x, y]) => new THREE.Vector3(x, y, 0))),
      new THREE.LineBasicMaterial({ color: "#66717d" }),
    );
    edge.position.z = level.elevation_m + 0.02;
    group.add(plate, edge);
  }
  return group;
}
