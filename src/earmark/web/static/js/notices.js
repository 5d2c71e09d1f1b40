// What is said to the user: notices that stay until read or for a while, and the live region.

import { byId, el, icon } from "./dom.js";

/** Say something to screen readers only. */
export function say(text) {
  const said = byId("said");
  said.textContent = said.textContent === text ? `${text}\u00a0` : text;
}

/** A notice in the corner; a bad one stays until it is closed. */
export function notice(text, { bad = false, act = null } = {}) {
  const box = byId("notices");
  for (const old of box.children) if (old.dataset.text === text) old.remove();
  const close = () => node.remove();
  const node = el(
    "div",
    { class: bad ? "notice bad" : "notice", role: bad ? "alert" : "status", data: { text } },
    el("p", {}, text),
    act && el("button", { type: "button", class: "small", on: { click: () => { close(); act.press(); } } }, act.label),
    el("button", { type: "button", class: "plain icon small", "aria-label": "Close", on: { click: close } }, icon("cross")),
  );
  box.append(node);
  while (box.children.length > 4) box.firstChild.remove();
  if (!bad) setTimeout(close, act ? 10000 : 5000);
  return close;
}

/** Run something that may fail; a failure is shown as a notice. */
export async function trying(f) {
  try {
    return await f();
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    if (error.status === undefined) console.error(error);
    notice(error.message, { bad: true });
    return undefined;
  }
}
