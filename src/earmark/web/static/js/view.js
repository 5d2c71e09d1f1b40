// Which part of a song is seen: from when, and how many seconds a pixel.

const FINEST = 1 / 600; // seconds a pixel

/** The window on a song. `change` comes with every move. */
export class View extends EventTarget {
  duration = 1;
  start = 0;
  perPx = 0.01;
  width = 800;
  middle = true; // the playhead stays in the middle while it plays

  get span() { return this.perPx * this.width; }
  get end() { return this.start + this.span; }
  get widest() { return (this.duration / this.width) * 1.0001; }
  x(t) { return (t - this.start) / this.perPx; }
  t(x) { return this.start + x * this.perPx; }

  resize(width) {
    if (width === this.width || width < 20) return;
    const all = this.perPx >= this.widest * 0.999;
    this.width = width;
    if (all) this.perPx = this.widest;
    this.set({});
  }

  /** Move there. Before the start and after the end there is half a window to stand in the middle. */
  set({ start = this.start, perPx = this.perPx }) {
    this.perPx = Math.min(Math.max(perPx, FINEST), Math.max(this.widest, FINEST));
    const over = this.perPx >= this.widest * 0.999 ? 0 : this.span / 2;
    this.start = Math.min(Math.max(start, -over), Math.max(0, this.duration - this.span) + over);
    this.dispatchEvent(new Event("change"));
  }

  /** Zoom by a factor (below 1: in) and leave the time at a pixel where it is. */
  zoom(factor, x = this.width / 2) {
    const t = this.t(x);
    const perPx = Math.min(Math.max(this.perPx * factor, FINEST), Math.max(this.widest, FINEST));
    this.set({ start: t - x * perPx, perPx });
  }

  fit() { this.set({ start: 0, perPx: this.widest }); }

  /** Show a stretch with some room around it. */
  show(start_s, end_s, room = 0.25) {
    const span = Math.max(end_s - start_s, 0.5) * (1 + 2 * room);
    const perPx = span / this.width;
    this.set({ start: (start_s + end_s) / 2 - span / 2, perPx });
  }

  /** Bring a time into the window, in the middle if it is not there. */
  reveal(t) {
    if (t < this.start || t > this.end) this.set({ start: t - this.span / 2 });
  }

  /** Follow the playhead: in the middle, or a page further when it leaves. */
  follow(t) {
    if (this.perPx >= this.widest * 0.999) return;
    if (this.middle) this.set({ start: t - this.span / 2 });
    else if (t > this.end || t < this.start) this.set({ start: t - this.span * 0.05 });
  }
}
