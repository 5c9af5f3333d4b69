import { SignInError } from "../api.js";
import { KEPT_AT, KEPT_PATHS, PAGE_CACHE } from "./kept.js";

/** @import {Deviation, Facility, Site} from "../facility" */
/** @import {Contents} from "./contents.js" */
/** @import {ControlPoint} from "./survey.js" */

/** @typedef {{finding: string, text: string, by: string, at_ms: number, is_closed: boolean}} Note */

/**
 * All that is known of the hall. `kept_ms` is when the oldest part of it was kept, null if all came from the server now;
 * `fetched_ms` when the contents did.
 * @typedef {object} Known
 * @property {Site} site
 * @property {Facility} facility
 * @property {Deviation[]} deviations
 * @property {{as_of_ms: number, is_live: boolean, locations: Contents[]}} contents
 * @property {ControlPoint[]} points
 * @property {Map<string, Note>} notes
 * @property {boolean} mayNote
 * @property {number | null} kept_ms
 * @property {number} fetched_ms
 */

/** @returns {Promise<Known>} */
export async function loadKnown() {
  const site = await ask("/api/site");
  const [facility, deviations, contents, points, notes, session] = await Promise.all([
    ask("/api/facility"),
    site.data.has_deviations ? ask("/api/deviations") : { data: [], kept_ms: null },
    ask("/api/contents"),
    ask("/api/control-points"),
    ask("/api/findings"),
    ask("/api/session"),
  ]);
  const kept = [site, facility, deviations, contents, points, notes].flatMap(({ kept_ms }) => kept_ms ?? []);
  return {
    site: site.data,
    facility: { levels: [], racks: [], locations: [], ...facility.data },
    deviations: deviations.data,
    contents: contents.data,
    points: points.data,
    notes: new Map(/** @type {Note[]} */ (notes.data).map((note) => [note.finding, note])),
    mayNote: session.data.permissions.includes("note"),
    kept_ms: kept.length > 0 ? Math.min(...kept) : null,
    fetched_ms: contents.kept_ms ?? Date.now(),
  };
}

/** @param {string} path @returns {Promise<{data: any, kept_ms: number | null}>} */
export async function ask(path) {
  const answer = await fetch(path);
  const told = await answer.json().catch(() => null);
  if (answer.status === 401) throw new SignInError(told?.detail ?? "say who you are");
  if (!answer.ok) throw new Error(told?.detail ?? `${path} answered ${answer.status}`);
  const kept = answer.headers.get(KEPT_AT);
  return { data: told, kept_ms: kept === null ? null : Number(kept) };
}

/** Ask again for what changes: contents and notes; what is known stays where the server does not answer. @param {Known} known */
export async function refreshKnown(known) {
  const [contents, notes] = await Promise.all([ask("/api/contents"), ask("/api/findings")]);
  const kept = [contents, notes].flatMap(({ kept_ms }) => kept_ms ?? []);
  known.contents = contents.data;
  known.fetched_ms = contents.kept_ms ?? Date.now();
  known.kept_ms = kept.length > 0 ? Math.min(...kept) : null;
  known.notes = new Map(/** @type {Note[]} */ (notes.data).map((note) => [note.finding, note]));
}

/** Keep the page and what it knows on this device, once it is loaded; false where the browser cannot. */
export async function keepOnDevice() {
  if (!("serviceWorker" in navigator)) return false;
  const isControlled = navigator.serviceWorker.controller !== null;
  await navigator.serviceWorker.register(import.meta.env.DEV ? "/src/ar/worker.js" : "/ar-worker.js", { type: "module", scope: "/ar.html" });
  await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => new URL(name).pathname.startsWith("/assets/"));
  await dropOthers(files);
  if (isControlled) return true;
  while (navigator.serviceWorker.controller === null) await new Promise((resolve) => setTimeout(resolve, 50));
  // the first time the worker came after the page: let it see all of it once
  await Promise.all(["/ar.html", ...files, ...KEPT_PATHS].map((path) => fetch(path).catch(() => null)));
  return true;
}

/** Files of an older page are not needed any more. @param {string[]} files */
async function dropOthers(files) {
  const cache = await caches.open(PAGE_CACHE);
  for (const { url } of await cache.keys()) if (new URL(url).pathname.startsWith("/assets/") && !files.includes(url)) await cache.delete(url);
}

/** Forget all that is kept on this device. */
export async function forget() {
  for (const name of await caches.keys()) await caches.delete(name);
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
}
