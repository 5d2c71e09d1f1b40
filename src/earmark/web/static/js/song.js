// The room of one song: opens it, shows it, and does what commands and hands ask for.

import { BlockList, howMany } from "./blocks.js";
import { Canvas } from "./canvas.js";
import { COMMANDS } from "./commands.js";
import { Correcting } from "./correct.js";
import { Decoding } from "./decoding.js";
import { forget } from "./forget.js";
import { bare, decoded, find, History } from "./edits.js";
import { hands, overviewHands } from "./hands.js";
import { heard, read, readCurve } from "./instep.js";
import { recall } from "./kept.js";
import { library } from "./library.js";
import { Looking } from "./looking.js";
import { notice, say, trying } from "./notices.js";
import { Overview } from "./overview.js";
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
import { drawWave } from "./wave.js";

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
  curves = new Map(); // of each label, as far as read
  #hover = null;
  #ghost = null;
  place = null; // {start_s, end_s} that somebody wants to see
  before = null; // {segments, decoding} that were kept on an earlier visit
  gone = new AbortController(); // the song that is open, when it is closed

  constructor() {
    super();
    this.part = lay((id) => COMMANDS.find((command) => command.id === id).run(this));
    const { part } = this;
    this.wave = new Canvas(part.wave, (context, w, h) => drawWave(context, w, h, this.scene()));
    this.wave.resized = (width) => this.view.resize(width);
    const overview = new Overview();
    this.over = new Canvas(part.overview, (context, w, h) => overview.draw(context, w, h, this.scene()));
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
    library.addEventListener("row", ({ detail }) => { if (detail.id === this.row?.id) heard(this, detail); });
    library.addEventListener("state", () => this.decoding.models());
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
    this.decoding.models(row.model ?? null);
    await trying(() => read(this, { fresh: true }));
    if (this.row?.id !== id) return;
    const from = Math.max(0, (this.row.first_vocal_s ?? 0) - 5);
    if (place) this.look.toPlace(place);
    else this.view.set({ start: from + FIRST_S > this.view.duration ? 0 : from, perPx: Math.min(FIRST_S, this.view.duration) / this.view.width });
    restore(this);
  }

  close() {
    if (!this.row) return;
    this.gone.abort();
    this.gone = new AbortController();
    for (const type of ["state", "conflict"]) this.saver.removeEventListener(type, this.#saverTold);
    this.peaks.close();
    this.spectrum.close();
    this.player.unload();
    this.curves.clear();
    this.dragged = null;
    this.row = null;
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
      curve: this.shows.curve ? this.curves.get(label) : null, thresholds: this.decoding.values,
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
    if (!this.curves.has(label) && this.row.model !== null) trying(() => readCurve(this));
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
