/**
 * @typedef {object} Tile a tile, in the tileset's own frame: Z up, metres
 * @property {string | null} file what holds its points; null for one that only holds others
 * @property {number} points how many it has of its own
 * @property {number} spacing how far apart points stand when it is shown with all above it
 * @property {number[]} center of its box @property {number[]} half the box's extents from there
 * @property {number} coarser the spacing without it
 * @property {Tile[]} children
 */

/**
 * @typedef {object} Tileset
 * @property {Tile} root
 * @property {number[]} transform to the world, 16 numbers by columns
 * @property {string} version
 * @property {boolean} hasColour
 * @property {number} noData stands for an unknown number
 * @property {{name: string, attribute: string, low: number, high: number}[]} numbers what is known of points besides
 * @property {number} points in all
 */

/**
 * What a tileset.json of ours tells. Throws an Error for one that this page cannot show.
 * @param {any} told @returns {Tileset}
 */
export function readTileset(told) {
  if (told?.asset?.version !== "1.1" || told.root?.refine !== "ADD" || !told.extras?.numbers) {
    throw new Error("its tiles are not those of `aisletwin tiles`: make them anew");
  }
  return {
    root: readTile(told.root, Infinity),
    transform: told.root.transform,
    version: told.asset.tilesetVersion,
    hasColour: told.extras.has_colour,
    noData: told.extras.no_data,
    numbers: told.extras.numbers,
    points: told.extras.points,
  };
}

/** @param {any} told @param {number} coarser @returns {Tile} */
function readTile(told, coarser) {
  const { box } = told.boundingVolume;
  const spacing = told.geometricError;
  return {
    file: told.content?.uri ?? null,
    points: told.extras.points,
    spacing,
    coarser,
    center: box.slice(0, 3),
    half: [box[3], box[7], box[11]],
    children: (told.children ?? []).map((/** @type {any} */ child) => readTile(child, spacing)),
  };
}
