// A canvas that is as sharp as the screen, and drawn at most once a frame.

export class Canvas {
  #wanted = false;

  constructor(node, draw) {
    this.node = node;
    this.draw = draw;
    this.width = 0;
    this.height = 0;
    this.context = node.getContext("2d", { alpha: false });
    this.observer = new ResizeObserver(() => this.#fit());
    this.observer.observe(node);
  }

  #fit() {
    const { width, height } = this.node.getBoundingClientRect();
    const ratio = devicePixelRatio || 1;
    if (!width || !height) return;
    this.width = width;
    this.height = height;
    this.node.width = Math.round(width * ratio);
    this.node.height = Math.round(height * ratio);
    this.resized?.(width, height);
    this.now();
  }

  /** Draw soon. */
  soon() {
    if (this.#wanted) return;
    this.#wanted = true;
    requestAnimationFrame(() => this.now());
  }

  now() {
    this.#wanted = false;
    if (!this.width) return;
    const ratio = devicePixelRatio || 1;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.draw(this.context, this.width, this.height);
  }

  close() { this.observer.disconnect(); }
}
