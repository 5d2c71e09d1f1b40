// What is seen while no song is open.

import { byId, el } from "./dom.js";
import { library } from "./library.js";

const HEIGHTS = [9, 16, 11, 22, 14, 26, 38, 46, 30, 52, 40, 24, 12, 8, 14, 34, 48, 28, 56, 42, 50, 32, 20, 36, 26, 12, 8, 14];

export function showWelcome() {
  const some = library.rows.size > 0;
  byId("room-welcome").replaceChildren(el("div", {},
    el("div", { class: "picture", "aria-hidden": "true" }, HEIGHTS.map((h) => el("i", { style: { height: `${h}px` } }))),
    el("h1", { id: "welcome-title", tabIndex: -1 }, some ? "Choose a song" : "Where is the singing?"),
    el("p", {}, some
      ? "See where there is singing, listen, and correct what is wrong."
      : "Drop songs anywhere on this page. earmark marks where somebody sings, and you hear, see and correct it."),
    el("ol", { class: "steps" },
      el("li", {}, "Everything stays on this computer."),
      el("li", {}, "Press ", el("kbd", {}, "?"), " for the keys."))));
}
