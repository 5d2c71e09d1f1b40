// The rows of all songs, as the server tells them. Everybody who shows songs listens here.

import { askJson, song } from "./api.js";

/** Events: `row` with a row, `gone` with an id, `all` when everything was read anew, `state`. */
export class Library extends EventTarget {
  rows = new Map();
  state = { models: [], formats: [], teach: { available: false, how: "" }, suffixes: [], model: "singing" };
  loaded = false;

  /** Read all anew. */
  async load() {
    const [state, { songs }] = await Promise.all([askJson("/api/state"), askJson("/api/songs")]);
    this.state = state;
    this.rows = new Map(songs.map((row) => [row.id, row]));
    this.loaded = true;
    this.#tell("state", state);
    this.#tell("all", null);
  }

  put(row) {
    this.rows.set(row.id, row);
    this.#tell("row", row);
  }

  drop(id) {
    if (this.rows.delete(id)) this.#tell("gone", id);
  }

  setModels(models) {
    this.state = { ...this.state, models };
    this.#tell("state", this.state);
  }

  get list() { return [...this.rows.values()]; }

  detect(id, model) { return askJson(song(id, "/detect"), { method: "POST", json: model ? { model } : {} }); }
  detectAll(ids, model) { return askJson("/api/detect", { method: "POST", json: model ? { ids, model } : { ids } }); }
  cancel(id) { return askJson(song(id, "/job"), { method: "DELETE" }); }
  forget(id) { return askJson(song(id), { method: "DELETE" }); }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}

export const library = new Library();
export const busy = (row) => row.status === "waiting" || row.status === "running";
