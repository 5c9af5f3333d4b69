import { DATA_CACHE, KEPT_AT, PAGE_CACHE, PATIENCE_MS, careOf, meaningOf } from "./kept.js";

// The service worker: the page and its data are kept, and given when the server does not answer in time.

const worker = /** @type {any} */ (self);

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const care = careOf(event.request.method, new URL(event.request.url), worker.location.origin);
  if (care !== "alone") event.respondWith(answer(event.request, care === "data" ? DATA_CACHE : PAGE_CACHE));
});

/** The server's answer, which is then kept; the one that was kept where it does not come. @param {Request} request @param {string} name */
async function answer(request, name) {
  const cache = await caches.open(name);
  const fresh = fetch(request).then((told) => keep(cache, request, told));
  try {
    return await Promise.race([fresh, late()]);
  } catch {
    const kept = await cache.match(request);
    return kept ?? fresh; // nothing kept: however long it takes
  }
}

/** @param {Cache} cache @param {Request} request @param {Response} told */
async function keep(cache, request, told) {
  const meaning = meaningOf(told.status);
  if (meaning === "forget") await caches.delete(DATA_CACHE);
  if (meaning === "keep") {
    const copy = told.clone();
    const headers = new Headers(copy.headers);
    headers.set(KEPT_AT, String(Date.now()));
    await cache.put(request, new Response(await copy.blob(), { status: 200, headers }));
  }
  return told;
}

/** @returns {Promise<never>} */
function late() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE_MS));
}
