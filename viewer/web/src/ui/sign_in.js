import { signIn } from "../api.js";
import { byId } from "../dom.js";

/** Ask for a token, and load the page anew once the server has taken it. */
export function askToSignIn() {
  const form = byId("sign-in");
  const token = /** @type {HTMLInputElement} */ (byId("token"));
  const answer = byId("sign-in-answer");
  byId("notice").replaceChildren();
  form.hidden = false;
  token.focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.textContent = "";
    try {
      await signIn(token.value.trim());
      location.reload();
    } catch (error) {
      answer.textContent = /** @type {Error} */ (error).message;
      token.select();
    }
  });
}
