/** 75 → "1:15", 3675 → "1:01:15". @param {number} seconds */
export function clockTime(seconds) {
  const whole = Math.floor(seconds + 1e-6);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** A share as "12 %"; a dash where nothing can be shared. @param {number} part @param {number} whole */
export function percent(part, whole) {
  return whole > 0 ? `${Math.round((100 * part) / whole)} %` : "–";
}

/** A rate, or a dash where the divisor is still zero. @param {number} value @param {number} per @param {number} digits */
export function ratio(value, per, digits = 0) {
  return per > 0 ? (value / per).toFixed(digits) : "–";
}
