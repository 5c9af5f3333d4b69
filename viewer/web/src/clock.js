/** @import {Clock} from "./messages" */

/**
 * Simulation time when the server's clock shows `serverNow`, within [0, duration].
 * @param {Clock} clock
 * @param {number} serverNow seconds
 */
export function simTime(clock, serverNow) {
  const gained = clock.playing ? clock.speed * Math.max(0, serverNow - clock.at_s) : 0;
  return Math.min(clock.sim_s + gained, clock.duration_s);
}

/**
 * The shift between the server's clock and ours. A message can only be late, never early: so the largest shift
 * seen is the truest. It is forgotten slowly, because the two clocks drift.
 */
export class ServerTime {
  #shift = -Infinity;

  /**
   * @param {number} serverSeconds when the server wrote a message
   * @param {number} ourSeconds when we read it
   */
  observe(serverSeconds, ourSeconds) {
    this.#shift = Math.max(this.#shift - 1e-4, serverSeconds - ourSeconds);
  }

  /** The server started anew, with another clock. */
  forget() {
    this.#shift = -Infinity;
  }

  /** @param {number} ourSeconds */
  at(ourSeconds) {
    return ourSeconds + this.#shift;
  }
}
