import { VERDICTS, countsOf, howFar } from "../deviations.js";
import { element } from "../dom.js";
import { length, sizes, small } from "../units.js";

/** @import {Box, Deviation} from "../facility" */
/** @import {Verdict} from "../deviations.js" */

const SHOWN_AT_MOST = 60;

/** What deviates from the plan, worst first, as the table beside the picture. */
export class DeviationList {
  node = element("section", { class: "deviations", "aria-label": "Planned against actual" });
  #list = element("ul");
  #counts = { changed: element("b"), cannot_decide: element("b"), unchanged: element("b") };
  #kind = element("select", { "aria-label": "Which elements" });
  /** @type {Record<Verdict, boolean>} */ shown = { changed: true, cannot_decide: true, unchanged: false };

  /**
   * @param {Deviation[]} deviations @param {(deviation: Deviation) => void} choose
   * @param {() => void} changed called when others are to be shown
   */
  constructor(deviations, choose, changed) {
    this.deviations = [...deviations].sort((a, b) => (b.mm ?? Infinity) - (a.mm ?? Infinity));
    this.choose = choose;
    const boxes = /** @type {Verdict[]} */ (Object.keys(VERDICTS)).map((verdict) => {
      const { colour, sign, label } = VERDICTS[verdict];
      const box = element("input", { type: "checkbox" });
      box.checked = this.shown[verdict];
      box.addEventListener("change", () => {
        this.shown[verdict] = box.checked;
        this.refresh();
        changed();
      });
      const mark = element("i", { class: "sign" }, sign);
      mark.style.color = colour;
      return element("label", {}, box, mark, `${label} `, this.#counts[verdict]);
    });
    const kinds = [...new Set(deviations.map(({ kind }) => kind))].sort();
    this.#kind.append(element("option", { value: "" }, "all elements"), ...kinds.map((kind) => element("option", { value: kind }, `${kind}s`)));
    this.#kind.addEventListener("change", () => {
      this.refresh();
      changed();
    });
    this.node.append(element("h2", {}, "Planned against actual"), this.#kind, ...boxes, this.#list);
    this.refresh();
  }

  /** @param {Deviation} deviation */
  isShown = ({ verdict, kind }) => this.shown[verdict] && (this.#kind.value === "" || kind === this.#kind.value);

  refresh() {
    const ofKind = this.deviations.filter(({ kind }) => this.#kind.value === "" || kind === this.#kind.value);
    for (const [verdict, count] of Object.entries(countsOf(ofKind))) this.#counts[/** @type {Verdict} */ (verdict)].textContent = count.toLocaleString("en");
    const found = this.deviations.filter(this.isShown);
    const more = found.length - SHOWN_AT_MOST;
    this.#list.replaceChildren(
      ...found.slice(0, SHOWN_AT_MOST).map((each) => this.#row(each)),
      ...(more > 0 ? [element("li", { class: "quiet" }, `and ${more.toLocaleString("en")} more`)] : []),
      ...(found.length === 0 ? [element("li", { class: "quiet" }, "Nothing of this kind")] : []),
    );
  }

  /** @param {Deviation} deviation */
  #row(deviation) {
    const { colour, sign, label } = VERDICTS[deviation.verdict];
    const mark = element("i", { class: "sign", "aria-label": label }, sign);
    mark.style.color = colour;
    const button = element("button", { title: deviation.text }, mark, element("span", {}, `${deviation.kind} ${deviation.id}`), element("b", {}, howFar(deviation, small)));
    button.addEventListener("click", () => this.choose(deviation));
    return element("li", {}, button);
  }
}

/** What is known about one. @param {Deviation} deviation @param {() => void} close @returns {Node[]} */
export function deviationPanel({ kind, id, verdict, text, mm, sigma_mm, at_most_mm, planned, actual }, close) {
  const { colour, sign, label } = VERDICTS[verdict];
  const button = element("button", { class: "close", "aria-label": "Close" }, "×");
  button.addEventListener("click", close);
  const mark = element("i", { class: "sign" }, sign);
  mark.style.color = colour;
  const rows = /** @type {[string, (Node | string)[]][]} */ ([
    ["Verdict", [mark, ` ${label}`]],
    ["What", [text]],
    ...(mm && verdict === "changed" ? [["Difference", [`${small(mm)}${sigma_mm ? ` ± ${small(1.96 * sigma_mm)}` : ""}`]]] : []),
    ...(at_most_mm ? [["At most", [`${small(at_most_mm)} (97.5 %)`]]] : []),
    ["Planned", [where(planned)]],
    ["Stands", [where(actual)]],
  ]);
  const list = element("dl");
  for (const [name, value] of rows) list.append(element("dt", {}, name), element("dd", {}, ...value));
  return [element("h2", {}, `${kind} ${id}`), button, list];
}

/** @param {Box | null} box */
function where(box) {
  if (!box) return "nowhere";
  const [x, y] = box.center;
  return `${length(x)}, ${length(y)}; ${sizes(box.size_m)}`;
}
