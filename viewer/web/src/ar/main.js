import * as THREE from "three";
import { SignInError, post } from "../api.js";
import { byId, element } from "../dom.js";
import { ago } from "../format.js";
import { askToSignIn } from "../ui/sign_in.js";
import { chooseUnits, onUnits, recallUnits, units } from "../units.js";
import { forget, keepOnDevice, loadKnown, refreshKnown } from "./data.js";
import { HallInPlace } from "./hall_in_place.js";
import { Place } from "./placing.js";
import { startFailure, supportOf } from "./support.js";
import { Survey } from "./survey.js";
import { AlignPanel } from "./ui/align_panel.js";
import { ContentsPanel } from "./ui/contents_panel.js";
import { DeviationPanel } from "./ui/deviation_panel.js";
import { hudBoard, hudText } from "./ui/hud.js";
import { WayPanel } from "./ui/way_panel.js";
import { XrView } from "./xr_view.js";

/** @import {Known} from "./data.js" */

const THINK_MS = 250;
const REFRESH_MS = 60_000;
const TABS = ["align", "deviations", "contents", "way"];

const notice = byId("notice");
/** @type {ReturnType<typeof setTimeout> | undefined} */ let silence;

start().catch((error) => {
  if (error instanceof SignInError) return askToSignIn();
  say(`The hall could not be loaded: ${error.message}. Reload the page to try again.`);
});

async function start() {
  say("Loading…");
  recallUnits();
  const known = await loadKnown();
  say("");
  byId("site-name").textContent = known.site.name || known.site.id;
  tellFreshness(known);
  const hall = new Hall(known);
  setInterval(() => tellFreshness(known), 10_000);
  setInterval(() => hall.learn(), REFRESH_MS);
  letChooseUnits(() => hall.refresh());
  await hall.askSupport();
  // only once all is shown: what is kept is a copy of it
  const isKept = await keepOnDevice().catch(() => false);
  expose(hall, known, isKept);
}

/** The page and the session, joined. */
class Hall {
  /** @type {XrView | null} */ view = null;
  #thought = 0;
  /** @type {string | null} */ #advised = null;

  /** @param {Known} known */
  constructor(known) {
    this.known = known;
    this.place = new Place(new Survey(known.points), known.facility);
    this.inPlace = new HallInPlace(known);
    this.align = new AlignPanel(byId("panel-align"), this.place, { start: () => this.begin(), set: () => this.place.begin(), forget: forgetAll });
    this.deviations = new DeviationPanel(byId("panel-deviations"), known, this.place, {
      changed: () => this.inPlace.refresh(),
      close: (name, text, is_closed) => post(`/api/findings/${name.split("/").map(encodeURIComponent).join("/")}`, { text, is_closed }),
    });
    this.inPlace.isShown = this.deviations.isShown;
    this.inPlace.refresh();
    this.contents = new ContentsPanel(byId("panel-contents"), known, this.place, (location) => {
      this.choose("way");
      this.way.to(location);
    });
    this.way = new WayPanel(byId("panel-way"), known, this.place, (path) => this.inPlace.way.show(path));
    this.place.onChange = () => this.align.refresh();
    this.place.say = say;
    for (const name of TABS) byId(`tab-${name}`).addEventListener("click", () => this.press(name));
    byId("end").addEventListener("click", () => this.view?.end());
    this.choose("align");
  }

  /** A tab: that which is open already shuts, where the picture is below it. @param {string} name */
  press(name) {
    const isOpen = byId(`tab-${name}`).getAttribute("aria-expanded") === "true";
    this.choose(name);
    if (!isOpen || !document.body.classList.contains("in-session")) return;
    byId("panels").hidden = true;
    byId(`tab-${name}`).setAttribute("aria-expanded", "false");
  }

  /** @param {string} name of a tab */
  choose(name) {
    byId("panels").hidden = false;
    for (const each of TABS) {
      byId(`tab-${each}`).setAttribute("aria-expanded", String(each === name));
      byId(`tab-${each}`).classList.toggle("chosen", each === name);
      byId(`panel-${each}`).hidden = each !== name;
    }
    if (name === "deviations" || name === "contents") {
      this.inPlace.theme = name;
      this.inPlace.refresh();
      this[name].refresh();
    }
  }

  /** What has changed since, where the server answers. */
  async learn() {
    if (document.hidden) return;
    await refreshKnown(this.known).catch(() => {});
    tellFreshness(this.known);
    this.inPlace.refresh();
    this.deviations.refresh();
    this.contents.refresh();
  }

  refresh() {
    for (const panel of [this.align, this.deviations, this.contents]) panel.refresh();
  }

  async askSupport() {
    const isSupported = navigator.xr ? await navigator.xr.isSessionSupported("immersive-ar").catch(() => null) : false;
    this.align.support(supportOf({ isSecure: isSecureContext, hasXr: Boolean(navigator.xr), isSupported }));
  }

