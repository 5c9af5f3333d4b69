/**
 * What people tell apart, colour-blind ones too: after Okabe and Ito. Every colour also stands beside its word, and
 * the desktop view has the same.
 */
export const AGENT_STATES = /** @type {const} */ ({
  walk: { colour: "#56b4e9", label: "Walking" },
  pick: { colour: "#00b386", label: "Picking" },
  wait: { colour: "#ff6a1a", label: "Blocked" },
  drop: { colour: "#e38cc0", label: "At station" },
  other: { colour: "#f0e442", label: "Other work" },
  idle: { colour: "#c3ccd4", label: "Idle" },
});

export const LOCATION_STATES = /** @type {const} */ ({
  occupied: { colour: "#d8b87f", label: "Occupied" },
  empty: { colour: "#74808c", label: "Empty" },
  unseen: { colour: "#8d7ad1", label: "Not seen" },
});

/** Of agents as they are shown: one of the live twin may be where it was last seen, or not. */
export const SHOWN_STATES = /** @type {const} */ ({ ...AGENT_STATES, silent: { colour: "#7a8591", label: "Not heard" } });

/** Cividis at nine places, read off the published table: even steps to the eye, blue to yellow. */
const CIVIDIS = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120], [165, 156, 116],
  [195, 179, 105], [225, 204, 85], [253, 234, 69],
];

/**
 * The colour of a share of the scale, red, green and blue in 0…255.
 * @param {number} share 0…1
 */
export function cividis(share) {
  const place = Math.min(1, Math.max(0, share)) * (CIVIDIS.length - 1);
  const i = Math.min(Math.floor(place), CIVIDIS.length - 2);
  return CIVIDIS[i].map((from, channel) => Math.round(from + (place - i) * (CIVIDIS[i + 1][channel] - from)));
}

/** The colour of heat: cividis without its darkest quarter, which a dark floor would swallow. @param {number} share */
export function heatColour(share) {
  return cividis(0.25 + 0.75 * Math.min(1, Math.max(0, share)));
}

const LESS = [86, 180, 233];
const SAME = [232, 236, 240];
const MORE = [230, 126, 34];

/** Of a difference: blue below 0, white about it, orange above. @param {number} share −1…1 */
export function differenceColour(share) {
  const far = Math.min(1, Math.abs(share));
  const end = share < 0 ? LESS : MORE;
  return SAME.map((from, channel) => Math.round(from + far * (end[channel] - from)));
}

export function differenceGradient() {
  const stops = [-1, -0.5, 0, 0.5, 1].map((share) => `rgb(${differenceColour(share).join(" ")})`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** The same as a colour of the page. @param {number} share */
export function figureColour(share) {
  return `#${heatColour(share).map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Of the classes of velocity, from little to much. */
export function velocityColours() {
  return [0, 0.25, 0.5, 0.75, 1].map(figureColour);
}

export const UNVISITED_COLOUR = "#2e363f";
export const MOVE_COLOUR = "#ff9e4a";
export const LANE_COLOUR = "#8ab4f8";
export const STATION_COLOUR = "#e38cc0";
export const UNKNOWN_COLOUR = "#3d4650";

export function heatGradient() {
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => `rgb(${heatColour(share).join(" ")})`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
