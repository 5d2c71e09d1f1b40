// Mouse, pen and fingers on the pictures: seek, drag an edge, move the wave, zoom, draw a block.

import { at } from "./edits.js";
import { RULER } from "./wave.js";

const REACH = { mouse: 6, pen: 7, touch: 7 }; // how far from an edge it can be gripped, pixels
const REACH_CHOSEN = { mouse: 8, pen: 12, touch: 22 }; // and from those of the chosen block

/**
 * Wire the large picture.
 *
 * `room` offers `view`, `scene()`, and what shall happen: `look` (looking.js), `select(key)`,
 * `dragEdge(key, edge, t)`, `dropEdge()`, `addBlock(start_s, end_s)`, `hover(grip)`, `ghost(range)`.
 */
export function hands(canvas, room) {
  const pointers = new Map();
  let drag = null;
  let pinch = null;

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    const { x, y } = place(event);
    pointers.set(event.pointerId, x);
    canvas.setPointerCapture(event.pointerId);
    if (pointers.size === 2) {
      if (drag?.kind === "edge") room.dropEdge({ cancelled: true });
      room.ghost(null);
      drag = null;
      const [a, b] = pointers.values();
      pinch = { gap: Math.max(10, Math.abs(a - b)), perPx: room.view.perPx, t: room.view.t((a + b) / 2) };
      return;
    }
    const t = room.view.t(x);
    const grip = y >= RULER ? gripAt(room, x, event.pointerType) : null;
    if (grip) {
      room.select(grip.key);
      drag = { kind: "edge", grip, offset: t - grip.t };
    } else if (y < RULER) {
      drag = { kind: "scrub" };
      room.look.seek(t);
    } else if (event.shiftKey) drag = { kind: "draw", t };
    else drag = { kind: "move", x, start: room.view.start, time: room.look.follows ? room.player.time : null };
    drag.moved = false;
    drag.from = x;
  });

  canvas.addEventListener("pointermove", (event) => {
    const { x, y } = place(event);
    if (!pointers.has(event.pointerId)) {
      const grip = y >= RULER ? gripAt(room, x, event.pointerType) : null;
      room.hover(grip);
      canvas.style.cursor = grip ? "ew-resize" : y < RULER ? "pointer" : event.shiftKey ? "crosshair" : "default";
      return;
    }
    pointers.set(event.pointerId, x);
    if (pinch && pointers.size === 2) {
      const [a, b] = pointers.values();
      const perPx = (pinch.perPx * pinch.gap) / Math.max(10, Math.abs(a - b));
      room.view.set({ perPx, start: pinch.t - ((a + b) / 2) * perPx });
      return;
    }
    if (!drag) return;
    if (Math.abs(x - drag.from) > 3) drag.moved = true;
    if (!drag.moved) return;
    const t = room.view.t(x);
    if (drag.kind === "edge") room.dragEdge(drag.grip.key, drag.grip.edge, t - drag.offset);
    else if (drag.kind === "scrub") room.look.seek(t);
    else if (drag.kind === "draw") room.ghost({ start_s: drag.t, end_s: t });
    else {
      canvas.style.cursor = "grabbing";
      const by = (x - drag.x) * room.view.perPx;
      if (drag.time !== null && room.look.follows) room.look.seek(drag.time - by); // the song under its playhead
      else room.view.set({ start: drag.start - by });
    }
  });

  const end = (event, cancelled) => {
    const known = pointers.delete(event.pointerId);
    if (!known) return;
    if (pinch) {
      if (!pointers.size) pinch = null;
      return;
    }
    const done = drag;
    drag = null;
    canvas.style.cursor = "default";
    if (!done) return;
    const t = room.view.t(place(event).x);
    if (done.kind === "edge") room.dropEdge({ cancelled });
    if (done.kind === "draw") {
      room.ghost(null);
      if (done.moved && !cancelled) room.addBlock(done.t, t);
    }
    if (!done.moved && !cancelled && (done.kind === "move" || done.kind === "edge")) {
      const scene = room.scene();
      room.select(done.grip?.key ?? at(scene.blocks, scene.label, t)?.key ?? null);
      room.look.seek(t);
    }
  };
  canvas.addEventListener("pointerup", (event) => end(event, false));
  canvas.addEventListener("pointercancel", (event) => end(event, true));
  canvas.addEventListener("pointerleave", () => room.hover(null));

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      room.view.set({ start: room.view.start + sideways * unit * room.view.perPx });
    } else {
      room.view.zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY * unit)) * 0.0022), place(event).x);
    }
  }, { passive: false });
}

/** The edge of a block of the active label that is near enough; the selected block's first. */
function gripAt(room, x, kind) {
  const scene = room.scene();
  let best = null;
  for (const block of scene.blocks) {
    if (block.label !== scene.label) continue;
    const chosen = block.key === scene.selected;
    const reach = (chosen ? REACH_CHOSEN : REACH)[kind] ?? 6;
    for (const edge of ["start_s", "end_s"]) {
      const pixels = Math.abs(scene.view.x(block[edge]) - x);
      const away = (pixels / reach) * (chosen ? 0.5 : 1); // the chosen block's edges come first
      if (pixels <= reach && (!best || away < best.away)) best = { key: block.key, edge, t: block[edge], away };
    }
  }
  return best;
}

/** The overview: press or drag to go there. */
export function overviewHands(canvas, room) {
  const go = (event) => {
    const box = canvas.getBoundingClientRect();
    const t = ((event.clientX - box.left) / box.width) * room.view.duration;
    room.view.set({ start: t - room.view.span / 2 });
    return t;
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    room.look.seek(go(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) room.look.seek(go(event));
  });
}
