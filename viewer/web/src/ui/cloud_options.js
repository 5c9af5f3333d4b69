import { rampGradient } from "../cloud/colouring.js";
import { element } from "../dom.js";
import { BUDGETS } from "../scene/cloud.js";
import { length, onUnits } from "../units.js";

/** @import {Cloud} from "../scene/cloud.js" */

const SIZES = [1, 2, 3, 4, 6];

/**
 * How the scan's points are shown: coloured by what, how many at most, how large; and what their colours mean.
 * @param {Cloud} cloud @param {() => void} touch asks for a new picture
 */
export function cloudOptions(cloud, touch) {
  const colour = choice("Coloured by", [], (name) => {
    cloud.colourBy = name;
    draw();
  });
  const most = choice("At most", BUDGETS.map((count) => [String(count), `${count / 1e6} M points`]), (count) => (cloud.budget = Number(count)));
  const size = choice("Size", SIZES.map((pixels) => [String(pixels), `${pixels} px`]), (pixels) => (cloud.pointSize = Number(pixels)));
  const scale = element("div", { class: "legend" });
  most.select.value = String(cloud.budget);
  size.select.value = String(cloud.pointSize);

  function draw() {
    const shown = cloud.legend();
    scale.hidden = shown === null;
    if (shown) {
      const bar = element("div", { class: "ramp", "aria-hidden": "true" });
      bar.style.background = rampGradient();
      const tell = (/** @type {number} */ value) => (shown.kind === "height" ? length(value, 1) : String(Number(value.toPrecision(3))));
      const ends = [tell(shown.low), shown.title.toLowerCase(), tell(shown.high)].map((text) => element("span", {}, text));
      scale.replaceChildren(bar, element("div", { class: "ramp-scale" }, ...ends));
    }
    touch();
  }

  cloud.onLoaded = () => {
    colour.select.replaceChildren(...cloud.colours.map(({ name, title }) => element("option", { value: name }, title)));
    colour.select.value = cloud.colourBy;
    draw();
  };
  onUnits(draw);
  scale.hidden = true;
  return element("div", { class: "cloud-options" }, colour.node, most.node, size.node, scale);

  /** @param {string} title @param {string[][]} entries @param {(value: string) => void} choose */
  function choice(title, entries, choose) {
    const select = element("select", {}, ...entries.map(([value, text]) => element("option", { value }, text)));
    select.addEventListener("change", () => {
      choose(select.value);
      touch();
    });
    return { select, node: element("label", {}, `${title} `, select) };
  }
}
