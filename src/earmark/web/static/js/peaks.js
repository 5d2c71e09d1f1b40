// The outline of a song by levels: lowest and highest sample a step, fetched in tiles when they are
// seen. Level 0 has 100 steps a second and each further one half as many, so a view of any width
// needs about one step a pixel, in a song of 3 hours as in one of 3 minutes.

import { askBytes, song } from "./api.js";

const TILE = 2048; // steps
const AT_ONCE = 3;
const KEPT = 256; // tiles

export class Peaks extends EventTarget {
  #tiles = new Map(); // "level:tile" -> Int8Array, or null while it is on its way
  #queue = [];
  #going = 0;
  #gone = new AbortController();
  #opening = false;
  levels = 1;
  rate = 100; // steps a second of level 0
  coarse = null; // {level, data}: the whole song
  error = null;

  constructor(id) {
    super();
    this.id = id;
  }

  /** Read the whole song at a level of at most 4,096 steps. */
  async open(duration) {
    if (this.#opening) return;
    this.#opening = true;
    const level = Math.max(0, Math.ceil(Math.log2((duration * this.rate) / 4096)));
    try {
      const { data, levels, rate } = await this.#read(level);
      this.levels = levels;
      this.rate = rate * 2 ** level;
      this.coarse = { level, data };
      let most = 1;
      for (const v of data) most = Math.max(most, Math.abs(v));
      this.gain = Math.min(1 / most, 8 / 127);
      this.error = null;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error.message;
    } finally {
      this.#opening = false;
    }
    this.dispatchEvent(new Event("change"));
  }

  close() {
    this.#gone.abort();
    this.#queue = [];
  }

  async #read(level, from = 0, count = null) {
    const part = count === null ? "" : `&from=${from}&count=${count}`;
    const { buffer, headers } = await askBytes(song(this.id, `/peaks?level=${level}${part}`), { signal: this.#gone.signal });
    return {
      data: new Int8Array(buffer),
      rate: Number(headers.get("X-Peaks-Per-Second")),
      levels: Number(headers.get("X-Levels")),
    };
  }

  /** The level with one step to a pixel, or a little fewer. */
  levelFor(perPx) {
    const level = Math.ceil(Math.log2(perPx * this.rate));
    return Math.min(Math.max(level, 0), this.levels - 1);
  }

  /**
   * Calls `draw(t, low, high)` for each step between two times, from the tiles that are there, and
   * elsewhere from the coarse outline; what is lacking is asked for.
   */
  each(from_s, to_s, perPx, draw) {
    if (!this.coarse) return;
    const level = Math.min(this.levelFor(perPx), this.coarse.level);
    const rate = this.rate / 2 ** level;
    const first = Math.max(0, Math.floor(from_s * rate) - 1);
    const last = Math.ceil(to_s * rate) + 1;
    if (level === this.coarse.level) {
      this.#steps(this.coarse.data, 0, first, last, rate, draw);
      return;
    }
    this.#queue = []; // what was wanted for an earlier view
    for (let tile = Math.floor(first / TILE); tile * TILE < last; tile++) {
      const key = `${level}:${tile}`;
      const data = this.#tiles.get(key);
      if (data) {
        this.#tiles.delete(key); // newest last
        this.#tiles.set(key, data);
        this.#steps(data, tile * TILE, first, last, rate, draw);
      } else {
        this.#coarsely(Math.max(first, tile * TILE) / rate, Math.min(last, (tile + 1) * TILE) / rate, draw);
        if (data === undefined) this.#queue.push({ level, tile, key });
      }
    }
    this.#pump();
  }

  #steps(data, offset, first, last, rate, draw) {
    const end = Math.min(last, offset + data.length / 2);
    for (let i = Math.max(first, offset); i < end; i++) {
      const at = 2 * (i - offset);
      draw((i + 0.5) / rate, data[at], data[at + 1]);
    }
  }

  #coarsely(from_s, to_s, draw) {
    const rate = this.rate / 2 ** this.coarse.level;
    this.#steps(this.coarse.data, 0, Math.floor(from_s * rate), Math.ceil(to_s * rate), rate, draw);
  }

  #pump() {
    while (this.#going < AT_ONCE && this.#queue.length) {
      const { level, tile, key } = this.#queue.shift();
      if (this.#tiles.has(key)) continue;
      this.#tiles.set(key, null);
      this.#going++;
      this.#read(level, tile * TILE, TILE)
        .then(({ data }) => {
          this.#tiles.set(key, data);
          if (this.#tiles.size > KEPT) this.#tiles.delete(this.#tiles.keys().next().value);
          this.dispatchEvent(new Event("change"));
        })
        .catch(() => setTimeout(() => this.#tiles.delete(key), 3000)) // asked for again when drawn
        .finally(() => { this.#going--; this.#pump(); });
    }
  }
}
