import { byId, element } from "../dom.js";
import { clockOfDay, clockTime } from "../format.js";

/** @import {Clock, Command} from "../messages" */

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
const SPEED_KEYS = [1, 2, 4, 8, 16, 32, 64];
const STEP_S = 10;
const SEEK_EVERY_MS = 80;
const PAST_S = 3600;
const STILL_NOW_S = 3; // whoever lets the slider go so near its end means now

const PLAY_ICON = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 2.5v11l9-5.5z"/></svg>';
const PAUSE_ICON = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 2.5h3v11H4zM9 2.5h3v11H9z"/></svg>';

/** Play, pause, speed and scrubbing, by pointer or keys. It shows the server's clock and never has its own. */
export class Timeline {
  #bar = byId("timeline");
  #play = byId("play");
  #now = byId("time-now");
  #end = byId("time-end");
  #scrubber = /** @type {HTMLInputElement} */ (byId("scrubber"));
  #speed = /** @type {HTMLSelectElement} */ (byId("speed"));
  /** @type {Clock | null} */ #clock = null;
  #dragging = false;
  #soughtAt = 0;
  #toLive = byId("to-live");

  /**
   * @param {(command: Command) => void} send
   * @param {{back: (seconds: number) => void, toLive: () => void}} [live] what to do when somebody wants to see what was
   *   some seconds ago, and when they want to be back
   */
  constructor(send, live) {
    this.send = send;
    this.back = live?.back ?? (() => {});
    this.#toLive.addEventListener("click", () => live?.toLive());
    this.#speed.append(...SPEEDS.map((speed) => element("option", { value: String(speed) }, `${speed} ×`)));
    this.#play.addEventListener("click", () => this.#toggle());
    this.#speed.addEventListener("change", () => send({ type: "speed", speed: Number(this.#speed.value) }));
    this.#scrubber.addEventListener("input", () => this.#drag());
    this.#scrubber.addEventListener("change", () => this.#drop());
    addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {Clock | null} clock */
  setClock(clock) {
    this.#clock = clock;
    this.#bar.hidden = clock === null;
    if (!clock) return;
    const isPast = clock.epoch_ms !== null && !clock.is_live;
    this.#bar.classList.toggle("live", clock.is_live);
    this.#toLive.hidden = !isPast;
    this.#scrubber.min = String(clock.is_live ? -PAST_S : 0);
    this.#scrubber.setAttribute("aria-label", clock.is_live ? "Go back up to an hour" : "Time in the run");
    if (clock.is_live) {
      this.#scrubber.max = "0"; // nobody stops the time of day, but one may look back
      this.#end.textContent = "now";
      return;
    }
    const label = clock.playing ? "Pause" : "Play";
    if (this.#play.getAttribute("aria-label") !== label || this.#play.innerHTML === "") {
      this.#play.innerHTML = clock.playing ? PAUSE_ICON : PLAY_ICON;
      this.#play.setAttribute("aria-label", label);
    }
    this.#speed.value = String(clock.speed);
    this.#scrubber.max = String(clock.duration_s);
    this.#end.textContent = isPast ? clockOfDay((clock.epoch_ms ?? 0) + 1000 * clock.duration_s) : clockTime(clock.duration_s);
  }

  /** @param {number} t simulation seconds */
  setTime(t) {
    const epoch_ms = this.#clock?.epoch_ms ?? null;
    const isLive = this.#clock?.is_live ?? false;
    const text = epoch_ms === null ? clockTime(t) : clockOfDay(epoch_ms + 1000 * t);
    if (!this.#dragging) this.#scrubber.value = String(isLive ? 0 : t);
    if (this.#now.textContent !== text) {
      this.#now.textContent = text;
      this.#scrubber.setAttribute("aria-valuetext", text);
    }
    this.#scrubber.style.setProperty("--done", isLive ? "100%" : `${(100 * t) / (this.#clock?.duration_s || 1)}%`);
  }

  #toggle() {
    if (this.#clock) this.send({ type: this.#clock.playing ? "pause" : "play" });
  }

  #drag() {
    this.#dragging = true;
    if (this.#clock?.is_live) return;
    const now = performance.now();
    if (now - this.#soughtAt < SEEK_EVERY_MS) return;
    this.#soughtAt = now;
    this.send({ type: "seek", sim_s: Number(this.#scrubber.value) });
  }

  #drop() {
    this.#dragging = false;
    if (this.#clock?.is_live) return this.#leave(-Number(this.#scrubber.value));
    this.send({ type: "seek", sim_s: Number(this.#scrubber.value) });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!this.#clock || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("input[type=search], select") || (target.matches("button, input") && event.key === " ")) return;
    if (target === this.#scrubber && event.key.startsWith("Arrow")) event.preventDefault();
    if (this.#clock.is_live) return event.key === "ArrowLeft" ? this.#leave(STEP_S) : undefined;
    if (event.key === " ") {
      event.preventDefault();
      this.#toggle();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      this.#step(event.key === "ArrowLeft" ? -STEP_S : STEP_S);
    } else if (SPEED_KEYS[Number(event.key) - 1]) {
      this.send({ type: "speed", speed: SPEED_KEYS[Number(event.key) - 1] });
    }
  }

  /** Go back from now. @param {number} seconds */
  #leave(seconds) {
    if (seconds > STILL_NOW_S) this.back(seconds);
  }

  /** @param {number} seconds */
  #step(seconds) {
    this.send({ type: "seek", sim_s: Number(this.#scrubber.value) + seconds });
  }
}

