// The list of songs beside the room: found, filtered, sorted; what runs and what waits.

import { clock, count, percent } from "./clock.js";
import { sure } from "./dialogs.js";
import { byId, el, icon } from "./dom.js";
import { busy, library } from "./library.js";
import { notice, say, trying } from "./notices.js";

const nodes = new Map(); // id -> its <li>
let current = null;
let chosenModel = () => undefined;

const SHOWN = {
  all: () => true,
  unchecked: (row) => row.status === "done" && !row.checked,
  checked: (row) => row.checked,
  open: (row) => row.model === null,
  failed: (row) => row.status === "failed" || row.status === "missing",
};
const last = (value) => (value === null || value === undefined ? Infinity : value);
const ORDERS = {
  given: null,
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  most: (a, b) => last(a.vocal_fraction === null ? null : -a.vocal_fraction) - last(b.vocal_fraction === null ? null : -b.vocal_fraction),
  least: (a, b) => last(a.vocal_fraction) - last(b.vocal_fraction),
  first: (a, b) => last(a.first_vocal_s) - last(b.first_vocal_s),
};

/** Wire the list; `model()` is the model to detect with. */
export function songList({ model }) {
  chosenModel = model;
  for (const id of ["find", "show", "sort"]) byId(id).addEventListener("input", arrange);
  byId("detect-all").addEventListener("click", detectAll);
  byId("cancel-all").addEventListener("click", () => trying(async () => {
    await Promise.allSettled(library.list.filter(busy).map((row) => library.cancel(row.id)));
    say("Cancelled");
  }));
  library.addEventListener("all", arrange);
  library.addEventListener("gone", ({ detail }) => { nodes.get(detail)?.remove(); nodes.delete(detail); arrange(); });
  library.addEventListener("row", ({ detail }) => update(detail));
}

/** Mark the song that is open. */
export function markCurrent(id) {
  current = id;
  for (const [key, node] of nodes) mark(node, key);
  const node = nodes.get(id);
  node?.scrollIntoView({ block: "nearest" });
}

/** The id of the song before (-1) or after (1) the open one, as the list shows them. */
export function neighbour(step) {
  const ids = [...byId("list").querySelectorAll("li[data-id]")].map((node) => node.dataset.id);
  const index = ids.indexOf(String(current));
  return ids[index < 0 ? 0 : index + step] ?? null;
}

function mark(node, id) {
  const here = String(id) === String(current);
  node.classList.toggle("current", here);
  const link = node.querySelector("a");
  if (here) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

function update(row) {
  const before = nodes.get(row.id);
  if (!before) return arrange();
  const held = before.contains(document.activeElement) ? document.activeElement.tagName : null;
  const now = node(row);
  before.replaceWith(now);
  if (held) (now.querySelector(held.toLowerCase()) ?? now.querySelector("a")).focus();
  tally();
  return undefined;
}

function arrange() {
  const wanted = byId("find").value.trim().toLowerCase();
  const show = SHOWN[byId("show").value];
  const order = ORDERS[byId("sort").value];
  let rows = library.list.filter((row) => row.name.toLowerCase().includes(wanted) && show(row));
  if (order) rows = rows.sort(order);
  nodes.clear();
  const none = library.rows.size
    ? "No song is like that."
    : "No songs yet. Add some above, or start earmark with a folder: earmark serve Music/";
  byId("list").replaceChildren(...(rows.length ? rows.map(node) : [el("li", {}, el("span", { class: "none" }, none))]));
  tally();
}

function tally() {
  const rows = library.list;
  const n = (status) => rows.filter((row) => row.status === status).length;
  const [running, waiting, checked] = [n("running"), n("waiting"), rows.filter((row) => row.checked).length];
  const parts = [count(rows.length, "song")];
  if (running + waiting) parts.push(`${running + waiting} in the queue`);
  else if (checked) parts.push(`${checked} checked`);
  const text = parts.join(" · ");
  if (byId("count").textContent !== text) byId("count").textContent = text;
  byId("cancel-all").hidden = running + waiting < 2;
  byId("detect-all").hidden = running + waiting > 0 || !rows.length;
  document.body.classList.toggle("empty", library.loaded && !rows.length);
}

async function detectAll() {
  await trying(async () => {
    const model = chosenModel() ?? library.state.model;
    let rows = library.list.filter((row) => row.status === "new");
    if (!rows.length) {
      rows = library.list.filter((row) => row.status !== "missing");
      const question = `All ${count(rows.length, "song")} again, with the model ${model}?`;
      if (!await sure(question, "Labels that you corrected or checked stay as they are.", "Detect all")) return;
    }
    const ids = rows.map((row) => row.id);
    await library.detectAll(ids, model);
    notice(`${count(ids.length, "song")} in the queue`);
  });
}

function node(row) {
  const li = el("li", { data: { id: String(row.id) } },
    el("a", { href: `#/song/${encodeURIComponent(row.id)}` },
      el("span", { class: "name" }, el("span", { title: row.name }, row.name), badge(row)),
      facts(row)),
    busy(row) ? el("button", {
      type: "button", class: "plain icon small", "aria-label": `Cancel ${row.name}`, title: "Cancel",
      on: { click: () => trying(() => library.cancel(row.id)) },
    }, icon("cross")) : null);
  nodes.set(row.id, li);
  mark(li, row.id);
  return li;
}

function badge(row) {
  if (row.checked) return el("span", { class: "tick", title: "Checked by a person" }, icon("tick"), el("span", { class: "unseen" }, "checked"));
  if (row.edited) return el("span", { class: "pen", title: "Corrected by hand" }, icon("pen"), el("span", { class: "unseen" }, "corrected"));
  return null;
}

function facts(row) {
  const box = (...children) => el("span", { class: "facts" }, ...children);
  const length = row.duration_s === null ? null : el("span", { class: "length" }, clock(row.duration_s));
  if (row.status === "running") {
    return box(el("progress", { max: 1, value: row.progress, "aria-label": `Listening to ${row.name}` }), el("span", {}, percent(row.progress)));
  }
  if (row.status === "waiting") return box("Waiting", length);
  if (row.status === "missing") return box(el("span", { class: "trouble" }, "The file is gone"));
  if (row.status === "failed") return box(el("span", { class: "trouble" }, row.message ?? "This failed."));
  if (row.vocal_fraction === null && row.message) return box(el("span", { class: "trouble", title: row.message }, row.message));
  if (row.vocal_fraction === null) return box(row.checked || row.edited ? "Labelled" : "Not listened to yet", length);
  return box(
    el("span", { class: "bar", "aria-hidden": "true" }, el("i", { style: { width: `${100 * row.vocal_fraction}%` } })),
    el("span", {}, `${percent(row.vocal_fraction)} sung`),
    row.first_vocal_s === null ? null : el("span", {}, `from ${clock(row.first_vocal_s)}`),
    length,
  );
}
