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

/** How long something took or has been, in its largest unit: "4 s", "12 min", "3 h", "2 days". @param {number} ms */
export function ago(ms) {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** The time of day where the viewer is, "16:52:03". @param {number} ms since 1970, UTC */
export function clockOfDay(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}
