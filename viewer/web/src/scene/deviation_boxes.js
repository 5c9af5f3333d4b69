import * as THREE from "three";
import { VERDICTS } from "../deviations.js";

/** @import {Box, Deviation} from "../facility" */

const FLAT_M = 0.04; // of what has no body, as an aisle
const GROWN_M = 0.02; // so that a box stands out from what it stands for

/** Of walls and what lies in them or on the floor, one sees through. */
const THIN = new Set(["wall", "opening", "aisle"]);

/** Every element in the colour of its verdict, and a frame where something that deviates was planned: three draw calls. */
export class DeviationBoxes {
  object = new THREE.Group();
  frames = new THREE.LineSegments(new THREE.BufferGeometry(), new THREE.LineBasicMaterial({ color: "#ffffff" }));

  /** @param {Deviation[]} deviations */
  constructor(deviations) {
    const thin = deviations.filter(({ kind }) => THIN.has(kind));
    const solid = deviations.filter(({ kind }) => !THIN.has(kind));
    this.deviations = deviations;
    this.parts = [new Bodies(solid, 0.6), new Bodies(thin, 0.2)];
    this.frames.renderOrder = 5;
    this.frames.frustumCulled = false;
    this.object.add(...this.parts.map(({ mesh }) => mesh), this.frames);
  }

  /** Show some of them. @param {(deviation: Deviation) => boolean} isShown */
  show(isShown) {
    for (const part of this.parts) part.show(isShown);
    this.frames.geometry.dispose();
    this.frames.geometry = framesOf(this.deviations.filter(isShown));
  }
}

/** The bodies of some, all as opaque as each other. */
class Bodies {
  /** @param {Deviation[]} deviations @param {number} opacity */
  constructor(deviations, opacity) {
    this.deviations = deviations;
    const material = new THREE.MeshLambertMaterial({ transparent: true, opacity, depthWrite: false });
    this.mesh = new THREE.InstancedMesh(new THREE.BoxGeometry(1, 1, 1), material, deviations.length);
    this.mesh.renderOrder = 4;
    const colour = new THREE.Color();
    deviations.forEach(({ verdict }, i) => this.mesh.setColorAt(i, colour.set(VERDICTS[verdict].colour)));
  }

  /** @param {(deviation: Deviation) => boolean} isShown */
  show(isShown) {
    const nothing = new THREE.Matrix4().makeScale(0, 0, 0);
    this.deviations.forEach((each, i) => this.mesh.setMatrixAt(i, isShown(each) ? boxMatrix(each) : nothing));
    this.mesh.instanceMatrix.needsUpdate = true;
    this.mesh.boundingSphere = null;
  }
}

/** The frames of where what deviates was planned. @param {Deviation[]} deviations */
function framesOf(deviations) {
  const edges = new THREE.EdgesGeometry(new THREE.BoxGeometry(1, 1, 1)).getAttribute("position");
  /** @type {number[]} */ const points = [];
  const corner = new THREE.Vector3();
  for (const { verdict, planned } of deviations) {
    if (verdict === "unchanged" || planned === null) continue;
    const matrix = boxMatrix(planned);
    for (let i = 0; i < edges.count; i++) points.push(...corner.fromBufferAttribute(edges, i).applyMatrix4(matrix).toArray());
  }
  return new THREE.BufferGeometry().setAttribute("position", new THREE.Float32BufferAttribute(points, 3));
}

/** @param {Box} box */
function boxMatrix({ center, size_m, yaw_rad }) {
  return new THREE.Matrix4().compose(
    new THREE.Vector3(...center),
    new THREE.Quaternion().setFromAxisAngle(new THREE.Vector3(0, 0, 1), yaw_rad),
    new THREE.Vector3(...size_m.map((each) => Math.max(FLAT_M, each + GROWN_M))),
  );
}
