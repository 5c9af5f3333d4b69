// What is kept on the device for when the server is out of reach: rules only, no cache and no network here.

export const KEPT_PATHS = ["/api/site", "/api/facility", "/api/deviations", "/api/contents", "/api/control-points", "/api/findings", "/api/session"];
export const KEPT_AT = "x-aisletwin-kept-at";
export const DATA_CACHE = "aisletwin-ar-data-1";
export const PAGE_CACHE = "aisletwin-ar-page-1";
export const PATIENCE_MS = 4_000;

/** What to do with a request: keep answers of data, keep the page, or leave it alone. @param {string} method @param {URL} url @param {string} origin @returns {"data" | "page" | "alone"} */
export function careOf(method, url, origin) {
  if (method !== "GET" || url.origin !== origin) return "alone";
  if (KEPT_PATHS.includes(url.pathname) && url.search === "") return "data";
  return url.pathname === "/ar.html" || url.pathname.startsWith("/assets/") ? "page" : "alone";
}

/** What an answer of the server means for what is kept: replace it, forget all (who asks may no longer), or neither. @param {number} status @returns {"keep" | "forget" | "leave"} */
export function meaningOf(status) {
  if (status === 200) return "keep";
  return status === 401 || status === 403 ? "forget" : "leave";
}
