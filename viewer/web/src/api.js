/** Which of two sites that are shown beside each other this page is about: their addresses differ by this. */
const SIDE = new URLSearchParams(globalThis.location?.search ?? "").get("side") === "b" ? "/b" : "";

/** The address of something about this page's site. @param {string} path */
export function at(path) {
  return SIDE + path;
}

/** The address of the websocket. @param {string} [side] "" or "/b"; that of this page by default */
export function socketAddress(side = SIDE) {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${side}/ws`;
}

/**
 * The JSON answer of the server. Throws an Error with the server's own words.
 * @template T
 * @param {string} path
 * @returns {Promise<T>}
 */
export async function getJson(path) {
  return answered(path, await fetch(path));
}

/**
 * Send JSON, and take the JSON answer. Throws an Error with the server's own words.
 * @param {string} path @param {unknown} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  const headers = { "content-type": "application/json" };
  return answered(path, await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Begin a session: the token is sent once, and a cookie that no script can read stands for it. @param {string} token */
export async function signIn(token) {
  const headers = { authorization: `Bearer ${token}` };
  return answered("/api/session", await fetch("/api/session", { method: "POST", headers }));
}

/** The server wants to know who asks. */
export class SignInError extends Error {}

/** @param {string} path @param {Response} answer */
async function answered(path, answer) {
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const said = await answer.json().catch(() => null);
  const words = typeof said?.detail === "string" ? said.detail : `${path} answered ${answer.status}`;
  throw answer.status === 401 ? new SignInError(words) : new Error(words);
}
