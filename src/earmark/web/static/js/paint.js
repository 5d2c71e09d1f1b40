// What the pictures of a song have in common: colours, the outline, blocks, the ruler.

import { clock } from "./clock.js";
import { colour } from "./dom.js";

const NAMES = [
  "panel", "line", "line-strong", "text", "muted", "wave", "sung", "sung-edge", "spoken", "spoken-edge",
  "unsung", "curve", "playhead", "place", "accent",
];
let colours = null;

/** All colours by name, as they are in the theme of now. */
export function palette() {
  colours ??= Object.fromEntries(NAMES.map((name) => [name, colour(name)]));
  return colours;
}
export const forgetPalette = () => { colours = null; };

export function ofLabel(label) {
  const c = palette();
  return label === "speech" ? { fill: c.spoken, edge: c["spoken-edge"] } : { fill: c.sung, edge: c["sung-edge"] };
}

/** The outline as one filled shape between `top` and `bottom`. */
export function outline(context, { peaks, view, top, bottom }) {
  const middle = (top + bottom) / 2;
  const scale = ((bottom - top) / 2) * (peaks.gain ?? 1 / 127) * 0.94;
  const lows = [];
  context.beginPath();
  let any = false;
  peaks.each(view.start, view.end, view.perPx, (t, low, high) => {
    const x = view.x(t);
    const y = middle - Math.max(high * scale, 0.5);
    if (any) context.lineTo(x, y);
    else context.moveTo(x, y);
    any = true;
    lows.push(x, middle - Math.min(low * scale, -0.5));
  });
  for (let i = lows.length - 2; i >= 0; i -= 2) context.lineTo(lows[i], lows[i + 1]);
  if (!any) return;
  context.closePath();
  context.fillStyle = palette().wave;
  context.fill();
}

/** The index of the first block that ends after a time, among blocks in order. */
export function firstAfter(blocks, t) {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle].end_s <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

/** Ticks and times; `height` from the top. */
export function ruler(context, view, height) {
  const c = palette();
  const step = STEPS.find((s) => s / view.perPx >= 74) ?? 3600;
  const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
  context.fillStyle = c.panel;
  context.fillRect(0, 0, view.width, height);
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  for (let i = Math.ceil(Math.max(0, view.start) / (step / 5)); i * (step / 5) <= Math.min(view.end, view.duration); i++) {
    const t = i * (step / 5);
    const x = Math.round(view.x(t)) + 0.5;
    const big = i % 5 === 0;
    context.fillStyle = big ? c["line-strong"] : c.line;
    context.fillRect(x - 0.5, big ? height - 8 : height - 4, 1, big ? 8 : 4);
    if (big) {
      context.fillStyle = c.muted;
      context.fillText(clock(t, digits), x + 4, height / 2 - 1);
    }
  }
}
