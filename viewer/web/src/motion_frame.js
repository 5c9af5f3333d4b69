/** @import {FromServer, Motion} from "./messages" */

const MAGIC = 0x46575441; // "ATWF", little-endian
const VERSION = 1;
const MOTIONS = 1;
const HEAD_BYTES = 12;
const MOTION_BYTES = 24;
const STATES = /** @type {const} */ (["walk", "wait", "pick", "drop", "other", "idle"]);

/** @typedef {{number: number, level: number, motion: Motion}} Numbered an agent's motion, by its number */

/**
 * The motions and the message of a binary frame, as `viewer/motion_frame.py` describes it. Throws for what is none.
 * @param {ArrayBuffer} frame
 * @returns {{motions: Numbered[], message: FromServer}}
 */
export function decodeFrame(frame) {
  const view = new DataView(frame);
  const [magic, version, kind] = [view.getUint32(0, true), view.getUint8(4), view.getUint8(5)];
  if (magic !== MAGIC || version !== VERSION || kind !== MOTIONS) {
    throw new Error(`got a frame of version ${version}, type ${kind}, expected ${VERSION}, ${MOTIONS}: reload the page`);
  }
  const count = view.getUint32(8, true);
  const motions = Array.from({ length: count }, (_, i) => numbered(view, HEAD_BYTES + i * MOTION_BYTES));
  const text = new Uint8Array(frame, HEAD_BYTES + count * MOTION_BYTES);
  return { motions, message: JSON.parse(new TextDecoder().decode(text)) };
}

/** @param {DataView} view @param {number} at @returns {Numbered} */
function numbered(view, at) {
  const start_s = view.getUint32(at + 4, true) / 1000;
  const end_s = start_s + view.getUint16(at + 8, true) / 1000;
  const [x, y] = [view.getInt32(at + 12, true) / 1000, view.getInt32(at + 16, true) / 1000];
  const [dx, dy] = [view.getInt16(at + 20, true) / 100, view.getInt16(at + 22, true) / 100];
  const state = STATES[view.getUint8(at + 10)] ?? "other";
  const path = /** @type {[number, number][]} */ ([[x, y], [x + dx, y + dy]]);
  return { number: view.getUint32(at, true), level: view.getUint8(at + 11), motion: { state, start_s, end_s, path } };
}
