// The room of one song: opens it, shows it, keeps it in step with the server and the player.

import { askJson, song as path } from "./api.js";
import { BlockList, howMany } from "./blocks.js";
import { Canvas } from "./canvas.js";
import { clock } from "./clock.js";
import { COMMANDS } from "./commands.js";
import { conflict } from "./conflict.js";
import { Correcting } from "./correct.js";
import { Curve } from "./curve.js";
import { Decoding } from "./decoding.js";
import { sure } from "./dialogs.js";
import { decoded, find, History, keyed, bare } from "./edits.js";
import { hands, overviewHands } from "./hands.js";
import { keep, recall } from "./kept.js";
import { busy, library } from "./library.js";
import { notice, say, trying } from "./notices.js";
import { Peaks } from "./peaks.js";
import { Player } from "./player.js";
import { saves } from "./saves.js";
import { dropLeftOver, leftOver, saverOf } from "./saving.js";
import { showClock, showHead, showLabels, showNote, showTools } from "./songhead.js";
import { lay } from "./songlook.js";
import { neighbour } from "./songlist.js";
import { Spectrum } from "./spectrum.js";
import { View } from "./view.js";
import { drawOverview, drawWave } from "./wave.js";

const FIRST_S = 60; // how much of a song is seen when it is opened

export class SongRoom extends Correcting {
  row = null; // nothing is open
  view = new View();
  player = new Player();
  history = new History({ blocks: [], touched: [] });
  label = "singing";
  labels = ["singing"];
  selected = null;
  checked = false;
  hop = 0.02;
  shows = { curve: recall("curve", true), spectrum: false };
  #curves = new Map();
  #hover = null;
  #ghost = null;
  #place = null;
  #before = null; // {segments, decoding} that were kept on an earlier visit
  #gone = new AbortController();

