import * as THREE from "three";
import { MOVE_COLOUR } from "../colours.js";

/** @import {Locations} from "./locations.js" */
/** @import {Move} from "../facility" */

const POINTS = 16;
const LIFT = 0.18; // how high an arc rises, as a share of its length on the plan
const HEAD_M = 0.9;

/** Every move as an arc with a head where it ends: two draw calls. */
export class Moves {
  object = new THREE.Group();

  /** @param {Move[]} moves @param {Locations} locations */
  constructor(moves, locations) {
    const arcs = moves.flatMap(({ source, target }) => {
      const [from, to] = [source === null ? null : locations.center(source), locations.center(target)];
      return from && to ? [arc(from, to)] : [];
    });
    this.count = arcs.length;
    const segments = arcs.flatMap((points) => points.slice(1).flatMap((point, i) => [points[i], point]));
    const line = new THREE.BufferGeometry().setFromPoints(segments);
    this.object.add(new THREE.LineSegments(line, new THREE.LineBasicMaterial({ color: MOVE_COLOUR })));
    this.object.add(heads(arcs));
    this.object.renderOrder = 3;
  }
}

/** A parabola above the straight way. @param {THREE.Vector3} from @param {THREE.Vector3} to */
function arc(from, to) {
  const rise = Math.max(1, LIFT * Math.hypot(to.x - from.x, to.y - from.y));
  return Array.from({ length: POINTS }, (_, i) => {
    const share = i / (POINTS - 1);
    const point = from.clone().lerp(to, share);
    point.z += rise * 4 * share * (1 - share);
    return point;
  });
}

/** @param {THREE.Vector3[][]} arcs */
function heads(arcs) {
  const cone = new THREE.ConeGeometry(HEAD_M / 3, HEAD_M, 12).translate(0, -HEAD_M / 2, 0);
  const mesh = new THREE.InstancedMesh(cone, new THREE.MeshBasicMaterial({ color: MOVE_COLOUR }), arcs.length);
  const up = new THREE.Vector3(0, 1, 0);
  arcs.forEach((points, i) => {
    const end = points[POINTS - 1];
    const way = end.clone().sub(points[POINTS - 2]).normalize();
    const turn = new THREE.Quaternion().setFromUnitVectors(up, way);
    mesh.setMatrixAt(i, new THREE.Matrix4().compose(end, turn, new THREE.Vector3(1, 1, 1)));
  });
  return mesh;
}
