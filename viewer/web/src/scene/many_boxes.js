import * as THREE from "three";

const WIDTH = 1024; // texels of a row
const CORNERS = 12; // of three faces

/**
 * Upright boxes in one draw call. Of each, only the three faces that look at the camera are drawn, which the vertex
 * shader finds out: half the work. Where the processor draws, triangles are what takes time, however small: boxes of a
 * few pixels are drawn there as squares.
 */
export class ManyBoxes {
  object = new THREE.Group();
  #canvasHeight = { value: 1 };
  #stand; // x, y, z of the middle of the bottom, and the heading
  #size; // length, depth, height
  #colour; // red, green, blue in 0…255, in the page's colours
  #opacity = { value: 1 };
  #materials;
  #near;
  #far;

  /** @param {number} count */
  constructor(count) {
    const rows = Math.max(1, Math.ceil(count / WIDTH));
    const table = (/** @type {Float32Array | Uint8Array} */ values, /** @type {THREE.TextureDataType} */ type) =>
      new THREE.DataTexture(values, WIDTH, rows, THREE.RGBAFormat, type);
    this.#stand = table(new Float32Array(4 * WIDTH * rows), THREE.FloatType);
    this.#size = table(new Float32Array(4 * WIDTH * rows), THREE.FloatType);
    this.#colour = table(new Uint8Array(4 * WIDTH * rows), THREE.UnsignedByteType);
    const uniforms = {
      opacity: this.#opacity,
      canvasHeight: this.#canvasHeight,
      stand: { value: this.#stand },
      size: { value: this.#size },
      colour: { value: this.#colour },
    };
    this.#materials = [FACES, SQUARES].map(
      (vertexShader) =>
        new THREE.ShaderMaterial({
          side: THREE.DoubleSide, // a face that is turned over is wound the other way
          forceSinglePass: true,
          clipping: true,
          uniforms,
          vertexShader,
          fragmentShader: FRAGMENT,
        }),
    );
    this.#near = new THREE.Mesh(threeFacesOf(count), this.#materials[0]);
    this.#far = new THREE.Points(numbersTo(count), this.#materials[1]);
    for (const each of [this.#near, this.#far]) each.frustumCulled = false;
    this.#far.visible = false;
    this.object.add(this.#near, this.#far);
  }

  /** Draw them as squares, or as boxes. @param {boolean} asSquares @param {number} canvasHeight CSS pixels */
  fitDetail(asSquares, canvasHeight) {
    this.#far.visible = asSquares;
    this.#near.visible = !asSquares;
    this.#canvasHeight.value = canvasHeight;
  }

  /**
   * Where box i stands.
   * @param {number} i @param {[number, number, number]} foot middle of its bottom @param {[number, number]} base length and depth
   * @param {number} yaw
   */
  place(i, foot, base, yaw) {
    set(this.#stand, 4 * i, [...foot, yaw]);
    set(this.#size, 4 * i, base);
  }

  /** How high box i is, and in which colour. @param {number} i @param {number} height @param {string} colour `#rrggbb` */
  show(i, height, colour) {
    const rgb = parseInt(colour.slice(1), 16);
    set(this.#size, 4 * i + 2, [height]);
    set(this.#colour, 4 * i, [rgb >> 16, (rgb >> 8) & 255, rgb & 255]);
  }

  /** @param {number} opacity */
  fade(opacity) {
    this.#opacity.value = opacity;
    for (const material of this.#materials) {
      material.transparent = opacity < 1;
      material.depthWrite = opacity === 1;
    }
  }
}

/** @param {THREE.DataTexture} table @param {number} at @param {number[]} values */
function set(table, at, values) {
  /** @type {Float32Array | Uint8Array} */ (table.image.data).set(values, at);
  table.needsUpdate = true;
}

/** Corners without places, only numbers: corner c of box i is vertex CORNERS × i + c. @param {number} count */
function threeFacesOf(count) {
  const index = new Uint32Array(18 * count);
  const face = [0, 1, 2, 0, 2, 3];
  for (let i = 0; i < index.length; i++) {
    const box = Math.floor(i / 18);
    index[i] = CORNERS * box + 4 * Math.floor((i % 18) / 6) + face[i % 6];
  }
  return new THREE.BufferGeometry().setIndex(new THREE.BufferAttribute(index, 1));
}

/** Nothing but numbers. @param {number} count */
function numbersTo(count) {
  const geometry = new THREE.BufferGeometry();
  geometry.setDrawRange(0, count);
  return geometry;
}

const READ = `
precision highp sampler2D;
#include <clipping_planes_pars_vertex>
uniform sampler2D stand, size, colour;
varying vec3 vColour;
varying vec2 vFace;
bool isPerspective() { return projectionMatrix[2][3] == -1.0; }
ivec2 texelOf(int box) { return ivec2(box % ${WIDTH}, box / ${WIDTH}); }
`;

const FACES = `${READ}
void main() {
  int corner = gl_VertexID % ${CORNERS}, axis = corner / 4;
  ivec2 texel = texelOf(gl_VertexID / ${CORNERS});
  vec4 where = texelFetch(stand, texel, 0);
  vec3 sizes = texelFetch(size, texel, 0).xyz;
  float u = corner % 4 == 0 || corner % 4 == 3 ? -0.5 : 0.5, v = corner % 4 < 2 ? -0.5 : 0.5;
  vec3 position = axis == 0 ? vec3(0.5, u, v) : axis == 1 ? vec3(v, 0.5, u) : vec3(u, v, 0.5);

  float c = cos(where.w), s = sin(where.w);
  mat3 turn = mat3(modelViewMatrix) * mat3(c, s, 0.0, -s, c, 0.0, 0.0, 0.0, 1.0);
  vec3 centre = (modelViewMatrix * vec4(where.xy, where.z + 0.5 * sizes.z, 1.0)).xyz;
  vec3 towards = (isPerspective() ? -centre : vec3(0.0, 0.0, 1.0)) * turn; // to the eye, in the box's own frame
  vec3 sides = vec3(towards.x < 0.0 ? -1.0 : 1.0, towards.y < 0.0 ? -1.0 : 1.0, towards.z < 0.0 ? -1.0 : 1.0);
  vec4 mvPosition = vec4(centre + turn * (position * sides * sizes), 1.0);
  gl_Position = projectionMatrix * mvPosition;
  float light = axis == 2 ? (sides.z > 0.0 ? 1.0 : 0.42) : axis == 1 ? 0.7 : 0.82;
  vColour = texelFetch(colour, texel, 0).rgb * light;
  vFace = vec2(u, v) + 0.5;
  #include <clipping_planes_vertex>
}`;

const SQUARES = `${READ}
uniform float canvasHeight;
void main() {
  ivec2 texel = texelOf(gl_VertexID);
  vec4 where = texelFetch(stand, texel, 0);
  vec3 sizes = texelFetch(size, texel, 0).xyz;
  vec4 mvPosition = modelViewMatrix * vec4(where.xy, where.z + 0.5 * sizes.z, 1.0);
  gl_Position = projectionMatrix * mvPosition;
  float pixelsPerMetre = 0.5 * projectionMatrix[1][1] * canvasHeight / (isPerspective() ? length(mvPosition.xyz) : 1.0);
  gl_PointSize = max(1.0, sqrt(sizes.x * max(sizes.z, 0.5 * sizes.y)) * pixelsPerMetre);
  vColour = texelFetch(colour, texel, 0).rgb * 0.85;
  vFace = vec2(0.5);
  #include <clipping_planes_vertex>
}`;

const FRAGMENT = `
#include <clipping_planes_pars_fragment>
uniform float opacity;
varying vec3 vColour;
varying vec2 vFace;
void main() {
  #include <clipping_planes_fragment>
  vec2 edge = min(vFace, 1.0 - vFace);
  gl_FragColor = vec4(vColour * (min(edge.x, edge.y) < 0.06 ? 0.72 : 1.0), opacity);
}`;
