import * as THREE from "three";
import { PLYLoader } from "three/addons/loaders/PLYLoader.js";

/** The thinned scan as points. @param {string} address of a .ply */
export async function loadCloud(address) {
  const geometry = await new PLYLoader().loadAsync(address);
  const coloured = geometry.hasAttribute("color");
  const material = new THREE.PointsMaterial({
    size: 1.6,
    sizeAttenuation: false,
    vertexColors: coloured,
    color: coloured ? "#ffffff" : "#9fb4c7",
  });
  return new THREE.Points(geometry, material);
}
