// The room of one song: opens it, shows it, keeps it in step with the server and the player.

import { askJson, song as path } from "./api.js";
import { BlockList, howMany } from "./blocks.js";
import { Canvas } from "./canvas.js";
import { COMMANDS } from "./commands.js";
import { Correcting } from "./correct.js";
import { Curve } from "./curve.js";
import { Decoding } from "./decoding.js";
import { forget } from "./forget.js";
import { decoded, find, History, keyed, bare } from "./edits.js";
import { hands, overviewHands } from "./hands.js";
import { recall } from "./kept.js";
import { busy, library } from "./library.js";
import { Looking } from "./looking.js";
import { notice, say, trying } from "./notices.js";
import { Peaks } from "./peaks.js";
import { Player } from "./player.js";
import { saves } from "./saves.js";
import { saverOf } from "./saving.js";
import { restore, settle, takenAway } from "./settling.js";
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
  look = new Looking(this);
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
  place = null; // {start_s, end_s} that somebody wants to see
  before = null; // {segments, decoding} that were kept on an earlier visit
  #gone = new AbortController();

  constructor() {
    super();
    this.part = lay((id) => COMMANDS.find((command) => command.id === id).run(this));
    const { part } = this;
    this.wave = new Canvas(part.wave, (context, w, h) => drawWave(context, w, h, this.scene()));
    this.wave.resized = (width) => this.view.resize(width);
    this.over = new Canvas(part.overview, (context, w, h) => drawOverview(context, w, h, this.scene()));
    this.under = new Canvas(part.spectrumCanvas, (context, w, h) => this.spectrum?.draw(context, w, h, this.scene()));
    this.list = new BlockList(part.blocks, part.blocksCount, { choose: (key) => this.look.choose(key) });
    this.decoding = new Decoding(part.decoding, {
      changed: (values, segments, run) => this.#decoded(values, segments, run),
      moved: () => this.draw(),
      detect: (model) => this.detect(model),
    });
    part.holder.parentNode.parentNode.addEventListener("click", (event) => {
      // After the mouse pressed a tool, Space is to play again rather than to press it once more.
      if (event.detail && event.target.closest('[role="toolbar"] button')) part.holder.focus({ preventScroll: true });
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
    part.forget.addEventListener("click", () => forget(this));
    library.addEventListener("row", ({ detail }) => { if (detail.id === this.row?.id) this.#told(detail); });
    library.addEventListener("state", () => this.decoding.models(this.row?.model));
  }

  /** Open a song; `place` {start_s, end_s} is where to look. */
  async open(row, place = null) {
    if (this.row?.id === row.id) {
      if (place) this.look.toPlace(place);
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
    this.selected = this.trouble = this.place = null;
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
    if (place) this.look.toPlace(place);
    else this.view.set({ start: from + FIRST_S > this.view.duration ? 0 : from, perPx: Math.min(FIRST_S, this.view.duration) / this.view.width });
    restore(this);
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
  async #read({ fresh = false, what = "Read anew", again = false } = {}) {
    const { id } = this.row;
    const detail = await askJson(path(id), { signal: this.#gone.signal });
    if (this.row?.id !== id || (!fresh && this.saver.busy)) return; // edited meanwhile: saving tells
    if (!detail.duration_s && !again) { // only reading it through tells how long it is
      await this.peaks.open(1);
      await this.#read({ fresh, what, again: true });
      return;
    }
    this.row = { ...this.row, ...detail };
    this.labels = detail.labels?.length ? detail.labels : ["singing"];
    if (!this.labels.includes(this.label)) this.label = this.labels[0];
    this.hop = detail.hop_s || 0.02;
    this.checked = detail.checked;
    if (!this.saver.busy) this.saver.revision = detail.revision;
    const blocks = keyed(detail.segments);
    this.before = detail.edited ? { segments: detail.segments, decoding: detail.decoding } : null;
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
      if (row.checked) notice("Listened to anew. The labels that you checked stay.");
      else if (row.edited) notice("Listened to anew. Your labels stay; move a slider to decode the rest anew.");
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

  save() {
    this.saver.save({ segments: bare(this.history.now.blocks), checked: this.checked, decoding: this.decoding.values });
    showHead(this);
  }

  #saverTold = (event) => {
    if (event.type === "conflict") settle(this, event.detail);
    else showHead(this);
  };

  async #decoded(values, segments, run) {
    const { row } = this;
    const lost = await takenAway(this);
    if (this.row !== row && this.row?.id !== row.id) return;
    const { blocks } = this.history.now;
    const touched = [...this.history.now.touched, ...lost];
    this.decoding.values = values;
    this.history.now.touched = touched;
    this.commit(decoded(blocks, segments, touched), "Decoded anew", { run, found: true });
    say(`${howMany(this.blocks)}`);
  }

  get canCorrect() { return this.row !== null && this.row.duration_s !== null; }
  tellRefusal(text) { say(text); notice(text); }

  scene() {
    const { view, peaks, blocks, label, labels, selected } = this;
    return {
      view, peaks, blocks, label, labels, selected, time: this.player.time, hover: this.#hover, ghost: this.#ghost, place: this.place,
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
    if (this.player.loop) this.player.loop = find(this.blocks, this.player.loop.key);
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
  select(key) {
    if (this.selected === key) return;
    this.selected = key;
    if (this.player.loop) this.player.loop = find(this.blocks, key);
    this.refresh();
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
}
