// The picture of the song: blocks under the outline, the score curve over it, the playhead.

import { firstAfter, ofLabel, outline, palette, ruler } from "./paint.js";

export const RULER = 24;
export const STRIP = 16; // the other label's blocks, at the bottom

/** The area of the active label's blocks. */
export const area = (height, strip) => ({ top: RULER, bottom: height - (strip ? STRIP : 0) });

/**
 * Draw it.
 *
 * `scene` is {view, peaks, curve|null, thresholds, blocks, label, labels, selected, hover, ghost,
 * place, loop, time}. Blocks of `label` are as high as the outline, those of the other label a strip.
 */
export function drawWave(context, width, height, scene) {
  const c = palette();
  const { view } = scene;
  const { top, bottom } = area(height, scene.labels.length > 1);
  context.fillStyle = c.panel;
  context.fillRect(0, 0, width, height);
  const from = Math.max(0, view.x(0));
  const to = Math.min(width, view.x(view.duration));
  context.fillStyle = c.unsung;
  context.fillRect(from, top, Math.max(0, to - from), bottom - top);

  for (const block of seen(scene, scene.label)) body(context, block, scene, top, bottom);
  if (scene.ghost) ghost(context, scene, top, bottom);
  if (scene.peaks?.coarse) outline(context, { peaks: scene.peaks, view, top: top + 4, bottom: bottom - 4 });
  if (scene.curve) curve(context, scene, top + 6, bottom - 6);
  for (const block of seen(scene, scene.label)) edges(context, block, scene, top, bottom);
  if (scene.labels.length > 1) strip(context, scene, bottom, height, from, to);
  if (scene.place) place(context, scene, top, bottom);
  ruler(context, view, RULER);
  playhead(context, view.x(scene.time), height);
}

function* seen(scene, label) {
  const { blocks, view } = scene;
  for (let i = firstAfter(blocks, view.start); i < blocks.length && blocks[i].start_s < view.end; i++) {
    if (blocks[i].label === label) yield blocks[i];
  }
}

function body(context, block, scene, top, bottom) {
  const { fill, edge } = ofLabel(block.label);
  const x = scene.view.x(block.start_s);
  const w = Math.max(1, scene.view.x(block.end_s) - x);
  context.fillStyle = fill;
  context.fillRect(x, top, w, bottom - top);
  context.fillStyle = edge;
  context.fillRect(x, top, w, block.key === scene.selected ? 4 : 2);
}

function edges(context, block, scene, top, bottom) {
  const x = scene.view.x(block.start_s);
  const end = scene.view.x(block.end_s);
  const chosen = block.key === scene.selected;
  const { edge } = ofLabel(block.label);
  context.fillStyle = edge;
  if (end - x > 4 || chosen) {
    context.fillRect(x, top, 1, bottom - top);
    context.fillRect(end - 1, top, 1, bottom - top);
  }
  if (!chosen) return;
  const c = palette();
  context.strokeStyle = c.accent;
  context.lineWidth = 2;
  context.strokeRect(x, top + 1, Math.max(1, end - x), bottom - top - 2);
  context.fillStyle = c.accent;
  for (const [at, side] of [[x, "start_s"], [end, "end_s"]]) {
    const big = scene.hover?.key === block.key && scene.hover.edge === side;
    const half = big ? 5 : 4;
    context.beginPath();
    context.roundRect(at - half, (top + bottom) / 2 - 15, 2 * half, 30, 3);
    context.fill();
    context.strokeStyle = c.panel;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function ghost(context, scene, top, bottom) {
  const { fill, edge } = ofLabel(scene.label);
  const [a, b] = [scene.ghost.start_s, scene.ghost.end_s].sort((p, q) => p - q).map((t) => scene.view.x(t));
  context.globalAlpha = 0.7;
  context.fillStyle = fill;
  context.fillRect(a, top, b - a, bottom - top);
  context.globalAlpha = 1;
  context.strokeStyle = edge;
  context.setLineDash([4, 3]);
  context.strokeRect(a + 0.5, top + 0.5, b - a, bottom - top - 1);
  context.setLineDash([]);
}

function curve(context, scene, top, bottom) {
  const { view, thresholds } = scene;
  const c = palette();
  const y = (score) => bottom - score * (bottom - top);
  const from = Math.max(0, view.x(0));
  const to = Math.min(view.width, view.x(view.duration));
  context.lineWidth = 1;
  context.strokeStyle = c.curve;
  context.globalAlpha = 0.55;
  context.setLineDash([2, 4]);
  for (const value of new Set([thresholds.onset, thresholds.offset])) {
    context.beginPath();
    context.moveTo(from, Math.round(y(value)) + 0.5);
    context.lineTo(to, Math.round(y(value)) + 0.5);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  context.beginPath();
  let any = false;
  const wide = view.perPx > 0.4; // a pixel is longer than most blocks: means of several pixels
  scene.curve.each(view.start, view.end, wide ? view.perPx * 5 : view.perPx, (t, score) => {
    if (any) context.lineTo(view.x(t), y(score));
    else context.moveTo(view.x(t), y(score));
    any = true;
  });
  context.lineJoin = "round";
  context.strokeStyle = c.panel;
  context.globalAlpha = 0.6;
  context.lineWidth = 3.5;
  context.stroke();
  context.globalAlpha = 1;
  context.strokeStyle = c.curve;
  context.lineWidth = 1.6;
  context.stroke();
}

function strip(context, scene, top, bottom, from, to) {
  const c = palette();
  const other = scene.labels.find((label) => label !== scene.label);
  context.fillStyle = c.panel;
  context.fillRect(0, top, scene.view.width, bottom - top);
  context.fillStyle = c.unsung;
  context.fillRect(from, top + 4, Math.max(0, to - from), bottom - top - 6);
  const { edge } = ofLabel(other);
  for (const block of seen(scene, other)) {
    const x = scene.view.x(block.start_s);
    context.fillStyle = edge;
    context.fillRect(x, top + 4, Math.max(1, scene.view.x(block.end_s) - x), bottom - top - 6);
  }
  context.font = `10px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  context.fillStyle = c.muted;
  context.fillText(other, 6, (top + bottom) / 2 + 1.5);
}

function place(context, scene, top, bottom) {
  const c = palette();
  const a = scene.view.x(scene.place.start_s);
  const b = scene.view.x(scene.place.end_s);
  context.strokeStyle = c.place;
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  context.strokeRect(a, top + 2, b - a, bottom - top - 4);
  context.setLineDash([]);
  context.lineWidth = 1;
}

function playhead(context, x, height) {
  context.fillStyle = palette().playhead;
  context.fillRect(Math.round(x) - 1, RULER - 8, 2, height);
  context.beginPath();
  context.moveTo(x - 6, RULER - 12);
  context.lineTo(x + 6, RULER - 12);
  context.lineTo(x, RULER - 3);
  context.fill();
}
