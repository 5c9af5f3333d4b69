import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

/** How each kind of element looks; walls are glass, so that they do not hide what stands behind them. */
const LOOKS = /** @type {Record<string, THREE.MeshLambertMaterialParameters>} */ ({
  level: { color: "#2b3038" },
  wall: { color: "#93a1b0", transparent: true, opacity: 0.14, depthWrite: false, side: THREE.DoubleSide },
  opening: { color: "#93a1b0", transparent: true, opacity: 0.3, depthWrite: false, side: THREE.DoubleSide },
  column: { color: "#6f7a86" },
  rack: { color: "#77838f" },
  obstacle: { color: "#8d8a84" },
});
const UNEXPLAINED = { color: "#8f8a80", transparent: true, opacity: 0.5, side: THREE.DoubleSide };
const FADED = 0.25;

/** The mesh of the facility, in colours of the page instead of its own. */
export class Building {
  /** In glTF's frame, Y up: it belongs beside the world group, not in it. */
  object = new THREE.Group();
  /** @type {Map<string, THREE.MeshLambertMaterial>} */
  #materials = new Map();

  /** @param {string} address of a .glb */
  async load(address) {
    const { scene } = await new GLTFLoader().loadAsync(address);
    this.#dress(scene, "");
    this.object.add(scene);
  }

  /** Thin the racks out, for a look at the floor under them. @param {boolean} faded */
  fadeRacks(faded) {
    const material = this.#material("rack");
    material.transparent = faded;
    material.opacity = faded ? FADED : 1;
    material.depthWrite = !faded;
    material.needsUpdate = true;
  }

  /** @param {THREE.Object3D} object @param {string} kindAbove */
  #dress(object, kindAbove) {
    if (object.name === "locations") object.visible = false; // the page draws them itself, by state
    const kind = object.userData.kind ?? kindAbove;
    if (object instanceof THREE.Mesh) object.material = this.#material(kind);
    for (const child of object.children) this.#dress(child, kind);
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
      new THREE.MeshLambertMaterial({ color: "#2b3038", side: THREE.DoubleSide }),
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
