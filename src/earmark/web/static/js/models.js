// The models: those that ship, those taught here, and their cards.

import { ask } from "./api.js";
import { cardText, inline } from "./card.js";
import { dialog } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { library } from "./library.js";
import { trying } from "./notices.js";

export function showModels() {
  byId("room-models").replaceChildren(
    el("div", { class: "head" }, el("h1", { id: "models-title", tabIndex: -1 }, "Models")),
    el("p", { class: "lead" }, "A model is chosen for each song beside “Detect again”; on the command line it is ", el("code", {}, "--model NAME"), "."),
    el("ul", { class: "models" }, library.state.models.map((model) => el("li", { class: "panel" },
      el("div", { class: "title" }, model.title ?? model.name,
        model.name === library.state.model && el("span", { class: "badge" }, "default"),
        model.taught && el("span", { class: "badge" }, "taught here"),
        model.candidate && el("span", { class: "badge" }, "candidate"),
        ...(model.labels ?? []).map((label) => el("span", { class: "badge" }, label))),
      el("p", {}, ...inline(sentence(model.headline ?? ""))),
      el("div", { class: "row" }, el("button", { type: "button", class: "small", "aria-label": `Card of ${model.name}`, on: { click: () => openCard(model.name) } }, "Card"))))));
}

const sentence = (text) => text && `${text[0].toUpperCase()}${text.slice(1)}`;

/** Show a model's card. */
export function openCard(name) {
  return trying(async () => {
    const response = await ask(`/api/models/${encodeURIComponent(name)}/card`);
    await dialog(name, { wide: true, body: cardText(await response.text()) });
  });
}
