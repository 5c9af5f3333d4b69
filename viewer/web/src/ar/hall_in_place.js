import * as THREE from "three";
import { VERDICTS, howFar } from "../deviations.js";
import { DeviationBoxes } from "../scene/deviation_boxes.js";
import { small } from "../units.js";
import { described } from "./contents.js";
import { add, distance, scaled } from "./linear.js";
import { Labels } from "./labels.js";
import { WayLine } from "./way_line.js";

/** @import {Deviation, Location} from "../facility" */
/** @import {Contents} from "./contents.js" */
/** @import {Known} from "./data.js" */
/** @import {Told} from "./labels.js" */
/** @import {Vec3} from "./linear.js" */

const DEVIATIONS_WITHIN_M = 15;
const CONTENTS_WITHIN_M = 6;
const MOST_LABELS = 10;
const AHEAD_M = 3;
const SEEN_THROUGH = 0.3; // what stands there is to be seen too

/** All that is shown in the hall, in the world's frame. */
export class HallInPlace {
  object = new THREE.Group();
  way = new WayLine();
  deviationLabels = new Labels();
  contentLabels = new Labels();
  /** @type {"deviations" | "contents"} what is looked at; the way is always shown */ theme = "deviations";
  /** @type {(deviation: Deviation) => boolean} */ isShown = ({ verdict }) => verdict !== "unchanged";

  /** @type {{location: Location, told: Contents}[]} */ hidden = [];

  /** @param {Known} known */
  constructor(known) {
    this.known = known;
    this.boxes = new DeviationBoxes(known.deviations);
    for (const { mesh } of this.boxes.parts) mesh.material.opacity = Math.min(SEEN_THROUGH, mesh.material.opacity);
    this.object.add(this.boxes.object, this.way.object, this.deviationLabels.object, this.contentLabels.object);
    this.refresh();
  }

  /** Locations that one does not see into, of which something is known. */
  #learn() {
    const told = new Map(this.known.contents.locations.map((one) => [one.location, one]));
    this.hidden = this.known.facility.locations.flatMap((location) => {
      const one = told.get(location.id);
      return one?.unseen && one.source !== "nobody" ? [{ location, told: one }] : [];
    });
  }

  /** After a change of theme, of what is known, or of what is to be shown. */
  refresh() {
    this.#learn();
    const isPlan = this.theme === "deviations";
    this.boxes.object.visible = isPlan;
    this.deviationLabels.object.visible = isPlan;
    this.contentLabels.object.visible = !isPlan;
    if (isPlan) this.boxes.show(this.isShown);
  }

  /** What is near, for who stands there and looks that way. @param {Vec3} eye in the world @param {Vec3} way @param {number} error_m of what is drawn */
  lookFrom(eye, way, error_m) {
    const labels = this.theme === "deviations" ? this.#deviationsNear(eye, add(eye, scaled(way, AHEAD_M)), error_m) : this.#contentsNear(eye);
    (this.theme === "deviations" ? this.deviationLabels : this.contentLabels).show(labels);
  }

  /** @param {Vec3} eye @param {Vec3} ahead what is looked at @param {number} error_m @returns {Told[]} */
  #deviationsNear(eye, ahead, error_m) {
    return this.known.deviations
      .filter(this.isShown)
      .map((one) => ({ one, place: labelPlace(one, ahead) }))
      .sort((a, b) => distance(a.place, eye) - distance(b.place, eye))
      .slice(0, MOST_LABELS)
      .filter(({ place }) => distance(place, eye) < DEVIATIONS_WITHIN_M)
      .map(({ one, place }) => ({
        key: `${one.kind}/${one.id}`,
        place,
        first: `${VERDICTS[one.verdict].sign} ${one.verdict === "cannot_decide" ? "cannot decide" : howFar(one, small)}`,
        second: `${one.kind} ${one.id}${drawnWithin(one, error_m)}${this.known.notes.get(`${one.kind}/${one.id}`)?.is_closed ? " · closed" : ""}`,
        colour: VERDICTS[one.verdict].colour,
        isStale: false,
      }));
  }

  /** @param {Vec3} eye @returns {Told[]} */
  #contentsNear(eye) {
    const copy_s = (Date.now() - this.known.fetched_ms) / 1000;
    return this.hidden
      .map((each) => ({ ...each, away: distance(each.location.center, eye) }))
      .filter(({ away }) => away < CONTENTS_WITHIN_M)
      .sort((a, b) => a.away - b.away)
      .slice(0, MOST_LABELS)
      .map(({ location, told }) => {
        const { what, trust, isStale } = described(told, copy_s);
        const [age, sure] = trust.split(" · ");
        return { key: location.id, place: location.center, first: isStale ? `◷ ${what}` : what, second: `${location.id} · ${age} · ${sure}`, colour: isStale ? "#ffb347" : "#56b4e9", isStale };
      });
  }
}

/** Where the label of a deviation stands: on it, where it is nearest to what is looked at; a long rack's middle is far away. @param {Deviation} deviation @param {Vec3} ahead @returns {Vec3} */
function labelPlace({ center, size_m, yaw_rad }, ahead) {
  const [c, s] = [Math.cos(yaw_rad), Math.sin(yaw_rad)];
  const [dx, dy] = [ahead[0] - center[0], ahead[1] - center[1]];
  const clamp = (/** @type {number} */ value, /** @type {number} */ half) => Math.min(half, Math.max(-half, value));
  const [u, v] = [clamp(c * dx + s * dy, size_m[0] / 2), clamp(-s * dx + c * dy, size_m[1] / 2)];
  const z = clamp(ahead[2] - center[2], size_m[2] / 2);
  return [center[0] + c * u - s * v, center[1] + s * u + c * v, center[2] + z];
}

/** Said where the drawing is not three times as exact as what it shows. @param {Deviation} deviation @param {number} error_m */
function drawnWithin({ verdict, mm }, error_m) {
  return verdict === "changed" && mm !== null && 3000 * error_m > mm ? ` · drawn ±${small(1000 * error_m)}` : "";
}
