// The sliders: thresholds and shortest lengths, from kept scores to blocks at once.

import { askJson, song } from "./api.js";
import { el } from "./dom.js";
import { library } from "./library.js";
import { trying } from "./notices.js";

const SLIDERS = [
  { name: "onset", title: "Starts at a score of", max: 1, step: 0.01, show: (v) => v.toFixed(2) },
  { name: "offset", title: "Ends below", max: 1, step: 0.01, show: (v) => v.toFixed(2) },
  { name: "min_on_s", title: "Shortest block", max: 5, step: 0.02, show: (v) => `${v.toFixed(2)} s` },
  { name: "min_off_s", title: "Shortest pause", max: 5, step: 0.02, show: (v) => `${v.toFixed(2)} s` },
];
const DEBOUNCE_MS = 60;

/** The panel beside the blocks. `changed(values, segments, run)` gets what was decoded. */
export class Decoding {
  #inputs = {};
  #outputs = {};
  #timer = null;
  #going = null;
  #run = 0; // one drag of a slider is one step to undo
  values = { onset: 0.5, offset: 0.5, min_on_s: 0, min_off_s: 0 };

  constructor(panel, { changed, moved, detect }) {
    this.changed = changed;
    this.moved = moved;
    this.model = el("select", { "aria-label": "Model" });
    this.button = el("button", { type: "button", id: "detect", on: { click: () => detect(this.model.value) } }, "Detect again");
    this.reset = el("button", { type: "button", class: "small", on: { click: () => this.#setAll(this.initial) } }, "As the model has it");
    panel.append(
      el("h2", { id: "decoding-title" }, "From scores to blocks"),
      el("div", { class: "sliders" }, SLIDERS.map((slider) => this.#slider(slider))),
      el("div", { class: "after-sliders" },
        this.hint = el("p", { class: "small-print" }), this.reset),
      el("div", { class: "detect-again" }, this.model, this.button));
  }

  #slider({ name, title, max, step, show }) {
    const input = el("input", { type: "range", id: `slider-${name}`, min: 0, max, step, on: {
      input: () => this.#moved(name, Number(input.value)),
      change: () => { this.#run++; },
    } });
    this.#inputs[name] = input;
    this.#outputs[name] = el("output", { for: input.id });
    this.#outputs[name].show = show;
    return el("div", { class: "slider" }, el("label", { for: input.id }, title), this.#outputs[name], input);
  }

  open(id, values, own) {
    this.id = id;
    this.initial = { ...(own ?? values) };
    this.#going?.abort();
    clearTimeout(this.#timer);
    this.show(values);
  }

  show(values) {
    this.values = { ...this.values, ...values };
    for (const { name } of SLIDERS) {
      this.#inputs[name].value = this.values[name];
      this.#outputs[name].textContent = this.#outputs[name].show(this.values[name]);
      this.#inputs[name].setAttribute("aria-valuetext", this.#outputs[name].textContent);
    }
  }

  /** A song that a person checked is not decoded anew: blocks that are right would go. */
  enable({ scored, checked, idle }) {
    const locked = !scored || checked;
    for (const input of Object.values(this.#inputs)) input.disabled = locked;
    this.reset.disabled = locked;
    this.hint.textContent = checked ? "Checked by you. Take the tick off to move these."
      : "Blocks that you corrected stay as they are.";
    this.button.disabled = !idle;
    this.button.textContent = scored ? "Detect again" : "Find the singing";
  }

  /** Offer what there is: of a song that is opened its own model, else what was chosen. */
  models(now = this.model.value) {
    const { models, model } = library.state;
    const wanted = models.some(({ name }) => name === now) ? now : model; // a candidate may be gone
    this.model.replaceChildren(...models.map(({ name }) =>
      el("option", { value: name, selected: name === wanted }, name)));
  }

  #moved(name, value) {
    const values = { ...this.values, [name]: value };
    if (values.offset > values.onset) {
      if (name === "onset") values.offset = value;
      else values.onset = value;
    }
    this.#setAll(values);
  }

  #setAll(values) {
    this.show(values);
    this.moved(this.values);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#decode(), DEBOUNCE_MS);
  }

  async #decode() {
    this.#going?.abort();
    this.#going = new AbortController();
    const { id, values } = this;
    const run = `decode-${this.#run}`;
    await trying(async () => {
      const { segments } = await askJson(song(id, "/decode"), { method: "POST", json: values, signal: this.#going.signal });
      if (id === this.id) await this.changed(values, segments, run);
    });
  }
}
