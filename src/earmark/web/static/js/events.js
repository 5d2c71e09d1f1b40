// What the server tells without being asked (server-sent events), and whether it is there at all.

const KINDS = ["song", "gone", "models", "teach"];
const WAITS_MS = [500, 1000, 2000, 4000];

/**
 * Dispatches the server's events as CustomEvents (`detail` is the data), and `here` and `away` as
 * the connection comes and goes. `here` comes with `detail.again` after an interruption: what was
 * said meanwhile was missed.
 */
export class Events extends EventTarget {
  #source = null;
  #failures = 0;
  #timer = null;
  here = null; // unknown yet

  start() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const source = new EventSource("/api/events");
    this.#source = source;
    source.onopen = () => {
      const again = this.here === false;
      this.#failures = 0;
      this.here = true;
      this.#tell("here", { again });
    };
    source.onerror = () => {
      // The browser's own tries end for good after some answers (such as a proxy's 502).
      source.close();
      if (this.here !== false) {
        this.here = false;
        this.#tell("away", {});
      }
      const wait = WAITS_MS[Math.min(this.#failures++, WAITS_MS.length - 1)];
      this.#timer = setTimeout(() => this.start(), wait);
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => this.#tell(kind, JSON.parse(event.data)));
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
