import { Moves } from "./scene/moves.js";
import { slottingLayer } from "./ui/slotting.js";

/** @import {Hall} from "./scene/hall.js" */
/** @import {Plan} from "./slotting.js" */
/** @import {Shown} from "./ui/slotting.js" */

/**
 * The plan's velocities in the racks and its moves above them, switched in the panel.
 * @param {Plan} plan @param {Hall} hall @param {() => void} changed called when locations are to be drawn anew
 */
export function showPlan(plan, { stage, locations }, changed) {
  const moves = new Moves(plan.shownMoves(), locations);
  stage.world.add(moves.object);
  /** @type {Shown} */ let shown = "after";
  let isBuilt = false;
  const layer = slottingLayer(
    plan,
    moves.count,
    (/** @type {Shown} */ chosen) => {
      shown = chosen;
      if (isBuilt) changed();
    },
    (on) => {
      moves.object.visible = on;
      stage.touch();
    },
  );
  isBuilt = true;
  return {
    node: layer.node,
    /** Whether locations show the plan, not the stock. */
    get isShown() {
      return shown !== "stock";
    },
    draw: () => shown !== "stock" && locations.showVelocity(plan, shown, stage.view === "plan"),
    /** Another view is shown. */
    look: () => layer.look(stage.view === "plan"),
  };
}
