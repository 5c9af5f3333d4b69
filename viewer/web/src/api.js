/**
 * The JSON answer of the server. Throws an Error with the server's own words.
 * @template T
 * @param {string} path
 * @returns {Promise<T>}
 */
export async function getJson(path) {
  const answer = await fetch(path);
  if (answer.ok) return answer.json();
  const said = await answer.json().catch(() => null);
  throw new Error(said?.detail ?? `${path} answered ${answer.status}`);
}
