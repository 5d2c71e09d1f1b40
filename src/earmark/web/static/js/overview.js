// The whole song in a strip, with the window that the large picture shows.

import { ofLabel, outline, palette } from "./paint.js";

export class Overview {
  #still = document.createElement("canvas"); // blocks and outline: drawn once while a song plays
  #of = [];

  /** Draw it; `scene` is as in wave.js. */
  draw(context, width, height, scene) {
    const { blocks, label, peaks, view } = scene;
    const c = palette();
    const of = [blocks, label, peaks?.coarse, view.duration, width, height, devicePixelRatio, c];
    if (of.some((value, i) => value !== this.#of[i])) this.#drawStill(width, height, scene);
    this.#of = of;
    context.drawImage(this.#still, 0, 0, width, height);
    const x = (t) => (t / view.duration) * width;
    const a = Math.max(0, x(view.start));
    const b = Math.min(width, x(view.end));
    context.fillStyle = c.panel;
    context.globalAlpha = 0.62;
    context.fillRect(0, 0, a, height);
    context.fillRect(b, 0, width - b, height);
    context.globalAlpha = 1;
    context.strokeStyle = c.accent;
    context.lineWidth = 2;
    context.strokeRect(a + 1, 1, Math.max(4, b - a - 2), height - 2);
    context.fillStyle = c.playhead;
    context.fillRect(Math.round(x(scene.time)) - 1, 0, 2, height);
  }

  #drawStill(width, height, { blocks, label, peaks, view: { duration } }) {
    const ratio = devicePixelRatio || 1;
    this.#still.width = Math.round(width * ratio);
    this.#still.height = Math.round(height * ratio);
    const context = this.#still.getContext("2d", { alpha: false });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = palette().unsung;
    context.fillRect(0, 0, width, height);
    const whole = { start: 0, end: duration, perPx: duration / width, x: (t) => (t / duration) * width };
    context.fillStyle = ofLabel(label).fill;
    for (const block of blocks) {
      if (block.label !== label) continue;
      const x = whole.x(block.start_s);
      context.fillRect(x, 0, Math.max(0.5, whole.x(block.end_s) - x), height);
    }
    if (peaks?.coarse) outline(context, { peaks, view: whole, top: 4, bottom: height - 4 });
  }
}
