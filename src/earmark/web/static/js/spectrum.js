// The spectrogram, in tiles that are asked for when they are seen.

import { askBytes, song } from "./api.js";
import { palette } from "./paint.js";

const COLUMNS = 256;
const FINEST = 0.01; // seconds a column
const KEPT = 64;
const DARK = [[13, 15, 20], [33, 33, 86], [98, 38, 118], [190, 60, 90], [244, 144, 60], [253, 236, 160]];
const LIGHT = [[250, 250, 252], [206, 222, 243], [122, 166, 226], [52, 98, 188], [33, 48, 118], [16, 18, 48]];

export class Spectrum extends EventTarget {
  #tiles = new Map(); // key -> {bytes, rows, columns, image}, or null while on its way
  #going = 0;
  #gone = new AbortController();
  error = null;

  constructor(id, duration) {
    super();
    this.id = id;
    this.duration = duration;
  }

  close() { this.#gone.abort(); }
  repaint() { for (const tile of this.#tiles.values()) if (tile) tile.image = null; }

  draw(context, width, height, { view, time }) {
    const c = palette();
    context.fillStyle = c.panel;
    context.fillRect(0, 0, width, height);
    if (this.error) {
      context.fillStyle = c.muted;
      context.font = `13px ${getComputedStyle(document.body).fontFamily}`;
      context.textAlign = "center";
      context.fillText(this.error, width / 2, height / 2);
      context.textAlign = "start";
    } else {
      const step = FINEST * 2 ** Math.max(0, Math.ceil(Math.log2(view.perPx / FINEST) - 0.5));
      const span = step * COLUMNS;
      const last = Math.min(view.end, this.duration);
      context.imageSmoothingEnabled = true;
      let lacking = false;
      for (let i = Math.max(0, Math.floor(view.start / span)); i * span < last; i++) {
        const tile = this.#tile(i, span);
        lacking ||= !tile;
        if (!tile) continue;
        const x = view.x(i * span);
        context.drawImage(tile, x, 0, view.x(Math.min((i + 1) * span, this.duration)) - x, height);
      }
      if (lacking) {
        context.fillStyle = c.muted;
        context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
        context.fillText("Reading the spectrogram…", 12, 18);
      }
    }
    context.fillStyle = c.playhead;
    context.fillRect(Math.round(view.x(time)) - 1, 0, 2, height);
  }

  #tile(i, span) {
    const key = `${span}:${i}`;
    const tile = this.#tiles.get(key);
    if (tile) {
      tile.image ??= paint(tile);
      return tile.image;
    }
    if (tile === undefined && this.#going < 2) this.#read(key, i * span, Math.min((i + 1) * span, this.duration), span);
    return null;
  }

  async #read(key, from, to, span) {
    this.#tiles.set(key, null);
    this.#going++;
    const width = Math.max(1, Math.round((COLUMNS * (to - from)) / span));
    try {
      const { buffer, headers } = await askBytes(
        song(this.id, `/spectrogram?start_s=${from}&end_s=${to}&width=${width}`), { signal: this.#gone.signal },
      );
      const tile = { bytes: new Uint8Array(buffer), rows: Number(headers.get("X-Rows")), columns: Number(headers.get("X-Columns")), image: null };
      this.#tiles.set(key, tile);
      if (this.#tiles.size > KEPT) this.#tiles.delete(this.#tiles.keys().next().value);
      this.error = null;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#tiles.delete(key);
      this.error = error.message;
      setTimeout(() => { this.error = null; this.dispatchEvent(new Event("change")); }, 5000);
    } finally {
      this.#going--;
    }
    this.dispatchEvent(new Event("change"));
  }
}

/** Bytes to a picture, low bands at the bottom. */
function paint({ bytes, rows, columns }) {
  const node = document.createElement("canvas");
  node.width = columns;
  node.height = rows;
  const context = node.getContext("2d");
  const image = context.createImageData(columns, rows);
  const table = colours();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 4 * ((rows - 1 - row) * columns + column);
      const value = 3 * bytes[row * columns + column];
      image.data[at] = table[value];
      image.data[at + 1] = table[value + 1];
      image.data[at + 2] = table[value + 2];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return node;
}

function colours() {
  const dark = getComputedStyle(document.body).color.match(/\d+/)[0] > 128; // light text
  const stops = dark ? DARK : LIGHT;
  const table = new Uint8Array(768);
  for (let v = 0; v < 256; v++) {
    const at = (v / 255) * (stops.length - 1);
    const i = Math.min(Math.floor(at), stops.length - 2);
    for (let k = 0; k < 3; k++) table[3 * v + k] = stops[i][k] + (at - i) * (stops[i + 1][k] - stops[i][k]);
  }
  return table;
}
