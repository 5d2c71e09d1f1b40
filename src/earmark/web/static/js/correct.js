// What a person does to blocks: each act is a step that can be undone, saved as it happens, and said.

import * as edits from "./edits.js";
import { inWords } from "./blocks.js";
import { say } from "./notices.js";

const NEW_S = 1; // length of a block added at the playhead

/**
 * The half of a song's room that changes blocks. The other half (song.js) offers `history`, `view`,
 * `player`, `label`, `labels`, `selected`, `canCorrect`, `refresh()`, `save()`, `tellRefusal(text)`.
 */
export class Correcting {
  #drag = null; // {blocks, touched} before the drag under way

  get blocks() { return this.dragged ?? this.history.now.blocks; }
  dragged = null;

  /** Note, save and say what was done. */
  commit(blocks, what, { key = this.selected, run = null, found = false } = {}) {
    const before = this.history.now;
    if (blocks === before.blocks) return;
    const kept = new Set(blocks);
    const lost = found ? [] : before.blocks.filter((b) => !kept.has(b));
    const touched = [...before.touched, ...lost.map(({ label, start_s, end_s }) => ({ label, start_s, end_s }))];
    this.history.push({ blocks, touched }, what, run);
    this.selected = edits.find(blocks, key) ? key : null;
    this.save();
    this.refresh();
    const block = edits.find(blocks, this.selected);
    say(block ? `${what}: ${inWords(block)}` : what);
  }

  undo() { this.#went(this.history.undo(), "Undone"); }
  redo() { this.#went(this.history.redo(), "Done again"); }
  #went(what, how) {
    if (what === null) return;
    if (!edits.find(this.history.now.blocks, this.selected)) this.selected = null;
    this.save();
    this.refresh();
    say(`${how}: ${what}`);
  }

  /** The chosen block, or the one at the playhead. */
  get aimed() {
    return edits.find(this.blocks, this.selected) ?? edits.at(this.blocks, this.label, this.player.time);
  }

  #try(result, what, otherwise) {
    if (!this.canCorrect) return;
    if (result) this.commit(result.blocks, what, { key: result.key });
    else this.tellRefusal(otherwise);
  }

  addHere() {
    const t = this.player.time;
    this.addBlock(t, t + NEW_S);
  }
  addBlock(start_s, end_s) {
    const range = { start_s: this.snap(start_s), end_s: this.snap(end_s), label: this.label };
    this.#try(edits.add(this.blocks, range, this.view.duration), "Added", `There is ${this.label} already.`);
  }
  splitHere() {
    const block = edits.at(this.blocks, this.label, this.player.time);
    if (!block) return this.tellRefusal("Move the playhead into a block to split it.");
    return this.#try(edits.split(this.blocks, block.key, this.snap(this.player.time)), "Split", "The playhead is too near to an edge to split there.");
  }
  mergeNext() {
    const block = this.aimed;
    if (!block) return this.tellRefusal("Choose a block to merge with the next one.");
    return this.#try(edits.merge(this.blocks, block.key), "Merged", "There is no block after this one.");
  }
  removeBlock() {
    const block = this.aimed;
    if (!block) return this.tellRefusal("Choose a block to delete.");
    return this.#try({ blocks: edits.remove(this.blocks, block.key), key: null }, "Deleted");
  }
  relabelBlock() {
    const block = this.aimed;
    if (!block || this.labels.length < 2) return this.tellRefusal("Choose a block to relabel.");
    const other = this.labels.find((label) => label !== block.label);
    this.#try(edits.relabel(this.blocks, block.key, other), "Relabelled", `There is ${other} already.`);
    if (this.selected === block.key) this.setLabel(edits.find(this.blocks, block.key)?.label ?? this.label);
    return undefined;
  }
  edgeHere(edge) { this.#edgeTo(edge, this.snap(this.player.time)); }
  nudge(edge, by) {
    if (this.aimed) this.#edgeTo(edge, this.aimed[edge] + by, `nudge-${edge}-${this.aimed.key}`);
    else this.tellRefusal("Choose a block to move its edges.");
  }
  #edgeTo(edge, t, run = null) {
    const block = this.aimed;
    if (!this.canCorrect) return;
    if (!block) {
      this.tellRefusal("Choose a block to move its edges.");
      return;
    }
    const blocks = edits.moveEdge(this.blocks, block.key, edge, t, this.view.duration);
    this.commit(blocks, edge === "start_s" ? "Start moved" : "End moved", { key: block.key, run });
  }

  /** A drag: shown at once, one step when it ends. */
  dragEdge(key, edge, t) {
    if (!this.canCorrect) return;
    this.#drag ??= { edge };
    this.dragged = edits.moveEdge(this.history.now.blocks, key, edge, this.snap(t), this.view.duration);
    this.refresh();
  }
  dropEdge({ cancelled = false } = {}) {
    const blocks = cancelled ? null : this.dragged;
    const edge = this.#drag?.edge;
    this.dragged = this.#drag = null;
    if (blocks) this.commit(blocks, edge === "start_s" ? "Start moved" : "End moved");
    this.refresh();
  }

  /** The nearest border between two frames. */
  snap(t) { return Math.round(t / this.hop) * this.hop; }
}
