import { byId, element } from "../dom.js";
import { clockOfDay, clockTime } from "../format.js";

/** @import {Clock, Command} from "../messages" */

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
const SPEED_KEYS = [1, 2, 4, 8, 16, 32, 64];
const STEP_S = 10;
const SEEK_EVERY_MS = 80;

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

  /** @param {(command: Command) => void} send */
  constructor(send) {
    this.send = send;
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
    this.#bar.classList.toggle("live", clock.epoch_ms != null);
    if (clock.epoch_ms != null) return; // nobody stops the time of day
    const label = clock.playing ? "Pause" : "Play";
    if (this.#play.getAttribute("aria-label") !== label || this.#play.innerHTML === "") {
      this.#play.innerHTML = clock.playing ? PAUSE_ICON : PLAY_ICON;
      this.#play.setAttribute("aria-label", label);
    }
    this.#speed.value = String(clock.speed);
    this.#scrubber.max = String(clock.duration_s);
    this.#end.textContent = clockTime(clock.duration_s);
  }

  /** @param {number} t simulation seconds */
  setTime(t) {
    const epoch_ms = this.#clock?.epoch_ms;
    const text = epoch_ms == null ? clockTime(t) : clockOfDay(epoch_ms + 1000 * t);
    if (!this.#dragging) this.#scrubber.value = String(t);
    if (this.#now.textContent !== text) {
      this.#now.textContent = text;
      this.#scrubber.setAttribute("aria-valuetext", text);
    }
    this.#scrubber.style.setProperty("--done", `${(100 * t) / (this.#clock?.duration_s || 1)}%`);
  }

  #toggle() {
    if (this.#clock) this.send({ type: this.#clock.playing ? "pause" : "play" });
  }

  #drag() {
    this.#dragging = true;
    const now = performance.now();
    if (now - this.#soughtAt < SEEK_EVERY_MS) return;
    this.#soughtAt = now;
    this.send({ type: "seek", sim_s: Number(this.#scrubber.value) });
  }

  #drop() {
    this.#dragging = false;
    this.send({ type: "seek", sim_s: Number(this.#scrubber.value) });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!this.#clock || this.#clock.epoch_ms != null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("input[type=search], select") || (target.matches("button, input") && event.key === " ")) return;
    if (target === this.#scrubber && event.key.startsWith("Arrow")) event.preventDefault();
    if (event.key === " ") {
      event.preventDefault();
      this.#toggle();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      this.#step(event.key === "ArrowLeft" ? -STEP_S : STEP_S);
    } else if (SPEED_KEYS[Number(event.key) - 1]) {
      this.send({ type: "speed", speed: SPEED_KEYS[Number(event.key) - 1] });
    }
  }

  /** @param {number} seconds */
  #step(seconds) {
    this.send({ type: "seek", sim_s: Number(this.#scrubber.value) + seconds });
  }
}

