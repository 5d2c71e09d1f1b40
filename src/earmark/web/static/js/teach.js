// Teaching: what is asked before, how it goes, and what becomes of the new model.

import { askJson } from "./api.js";
import { sure } from "./dialogs.js";
import { byId, el, icon } from "./dom.js";
import { library } from "./library.js";
import { openCard } from "./models.js";
import { notice, say, trying } from "./notices.js";
import { Asking } from "./teachask.js";
import { comparison, doubted, progressView } from "./teachlook.js";

const GOING = ["running", "candidate"];
const candidateOf = (name) => `${name} (candidate)`; // as requests call it
const DECIDED = new Set(["none", "kept", "failed", "cancelled"]); // nothing waits for a decision

export class Teaching {
  now = { status: "none" };
  #open = false;

  constructor() {
    this.room = byId("room-teach");
    this.asking = new Asking({
      begun: (now) => this.told(now),
      changed: () => { if (this.#open) this.#draw(); },
    });
    for (const type of ["row", "gone", "all"]) library.addEventListener(type, () => this.#songsChanged());
    library.addEventListener("state", () => { if (this.#open) this.#draw(); });
  }

  async open() {
    this.#open = true;
    this.#draw();
    await trying(() => this.read());
    await trying(() => this.asking.look());
  }
  leave() {
    this.#open = false;
    this.asking.leave();
  }

  /** Ask how it stands. */
  async read() { this.told(await askJson("/api/teach")); }

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

  #songsChanged() {
    this.asking.songsChanged();
    if (this.#open) trying(() => this.asking.look());
  }

  #draw() {
    const { teach } = library.state;
    const focus = document.activeElement?.id;
    const decided = DECIDED.has(this.now.status);
    const inside = !teach.available ? this.#lacking(teach.how) : GOING.includes(this.now.status)
      ? [this.#going()] : decided ? [this.#result(), ...this.asking.form()] : [this.#result()];
    this.room.replaceChildren(
      el("div", { class: "head" }, el("h1", { id: "teach-title", tabIndex: -1 }, "Teach a model")),
      el("p", { class: "lead" }, "A model that ships learns from songs that you corrected. The new one gets a name of its own; the old one stays."),
      el("div", { class: "teach" }, inside));
    if (focus) byId(focus)?.focus();
    if (decided && teach.available) this.asking.replan();
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
    const { status, name, message, worse, doubt } = this.now;
    if (status === "failed" || status === "cancelled") {
      return el("p", { class: status === "failed" ? "note bad" : "note", role: "alert" }, message ?? (status === "failed" ? "Teaching failed." : "Teaching was cancelled; nothing was kept."));
    }
    if (status === "kept") {
      return el("section", { class: "panel teach-step", "aria-labelledby": "teach-done" },
        el("h2", { id: "teach-done" }, `“${name}” is among the models`), doubted(doubt), comparison(this.now),
        el("div", { class: "row" }, el("button", { type: "button", on: { click: () => openCard(name) } }, "Its card"), el("a", { class: "button", href: "#/models" }, "All models")));
    }
    if (status !== "left_out" && status !== "refused") return null;
    const bad = worse || doubt || status === "refused";
    const why = message ?? (worse ? "On songs that it did not learn from it is worse than the model it comes from." : null);
    return el("section", { class: "panel teach-step", "aria-labelledby": "teach-compared" },
      el("h2", { id: "teach-compared" }, worse ? `“${name}” got worse` : status === "refused" ? `“${name}” is not kept` : `“${name}” is no worse`),
      why ? el("p", { class: "note warn" }, why.split(" It stays a candidate")[0]) : doubted(doubt), // a reason tells the doubt
      comparison(this.now),
      el("div", { class: "row" },
        bad ? el("button", { type: "button", class: "bad", id: "teach-keep", on: { click: this.#act("keep", { anyway: true }) } }, "Keep it anyway")
          : el("button", { type: "button", class: "main", id: "teach-keep", on: { click: this.#act("keep", {}) } }, icon("tick"), "Keep it"),
        el("button", { type: "button", id: "teach-discard", on: { click: this.#act("discard", {}) } }, "Discard"),
        el("button", { type: "button", class: "plain", on: { click: () => openCard(candidateOf(name)) } }, "Its card")));
  }
}
