import * as THREE from "three";

/** @typedef {"height" | "along" | "across"} Axis along and across the aisles */

/** Which way each cut looks: what lies beyond the plane, along this direction, is taken away. @param {Axis} axis @param {number} heading of the aisles */
function directionOf(axis, heading) {
  if (axis === "height") return new THREE.Vector3(0, 0, 1);
  const angle = axis === "along" ? heading + Math.PI / 2 : heading;
  return new THREE.Vector3(Math.cos(angle), Math.sin(angle), 0);
}

/**
 * The plane that cuts a hall at a share of its extent, 0 takes all away, 1 nothing; and where that is in metres.
 * @param {Axis} axis @param {number} share @param {THREE.Vector3[]} points that the hall reaches to @param {number} heading
 */
export function sectionPlane(axis, share, points, heading) {
  const direction = directionOf(axis, heading);
  const reaches = points.map((point) => point.dot(direction));
  const [low, high] = [Math.min(...reaches), Math.max(...reaches)];
  const atM = low + share * (high - low) + 1e-3;
  return { plane: new THREE.Plane(direction.clone().negate(), atM), metres: atM - (axis === "height" ? 0 : low) };
}
