// What is asked before a model is taught: by which songs, under which name, what learns. The plan
// of the server answers to it.

import { askJson } from "./api.js";
import { clock, count } from "./clock.js";
import { sure } from "./dialogs.js";
import { el } from "./dom.js";
import { library } from "./library.js";
import { say, trying } from "./notices.js";
import { nameOf, planText, title } from "./teachlook.js";

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,39}$/u;
const PATIENCE_MS = 150; // after a change, before the server is asked: more may follow

/** `begun` gets how the teaching stands once it began; `changed` is called where other songs are offered. */
export class Asking {
  #chosen = new Set();
  #known = new Set(); // checked songs that were ticked once for the user, who may have unticked them
  #reasons = new Map(); // song: why it cannot teach, or null
  #looked = ""; // of which songs the reasons are
  #sign = "";
  #layers = "";
  #name = "mine";
  #plan = null;
  #planning = null;
  #timer = null;

  constructor({ begun, changed }) {
    this.begun = begun;
    this.changed = changed;
  }

  get #offered() {
    return library.list.filter((row) => (row.checked || row.edited) && row.status !== "missing");
  }

  /** Other songs than before may be corrected or checked by now. */
  songsChanged() {
    const offered = this.#offered;
    for (const row of offered) {
      if (!row.checked || this.#known.has(row.id)) continue;
      this.#chosen.add(row.id);
      this.#known.add(row.id);
    }
    const ids = new Set(offered.map((row) => row.id));
    for (const id of this.#chosen) if (!ids.has(id)) this.#chosen.delete(id);
    const sign = offered.map((row) => `${row.id}:${row.checked}:${row.name}`).join();
    if (sign !== this.#sign) this.changed();
    this.#sign = sign;
  }

  /** Ask which songs hold something that a person said. */
  async look() {
    const partly = this.#offered.filter((row) => !row.checked);
    const sign = partly.map((row) => `${row.id}:${row.revision}`).join();
    if (sign === this.#looked) return;
    const { songs } = partly.length ? await askJson("/api/teach/songs") : { songs: [] };
    this.#looked = sign;
    this.#reasons = new Map(songs.map(({ id, why }) => [id, why]));
    for (const [id, why] of this.#reasons) if (why) this.#chosen.delete(id);
    this.changed();
  }

  #why(row) { return row.checked ? null : this.#reasons.get(row.id) ?? null; }

  /** The form. */
  form() {
    const name = el("input", { type: "text", id: "teach-name", value: this.#name, maxLength: 40, autocomplete: "off", spellcheck: false, on: {
      input: () => { this.#name = name.value; this.#allow(); },
    } });
    this.layers = el("select", { id: "teach-layers", on: { change: () => { this.#layers = this.layers.value; this.#showPlan(); } } });
    this.#fillLayers();
    this.planBox = el("div", { class: "plan", role: "status" });
    this.start = el("button", { type: "button", class: "main", id: "teach-start", on: { click: () => this.#begin() } }, "Teach");
    this.#showPlan();
    return [
      el("section", { class: "panel teach-step", "aria-labelledby": "teach-songs" },
        el("h2", { id: "teach-songs" }, "Songs to learn from"), this.#songs()),
      el("section", { class: "panel teach-step", "aria-labelledby": "teach-plan" },
        el("h2", { id: "teach-plan" }, "Plan"),
        el("div", { class: "fields" },
          el("label", { class: "field" }, el("span", {}, "Name of the new model"), name, el("small", {}, "Letters, digits, - and _")),
          el("label", { class: "field" }, el("span", {}, "What learns"), this.layers, el("small", {}, "The amount of labels decides, unless you do"))),
        this.planBox),
      el("div", { class: "row" }, this.start, el("span", { class: "muted" }, "It learns in the background; you can go on working.")),
    ];
  }

  #songs() {
    const offered = this.#offered;
    if (offered.length) return el("ul", { class: "choose" }, offered.map((row) => this.#song(row)));
    return el("p", { class: "note" }, "No song was corrected or checked yet. Open one, correct its blocks, and tick “Checked by me”. ",
      el("a", { href: "#/next" }, "What to label next"), " shows where it helps most.");
  }

  #song(row) {
    const why = this.#why(row);
    const reason = `teach-why-${row.id}`;
    const box = el("input", {
      type: "checkbox", id: `teach-song-${row.id}`, checked: this.#chosen.has(row.id), disabled: Boolean(why),
      "aria-describedby": why ? reason : undefined, on: { change: () => {
        if (box.checked) this.#chosen.add(row.id);
        else this.#chosen.delete(row.id);
        this.replan();
      } },
    });
    return el("li", {},
      el("label", {}, box, el("span", { class: "name" }, row.name), el("span", { class: "muted" }, clock(row.duration_s)),
        el("span", { class: "badge" }, row.checked ? "checked" : why ? "thresholds only" : "corrected")),
      why && el("p", { class: "why", id: reason }, why));
  }

  #fillLayers() {
    const choices = this.#plan?.choices ?? [];
    this.layers.replaceChildren(el("option", { value: "" }, "As planned"),
      ...choices.map((choice) => el("option", { value: nameOf(choice) }, title(choice))));
    this.layers.value = this.#layers;
    if (this.layers.selectedIndex < 0) this.layers.value = this.#layers = "";
  }

  /** Nobody waits for the plan any more. */
  leave() {
    clearTimeout(this.#timer);
    this.#planning?.abort(); // the server stops, too
  }

  /** Ask for the plan of what is chosen now. */
  replan() {
    this.leave();
    if (!this.#chosen.size) {
      this.#plan = null;
      this.#showPlan();
      return;
    }
    this.planBox?.replaceChildren(el("p", { class: "muted" }, "Looking at the labels…"));
    this.#timer = setTimeout(async () => {
      this.#planning = new AbortController();
      try {
        this.#plan = await askJson(`/api/teach/plan?ids=${[...this.#chosen].join(",")}`, { signal: this.#planning.signal });
      } catch (error) {
        if (error.name === "AbortError") return; // a newer plan is on its way
        this.#plan = { error: error.message };
      }
      if (this.layers) this.#fillLayers();
      this.#showPlan();
    }, PATIENCE_MS);
  }

  #showPlan() {
    this.planBox?.replaceChildren(...(this.#plan ? planText(this.#plan, this.#layers) : [el("p", { class: "muted" }, "Choose songs to see the plan.")]));
    this.#allow();
  }

  #allow() {
    if (this.start) this.start.disabled = !this.#chosen.size || !NAME.test(this.#name) || Boolean(this.#plan?.error);
  }

  #begin() {
    return trying(async () => {
      const json = { name: this.#name, ids: [...this.#chosen] };
      if (library.state.models.some((model) => model.taught && !model.candidate && model.name === this.#name)) {
        const text = "You taught a model of this name before. Once the new one is kept, the old one is gone; until then it stays.";
        if (!(await sure(`Replace “${this.#name}”?`, text, "Teach and replace"))) return;
        json.replace = true;
      }
      if (this.#layers) json.layers = this.#layers;
      this.begun(await askJson("/api/teach", { method: "POST", json }));
      say(`Teaching ${this.#name} from ${count(this.#chosen.size, "song")}`);
    });
  }
}
