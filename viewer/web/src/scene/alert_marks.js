import * as THREE from "three";
import { element } from "../dom.js";

/** @import {Alert} from "../messages" */
/** @import {Locations} from "./locations.js" */
/** @import {ShownAgent} from "./pickers.js" */
/** @import {Stage} from "./stage.js" */

const MOST = 60;
const RANK = { critical: 0, warning: 1, info: 2 };

/** Open alerts where they are, as text of the page: over the location or the agent that they are about. */
export class AlertMarks {
  visible = true;
  /** @type {{place: THREE.Vector3, mark: HTMLElement}[]} */ #marks = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {Map<string, Alert>} alerts @param {Locations} locations @param {ShownAgent[]} agents */
  show(alerts, locations, agents) {
    const heads = new Map(agents.map(({ name, head }) => [name, head]));
    for (const { mark } of this.#marks) mark.remove();
    this.#marks = [...alerts.values()]
      .filter(({ status }) => status === "open")
      .sort((a, b) => RANK[a.severity] - RANK[b.severity])
      .flatMap((alert) => {
        const place = placeOf(alert.about, locations, heads);
        return place ? [{ place, mark: this.#mark(alert) }] : [];
      })
      .slice(0, MOST);
    this.host.append(...this.#marks.map(({ mark }) => mark));
  }

  /** Keep them where they belong on the canvas. @param {Stage} stage */
  update(stage) {
    for (const { place, mark } of this.#marks) {
      const at = this.visible ? stage.project(place) : null;
      mark.hidden = at === null;
      if (at) mark.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px) translate(-50%, -190%)`;
    }
  }

  /** @param {Alert} alert */
  #mark({ severity, text, rule }) {
    return element("span", { class: "alert-mark", "data-severity": severity, title: text || rule }, "⚠");
  }
}

/**
 * Where what an alert is about is; null for what has no place here, as a sensor or an order.
 * @param {string} about `location/ID`, `agent/NAME` or anything else @param {Locations} locations
 * @param {Map<string, THREE.Vector3>} heads of agents by name
 */
function placeOf(about, locations, heads) {
  const [, kind, name] = /^([a-z]+)\/(.+)$/.exec(about) ?? [];
  if (kind === "location") return locations.center(name);
  return kind === "agent" || kind === "person" ? (heads.get(name) ?? null) : null;
}
