import { decodeFrame } from "./motion_frame.js";

/** @import {FromViewer, FromServer, Update} from "./messages" */
/** @import {Numbered} from "./motion_frame.js" */

export const PROTOCOL = 3;
const SLOWEST_RETRY_MS = 5000;

/** @typedef {"connecting" | "live" | "reconnecting"} ConnectionState */

/**
 * @typedef {object} Connection
 * @property {(message: FromViewer) => void} send a message, if there is a connection
 * @property {() => void} end it for good
 */

/**
 * A connection that comes back by itself, and then asks only for what it missed.
 * @param {string} address
 * @param {{
 *   missedSince: () => { session: string, since: number } | null,
 *   onUpdate: (update: Update, motions: Numbered[]) => void,
 *   onRefusal: (reason: string) => void,
 *   onState: (state: ConnectionState) => void,
 *   open?: (address: string) => WebSocket,
 *   wait?: (callback: () => void, ms: number) => unknown,
 * }} options
 * @returns {Connection}
 */
export function connect(address, { open = (url) => new WebSocket(url), wait = setTimeout, ...viewer }) {
  /** @type {WebSocket} */
  let socket;
  let failures = 0;
  let isOver = false;
  viewer.onState("connecting");
  begin();
  return { send, end };

  function end() {
    isOver = true;
    socket.close();
  }

  function begin() {
    socket = open(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => send({ type: "hello", protocol: PROTOCOL, ...viewer.missedSince() });
    socket.onmessage = ({ data }) => {
      if (isOver) return;
      if (typeof data === "string") return take(JSON.parse(data), []);
      const { message, motions } = decodeFrame(data);
      take(message, motions);
    };
    socket.onclose = () => {
      if (isOver) return;
      viewer.onState("reconnecting");
      wait(begin, Math.min(SLOWEST_RETRY_MS, 250 * 2 ** failures++));
    };
  }

  /** @param {FromServer} message @param {Numbered[]} motions */
  function take(message, motions) {
    if (message.type === "refusal") return viewer.onRefusal(message.reason);
    failures = 0;
    viewer.onState("live");
    viewer.onUpdate(message, motions);
    send({ type: "ack", seq: message.seq });
  }

  /** @param {FromViewer} message */
  function send(message) {
    if (socket.readyState === 1) socket.send(JSON.stringify(message));
  }
}
