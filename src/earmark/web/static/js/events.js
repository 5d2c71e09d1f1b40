// What the server tells without being asked (server-sent events), and whether it is there at all.
//
// Browsers allow a host six connections, and a stream keeps one: with a stream in each of six tabs
// no tab could ask anything any more. So only a tab that is seen listens.

const KINDS = ["song", "gone", "models", "teach"];
const WAITS_MS = [500, 1000, 2000, 4000];

/**
 * Dispatches the server's events as CustomEvents (`detail` is the data), and `here` and `away` as
 * the connection comes and goes. `here` comes with `detail.again` after an interruption, and with
 * `detail.missed` if something may have been said that was not heard: then, or in a hidden tab.
 */
export class Events extends EventTarget {
  #source = null;
  #failures = 0;
  #timer = null;
  #hid = false; // since it was heard last
  here = null; // unknown yet

  /** Listen from now on, while the tab is seen. */
  start() {
    document.addEventListener("visibilitychange", () => this.#listen());
    this.#listen();
  }

  #listen() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    if (document.visibilityState === "hidden") {
      this.#hid = true;
      return;
    }
    const source = new EventSource("/api/events");
    this.#source = source;
    source.onopen = () => {
      const again = this.here === false;
      const missed = again || this.#hid;
      this.#failures = 0;
      this.#hid = false;
      this.here = true;
      this.#tell("here", { again, missed });
    };
    source.onerror = () => {
      // The browser's own tries end for good after some answers (such as a proxy's 502).
      source.close();
      if (this.here !== false) {
        this.here = false;
        this.#tell("away", {});
      }
      const wait = WAITS_MS[Math.min(this.#failures++, WAITS_MS.length - 1)];
      this.#timer = setTimeout(() => this.#listen(), wait);
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => this.#tell(kind, JSON.parse(event.data)));
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
