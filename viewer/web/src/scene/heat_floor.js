import * as THREE from "three";
import { differenceColour, heatColour } from "../colours.js";
import { blockedDensity } from "../density.js";

/** @import {Heat} from "../messages" */

const FADE = 8; // below an eighth of the scale the picture runs out into the floor

/** Blocked seconds as a picture on the floor: one texture, one draw call. */
export class HeatFloor {
  object = new THREE.Mesh(
    new THREE.PlaneGeometry(1, 1),
    new THREE.MeshBasicMaterial({ transparent: true, depthWrite: false }),
  );
  /** Blocked seconds per square metre of the brightest colour. */
  top = 0;

  /** @param {number} floorZ metres */
  constructor(floorZ) {
    this.object.position.z = floorZ + 0.03;
    this.object.renderOrder = 2;
    this.object.visible = false;
  }

  /** @param {Heat | null} heat @param {boolean} [isDifference] whether its seconds may be below 0 */
  show(heat, isDifference = false) {
    const density = heat && heat.cells.length > 0 ? blockedDensity(heat) : null;
    this.top = heat?.top_s_m2 ?? 0;
    this.object.visible = density !== null;
    if (!density) return;
    const { x0, y0, step, width, height } = density;
    this.object.scale.set(width * step, height * step, 1);
    this.object.position.x = x0 + (width * step) / 2;
    this.object.position.y = y0 + (height * step) / 2;
    const { material } = this.object;
    material.map?.dispose();
    material.map = heatTexture(density, this.top, isDifference ? differenceColour : heatColour);
    material.needsUpdate = true;
  }
}

/** @param {import("../density.js").Density} density @param {number} top @param {(share: number) => number[]} colourOf */
function heatTexture({ width, height, values }, top, colourOf) {
  const pixels = new Uint8Array(4 * width * height);
  values.forEach((value, i) => {
    const share = value / top;
    pixels.set([...colourOf(share), Math.round(235 * Math.min(1, Math.abs(share) * FADE))], 4 * i);
  });
  const texture = new THREE.DataTexture(pixels, width, height);
  texture.colorSpace = THREE.SRGBColorSpace;
  texture.magFilter = THREE.LinearFilter;
  texture.needsUpdate = true;
  return texture;
}
