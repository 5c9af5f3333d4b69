/**
 * What a link to a view holds.
 * @typedef {object} SavedView
 * @property {"oblique" | "plan"} [view]
 * @property {number[]} [camera] position and target in the world frame, metres: six numbers; and the plan's zoom
 * @property {number} [t] simulation seconds
 * @property {string} [at] the chosen location
 * @property {string} [colour] what locations are coloured by
 * @property {string[]} [off] names of layers that are switched off
 * @property {string[]} [on] names of layers that are switched on though they are off at first
 * @property {{axis: string, share: number}} [cut] the section
 */

const CAMERA_NUMBERS = 7;

/** The part of a link after #. @param {SavedView} view */
export function encodeView({ view, camera, t, at, colour, off, on, cut }) {
  const words = new URLSearchParams();
  if (view) words.set("view", view === "plan" ? "plan" : "3d");
  if (camera) words.set("camera", camera.map((number) => String(Number(number.toFixed(3)))).join("_"));
  if (t !== undefined) words.set("t", String(Number(t.toFixed(2))));
  if (at) words.set("at", at);
  if (colour) words.set("colour", colour);
  if (off?.length) words.set("off", off.join("~"));
  if (on?.length) words.set("on", on.join("~"));
  if (cut) words.set("cut", `${cut.axis}_${Number(cut.share.toFixed(4))}`);
  return words.toString();
}

/** What such a link holds; whatever in it is not understood is left out. @param {string} hash with or without # @returns {SavedView} */
export function decodeView(hash) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {SavedView} */ const found = {};
  const view = words.get("view");
  if (view === "plan" || view === "3d") found.view = view === "plan" ? "plan" : "oblique";
  const camera = words.get("camera")?.split("_").map(Number);
  if (camera?.length === CAMERA_NUMBERS && camera.every(Number.isFinite)) found.camera = camera;
  const t = words.has("t") ? Number(words.get("t")) : NaN;
  if (Number.isFinite(t) && t >= 0) found.t = t;
  const at = words.get("at");
  if (at) found.at = at;
  const colour = words.get("colour");
  if (colour) found.colour = colour;
  for (const name of /** @type {const} */ (["off", "on"])) {
    const layers = words.get(name)?.split("~").filter(Boolean);
    if (layers?.length) found[name] = layers;
  }
  const [axis, share] = words.get("cut")?.split("_") ?? [];
  if (axis && Number(share) >= 0 && Number(share) <= 1) found.cut = { axis, share: Number(share) };
  return found;
}
