/** @typedef {[number, number, number]} Vec3 */
/** @typedef {[Vec3, Vec3, Vec3]} Mat3 rows */

/** @param {Vec3} a @param {Vec3} b @returns {Vec3} */
export const add = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
/** @param {Vec3} a @param {Vec3} b @returns {Vec3} */
export const subtract = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
/** @param {Vec3} a @param {Vec3} b */
export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
/** @param {Vec3} a @param {Vec3} b @returns {Vec3} */
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
/** @param {Vec3} a @param {Vec3} b */
export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
/** @param {Vec3} a @param {number} share @returns {Vec3} */
export const scaled = (a, share) => [a[0] * share, a[1] * share, a[2] * share];

/** The middle of at least one place. @param {Vec3[]} places @returns {Vec3} */
export const middleOf = (places) => scaled(places.reduce(add), 1 / places.length);

/** @param {Mat3} matrix @param {Vec3} vector @returns {Vec3} */
export const times = (matrix, vector) => [dot(matrix[0], vector), dot(matrix[1], vector), dot(matrix[2], vector)];

/** @param {Mat3} matrix @returns {Mat3} */
export const transposed = ([a, b, c]) => [[a[0], b[0], c[0]], [a[1], b[1], c[1]], [a[2], b[2], c[2]]];

/** @param {Mat3} a @param {Mat3} b @returns {Mat3} */
export function product(a, b) {
  const columns = transposed(b);
  return /** @type {Mat3} */ (a.map((row) => columns.map((column) => dot(row, column))));
}

/** The inverse of a matrix that has one. @param {Mat3} matrix @returns {Mat3} */
export function inverse([a, b, c]) {
  const columns = [cross(b, c), cross(c, a), cross(a, b)];
  const determinant = dot(a, columns[0]);
  return transposed(/** @type {Mat3} */ (columns.map((column) => scaled(column, 1 / determinant))));
}

/** The eigenvalues of a symmetric matrix, rising (Smith 1961). @param {Mat3} m @returns {Vec3} */
export function eigenvalues(m) {
  const mean = (m[0][0] + m[1][1] + m[2][2]) / 3;
  const off = m[0][1] ** 2 + m[0][2] ** 2 + m[1][2] ** 2;
  const size = Math.sqrt(((m[0][0] - mean) ** 2 + (m[1][1] - mean) ** 2 + (m[2][2] - mean) ** 2 + 2 * off) / 6);
  if (size === 0) return [mean, mean, mean];
  const shifted = /** @type {Mat3} */ (m.map((row, i) => row.map((each, j) => (each - (i === j ? mean : 0)) / size)));
  const half = dot(shifted[0], cross(shifted[1], shifted[2])) / 2;
  const angle = Math.acos(Math.min(1, Math.max(-1, half))) / 3;
  const most = mean + 2 * size * Math.cos(angle);
  const least = mean + 2 * size * Math.cos(angle + (2 * Math.PI) / 3);
  return [least, 3 * mean - most - least, most];
}

/** The rotation by a vector: its direction is the axis, its length the angle in radians (Rodrigues). @param {Vec3} turn @returns {Mat3} */
export function rotation(turn) {
  const angle = Math.hypot(...turn);
  if (angle === 0) return [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const [x, y, z] = scaled(turn, 1 / angle);
  const [s, c] = [Math.sin(angle), 1 - Math.cos(angle)];
  return [
    [1 - c * (y * y + z * z), c * x * y - s * z, c * x * z + s * y],
    [c * x * y + s * z, 1 - c * (x * x + z * z), c * y * z - s * x],
    [c * x * z - s * y, c * y * z + s * x, 1 - c * (x * x + y * y)],
  ];
}
