import { socketAddress } from "./api.js";
import { ServerTime, simTime } from "./clock.js";
import { byId } from "./dom.js";
import { Cards } from "./ui/cards.js";
import { interestOf, isSameInterest } from "./interest.js";
import { showFigures } from "./ui/live.js";
import { Timeline } from "./ui/timeline.js";
import { connect } from "./wire.js";
import { World } from "./world.js";

/** @import {RunSummary} from "./facility" */
/** @import {Hall} from "./scene/hall.js" */
/** @import {LivePanel} from "./ui/live.js" */

const LIVE_PANEL_MS = 1000;
const INTEREST_MS = 500;
const PAST_S = 3600; // so far back the timeline of the present reaches
const WORDS = { connecting: "Connecting…", live: "Live", reconnecting: "Reconnecting…" };

/** Keeps the hall at the server's present, or at a moment of the live past. */
export class Following {
  world = new World();
  now = 0;
  /** @type {import("./wire.js").Connection | null} */ #connection = null;
  #serverTime = new ServerTime();
  /** @type {import("./messages").Interest | null} */ #interest = null;
  #mostAgents = 0;
  #cards = new Cards(byId("cards"));
  #timeline = new Timeline((command) => this.#connection?.send(command), {
    back: (seconds) => this.#goBack(seconds),
    toLive: () => this.#connect(socketAddress()),
  });

  /**
   * @param {Hall} hall @param {RunSummary | null} run @param {LivePanel | null} live
   * @param {{say: (text: string) => void, onFigures: () => void, setTop: (seconds: number) => void}} page
   */
  constructor(hall, run, live, page) {
    this.hall = hall;
    this.run = run;
    this.live = live;
    this.page = page;
  }

  /** Begin; resolves when the first of the present has come. @returns {Promise<void>} */
  begin() {
    const { live } = this;
    if (live) setInterval(() => this.#showLive(live), LIVE_PANEL_MS);
    this.hall.stage.beforeFrame.push((seconds) => this.#show(seconds));
    setInterval(() => this.#tellInterest(), INTEREST_MS);
    return this.#connect(socketAddress());
  }

  /** Jump to a moment of the run. @param {number} sim_s */
  seek(sim_s) {
    if (!this.world.clock?.is_live) this.#connection?.send({ type: "seek", sim_s });
  }

  /** Follow another address from the beginning. @param {string} address @param {() => void} [begun] @returns {Promise<void>} */
  #connect(address, begun = () => {}) {
    const badge = byId("connection");
    const isPast = address !== socketAddress();
    this.#connection?.end();
    this.world = new World(this.hall.facility.levels.map(({ id }) => id));
    this.#interest = null;
    document.body.classList.toggle("past", isPast);
    return new Promise((heard) => {
      let isFirst = true;
      this.#connection = connect(address, {
        missedSince: () => (this.world.seq === null ? null : { session: this.world.session, since: this.world.seq }),
        onRefusal: (reason) => {
          this.page.say(reason);
          if (isPast && isFirst) this.#connect(socketAddress());
        },
        onState: (state) => {
          if (state !== "live") this.#interest = null; // another connection is told anew
          badge.dataset.state = isPast && state === "live" ? "past" : state;
          badge.textContent = isPast && state === "live" ? "Past" : isPast && state === "connecting" ? "Reading…" : WORDS[state];
        },
        onUpdate: (update, motions) => {
          this.#take(update, motions);
          this.#timeline.setClock(this.world.clock);
          if (isFirst) begun();
          isFirst = false;
          heard();
        },
      });
    });
  }

  /** Ask for less of the present where less is seen, and for all of it again. */
  #tellInterest() {
    const { hall, world } = this;
    const [xs, ys] = [hall.extent.map(({ x }) => x), hall.extent.map(({ y }) => y)];
    this.#mostAgents = Math.max(this.#mostAgents, world.agents.size);
    const wish = interestOf({
      agents: this.#mostAgents,
      showsAgents: hall.pickers.object.visible,
      seen: hall.stage.seenFloor(hall.pickers.floorOf()),
      hall: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    });
    if (isSameInterest(wish, this.#interest)) return;
    this.#interest = wish;
    this.#connection?.send(wish ?? { type: "interest", layers: null, area: null });
  }

  /** Play the last hour again, from some seconds ago on. @param {number} seconds */
  #goBack(seconds) {
    const { clock } = this.world;
    if (!clock) return;
    const untilMs = Math.round((clock.epoch_ms ?? 0) + 1000 * this.now);
    const fromMs = untilMs - 1000 * PAST_S;
    this.#connect(`${socketAddress()}/past?from_ms=${fromMs}&until_ms=${untilMs}`, () => {
      this.seek(PAST_S - seconds);
      this.#connection?.send({ type: "play" });
    });
  }

  /** @param {import("./messages").Update} update @param {import("./motion_frame.js").Numbered[]} motions */
  #take(update, motions) {
    const { world, hall } = this;
    if (update.session !== world.session) this.#serverTime.forget();
    this.#serverTime.observe(update.server_s, performance.now() / 1000);
    world.apply(update, motions);
    if (update.reset || "heat" in update.sets) {
      hall.blocked = world.heat;
      hall.showHeat();
      this.page.setTop(hall.heat.top);
    }
    if (world.clock?.is_live) hall.locations.showSeen(world.seen);
    else if (update.reset || "kpi" in update.sets) {
      this.#cards.show(world.kpi, this.run);
      this.page.onFigures();
    }
    hall.stage.touch();
  }

  /** @param {number} seconds @returns {boolean} whether anything moves */
  #show(seconds) {
    const { world, hall } = this;
    if (!world.clock) return false;
    this.now = simTime(world.clock, this.#serverTime.at(seconds));
    this.#timeline.setTime(this.now);
    const isHeard = (/** @type {string} */ name) => (world.liveAgents.get(name)?.freshness ?? "fresh") === "fresh";
    hall.pickers.update(world.agents, this.now, hall.stage.scale, isHeard);
    hall.labels.update(hall.pickers, hall.stage);
    hall.alertMarks.update(hall.stage);
    return world.clock.playing;
  }

  /** What the live twin knows, as of now. @param {LivePanel} live */
  #showLive(live) {
    const { world } = this;
    const { alertMarks, locations, pickers } = this.hall;
    live.host.hidden = !world.clock?.is_live;
    alertMarks.show(world.alerts, locations, pickers.shown);
    if (!world.clock?.is_live) return;
    const at = simTime(world.clock, this.#serverTime.at(performance.now() / 1000));
    live.show(world, (world.clock.epoch_ms ?? 0) + 1000 * at);
    showFigures(byId("cards"), world.figures, world);
  }
}
