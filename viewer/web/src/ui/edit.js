import { at, post } from "../api.js";
import { byId, element } from "../dom.js";
import { LayoutEdit, movedRacks, told } from "../layout_edit.js";
import { RackOutlines } from "../scene/rack_outlines.js";
import { length } from "../units.js";
import { isTyping } from "./tools.js";

/** @import {Rack} from "../facility" */
/** @import {Hall} from "../scene/hall.js" */
/** @import {Change} from "../layout_edit.js" */

/** Trying changes to the layout: click a rack, change it, see where it would stand, take the patch file away. */
export class EditTool {
  isOn = false;
  /** @type {Rack | null} */ #chosen = null;
  #panel = byId("edit-panel");
  #button = byId("edit");
  #form = element("div", { class: "edit-form" });
  #result = element("div", { class: "edit-result", "aria-live": "polite" });

  /** @param {Hall} hall */
  constructor(hall) {
    this.hall = hall;
    this.outlines = new RackOutlines(hall.facility.racks);
    this.edit = new LayoutEdit((changes) => post(at("/api/layout/patch"), { changes }), () => this.#show());
    hall.stage.world.add(this.outlines.object);
    this.#panel.append(element("h2", {}, "Try a change"), this.#form, this.#result);
    this.#button.hidden = hall.facility.racks.length === 0;
    this.#button.addEventListener("click", () => this.turn(!this.isOn));
    addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "e" && !isTyping(event) && !event.ctrlKey && !event.metaKey && !this.#button.hidden) this.turn(!this.isOn);
    });
    this.#show();
  }

  /** @param {boolean} on */
  turn(on) {
    this.isOn = on;
    this.outlines.object.visible = on;
    this.#panel.hidden = !on;
    this.#button.setAttribute("aria-pressed", String(on));
    this.choose(null);
  }

  /** @param {Rack | null} rack */
  choose(rack) {
    this.#chosen = rack;
    this.#form.replaceChildren(...(rack ? this.#changesOf(rack) : [element("p", { class: "quiet" }, "Click a rack.")]), ...this.#aisles());
    this.#show();
  }

  /** @param {Rack} rack @returns {Node[]} */
  #changesOf(rack) {
    const racks = rack.id;
    return [
      element("h3", {}, `Row ${racks}`),
      fields("Move", [["along", "0"], ["across", "0"]], "m", ([along, across]) => ({ shift_row: { racks, by_m: [along, across] } }), this.#add),
      fields("Turn its block", [["by", "0"]], "°", ([by_deg]) => ({ turn_block: { block: racks, by_deg } }), this.#add),
      button("Remove the row", () => this.#add({ remove_rack: { racks } })),
    ];
  }

  /** @returns {Node[]} */
  #aisles() {
    const aisles = (this.hall.facility.aisles ?? []).filter(({ cross }) => !cross);
    if (aisles.length === 0) return [];
    const select = element("select", { "aria-label": "Aisle" }, ...aisles.map(({ id, clear_width_m }) => element("option", { value: id }, `${id}, ${length(clear_width_m)}`)));
    const row = fields("Set the width of aisle", [["to", "3"]], "m", ([to_m]) => ({ widen_aisle: { aisle: select.value, to_m } }), this.#add);
    row.prepend(select);
    return [element("h3", {}, "Aisles"), row];
  }

  #add = (/** @type {Change} */ change) => {
    this.edit.add(change);
  };

  #show() {
    const { changes, patched, fault } = this.edit;
    const { moved, gone } = movedRacks(this.hall.facility.racks, patched?.racks ?? this.hall.facility.racks);
    this.outlines.show(this.#chosen, moved, gone);
    this.hall.stage.touch();
    const list = element("ol", {}, ...changes.map((change, i) => element("li", {}, told(change), button("×", () => this.edit.drop(i), `Take back: ${told(change)}`))));
    this.#result.replaceChildren(list);
    if (fault) this.#result.append(element("p", { class: "fault" }, `⚠ ${fault}`));
    else if (patched) {
      const words = [`${patched.racks.length} racks, ${patched.locations.toLocaleString("en")} locations`];
      if (patched.lost > 0) words.push(`${patched.lost.toLocaleString("en")} locations are no more`);
      this.#result.append(element("p", {}, words.join("; ")), ...patched.notes.map((note) => element("p", { class: "quiet" }, note)));
      this.#result.append(button("Download patch.yaml", () => download(patched.yaml)));
      this.#result.append(element("p", { class: "quiet" }, "Then: aisletwin layout patch SITE patch.yaml -o NEW"));
    }
  }
}

/**
 * Numbers with a button that makes a change of them.
 * @param {string} title @param {[string, string][]} names with what they are at first @param {string} unit
 * @param {(values: number[]) => Change} make @param {(change: Change) => void} add
 */
function fields(title, names, unit, make, add) {
  const inputs = names.map(([name, value]) => {
    const input = element("input", { type: "number", step: "any", value, "aria-label": `${title}: ${name}, ${unit}` });
    return { input, label: element("label", {}, `${name} `, input, ` ${unit}`) };
  });
  const form = element("form", { class: "edit-row" }, ...inputs.map(({ label }) => label), element("button", {}, title));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(make(inputs.map(({ input }) => input.valueAsNumber || 0)));
  });
  return form;
}

/** @param {string} text @param {() => void} act @param {string} [about] */
function button(text, act, about) {
  const made = element("button", { type: "button", ...(about ? { "aria-label": about } : {}) }, text);
  made.addEventListener("click", act);
  return made;
}

/** @param {string} yaml */
function download(yaml) {
  const address = URL.createObjectURL(new Blob([yaml], { type: "application/yaml" }));
  element("a", { href: address, download: "patch.yaml" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
