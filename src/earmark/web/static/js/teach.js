// Teaching: choose songs, see the plan, watch it learn, compare, keep or discard.

import { askJson } from "./api.js";
import { clock, count } from "./clock.js";
import { sure } from "./dialogs.js";
import { byId, el, icon } from "./dom.js";
import { library } from "./library.js";
import { openCard } from "./models.js";
import { notice, say, trying } from "./notices.js";
import { comparison, nameOf, planText, progressView, title } from "./teachlook.js";

const GOING = ["running", "candidate"];
const candidateOf = (name) => `${name} (candidate)`; // as requests call it
const DECIDED = new Set(["none", "kept", "failed", "cancelled"]); // nothing waits for a decision

export class Teaching {
  now = { status: "none" };
  #chosen = new Set();
  #known = new Set(); // checked songs that were ticked once for the user, who may have unticked them
  #layers = "";
  #name = "mine";
  #plan = null;
  #planning = null;
  #timer = null;
  #open = false;

  constructor() {
    this.room = byId("room-teach");
    for (const type of ["row", "gone", "all"]) library.addEventListener(type, () => this.#songsChanged());
    library.addEventListener("state", () => { if (this.#open) this.#draw(); });
  }

  async open() {
    this.#open = true;
    this.#draw();
    await trying(async () => { this.told(await askJson("/api/teach")); });
  }
  leave() { this.#open = false; }

  /** The server told how the teaching stands. */
  told(now) {
    const before = this.now;
    this.now = now;
    if (before.status !== now.status && before.status !== "none") {
      const said = { left_out: "The new model was compared", kept: `${now.name} is among the models`, refused: "The new model is not kept", failed: "Teaching failed", cancelled: "Teaching was cancelled", candidate: "The new model can be tried" }[now.status];
      if (said) {
        say(said);
        if (!this.#open) notice(`${said}.`, { bad: now.status === "failed", act: { label: "Show", press: () => { location.hash = "#/teach"; } } });
      }
    }
    if (this.#open) this.#draw();
  }

  get #offered() {
    return library.list.filter((row) => (row.checked || row.edited) && row.status !== "missing");
  }

  #songsChanged() {
    const offered = this.#offered;
    for (const row of offered) {
      if (!row.checked || this.#known.has(row.id)) continue;
      this.#chosen.add(row.id);
      this.#known.add(row.id);
    }
    const ids = new Set(offered.map((row) => row.id));
    for (const id of this.#chosen) if (!ids.has(id)) this.#chosen.delete(id);
    const sign = offered.map((row) => `${row.id}:${row.checked}:${row.name}`).join();
    if (this.#open && sign !== this.#sign) this.#draw();
    this.#sign = sign;
  }
  #sign = "";

  #draw() {
    const { teach } = library.state;
    const focus = document.activeElement?.id;
    const inside = !teach.available ? this.#lacking(teach.how) : GOING.includes(this.now.status)
      ? [this.#going()] : DECIDED.has(this.now.status) ? [this.#result(), ...this.#asking()] : [this.#result()];
    this.room.replaceChildren(
      el("div", { class: "head" }, el("h1", { id: "teach-title", tabIndex: -1 }, "Teach a model")),
      el("p", { class: "lead" }, "A model that ships learns from songs that you corrected. The new one gets a name of its own; the old one stays."),
      el("div", { class: "teach" }, inside));
    if (focus) byId(focus)?.focus();
    if (DECIDED.has(this.now.status) && teach.available) this.#replan();
  }

  #lacking(how) { // "in earmark's folder, pip install ..."
    const command = how.slice(Math.max(0, how.indexOf("pip install")));
    const copy = el("button", { type: "button", class: "small", on: { click: () => trying(async () => {
      await navigator.clipboard.writeText(command);
      say("Copied");
      copy.textContent = "Copied";
    }) } }, "Copy");
    return [el("div", { class: "note warn" },
      el("p", {}, "Teaching needs the extra “train” (PyTorch), which is not installed here. Install it in earmark's folder, then start earmark again:"),
      el("div", { class: "copy" }, el("code", {}, command), copy))];
  }

  #asking() {
    const offered = this.#offered;
    const songs = offered.length
      ? el("ul", { class: "choose" }, offered.map((row) => el("li", {}, el("label", {},
        el("input", { type: "checkbox", id: `teach-song-${row.id}`, checked: this.#chosen.has(row.id), on: { change: (event) => {
          if (event.target.checked) this.#chosen.add(row.id);
          else this.#chosen.delete(row.id);
          this.#replan();
        } } }),
        el("span", { class: "name" }, row.name),
        el("span", { class: "muted" }, clock(row.duration_s)),
        el("span", { class: "badge" }, row.checked ? "checked" : "corrected")))))
      : el("p", { class: "note" }, "No song was corrected or checked yet. Open one, correct its blocks, and tick “Checked by me”. ",
        el("a", { href: "#/next" }, "What to label next"), " shows where it helps most.");
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
        el("h2", { id: "teach-songs" }, "Songs to learn from"), songs),
      el("section", { class: "panel teach-step", "aria-labelledby": "teach-plan" },
        el("h2", { id: "teach-plan" }, "Plan"),
        el("div", { class: "fields" },
          el("label", { class: "field" }, el("span", {}, "Name of the new model"), name, el("small", {}, "Letters, digits, - and _")),
          el("label", { class: "field" }, el("span", {}, "What learns"), this.layers, el("small", {}, "The amount of labels decides, unless you do"))),
        this.planBox),
      el("div", { class: "row" }, this.start, el("span", { class: "muted" }, "It learns in the background; you can go on working.")),
    ];
  }

  #fillLayers() {
    const choices = this.#plan?.choices ?? [];
    this.layers.replaceChildren(el("option", { value: "" }, "As planned"),
      ...choices.map((choice) => {
        return el("option", { value: nameOf(choice) }, title(choice));
      }));
    this.layers.value = this.#layers;
    if (this.layers.selectedIndex < 0) this.layers.value = this.#layers = "";
  }

  /** Ask for the plan of what is chosen now. */
  #replan() {
    clearTimeout(this.#timer);
    this.#planning?.abort();
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
        if (error.name === "AbortError" || error.status === 409) return; // a newer plan is on its way
        this.#plan = { error: error.message };
      }
      if (this.layers) this.#fillLayers();
      this.#showPlan();
    }, 150);
  }

  #showPlan() {
    this.planBox?.replaceChildren(...(this.#plan ? planText(this.#plan, this.#layers) : [el("p", { class: "muted" }, "Choose songs to see the plan.")]));
    this.#allow();
  }

  #allow() {
    if (this.start) this.start.disabled = !this.#chosen.size || !/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,39}$/u.test(this.#name) || Boolean(this.#plan?.error);
  }

  #begin() {
    return trying(async () => {
      const json = { name: this.#name, ids: [...this.#chosen] };
      if (this.#layers) json.layers = this.#layers;
      this.told(await askJson("/api/teach", { method: "POST", json }));
      say(`Teaching ${this.#name} from ${count(this.#chosen.size, "song")}`);
    });
  }

  #going() {
    const tried = this.now.status === "candidate";
    const stopped = tried && this.now.message; // before it was compared
    return el("section", { class: "panel teach-step", "aria-labelledby": "teach-going" },
      el("h2", { id: "teach-going" }, tried ? `“${this.now.name}” can be tried` : `Teaching “${this.now.name}”`),
      ...(stopped ? [el("p", { class: "note", role: "status" }, this.now.message)] : progressView(this.now)),
      el("div", { class: "row" },
        !stopped && el("button", { type: "button", id: "teach-cancel", on: { click: () => this.#cancel(tried) } }, tried ? "Stop comparing" : "Cancel"),
        tried && el("button", { type: "button", id: "teach-keep", on: { click: this.#act("keep", { anyway: true }) } }, "Keep it anyway"),
        tried && el("button", { type: "button", id: "teach-discard", on: { click: this.#act("discard", {}) } }, "Discard"),
        tried && el("button", { type: "button", class: "plain", on: { click: () => openCard(candidateOf(this.now.name)) } }, "Its card")));
  }

  async #cancel(tried) {
    if (!tried && !(await sure("Stop teaching?", "What was learnt so far will be lost.", "Stop"))) return;
    await trying(async () => { await askJson("/api/teach", { method: "DELETE" }); });
  }

  #act(path, json) {
    return () => trying(async () => { this.told(await askJson(`/api/teach/${path}`, { method: "POST", json })); });
  }

  #result() {
    const { status, name, message, worse } = this.now;
    if (status === "failed" || status === "cancelled") {
      return el("p", { class: status === "failed" ? "note bad" : "note", role: "alert" }, message ?? (status === "failed" ? "Teaching failed." : "Teaching was cancelled; nothing was kept."));
    }
    if (status === "kept") {
      return el("section", { class: "panel teach-step", "aria-labelledby": "teach-done" },
        el("h2", { id: "teach-done" }, `“${name}” is among the models`), comparison(this.now),
        el("div", { class: "row" }, el("button", { type: "button", on: { click: () => openCard(name) } }, "Its card"), el("a", { class: "button", href: "#/models" }, "All models")));
    }
    if (status !== "left_out" && status !== "refused") return null;
    const bad = worse || status === "refused";
    return el("section", { class: "panel teach-step", "aria-labelledby": "teach-compared" },
      el("h2", { id: "teach-compared" }, worse ? `“${name}” got worse` : bad ? `“${name}” is not kept` : `“${name}” is no worse`),
      bad ? el("p", { class: "note warn" }, (message ?? "On songs that it did not learn from it is worse than the model it comes from.").split(" It stays a candidate")[0]) : null,
      comparison(this.now),
      el("div", { class: "row" },
        bad ? el("button", { type: "button", class: "bad", id: "teach-keep", on: { click: this.#act("keep", { anyway: true }) } }, "Keep it anyway")
          : el("button", { type: "button", class: "main", id: "teach-keep", on: { click: this.#act("keep", {}) } }, icon("tick"), "Keep it"),
        el("button", { type: "button", id: "teach-discard", on: { click: this.#act("discard", {}) } }, "Discard"),
        el("button", { type: "button", class: "plain", on: { click: () => openCard(candidateOf(name)) } }, "Its card")));
  }
}
