/** @typedef {{values: Float32Array | Uint16Array, width: number, isNormalised: boolean}} Column */

const WIDTHS = /** @type {Record<string, number>} */ ({ SCALAR: 1, VEC3: 3, VEC4: 4 });
const FLOAT = 5126;
const UNSIGNED_SHORT = 5123;

/**
 * The columns of a tile's points by their glTF names, as views on `buffer`: nothing is copied. Throws an Error for what
 * is no binary glTF of one primitive in floats and unsigned shorts.
 * @param {ArrayBuffer} buffer @returns {Record<string, Column>}
 */
export function readPoints(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 28 || view.getUint32(0, true) !== 0x46546c67 || view.getUint32(8, true) !== buffer.byteLength) {
    throw new Error("it is no binary glTF, or cut short");
  }
  const length = view.getUint32(12, true);
  const told = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 20, length)));
  const start = 20 + length + 8;
  const attributes = /** @type {[string, number][]} */ (Object.entries(told.meshes[0].primitives[0].attributes));
  return Object.fromEntries(
    attributes.map(([name, index]) => {
      const { bufferView, componentType, count, type, normalized = false } = told.accessors[index];
      const at = start + (told.bufferViews[bufferView].byteOffset ?? 0);
      const width = WIDTHS[type];
      if (componentType !== FLOAT && componentType !== UNSIGNED_SHORT) throw new Error(`its ${name} are of a type ${componentType}`);
      const values = componentType === FLOAT ? new Float32Array(buffer, at, count * width) : new Uint16Array(buffer, at, count * width);
      return [name, { values, width, isNormalised: normalized }];
    }),
  );
}
