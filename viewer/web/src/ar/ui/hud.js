import { length } from "../../units.js";
import { drawn } from "../labels.js";
import { centimetres } from "../trust.js";

/** @import {Placing} from "../survey.js" */

/**
 * What the user must know of how well things are placed: two lines, and how good that is.
 * @param {Placing} placing @param {{next: string | null, isAiming: boolean, advice: string | null, points: number}} so
 * @returns {{state: "none" | "placed" | "doubtful" | "refused", first: string, second: string}}
 */
export function hudText(placing, { next, isAiming, advice, points }) {
  const aim = next === null ? "" : isAiming ? `Aim at ${next}` : "Aim at the floor or a wall";
  if (placing.state === "none") return { state: "none", first: "Not placed: set 3 points", second: aim };
  if (placing.state === "refused") {
    const isBeginning = points < 3;
    return { state: isBeginning ? "none" : "refused", first: isBeginning ? `${points} of 3 points set` : "✕ Not placed", second: isBeginning ? aim : `${sentence(placing.reason)}: ${placing.remedy}` };
  }
  if (placing.by === "marker") return { state: "doubtful", first: `▲ One marker: ±${centimetres(placing.error_m)} here`, second: "Good for 3 m. Set two more points, far apart" };
  const { rms_m, baseline_m } = placing.alignment;
  return {
    state: advice === null ? "placed" : "doubtful",
    first: `${advice === null ? "●" : "▲"} ±${centimetres(placing.error_m)} here`,
    second: `Residual ${centimetres(rms_m)} · ${points} points · ${length(baseline_m, 0)} apart`,
  };
}

const COLOURS = { none: "#c3ccd4", placed: "#00b386", doubtful: "#ffb347", refused: "#ff6a3d" };

/** The same as a picture, for headsets. @param {ReturnType<typeof hudText>} told */
export function hudBoard({ state, first, second }) {
  return drawn({ first, second, colour: COLOURS[state], isStale: false });
}

/** @param {string} text */
function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
