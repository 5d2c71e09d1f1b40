// Fills the parts of a song's room: its head, notes, clock and buttons, from the room's state.

import { AWAY } from "./api.js";
import { clock, percent } from "./clock.js";
import { keyOf } from "./commands.js";
import { el } from "./dom.js";
import { find } from "./edits.js";
import { busy, library } from "./library.js";
import { trying } from "./notices.js";

const SAVED = { saved: "All edits saved", saving: "Saving…", conflict: "Changed in another tab" };

export function showHead(room) {
  const { part, row, saver } = room;
  if (!row) return;
  part.title.textContent = row.name;
  document.title = `${row.name} – earmark`;
  const fact = (name, value) => el("span", {}, `${name} `, el("b", {}, value));
  part.facts.replaceChildren(
    ...[
      row.duration_s === null ? null : fact("Length", clock(row.duration_s)),
      row.vocal_fraction === null ? null : fact("Sung", percent(row.vocal_fraction)),
      row.vocal_fraction === null ? null : fact("First voice", row.first_vocal_s === null ? "none" : clock(row.first_vocal_s, 1)),
      row.model ? fact("Model", row.model) : null,
      row.edited ? el("span", {}, "Corrected by hand") : null,
    ].filter(Boolean));
  part.checked.checked = room.checked;
  const text = { ...SAVED, waiting: `Not saved yet, trying again: ${saver.message}`, refused: `Not saved: ${saver.message}` }[saver.state];
  const shown = saver.state === "saved" && !row.edited && !row.checked && !room.history.canUndo ? "" : text;
  if (part.saved.textContent !== shown) part.saved.textContent = shown;
  part.saved.className = ["waiting", "refused", "conflict"].includes(saver.state) ? "bad" : "";
  const forget = row.where === "upload" ? "Remove this song" : "Forget this song's labels";
  part.forget.setAttribute("aria-label", forget);
  part.forget.title = forget;
  part.forgetWord.textContent = forget.split(" ")[0];
  room.decoding.enable({
    scored: row.model !== null, checked: room.checked, idle: !busy(row) && row.status !== "missing",
  });
  showNote(room);
}

/** What stands above the pictures: a job that runs, or what is wrong. */
export function showNote(room) {
  const { part, row } = room;
  if (!row) return;
  const { note } = part;
  const reason = row.status === "missing"
    ? `The file of “${row.name}” is gone: it was moved, renamed or deleted. Its labels are kept; put the file back to hear it.`
    : room.trouble ?? (row.status === "failed" ? row.message ?? "This song could not be listened to." : room.peaks?.error ?? null);
  const wrong = reason === AWAY ? null : reason; // the bar at the top says so already
  if (busy(row)) {
    note.className = "note";
    const bar = note.querySelector("progress");
    const text = row.status === "waiting" ? "Waiting in the queue" : `Listening… ${percent(row.progress)}`;
    if (bar) {
      bar.value = row.progress;
      note.firstChild.textContent = text;
    } else {
      note.replaceChildren(el("p", {}, text), el("progress", { max: 1, value: row.progress, "aria-label": "Listening" }),
        el("button", { type: "button", class: "small", id: "cancel", on: { click: () => trying(() => library.cancel(row.id)) } }, "Cancel"));
    }
  } else if (wrong) {
    note.className = "note bad";
    note.replaceChildren(el("p", { role: "alert" }, wrong));
  } else if (row.model === null || row.status === "new") {
    note.className = "note";
    const whose = row.checked || row.edited ? "These labels are a person's. " : "";
    note.replaceChildren(el("p", {}, row.message ?? `${whose}earmark has not listened to this song yet.`),
      el("button", { type: "button", class: "small main", on: { click: () => room.detect(room.decoding.model.value) } }, "Find the singing"));
  } else if (row.message) {
    note.className = "note warn";
    note.replaceChildren(el("p", {}, row.message));
  }
  note.hidden = !(busy(row) || wrong || row.message || row.model === null || row.status === "new");
}

export function showClock(room) {
  const { part, view, player } = room;
  const t = player.time;
  part.clock.replaceChildren(clock(t, 2), el("small", {}, ` / ${clock(view.duration, 1)}`));
  const holder = part.holder;
  if (player.playing && Math.abs(t - Number(holder.getAttribute("aria-valuenow"))) < 5) return;
  const there = room.blocks.filter((b) => b.start_s <= t && t < b.end_s).map((b) => b.label);
  holder.setAttribute("aria-valuemax", view.duration.toFixed(2));
  holder.setAttribute("aria-valuenow", t.toFixed(2));
  holder.setAttribute("aria-valuetext", `${clock(t, 1)} of ${clock(view.duration)}, ${there.join(" and ") || "neither singing nor speech"}`);
}

export function showTools(room) {
  const { part, history, player, view } = room;
  const playing = player.playing;
  part.play.querySelector("use").setAttribute("href", playing ? "#i-pause" : "#i-play");
  part.play.setAttribute("aria-label", playing ? "Pause" : "Play");
  part.play.title = `${playing ? "Pause" : "Play"} (${keyOf("play")})`;
  const press = (node, on) => node.setAttribute("aria-pressed", String(on));
  press(part.loop, player.loop !== null);
  press(part.middle, view.middle);
  press(part.curve, room.shows.curve);
  press(part.spectrum, room.shows.spectrum);
  part.undo.disabled = !history.canUndo;
  part.redo.disabled = !history.canRedo;
  const aimed = find(room.blocks, room.selected);
  for (const id of ["merge", "delete", "relabel"]) part[id].disabled = !aimed;
  part.relabel.hidden = room.labels.length < 2;
  part.spokenLegend.hidden = room.labels.length < 2;
  part.curveLegend.hidden = !room.shows.curve;
  part.where.textContent = aimed
    ? `Chosen: ${clock(aimed.start_s, 2)} – ${clock(aimed.end_s, 2)} (${(aimed.end_s - aimed.start_s).toFixed(2)} s)` : "";
  showClock(room);
}

/** The switch between singing and speech. */
export function showLabels(room) {
  room.part.labels.hidden = room.labels.length < 2;
  room.part.labels.replaceChildren(...room.labels.map((label) => el("button", {
    type: "button", class: "small", "aria-pressed": String(label === room.label), title: `Correct ${label} (${keyOf(label)})`,
    on: { click: () => room.setLabel(label) },
  }, el("i", { class: `swatch ${label}`, "aria-hidden": "true" }), label[0].toUpperCase() + label.slice(1))));
}
