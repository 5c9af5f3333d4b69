import { VERDICTS, countsOf, howFar } from "../../deviations.js";
import { element } from "../../dom.js";
import { ago } from "../../format.js";
import { length, small } from "../../units.js";
import { floorDistance } from "../placing.js";

/** @import {Deviation} from "../../facility" */
/** @import {Known, Note} from "../data.js" */
/** @import {Place} from "../placing.js" */
/** @typedef {keyof typeof VERDICTS} Verdict */

const ROWS = 40;

/** Planned against actual, as a table beside the picture; a finding is closed here with a note. */
export class DeviationPanel {
  /** @type {Record<Verdict, boolean>} */ shown = { changed: true, cannot_decide: true, unchanged: false };
  #body = element("tbody");
  #more = element("p", { class: "quiet" });
  #card = element("section", { class: "card", "aria-label": "Finding" });

  /**
   * @param {HTMLElement} node @param {Known} known @param {Place} place
   * @param {{changed: () => void, close: (name: string, text: string, isClosed: boolean) => Promise<Note>}} actions
   */
  constructor(node, known, place, actions) {
    this.known = known;
    this.place = place;
    this.actions = actions;
    this.sorted = [...known.deviations].sort((a, b) => (b.mm ?? Infinity) - (a.mm ?? Infinity));
    const counts = countsOf(known.deviations);
    const choices = /** @type {Verdict[]} */ (Object.keys(VERDICTS)).map((verdict) => {
      const box = element("input", { type: "checkbox" });
      box.checked = this.shown[verdict];
      box.addEventListener("change", () => {
        this.shown[verdict] = box.checked;
        this.refresh();
        actions.changed();
      });
      return element("label", {}, box, sign(verdict), `${VERDICTS[verdict].label} ${counts[verdict]}`);
    });
    const head = element("thead", {}, element("tr", {}, ...["Element", "Off by", "Away"].map((name) => element("th", { scope: "col" }, name))));
    this.#card.hidden = true;
    if (known.deviations.length === 0) {
      node.append(element("h2", {}, "Planned against actual"), element("p", { class: "quiet" }, "No plan is loaded. Serve with one: "), element("code", {}, "aisletwin serve SITE --planned PLAN"));
      return;
    }
    node.append(element("h2", {}, "Planned against actual"), element("div", { class: "choices" }, ...choices), this.#card, element("table", {}, head, this.#body), this.#more);
    this.refresh();
  }

  /** @param {Deviation} deviation */
  isShown = ({ verdict }) => this.shown[verdict];

  refresh() {
    const found = this.sorted.filter(this.isShown);
    this.#body.replaceChildren(...found.slice(0, ROWS).map((one) => this.#row(one)));
    this.#more.textContent = found.length > ROWS ? `and ${found.length - ROWS} more` : found.length === 0 ? "Nothing of this kind" : "";
  }

  /** @param {Deviation} one */
  #row(one) {
    const note = this.known.notes.get(nameOf(one));
    const open = element("button", { "aria-label": `${one.kind} ${one.id}: ${VERDICTS[one.verdict].label}` }, sign(one.verdict), `${one.kind} ${one.id}`);
    open.addEventListener("click", () => this.#open(one));
    const away = floorDistance(this.place.stands, one.center);
    const row = element("tr", {}, element("td", {}, open, ...(note?.is_closed ? [" ✓ closed"] : [])), element("td", {}, told(one)), element("td", {}, away === null ? "–" : length(away, 0)));
    row.dataset.closed = String(note?.is_closed ?? false);
    return row;
  }

  /** @param {Deviation} one */
  #open(one) {
    const note = this.known.notes.get(nameOf(one));
    const close = element("button", { "aria-label": "Close details" }, "×");
    close.addEventListener("click", () => (this.#card.hidden = true));
    const rows = /** @type {[string, string][]} */ ([
      ["Verdict", `${VERDICTS[one.verdict].sign} ${VERDICTS[one.verdict].label}`],
      ["Off by", told(one)],
      ...(one.sigma_mm ? [["Measured to", `±${small(1.96 * one.sigma_mm)}`]] : []),
      ["What", one.text],
      ...(note ? [[note.is_closed ? "Closed" : "Open again", `${note.text} — ${note.by}, ${ago(Date.now() - note.at_ms)} ago`]] : []),
    ]);
    const list = element("dl");
    for (const [name, value] of rows) list.append(element("dt", {}, name), element("dd", {}, value));
    this.#card.replaceChildren(element("div", { class: "row" }, element("h2", {}, `${one.kind} ${one.id}`), close), list, this.#form(one, note));
    this.#card.hidden = false;
    this.#card.scrollIntoView({ block: "nearest" });
  }

  /** @param {Deviation} one @param {Note | undefined} note */
  #form(one, note) {
    if (one.verdict === "unchanged") return "";
    if (!this.known.mayNote) return element("p", { class: "quiet" }, "A viewer may not close findings: a planner or operator may.");
    if (this.known.kept_ms !== null) return element("p", { class: "quiet" }, "Findings are closed once the server is in reach again.");
    const text = element("textarea", { required: "", maxlength: "2000", "aria-label": "Note" });
    const send = element("button", {}, note?.is_closed ? "Open it again" : "Close with this note");
    const answer = element("p", { role: "status" });
    const form = element("form", {}, element("label", {}, "Note", text), send, answer);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        this.known.notes.set(nameOf(one), await this.actions.close(nameOf(one), text.value, !note?.is_closed));
        this.refresh();
        this.actions.changed();
        this.#open(one);
      } catch (error) {
        answer.textContent = /** @type {Error} */ (error).message;
      }
    });
    return form;
  }
}

/** @param {Deviation} one */
export function nameOf({ kind, id }) {
  return `${kind}/${id}`;
}

/** @param {Deviation} one */
function told(one) {
  return one.verdict === "cannot_decide" ? `cannot decide, ${howFar(one, small)}` : howFar(one, small);
}

/** @param {Verdict} verdict */
function sign(verdict) {
  const mark = element("i", { class: "sign" }, VERDICTS[verdict].sign);
  mark.style.color = VERDICTS[verdict].colour;
  return mark;
}
