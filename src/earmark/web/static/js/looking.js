// Where one is in a song: seeking, zooming, choosing blocks, playing and looping them.

import { clock } from "./clock.js";
import { find } from "./edits.js";
import { keep } from "./kept.js";
import { say } from "./notices.js";
import { showTools } from "./songhead.js";

/** Moves about in the song of a room, which offers `view`, `player`, `blocks`, `selected`, `aimed`. */
export class Looking {
  constructor(room) {
    this.room = room;
  }

  /** Whether the song moves under the playhead now. */
  get follows() { return this.room.player.playing && this.room.view.middle; }

  seek(t) {
    const { player, view } = this.room;
    player.seek(Math.min(Math.max(t, 0), view.duration));
  }
  go(t) {
    this.seek(t);
    this.room.view.reveal(this.room.player.time);
  }
  step(by) { this.go(this.room.player.time + by); }

  /** Zoom around the playhead, or around the middle where it is not seen. */
  zoom(factor) {
    const { view, player } = this.room;
    const seen = player.time >= view.start && player.time <= view.end;
    view.zoom(factor, seen ? view.x(player.time) : undefined);
  }

  /** Choose a block, go to its start and bring it into the window. */
  choose(key) {
    const { room } = this;
    const { view } = room;
    const block = find(room.blocks, key);
    room.setLabel(block.label);
    room.select(key);
    this.seek(block.start_s);
    if (block.end_s <= view.end && block.start_s >= view.start) return;
    if (block.end_s - block.start_s > view.span) this.showBlock();
    else view.set({ start: (block.start_s + block.end_s) / 2 - view.span / 2 });
  }

  /** The block after (1) or before (-1) the chosen one, or the playhead. */
  chooseNext(step) {
    const { room } = this;
    const own = room.blocks.filter((b) => b.label === room.label);
    const index = own.findIndex((b) => b.key === room.selected);
    const t = room.player.time;
    let next = own[index + step];
    if (index < 0) next = step > 0 ? own.find((b) => b.start_s >= t - 1e-6) : own.findLast((b) => b.start_s < t);
    if (!next) return;
    this.choose(next.key);
    say(`${next.label} ${clock(next.start_s, 2)} to ${clock(next.end_s, 2)}`);
  }

  showBlock() {
    const block = this.room.aimed;
    if (block) this.room.view.show(block.start_s, block.end_s);
  }

  playBlock() {
    const { player, view, aimed } = this.room;
    if (!aimed) return player.toggle();
    this.seek(aimed.start_s);
    player.end = aimed.end_s;
    view.reveal(aimed.start_s);
    return player.play();
  }

  toggleLoop() {
    const { room } = this;
    const { player, aimed } = room;
    if (!player.loop && !aimed) return room.tellRefusal("Choose a block to loop it.");
    player.loop = player.loop ? null : aimed;
    if (player.loop && !player.playing) this.playBlock().then(() => { player.end = null; });
    say(player.loop ? "Loop on" : "Loop off");
    return showTools(room);
  }

  /** Show or hide "curve" or "spectrum", or hold the playhead in the "middle" or not. */
  toggle(what) {
    const { room } = this;
    if (what === "middle") keep("middle", (room.view.middle = !room.view.middle));
    else room.shows[what] = !room.shows[what];
    if (what === "curve") keep("curve", room.shows.curve);
    if (what === "spectrum") room.part.spectrumCanvas.hidden = !room.shows.spectrum;
    showTools(room);
    room.draw();
  }

  /** Show a place that was asked for, and mark it. */
  toPlace(place) {
    this.room.place = place;
    this.room.view.show(place.start_s, place.end_s, 0.4);
    this.seek(place.start_s);
    this.room.draw();
  }
}
