/**
 * Okabe and Ito's colours, which colour-blind people tell apart; every one also stands beside its word.
 */
export const LOCATION_STATES = /** @type {const} */ ({
  occupied: { colour: "#4a8fc0", label: "Occupied" },
  empty: { colour: "#9aa4ae", label: "Empty" },
  unseen: { colour: "#cc79a7", label: "Not seen" },
});

export const AGENT_STATES = /** @type {const} */ ({
  walk: { colour: "#00b386", label: "Walking" },
  pick: { colour: "#f0e442", label: "Picking" },
  wait: { colour: "#ff6a1a", label: "Blocked" },
  drop: { colour: "#56b4e9", label: "At station" },
  idle: { colour: "#8b949e", label: "Idle" },
});

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

export function heatGradient() {
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => `rgb(${heatColour(share).join(" ")})`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** The next round number that is not below `value`: the top of a scale. @param {number} value */
export function scaleTop(value) {
  const decade = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * decade).find((top) => top >= value) ?? 10 * decade;
}
