/** @typedef {"metric" | "imperial"} Units */

const INCH_M = 0.0254;
const KEPT_AS = "aisletwin.units";

/** @type {Units} */ let chosen = "metric";
/** @type {(() => void)[]} */ const listeners = [];

/** What lengths are shown in. */
export function units() {
  return chosen;
}

/** Take up what this browser was left at. */
export function recallUnits() {
  if (globalThis.localStorage?.getItem(KEPT_AS) === "imperial") chosen = "imperial";
}

/** @param {Units} wanted */
export function chooseUnits(wanted) {
  chosen = wanted;
  globalThis.localStorage?.setItem(KEPT_AS, wanted);
  for (const tell of listeners) tell();
}

/** @param {() => void} tell called whenever other units are chosen */
export function onUnits(tell) {
  listeners.push(tell);
}

/** A length as people read it: "2.70 m", or feet and inches to the eighth. @param {number} metres @param {number} [digits] of metres */
export function length(metres, digits = 2) {
  return chosen === "metric" ? `${metres.toFixed(digits)} m` : feetAndInches(metres);
}

/** A small difference: "12 mm", or inches. @param {number} millimetres */
export function small(millimetres) {
  return chosen === "metric" ? `${Math.round(millimetres)} mm` : `${(millimetres / 1000 / INCH_M).toFixed(2)} in`;
}

/** Three lengths with the unit once. @param {number[]} metres */
export function sizes(metres) {
  if (chosen === "imperial") return metres.map(feetAndInches).join(" × ");
  return `${metres.map((each) => each.toFixed(2)).join(" × ")} m`;
}

/** 2.7 → `8′ 10 2⁄8″`, rounded to eighths. @param {number} metres */
function feetAndInches(metres) {
  const eighths = Math.round(Math.abs(metres) / (INCH_M / 8));
  const feet = Math.floor(eighths / 96);
  const inches = Math.floor((eighths % 96) / 8);
  const rest = eighths % 8;
  const part = rest === 0 ? "" : `${inches > 0 ? " " : ""}${rest / gcd(rest, 8)}⁄${8 / gcd(rest, 8)}`;
  const small = inches === 0 && rest > 0 ? part : `${inches}${part}`;
  return `${metres < 0 ? "−" : ""}${feet > 0 ? `${feet}′ ` : ""}${small}″`;
}

/** @param {number} a @param {number} b @returns {number} */
function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

