/** @import {Facility} from "../../facility" */
/** @import {Vec3} from "../linear.js" */

const SVG = "http://www.w3.org/2000/svg";

/**
 * The hall from above, small: racks, the points that count, where the user stands, and a way.
 * @param {Facility} facility
 * @param {{points?: {name: string, position: Vec3, isTaken: boolean, isNext: boolean}[], stands?: {place: Vec3, heading: number} | null, path?: Vec3[]}} shown
 */
export function planMap(facility, { points = [], stands = null, path = [] }) {
  const outline = facility.levels.flatMap(({ outline }) => outline);
  const corners = facility.racks.flatMap(({ center, length_m }) => [-1, 1].map((side) => [center[0] + (side * length_m) / 2, center[1] + (side * length_m) / 2]));
  const all = outline.length > 0 ? outline : corners.length > 0 ? corners : [[0, 0], [10, 10]];
  const [xs, ys] = [0, 1].map((axis) => all.map((each) => each[axis]));
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const unit = Math.max(right - left, high - low) / 100; // so that marks are as large in any hall
  const margin = 4 * unit;
  const map = made("svg", {
    class: "plan", role: "img", "aria-label": labelOf(points, path), preserveAspectRatio: "xMidYMid meet",
    viewBox: `${left - margin} ${-high - margin} ${right - left + 2 * margin} ${high - low + 2 * margin}`,
  });
  for (const level of facility.levels) map.append(made("polygon", { points: level.outline.map(([x, y]) => `${x},${-y}`).join(" "), fill: "#20262d", stroke: "#6d7985", "stroke-width": 0.4 * unit }));
  for (const { center: [x, y], length_m, depth_m, yaw_rad } of facility.racks) {
    map.append(made("rect", { x: -length_m / 2, y: -depth_m / 2, width: length_m, height: depth_m, fill: "#5b6773", transform: `translate(${x} ${-y}) rotate(${(-yaw_rad * 180) / Math.PI})` }));
  }
  if (path.length > 1) map.append(made("polyline", { points: path.map(([x, y]) => `${x},${-y}`).join(" "), fill: "none", stroke: "#56b4e9", "stroke-width": 1.4 * unit, "stroke-linejoin": "round" }));
  for (const { position: [x, y], isTaken, isNext } of points) {
    if (isNext) map.append(made("circle", { cx: x, cy: -y, r: 3.2 * unit, fill: "none", stroke: "#ffe169", "stroke-width": 0.9 * unit }));
    map.append(made("circle", { cx: x, cy: -y, r: 1.5 * unit, fill: isTaken ? "#00b386" : isNext ? "#ffe169" : "#c3ccd4" }));
  }
  const end = path.at(-1);
  if (end) map.append(made("circle", { cx: end[0], cy: -end[1], r: 2 * unit, fill: "#56b4e9", stroke: "#fff", "stroke-width": 0.5 * unit }));
  if (stands) {
    const { place: [x, y], heading } = stands;
    map.append(made("path", { d: `M ${3.4 * unit} 0 L ${-2 * unit} ${2 * unit} L ${-unit} 0 L ${-2 * unit} ${-2 * unit} Z`, fill: "#fff", stroke: "#000", "stroke-width": 0.3 * unit, transform: `translate(${x} ${-y}) rotate(${(-heading * 180) / Math.PI})` }));
  }
  return map;
}

/** @param {{name: string, isNext: boolean}[]} points @param {Vec3[]} path */
function labelOf(points, path) {
  const next = points.find(({ isNext }) => isNext);
  return `Plan of the hall${next ? `; the next point is ${next.name}` : ""}${path.length > 1 ? "; with the way" : ""}`;
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function made(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}
