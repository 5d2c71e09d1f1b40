// Every edit goes to the server as it happens. What could not be sent is kept in this browser and
// sent again, until the server has it or somebody decides about a conflict.

import { ApiError, AWAY, askJson, song } from "./api.js";
import { keep, recall } from "./kept.js";

const WAITS_MS = [1000, 2000, 4000, 8000, 15000];

/**
 * Saves one song's labels. Events: `state`; `saved` with {revision, segments}; `conflict` with the
 * server's {revision, segments, checked}.
 *
 * `state` is "saved", "saving", "waiting" (failed, will be tried again), "refused" (the server
 * would not have it) or "conflict".
 */
export class Saver extends EventTarget {
  pending = null; // the document that is not saved yet
  theirs = null; // in a conflict: {revision, segments, checked} that the server has
  #failures = 0;
  #timer = null;
  state = "saved";
  message = "";

  constructor(id, name, revision) {
    super();
    this.id = id;
    this.name = name;
    this.revision = revision;
  }

  get #stuck() { return this.state === "refused" || this.state === "conflict"; }

  get busy() { return this.pending !== null || this.state === "saving"; }

  /** Save a document {segments, checked, decoding?}; the latest one wins. */
  save(doc) {
    this.pending = doc;
    keep(`unsaved:${this.id}`, { name: this.name, revision: this.revision, doc });
    if (this.state === "conflict" || this.state === "saving") return;
    this.#send();
  }

  /** Send at once what waits (the server is back). */
  hurry() {
    if (this.state === "waiting") this.#send();
  }

  /** After a conflict: put mine on top of what they saved. */
  insist(revision) {
    this.revision = revision;
    this.#to("waiting");
    this.#send();
  }

  /** After a conflict: what I had is given up. */
  yieldTo(revision) {
    this.revision = revision;
    this.pending = null;
    keep(`unsaved:${this.id}`, null);
    this.#to("saved");
  }

  /** Wait until all is saved; throws where it was refused, or is not saved within a few seconds. */
  async settled() {
    const end = Date.now() + 5000;
    while (this.busy || this.#stuck) {
      if (this.#stuck || Date.now() > end) throw new ApiError(`The last edits are not saved yet. ${this.message}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #send() {
    clearTimeout(this.#timer);
    const doc = this.pending;
    if (doc === null) return;
    this.#to("saving");
    try {
      const { revision } = await askJson(song(this.id, "/labels"), {
        method: "PUT", json: { revision: this.revision, ...doc },
      });
      this.revision = revision;
      this.#failures = 0;
      if (this.pending === doc) {
        this.pending = null;
        keep(`unsaved:${this.id}`, null);
        this.#to("saved");
        this.dispatchEvent(new CustomEvent("saved", { detail: { revision } }));
      } else {
        this.state = "waiting";
        this.#send();
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error) {
    if (error.status === 409 && error.body?.segments) {
      this.theirs = error.body;
      this.#to("conflict", error.message);
      news.dispatchEvent(new CustomEvent("conflict", { detail: this }));
      this.dispatchEvent(new CustomEvent("conflict", { detail: error.body }));
    } else if ([400, 404, 413, 422].includes(error.status)) {
      this.pending = null; // it stays in the browser's store; the next edit is another document
      this.#to("refused", error.message);
    } else {
      this.#to("waiting", error.status === 0 ? AWAY : error.message);
      const wait = WAITS_MS[Math.min(this.#failures++, WAITS_MS.length - 1)];
      this.#timer = setTimeout(() => this.#send(), wait);
    }
  }

  #to(state, message = "") {
    this.state = state;
    this.message = message;
    this.dispatchEvent(new CustomEvent("state"));
  }
}

const savers = new Map();

/** Tells `conflict` with the saver, whichever song is open. */
export const news = new EventTarget();

/** The one saver of a song in this page; it lives on when another song is looked at. */
export function saverOf(row) {
  let saver = savers.get(row.id);
  if (!saver) savers.set(row.id, (saver = new Saver(row.id, row.name, row.revision)));
  else if (!saver.busy && saver.state !== "conflict") saver.revision = row.revision;
  return saver;
}

export const allSavers = () => [...savers.values()];

/** What an earlier page could not save of this song, or null. */
export function leftOver(row) {
  const kept = recall(`unsaved:${row.id}`);
  if (savers.get(row.id)?.busy) return null;
  if (!kept || kept.name !== row.name || !Array.isArray(kept.doc?.segments)) return null;
  return kept;
}

export const dropLeftOver = (row) => keep(`unsaved:${row.id}`, null);
