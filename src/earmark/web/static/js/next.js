// What to label next: the songs and the places where a correction teaches most.

import { askJson } from "./api.js";
import { clock } from "./clock.js";
import { byId, el } from "./dom.js";

const meter = (value) => el("span", { class: "meter", title: `Uncertainty ${Math.round(100 * value)} %` },
  el("i", { style: { width: `${Math.round(100 * Math.min(1, value))}%` } }), el("span", { class: "unseen" }, `uncertainty ${Math.round(100 * value)} %`));

let asked = null; // what is asked for now; the server stops where it is not waited for

/** Nobody looks any more. */
export const leaveNext = () => asked?.abort();

/** Fill the room anew. */
export async function openNext() {
  asked?.abort();
  asked = new AbortController();
  const room = byId("room-next");
  const frame = (...inside) => room.replaceChildren(
    el("div", { class: "head" }, el("h1", { id: "next-title", tabIndex: -1 }, "What to label next")),
    el("p", { class: "lead" }, "Here the model is unsure (the bars), and each place differs from those above it, so the bars do not only fall. Correct them first: they teach it most."),
    ...inside);
  if (!room.children.length) frame(el("p", { class: "muted" }, "Looking…"));
  try {
    const { songs, places } = await askJson("/api/next?count=12", { signal: asked.signal });
    if (!songs.length && !places.length) {
      frame(el("p", { class: "note" }, "Nothing yet: add songs and let earmark listen to them first. Songs that you checked are left out."));
      return;
    }
    const jump = (item, href, when) => el("li", {}, el("a", { href },
      el("span", { class: "name" }, item.name), el("span", { class: "when" }, when ?? ""),
      el("span", { class: "why" }, item.why ?? ""), meter(item.uncertainty)));
    frame(el("div", { class: "columns" },
      el("section", { class: "panel" }, el("h2", {}, "Places of 10 seconds"),
        el("ul", { class: "jumps" }, places.map((p) => jump(p, `#/song/${encodeURIComponent(p.id)}/${p.start_s}-${p.end_s}`, clock(p.start_s))))),
      el("section", { class: "panel" }, el("h2", {}, "Whole songs"),
        el("ul", { class: "jumps" }, songs.map((s) => jump(s, `#/song/${encodeURIComponent(s.id)}`, ""))))));
  } catch (error) {
    if (error.name === "AbortError") return;
    frame(el("p", { class: "note bad", role: "alert" }, error.message));
  }
}
