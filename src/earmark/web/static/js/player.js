// The sound: one audio element, a loop, and what went wrong in words.

import { ask, AWAY } from "./api.js";

/** Events: `time`, `state`, `trouble` with a sentence. */
export class Player extends EventTarget {
  #audio = new Audio();
  #wanted = null; // where to go once the length is known
  loop = null; // {start_s, end_s}
  end = null; // stop there (a block played once)

  constructor() {
    super();
    this.#audio.preload = "metadata";
    for (const type of ["play", "pause", "ended", "waiting", "playing", "ratechange"]) {
      this.#audio.addEventListener(type, () => this.#tell("state"));
    }
    this.#audio.addEventListener("play", () => this.#run());
    for (const type of ["seeked", "timeupdate"]) this.#audio.addEventListener(type, () => this.#tell("time"));
    this.#audio.addEventListener("loadedmetadata", () => {
      if (this.#wanted !== null) this.#audio.currentTime = this.#wanted;
      this.#wanted = null;
    });
    this.#audio.addEventListener("error", () => this.#explain());
  }

  load(url) {
    this.#audio.pause();
    this.loop = this.end = this.#wanted = null;
    this.#audio.src = url;
    this.#tell("state");
  }
  unload() {
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
  }

  get time() { return this.#wanted ?? this.#audio.currentTime; }
  get playing() { return !this.#audio.paused && !this.#audio.ended; }
  get rate() { return this.#audio.playbackRate; }
  set rate(value) { this.#audio.playbackRate = value; }

  seek(t) {
    if (this.#audio.readyState) this.#audio.currentTime = t;
    else this.#wanted = t;
    this.end = null;
    this.#tell("time");
  }

  async play() {
    if (this.#audio.error) this.#audio.load(); // it may be back
    try {
      await this.#audio.play();
    } catch (error) {
      if (error.name !== "AbortError" && !this.#audio.error) this.#tell("trouble", "This browser cannot play that song.");
    }
  }
  pause() {
    this.end = null;
    this.#audio.pause();
  }
  toggle() { return this.playing ? this.pause() : this.play(); }

  #run() {
    if (!this.playing) return;
    const now = this.#audio.currentTime;
    if (this.loop && (now >= this.loop.end_s || now < this.loop.start_s - 0.3)) this.#audio.currentTime = this.loop.start_s;
    else if (this.end !== null && now >= this.end) this.pause();
    this.#tell("time");
    requestAnimationFrame(() => this.#run());
  }

  /** The element says little of why; the server knows. */
  async #explain() {
    const url = this.#audio.src;
    if (!url || !this.#audio.hasAttribute("src")) return;
    this.#wanted = this.#audio.currentTime || this.#wanted;
    let said = "This browser cannot play that song; its labels can be corrected all the same.";
    try {
      await ask(url, { signal: AbortSignal.timeout(5000) }).then((response) => response.body?.cancel());
    } catch (error) {
      said = error.status ? error.message : AWAY;
    }
    this.#tell("trouble", said);
    this.#tell("state");
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
