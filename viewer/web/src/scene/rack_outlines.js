import * as THREE from "three";
import { MOVE_COLOUR } from "../colours.js";

/** @import {Rack} from "../facility" */

const GONE_COLOUR = "#ff6a1a";

/** Racks as boxes that a click meets, and the outlines of those that are chosen, that would move or be gone. */
export class RackOutlines {
  object = new THREE.Group();
  #volumes;
  #chosen = outline("#ffffff");
  #moved = outline(MOVE_COLOUR);
  #gone = outline(GONE_COLOUR);

  /** @param {Rack[]} racks */
  constructor(racks) {
    this.racks = racks;
    this.#volumes = new THREE.InstancedMesh(new THREE.BoxGeometry(1, 1, 1), new THREE.MeshBasicMaterial(), racks.length);
    racks.forEach((rack, i) => this.#volumes.setMatrixAt(i, rackMatrix(rack)));
    this.object.add(this.#gone, this.#moved, this.#chosen);
  }

  /** The rack that a ray meets first. @param {THREE.Raycaster} ray @returns {Rack | null} */
  hit(ray) {
    this.#volumes.matrixWorld.copy(this.object.matrixWorld);
    const first = ray.intersectObject(this.#volumes)[0];
    return first?.instanceId === undefined ? null : this.racks[first.instanceId];
  }

  /** @param {Rack | null} chosen @param {Rack[]} moved @param {Rack[]} gone */
  show(chosen, moved, gone) {
    fill(this.#chosen, chosen ? [chosen] : []);
    fill(this.#moved, moved);
    fill(this.#gone, gone);
  }
}

/** @param {string} color */
function outline(color) {
  const lines = new THREE.LineSegments(new THREE.BufferGeometry(), new THREE.LineBasicMaterial({ color, depthTest: false, transparent: true }));
  lines.frustumCulled = false;
  lines.renderOrder = 25;
  return lines;
}

/** @param {THREE.LineSegments} lines @param {Rack[]} racks */
function fill(lines, racks) {
  const edges = new THREE.EdgesGeometry(new THREE.BoxGeometry(1, 1, 1)).getAttribute("position");
  const corner = new THREE.Vector3();
  const points = racks.flatMap((rack) => {
    const matrix = rackMatrix(rack);
    return Array.from({ length: edges.count }, (_, k) => corner.fromBufferAttribute(edges, k).applyMatrix4(matrix).toArray()).flat();
  });
  lines.geometry.dispose();
  lines.geometry = new THREE.BufferGeometry().setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
}

/** @param {Rack} rack */
function rackMatrix({ center, base_z_m, yaw_rad, length_m, depth_m, height_m }) {
  return new THREE.Matrix4().compose(
    new THREE.Vector3(...center, base_z_m + height_m / 2),
    new THREE.Quaternion().setFromAxisAngle(new THREE.Vector3(0, 0, 1), yaw_rad),
    new THREE.Vector3(length_m, depth_m, height_m),
  );
}
