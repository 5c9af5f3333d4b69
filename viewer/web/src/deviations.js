/** @import {Deviation} from "./facility" */

/** How each verdict looks; the sign tells it without colour. */
export const VERDICTS = /** @type {const} */ ({
  changed: { colour: "#e8590c", sign: "▲", label: "Deviates" },
  cannot_decide: { colour: "#ffb347", sign: "?", label: "Cannot decide" },
  unchanged: { colour: "#00b386", sign: "●", label: "As planned" },
});

/** @typedef {keyof typeof VERDICTS} Verdict */

/** How many there are of each verdict. @param {Deviation[]} deviations */
export function countsOf(deviations) {
  const counts = { changed: 0, cannot_decide: 0, unchanged: 0 };
  for (const { verdict } of deviations) counts[verdict]++;
  return counts;
}

/**
 * How far off something is, as it may be said: measured, at most, or neither.
 * @param {Deviation} deviation @param {(millimetres: number) => string} small
 */
export function howFar({ verdict, word, mm, at_most_mm }, small) {
  if (mm === null || at_most_mm === null) return word.replaceAll("_", " ");
  if (verdict === "changed" && mm > 0) return small(mm);
  return at_most_mm > 0.5 ? `≤ ${small(at_most_mm)}` : verdict === "changed" ? word : "exact";
}
