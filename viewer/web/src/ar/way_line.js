import * as THREE from "three";

/** @import {Vec3} from "./linear.js" */

const WIDTH_M = 0.1;
const ABOVE_FLOOR_M = 0.02;
const ARROW_EVERY_M = 1.5;
const COLOUR = "#56b4e9";

/** The way on the floor: a band, with arrows for its sense, and a post where it ends. */
export class WayLine {
  object = new THREE.Group();
  #lit = new THREE.MeshBasicMaterial({ color: COLOUR, transparent: true, opacity: 0.9, depthWrite: false });
  #arrowForm = arrowForm();

  /** @param {Vec3[]} path */
  show(path) {
    for (const child of /** @type {THREE.Mesh[]} */ ([...this.object.children])) if (child.geometry !== this.#arrowForm) child.geometry.dispose();
    this.object.clear();
    for (const [from, to] of legsOf(path)) {
      const [dx, dy, dz] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
      const length = Math.hypot(dx, dy);
      const leg = new THREE.Group();
      leg.position.set(from[0], from[1], from[2] + ABOVE_FLOOR_M);
      leg.rotation.z = Math.atan2(dy, dx);
      leg.rotation.order = "ZYX";
      leg.rotation.y = -Math.atan2(dz, length);
      const band = new THREE.PlaneGeometry(Math.hypot(length, dz), WIDTH_M).translate(Math.hypot(length, dz) / 2, 0, 0);
      leg.add(new THREE.Mesh(band, this.#lit));
      for (let at = ARROW_EVERY_M / 2; at < length; at += ARROW_EVERY_M) {
        const arrow = new THREE.Mesh(this.#arrowForm, this.#lit);
        arrow.position.set(at, 0, 0.005);
        leg.add(arrow);
      }
      this.object.add(leg);
    }
    const end = path.at(-1);
    if (end) {
      const post = new THREE.Mesh(new THREE.CylinderGeometry(0.03, 0.03, 1.4).rotateX(Math.PI / 2), this.#lit);
      post.position.set(end[0], end[1], end[2] + 0.7);
      this.object.add(post);
    }
    this.object.renderOrder = 3;
  }
}

/** @param {Vec3[]} path */
function legsOf(path) {
  return path.slice(1).map((to, i) => /** @type {[Vec3, Vec3]} */ ([path[i], to])).filter(([from, to]) => Math.hypot(to[0] - from[0], to[1] - from[1]) > 0.01);
}

function arrowForm() {
  const form = new THREE.Shape();
  form.moveTo(0.22, 0);
  form.lineTo(-0.12, 0.2);
  form.lineTo(-0.04, 0);
  form.lineTo(-0.12, -0.2);
  return new THREE.ShapeGeometry(form);
}
