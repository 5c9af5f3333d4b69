import * as THREE from "three";
import { byId } from "./dom.js";
import { DeviationBoxes } from "./scene/deviation_boxes.js";
import { DeviationList, deviationPanel } from "./ui/deviations.js";
import { onUnits } from "./units.js";

/** @import {Deviation} from "./facility" */
/** @import {Hall} from "./scene/hall.js" */

/**
 * Planned against actual: boxes in the hall, the list of them in the panel, and what is known about one.
 * @param {Deviation[]} deviations @param {Hall} hall
 */
export function showDeviations(deviations, { stage }) {
  const boxes = new DeviationBoxes(deviations);
  stage.world.add(boxes.object);
  /** @type {Deviation | null} */ let chosen = null;
  const panel = byId("details");
  const tell = () => {
    if (!chosen) return;
    panel.replaceChildren(...deviationPanel(chosen, () => (panel.hidden = true)));
    panel.hidden = false;
  };
  const choose = (/** @type {Deviation} */ deviation) => {
    chosen = deviation;
    stage.flyTo([new THREE.Vector3(...deviation.center)], 1.5 * Math.max(...deviation.size_m));
    tell();
  };
  const list = new DeviationList(deviations, choose, () => draw());
  const draw = () => {
    boxes.show(list.isShown);
    stage.touch();
  };
  byId("layers").prepend(list.node);
  onUnits(() => {
    list.refresh();
    if (!panel.hidden) tell();
  });
  draw();
}
