/** @import {Heat} from "./messages" */
/** @import {Hall} from "./scene/hall.js" */
/** @import {ColourBy} from "./ui/colouring.js" */
/** @import {LayerPanel} from "./ui/layers.js" */

/**
 * What two pages beside each other tell each other by way of the page around them.
 * @typedef {object} Linked
 * @property {"aisletwin"} about
 * @property {"oblique" | "plan"} [view]
 * @property {number[]} [camera] as `Stage.placed`
 * @property {string} [colour]
 * @property {{names: string[], on: boolean}} [layers]
 * @property {Heat | null} [difference] blocked seconds of one less those of the other, to be shown on both; null for none
 */

/**
 * One of two pages beside each other: it tells how its camera moves, and moves as it is told.
 * @param {Hall} hall @param {{choose: (view: "oblique" | "plan") => void}} views @param {ColourBy} colourBy
 * @param {LayerPanel} layers
 */
export function showLinked(hall, views, colourBy, layers) {
  const { stage } = hall;
  stage.onCamera.push(() => parent.postMessage({ about: "aisletwin", camera: stage.placed }, location.origin));
  addEventListener("message", ({ origin, data }) => {
    if (origin !== location.origin || data?.about !== "aisletwin") return;
    const told = /** @type {Linked} */ (data);
    if (told.view) views.choose(told.view);
    if (told.camera) stage.place(told.camera);
    if (told.colour) colourBy.choose(told.colour);
    if (told.difference !== undefined) {
      hall.heatDifference = told.difference;
      hall.showHeat();
      stage.touch();
    }
    if (told.layers) layers.turn(told.layers.names, told.layers.on);
  });
}
