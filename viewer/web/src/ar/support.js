/**
 * Whether this device can show things in place, and if not, what to do.
 * @typedef {{can: boolean, said: string, todo: string}} Support
 */

/**
 * @param {{isSecure: boolean, hasXr: boolean, isSupported: boolean | null}} told isSupported null: it could not be asked
 * @returns {Support}
 */
export function supportOf({ isSecure, hasXr, isSupported }) {
  if (!isSecure) {
    return no("This page did not come over HTTPS, so the browser keeps the camera from it.", "Serve with a certificate: scripts/certificate.sh makes one.");
  }
  if (!hasXr) {
    return no("This browser has no WebXR.", "Use Chrome on an Android phone with ARCore, or the browser of a headset. All tables below work here.");
  }
  if (isSupported === null) return no("The browser may not be asked for AR here.", "Open the page itself, not within another one.");
  if (!isSupported) {
    return no("This device has no AR, or it is not installed.", "On Android, install “Google Play Services for AR”. All tables below work here.");
  }
  return { can: true, said: "This device can show things in place.", todo: "" };
}

/** Why a session did not begin. @param {{name?: string, message?: string}} error @returns {Support} */
export function startFailure({ name, message }) {
  if (name === "NotAllowedError" || name === "SecurityError") {
    return no("You did not allow the camera or motion sensors.", "Allow both for this site in the browser's settings, then start again.");
  }
  if (name === "NotSupportedError") {
    return no("The device cannot find surfaces (hit test) here.", "Another phone or headset may.");
  }
  if (name === "InvalidStateError") return no("Another AR session is running.", "End it, then start again.");
  return no(`AR did not start: ${message ?? "no reason was told"}.`, "Start again; if it stays so, restart the browser.");
}

/** @param {string} said @param {string} todo @returns {Support} */
function no(said, todo) {
  return { can: false, said, todo };
}
