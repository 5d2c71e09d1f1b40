// What is seen while no song is open.

import { byId, el } from "./dom.js";
import { library } from "./library.js";

const HEIGHTS = [
  9, 16, 8, 12, 6, 14, 10, 7, 30, 46, 38, 52, 40, 56, 34, 44, 26, 36, 10, 14, 8, 12, 28, 42, 34, 58, 48, 40, 52, 30, 38, 20, 8, 12, 6, 9,
];

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
