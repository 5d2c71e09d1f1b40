// The score curve of a label: one score a frame, and means of ever more of them for wide views.

import { askBytes, song } from "./api.js";

export class Curve {
  #levels = [];
  hop = 0.02;

  static async read(id, label, signal) {
    const { buffer, headers } = await askBytes(song(id, `/scores?label=${encodeURIComponent(label)}`), { signal });
    const curve = new Curve();
    curve.hop = Number(headers.get("X-Hop-S")) || 0.02;
    let values = Float32Array.from(new Uint8Array(buffer), (v) => v / 255);
    curve.#levels.push(values);
    while (values.length > 1024) {
      const half = new Float32Array(values.length >> 1);
      for (let i = 0; i < half.length; i++) half[i] = (values[2 * i] + values[2 * i + 1]) / 2;
      curve.#levels.push((values = half));
    }
    return curve;
  }

  /** Calls `draw(t, score)` about once a pixel. */
  each(from_s, to_s, perPx, draw) {
    const level = Math.min(Math.max(Math.ceil(Math.log2(perPx / this.hop)), 0), this.#levels.length - 1);
    const values = this.#levels[level];
    const step = this.hop * 2 ** level;
    const end = Math.min(values.length, Math.ceil(to_s / step) + 1);
    for (let i = Math.max(0, Math.floor(from_s / step) - 1); i < end; i++) draw((i + 0.5) * step, values[i]);
  }

  at(t) { return this.#levels[0][Math.floor(t / this.hop)] ?? null; }
}
