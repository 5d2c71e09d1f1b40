// Changing blocks by hand: pure functions from blocks to blocks, and the history of what was done.
//
// A block is {key, start_s, end_s, label, score, by}; keys last as long as the page. Blocks of one
// label never overlap, and times lie on the grid of milliseconds. What a person touched is theirs.

export const SHORTEST_S = 0.04; // two frames

let lastKey = 0;
export const keyed = (segments) => ordered(segments.map((s) => ({ ...s, key: ++lastKey })));
export const bare = (blocks) => blocks.map(({ key, ...segment }) => segment);

const round = (t) => Math.round(t * 1000) / 1000;
export const ordered = (blocks) => [...blocks].sort((a, b) => a.start_s - b.start_s || a.end_s - b.end_s);
export const find = (blocks, key) => blocks.find((b) => b.key === key) ?? null;
const mine = (block, change) => ({ ...block, ...change, score: null, by: "person" });
const swap = (blocks, key, ...others) => ordered(blocks.flatMap((b) => (b.key === key ? others : [b])));

/** The block of a label at a time, or null. */
export function at(blocks, label, t) {
  return blocks.find((b) => b.label === label && b.start_s <= t && t < b.end_s) ?? null;
}

/** How far a block may reach: the free time around it, up to its neighbours of the same label. */
export function room(blocks, block, duration) {
  let low = 0;
  let high = duration;
  for (const b of blocks) {
    if (b.label !== block.label || b.key === block.key) continue;
    if (b.end_s <= block.start_s + 1e-9) low = Math.max(low, b.end_s);
    else if (b.start_s >= block.end_s - 1e-9) high = Math.min(high, b.start_s);
  }
  return [low, high];
}

/** Move an edge ("start_s" or "end_s") of a block, as far as there is room. */
export function moveEdge(blocks, key, edge, t, duration) {
  const block = find(blocks, key);
  const [low, high] = room(blocks, block, duration);
  const kept = edge === "start_s"
    ? Math.min(Math.max(t, low), block.end_s - SHORTEST_S)
    : Math.max(Math.min(t, high), block.start_s + SHORTEST_S);
  const time = round(kept);
  return time === block[edge] ? blocks : swap(blocks, key, mine(block, { [edge]: time }));
}

/** Add a block in the free time between two times; null where there is none. */
export function add(blocks, { start_s, end_s, label }, duration) {
  let low = Math.max(0, Math.min(start_s, end_s));
  let high = Math.min(duration, Math.max(start_s, end_s));
  for (const b of ordered(blocks)) {
    if (b.label !== label) continue;
    if (b.start_s <= low && b.end_s > low) low = b.end_s;
    else if (b.start_s > low && b.start_s < high) high = b.start_s;
  }
  low = round(low);
  high = round(high);
  if (high - low < SHORTEST_S) return null;
  const block = { key: ++lastKey, start_s: low, end_s: high, label, score: null, by: "person" };
  return { blocks: ordered([...blocks, block]), key: block.key };
}

/** Cut a block in two; null where one of them would be too short. */
export function split(blocks, key, t) {
  const block = find(blocks, key);
  const time = round(t);
  if (!block || time - block.start_s < SHORTEST_S || block.end_s - time < SHORTEST_S) return null;
  const second = { ...mine(block, { start_s: time }), key: ++lastKey };
  return { blocks: swap(blocks, key, mine(block, { end_s: time }), second), key: second.key };
}

/** Join a block and the next of its label; null where there is no next. */
export function merge(blocks, key) {
  const block = find(blocks, key);
  const next = block && ordered(blocks).find((b) => b.label === block.label && b.start_s >= block.end_s - 1e-9 && b.key !== key);
  if (!next) return null;
  const rest = blocks.filter((b) => b.key !== next.key);
  return { blocks: swap(rest, key, mine(block, { end_s: next.end_s })), key };
}

export const remove = (blocks, key) => blocks.filter((b) => b.key !== key);

/** Give a block another label; null where blocks of that label are in the way. */
export function relabel(blocks, key, label) {
  const block = find(blocks, key);
  const hit = blocks.some((b) => b.label === label && b.start_s < block.end_s && b.end_s > block.start_s);
  return hit ? null : { blocks: swap(blocks, key, mine(block, { label })), key };
}

/**
 * What the model hears by other thresholds, under what a person did: their blocks stay as they are,
 * and where they took something away (`touched`: {label, start_s, end_s}) nothing comes back.
 */
export function decoded(blocks, found, touched) {
  const theirs = blocks.filter((b) => b.by === "person");
  const taken = [...theirs, ...touched];
  const free = found.filter((f) => !taken.some((b) => b.label === f.label && b.start_s < f.end_s && b.end_s > f.start_s));
  return ordered([...theirs, ...keyed(free)]);
}

/** States that can be gone back to. A state is {blocks, touched}; `what` says what was done. */
export class History {
  constructor(state) {
    this.states = [{ state, what: "" }];
    this.index = 0;
  }
  get now() { return this.states[this.index].state; }
  get canUndo() { return this.index > 0; }
  get canRedo() { return this.index < this.states.length - 1; }

  /** Note what was done; what has the same `run` as the step before (a slider's drag) replaces it. */
  push(state, what, run = null) {
    this.states.length = this.index + 1;
    if (run !== null && this.states[this.index].run === run && this.index > 0) this.states.pop();
    this.states.push({ state, what, run });
    if (this.states.length > 500) this.states.shift();
    this.index = this.states.length - 1;
  }
  undo() { return this.canUndo ? this.states[this.index--].what : null; }
  redo() { return this.canRedo ? this.states[++this.index].what : null; }
}