  async begin() {
    try {
      const view = (this.view ??= this.#made());
      await view.start(byId("overlay"));
      this.place.reset(false);
      this.#turn(true);
    } catch (error) {
      this.align.support({ ...startFailure(/** @type {Error} */ (error)), can: true });
    }
  }

  #made() {
    const view = new XrView(/** @type {HTMLCanvasElement} */ (byId("canvas")));
    view.world.add(this.inPlace.object);
    view.onReset = () => this.place.reset(true);
    view.onEnd = () => this.#turn(false);
    view.onSelect = () => {
      if (!view.hasOverlay) this.place.begin(); // where the page is seen it has a button for that
    };
    view.onSqueeze = () => this.choose(this.inPlace.theme === "deviations" ? "contents" : "deviations");
    const eye = new THREE.Vector3();
    view.onLook = (look) => {
      this.place.see(look);
      const { stands } = this.place;
      if (stands) for (const labels of [this.inPlace.deviationLabels, this.inPlace.contentLabels]) labels.face(eye.set(...stands.place));
      if (performance.now() - this.#thought < THINK_MS) return;
      this.#thought = performance.now();
      this.#think(view);
    };
    return view;
  }

  /** What need not be done in every frame. @param {XrView} view */
  #think(view) {
    const { place } = this;
    const before = place.next;
    place.update();
    view.place(place.alignment);
    const { stands, placing, advice } = place;
    if (stands && placing.state === "placed") this.inPlace.lookFrom(stands.place, stands.way, placing.error_m);
    this.contents.look();
    this.way.follow();
    if (place.next !== before) this.align.refresh();
    const hud = hudText(placing, { next: place.next, isAiming: place.look?.aim !== null, advice, points: place.survey.names.length });
    const node = byId("hud");
    node.dataset.state = hud.state;
    node.replaceChildren(hud.first, element("small", {}, hud.second));
    this.#advise(advice);
    const reticle = byId("reticle");
    reticle.dataset.hit = String(place.look?.aim !== null);
    reticle.dataset.busy = String(place.isTaking);
    view.showBoard(view.hasOverlay ? null : hudBoard(hud));
  }

  /** Said until it is put away. @param {string | null} advice */
  #advise(advice) {
    if (advice === this.#advised) return;
    this.#advised = advice;
    const away = element("button", { "aria-label": "Put this advice away" }, "×");
    away.addEventListener("click", () => byId("advice").replaceChildren());
    byId("advice").replaceChildren(...(advice === null ? [] : [advice, away]));
  }

  /** @param {boolean} isOn */
  #turn(isOn) {
    document.body.classList.toggle("in-session", isOn);
    for (const id of ["end", "hud", "reticle"]) byId(id).hidden = !isOn;
    this.#advise(null);
    this.align.inSession(isOn);
    if (isOn) return;
    this.place.reset(false);
    this.choose("align");
  }
}

/** @param {Known} known */
function tellFreshness({ kept_ms, fetched_ms }) {
  const node = byId("freshness");
  node.dataset.state = kept_ms === null ? "fresh" : "offline";
  node.textContent = kept_ms === null ? `As of ${ago(Date.now() - fetched_ms)} ago` : `Offline: as of ${since(kept_ms)}`;
}

/** @param {number} ms since 1970 */
function since(ms) {
  return `${new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}, ${ago(Date.now() - ms)} ago`;
}

/** @param {() => void} refresh */
function letChooseUnits(refresh) {
  const button = byId("units");
  const tell = () => (button.textContent = units() === "metric" ? "m" : "ft");
  button.addEventListener("click", () => chooseUnits(units() === "metric" ? "imperial" : "metric"));
  onUnits(() => {
    tell();
    refresh();
  });
  tell();
}

async function forgetAll() {
  await forget();
  say("Nothing is kept on this device any more. Reload the page to keep it again.");
}

/** Tell the user for a while; nothing to tell takes the notice away. @param {string} told */
function say(told) {
  clearTimeout(silence);
  notice.textContent = told;
  if (told && told !== "Loading…") silence = setTimeout(() => (notice.textContent = ""), 8_000);
}

/** What tests look at. @param {Hall} hall @param {Known} known @param {boolean} isKept */
function expose(hall, known, isKept) {
  Object.assign(window, {
    __aisletwin: {
      ready: true,
      isKept,
      keptAt: known.kept_ms,
      get frames() {
        return hall.view?.frames ?? 0;
      },
      get placing() {
        return hall.place.placing;
      },
      get stands() {
        return hall.place.stands;
      },
      get look() {
        return hall.place.look;
      },
      get labels() {
        return [...hall.inPlace.deviationLabels.texts, ...hall.inPlace.contentLabels.texts];
      },
      /** Where a place of the world is drawn, in the frame of WebXR. */
      drawnAt: (/** @type {[number, number, number]} */ place) => hall.view?.world.localToWorld(new THREE.Vector3(...place)).toArray(),
      get way() {
        return hall.way.way;
      },
      get isTaking() {
        return hall.place.isTaking;
      },
      get names() {
        return hall.place.survey.names;
      },
      get board() {
        return hall.view?.hasBoard ?? false;
      },
      choose: (/** @type {string} */ name) => hall.place.choose(name, true),
    },
  });
}
