import * as THREE from "three";
import { ramp } from "../cloud/colouring.js";

/** @import {PointColours} from "../cloud/colouring.js" */

const KINDS = { rgb: 0, height: 1, number: 2 };

/** Points of one size on the screen, in their own colours or by a number on a scale. */
export class PointMaterial extends THREE.ShaderMaterial {
  constructor() {
    const colours = ramp();
    const table = new THREE.DataTexture(new Uint8Array(colours.flatMap((rgb) => [...rgb, 255])), colours.length, 1);
    table.colorSpace = THREE.SRGBColorSpace;
    table.minFilter = table.magFilter = THREE.LinearFilter;
    table.needsUpdate = true;
    super({
      clipping: true,
      uniforms: {
        size: { value: 2 },
        kind: { value: KINDS.rgb },
        range: { value: new THREE.Vector2(0, 1) },
        up: { value: new THREE.Vector4(0, 0, 1, 0) },
        noData: { value: -Number.MAX_VALUE },
        table: { value: table },
        steps: { value: colours.length },
      },
      vertexShader: `
        attribute vec4 rgba;
        attribute float value;
        uniform float size, noData, steps;
        uniform int kind;
        uniform vec2 range;
        uniform vec4 up;
        uniform sampler2D table;
        varying vec3 shade;
        #include <clipping_planes_pars_vertex>
        void main() {
          float told = kind == 1 ? dot(up, vec4(position, 1.0)) : value;
          float share = clamp((told - range.x) / max(range.y - range.x, 1e-6), 0.0, 1.0);
          shade = kind == 0 ? rgba.rgb : texture2D(table, vec2((0.5 + share * (steps - 1.0)) / steps, 0.5)).rgb;
          if (kind == 2 && told <= noData) shade = vec3(0.25);
          #include <begin_vertex>
          #include <project_vertex>
          #include <clipping_planes_vertex>
          gl_PointSize = size;
        }`,
      fragmentShader: `
        varying vec3 shade;
        #include <clipping_planes_pars_fragment>
        void main() {
          #include <clipping_planes_fragment>
          gl_FragColor = vec4(shade, 1.0);
          #include <colorspace_fragment>
        }`,
    });
  }

  /** @param {PointColours} chosen */
  colourBy({ kind, low, high }) {
    this.uniforms.kind.value = KINDS[kind];
    this.uniforms.range.value.set(low, high);
  }

  /** Heights are those of the world. @param {THREE.Matrix4} worldFromPoints */
  raise({ elements: m }) {
    this.uniforms.up.value.set(m[2], m[6], m[10], m[14]);
  }
}