  constructor() {
    super();
    this.part = lay((id) => COMMANDS.find((command) => command.id === id).run(this));
    const { part } = this;
    this.wave = new Canvas(part.wave, (context, w, h) => drawWave(context, w, h, this.scene()));
    this.wave.resized = (width) => this.view.resize(width);
    this.over = new Canvas(part.overview, (context, w, h) => drawOverview(context, w, h, this.scene()));
    this.under = new Canvas(part.spectrumCanvas, (context, w, h) => this.spectrum?.draw(context, w, h, this.scene()));
    this.list = new BlockList(part.blocks, part.blocksCount, { choose: (key) => this.#chosen(key) });
    this.decoding = new Decoding(part.decoding, {
      changed: (values, segments, run) => this.#decoded(values, segments, run),
      moved: () => this.draw(),
      detect: (model) => this.detect(model),
    });
    hands(part.wave, this);
    hands(part.spectrumCanvas, this);
    overviewHands(part.overview, this);
    this.view.middle = recall("middle", true);
    this.view.addEventListener("change", () => this.draw());
    this.player.addEventListener("time", () => this.#ticked());
    this.player.addEventListener("state", () => showTools(this));
    this.player.addEventListener("trouble", ({ detail }) => { this.trouble = detail; showNote(this); });
    part.rate.addEventListener("change", () => { this.player.rate = Number(part.rate.value); });
    part.checked.addEventListener("change", () => this.setChecked(part.checked.checked));
    part.forget.addEventListener("click", () => this.#forget());
    library.addEventListener("row", ({ detail }) => { if (detail.id === this.row?.id) this.#told(detail); });
    library.addEventListener("state", () => this.decoding.models(this.row?.model));
  }

  /** Open a song; `place` {start_s, end_s} is where to look. */
  async open(row, place = null) {
    if (this.row?.id === row.id) {
      if (place) this.#goTo(place);
      return;
    }
    this.close();
    this.row = row;
    const id = row.id;
    this.saver = saverOf(row);
    this.checked = row.checked;
    this.history = new History({ blocks: [], touched: [] });
    this.view.duration = row.duration_s ?? 1;
    this.labels = ["singing"];
    this.label = "singing";
    this.selected = this.trouble = this.#place = null;
    for (const type of ["state", "conflict"]) this.saver.addEventListener(type, this.#saverTold);
    this.player.load(row.audio_url);
    this.player.rate = Number(this.part.rate.value);
    this.peaks = new Peaks(id);
    this.peaks.addEventListener("change", () => { this.draw(); showNote(this); });
    this.spectrum = new Spectrum(id, this.view.duration);
    this.spectrum.addEventListener("change", () => this.under.soon());
    showHead(this);
    this.refresh();
    this.decoding.models(row.model);
    await trying(() => this.#read({ fresh: true }));
    if (this.row?.id !== id) return;
    const from = Math.max(0, (this.row.first_vocal_s ?? 0) - 5);
    if (place) this.#goTo(place);
    else this.view.set({ start: from + FIRST_S > this.view.duration ? 0 : from, perPx: Math.min(FIRST_S, this.view.duration) / this.view.width });
    this.#restore();
  }

  close() {
    if (!this.row) return;
    this.#gone.abort();
    this.#gone = new AbortController();
    for (const type of ["state", "conflict"]) this.saver.removeEventListener(type, this.#saverTold);
    this.peaks.close();
    this.spectrum.close();
    this.player.unload();
    this.#curves.clear();
    this.dragged = null;
    this.row = null;
  }

  /** Read the song's labels; `fresh` begins a new history, else they are one more step. */
  async #read({ fresh = false, what = "Read anew" } = {}) {
    const { id } = this.row;
    const detail = await askJson(path(id), { signal: this.#gone.signal });
    if (this.row?.id !== id) return;
    this.row = { ...this.row, ...detail };
    this.labels = detail.labels?.length ? detail.labels : ["singing"];
    if (!this.labels.includes(this.label)) this.label = this.labels[0];
    this.hop = detail.hop_s || 0.02;
    this.checked = detail.checked;
    if (!this.saver.busy) this.saver.revision = detail.revision;
    const blocks = keyed(detail.segments);
    this.#before = detail.edited ? { segments: detail.segments, decoding: detail.decoding } : null;
    const same = JSON.stringify(bare(this.history.now.blocks)) === JSON.stringify(detail.segments);
    if (fresh) this.history = new History({ blocks, touched: [] });
    else if (!same) this.history.push({ blocks, touched: [] }, what);
    if (detail.duration_s) {
      const known = this.view.duration === detail.duration_s;
      this.view.duration = this.spectrum.duration = detail.duration_s;
      if (!known) this.view.set({});
      if (!this.peaks.coarse) this.peaks.open(detail.duration_s);
    }
    this.decoding.open(id, detail.decoding ?? {}, detail.own);
    this.decoding.chooseModel(detail.model);
    showHead(this);
    showLabels(this);
    this.refresh();
    if (this.row.model !== null) await this.#readCurve();
  }

  async #readCurve() {
    const { label } = this;
    try {
      this.#curves.set(label, await Curve.read(this.row.id, label, this.#gone.signal));
      this.draw();
    } catch (error) {
      if (error.name !== "AbortError" && error.status !== 404) throw error;
    }
  }

  /** The server told something new of this song. */
  #told(row) {
    const before = this.row;
    this.row = { ...this.row, ...row };
    showHead(this);
    const finished = busy(before) && row.status === "done";
    const elsewhere = row.revision > this.saver.revision && !this.saver.busy && this.saver.state !== "conflict" && !this.dragged;
    if (finished) {
      this.#curves.clear();
      trying(() => this.#read({ fresh: before.model === null, what: "Detected anew" }));
      say(`${row.name}: done`);
    } else if (elsewhere) {
      trying(async () => {
        await this.#read({ what: "Changed in another tab" });
        notice("This song was changed in another tab; you see its newest version.");
      });
    } else if (before.status === "missing" && row.status !== "missing") this.player.load(row.audio_url);
    if (before.status === "new" && row.duration_s && !before.duration_s) trying(() => this.#read({ fresh: true }));
    if (!this.peaks.coarse && this.row.duration_s) this.peaks.open(this.row.duration_s);
    this.refresh();
  }

  /** What an earlier page could not save is put back and saved now. */
  #restore() {
    const kept = leftOver(this.row);
    if (!kept) return;
    const state = { blocks: keyed(kept.doc.segments), touched: this.history.now.touched };
    this.history.push(state, "Edits of an earlier visit");
    this.checked = kept.doc.checked;
    this.saver.revision = kept.revision; // saved by somebody since then: a conflict, and a choice
    this.save();
    this.refresh();
    showHead(this);
    notice("Edits that could not be saved on an earlier visit are back.");
  }

  save() {
    this.saver.save({ segments: bare(this.history.now.blocks), checked: this.checked, decoding: this.decoding.values });
    showHead(this);
  }

  #saverTold = (event) => {
    if (event.type === "conflict") this.#settle(event.detail);
    else showHead(this);
  };

  async #settle(theirs) {
    const mine = { segments: bare(this.history.now.blocks), checked: this.checked };
    const { row, saver } = this;
    const choice = await conflict({ name: row.name, duration: this.view.duration, mine, theirs });
    const touched = this.row?.id === row.id ? this.history.now.touched : [];
    if (choice === "theirs") {
      saver.yieldTo(theirs.revision);
      dropLeftOver(row);
      if (this.row?.id !== row.id) return;
      this.history.push({ blocks: keyed(theirs.segments), touched }, "Took theirs");
      this.checked = theirs.checked;
      say("Their version is shown");
    } else {
      if (this.row?.id === row.id) {
        const { now } = this.history;
        this.history.push({ blocks: keyed(theirs.segments), touched }, "Their version");
        this.history.push(now, "Kept mine on top");
      }
      saver.insist(theirs.revision);
      say("Your version is saved on top");
    }
    showHead(this);
    this.refresh();
  }

  async #decoded(values, segments, run) {
    const { row } = this;
    const lost = await this.#takenAway();
    if (this.row !== row && this.row?.id !== row.id) return;
    const { blocks } = this.history.now;
    const touched = [...this.history.now.touched, ...lost];
    this.decoding.values = values;
    this.history.now.touched = touched;
    this.commit(decoded(blocks, segments, touched), "Decoded anew", { run, found: true });
    say(`${howMany(this.blocks)}`);
  }

  /** What a person took away on an earlier visit: decoded as then, and not among what was kept. */
  async #takenAway() {
    const before = this.#before;
    this.#before = null;
    if (!before) return [];
    const { segments } = await askJson(path(this.row.id, "/decode"), { method: "POST", json: before.decoding, signal: this.#gone.signal });
    return segments.filter((d) => !before.segments.some((s) => s.label === d.label && s.start_s < d.end_s && s.end_s > d.start_s));
  }

  get canCorrect() { return this.row !== null && this.row.duration_s !== null; }
  tellRefusal(text) { say(text); notice(text); }

  scene() {
    const { view, peaks, blocks, label, labels, selected } = this;
    return {
      view, peaks, blocks, label, labels, selected, time: this.player.time, hover: this.#hover, ghost: this.#ghost, place: this.#place,
      curve: this.shows.curve ? this.#curves.get(label) : null, thresholds: this.decoding.values,
    };
  }

  draw() {
    this.wave.soon();
    this.over.soon();
    if (this.shows.spectrum) this.under.soon();
  }
  repaint() {
    this.spectrum?.repaint();
    this.draw();
  }
  refresh() {
    this.list.show(this.blocks, this.selected);
    showTools(this);
    this.draw();
  }

  #ticked() {
    if (this.player.playing) this.view.follow(this.player.time);
    showClock(this);
    this.draw();
  }

  // What commands and hands ask for.
  hover(grip) { this.#hover = grip; this.wave.soon(); }
  ghost(range) { this.#ghost = range; this.wave.soon(); }
  get follows() { return this.player.playing && this.view.middle; }
  seek(t) { this.player.seek(Math.min(Math.max(t, 0), this.view.duration)); }
  go(t) { this.seek(t); this.view.reveal(this.player.time); }
  step(by) { this.go(this.player.time + by); }
  zoom(factor) {
    const t = this.player.time;
    const seen = t >= this.view.start && t <= this.view.end;
    this.view.zoom(factor, seen ? this.view.x(t) : undefined);
  }
  select(key) {
    if (this.selected === key) return;
    this.selected = key;
    if (this.player.loop) this.player.loop = find(this.blocks, key);
    this.refresh();
  }
  #chosen(key) {
    const block = find(this.blocks, key);
    this.setLabel(block.label);
    this.select(key);
    this.seek(block.start_s);
    if (block.end_s > this.view.end || block.start_s < this.view.start) {
      if (block.end_s - block.start_s > this.view.span) this.showBlock();
      else this.view.set({ start: (block.start_s + block.end_s) / 2 - this.view.span / 2 });
    }
  }
  /** The block after or before the chosen one, or the playhead. */
  choose(step) {
    const own = this.blocks.filter((b) => b.label === this.label);
    const index = own.findIndex((b) => b.key === this.selected);
    const t = this.player.time;
    let next = own[index + step];
    if (index < 0) next = step > 0 ? own.find((b) => b.start_s >= t - 1e-6) : own.findLast((b) => b.start_s < t);
    if (!next) return;
    this.#chosen(next.key);
    say(`${next.label} ${clock(next.start_s, 2)} to ${clock(next.end_s, 2)}`);
  }
  showBlock() { if (this.aimed) this.view.show(this.aimed.start_s, this.aimed.end_s); }
  playBlock() {
    const block = this.aimed;
    if (!block) return this.player.toggle();
    this.seek(block.start_s);
    this.player.end = block.end_s;
    this.view.reveal(block.start_s);
    return this.player.play();
  }
  toggleLoop() {
    const block = this.aimed;
    if (!this.player.loop && !block) return this.tellRefusal("Choose a block to loop it.");
    this.player.loop = this.player.loop ? null : block;
    if (this.player.loop && !this.player.playing) this.playBlock().then(() => { this.player.end = null; });
    say(this.player.loop ? "Loop on" : "Loop off");
    return showTools(this);
  }
  setLabel(label) {
    if (label === this.label || !this.labels.includes(label)) return;
    this.label = label;
    showLabels(this);
    this.refresh();
    say(`Correcting ${label}`);
    if (!this.#curves.has(label) && this.row.model !== null) trying(() => this.#readCurve());
  }
  setChecked(on) {
    this.checked = on;
    this.save();
    say(on ? "Checked" : "Not checked");
  }
  toggle(what) {
    if (what === "middle") keep("middle", (this.view.middle = !this.view.middle));
    else this.shows[what] = !this.shows[what];
    if (what === "curve") keep("curve", this.shows.curve);
    if (what === "spectrum") this.part.spectrumCanvas.hidden = !this.shows.spectrum;
    showTools(this);
    this.draw();
  }
  #goTo(place) {
    this.#place = place;
    this.view.show(place.start_s, place.end_s, 0.4);
    this.seek(place.start_s);
    this.draw();
  }
  openSaves() { return saves(this.row, this.saver); }
  otherSong(step) {
    const id = neighbour(step);
    if (id !== null) location.hash = `#/song/${id}`;
  }
  async detect(model) {
    const { row } = this;
    await trying(async () => {
      await this.saver.settled();
      await library.detect(row.id, model);
    });
  }
  async #forget() {
    const { row } = this;
    const uploaded = row.where === "upload";
    const text = uploaded
      ? `“${row.name}” and its labels will be removed from earmark. Your own file stays where it is.`
      : `The labels of “${row.name}” that earmark keeps will be forgotten. The song and label files beside it stay as they are.`;
    if (!(await sure(uploaded ? "Remove this song?" : "Forget these labels?", text, uploaded ? "Remove" : "Forget"))) return;
    await trying(async () => {
      await library.forget(row.id);
      dropLeftOver(row);
      if (uploaded) library.drop(row.id);
      location.hash = "#/";
      notice(uploaded ? `${row.name} was removed.` : `The labels of ${row.name} were forgotten.`);
    });
  }
}
