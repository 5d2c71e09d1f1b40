// Keeping an open song in step with the server: its labels and curve are read, and news of it heard.

import { askJson, song as path } from "./api.js";
import { Curve } from "./curve.js";
import { bare, History, keyed } from "./edits.js";
import { busy } from "./library.js";
import { notice, say, trying } from "./notices.js";
import { showHead, showLabels } from "./songhead.js";

/** Read the song's labels; `fresh` begins a new history, else they are one more step. */
export async function read(room, { fresh = false, what = "Read anew", again = false } = {}) {
  const { id } = room.row;
  const detail = await askJson(path(id), { signal: room.gone.signal });
  if (room.row?.id !== id || (!fresh && room.saver.busy)) return; // edited meanwhile: saving tells
  if (!detail.duration_s && !again) { // only reading it through tells how long it is
    await room.peaks.open(1);
    await read(room, { fresh, what, again: true });
    return;
  }
  room.row = { ...room.row, ...detail };
  room.labels = detail.labels?.length ? detail.labels : ["singing"];
  if (!room.labels.includes(room.label)) room.label = room.labels[0];
  room.hop = detail.hop_s || 0.02;
  room.checked = detail.checked;
  if (!room.saver.busy) room.saver.revision = detail.revision;
  const blocks = keyed(detail.segments);
  room.before = detail.edited ? { segments: detail.segments, decoding: detail.decoding } : null;
  const same = JSON.stringify(bare(room.history.now.blocks)) === JSON.stringify(detail.segments);
  if (fresh) room.history = new History({ blocks, touched: [] });
  else if (!same) room.history.push({ blocks, touched: [] }, what);
  if (detail.duration_s) {
    const known = room.view.duration === detail.duration_s;
    room.view.duration = room.spectrum.duration = detail.duration_s;
    if (!known) room.view.set({});
    if (!room.peaks.coarse) room.peaks.open(detail.duration_s);
  }
  room.decoding.open(id, detail.decoding ?? {}, detail.own);
  if (detail.model !== null) room.decoding.models(detail.model);
  showHead(room);
  showLabels(room);
  room.refresh();
  if (room.row.model !== null) await readCurve(room);
}

/** Read the curve of the label that is corrected. */
export async function readCurve(room) {
  const { label } = room;
  try {
    room.curves.set(label, await Curve.read(room.row.id, label, room.gone.signal));
    room.draw();
  } catch (error) {
    if (error.name !== "AbortError" && error.status !== 404) throw error;
  }
}

/** The server told something new of the song. */
export function heard(room, row) {
  const { row: before, saver } = room;
  room.row = { ...before, ...row };
  showHead(room);
  const finished = busy(before) && row.status === "done";
  const elsewhere = row.revision > saver.revision && !saver.busy && saver.state !== "conflict" && !room.dragged;
  if (finished) {
    room.curves.clear();
    trying(() => read(room, { fresh: before.model === null, what: "Detected anew" }));
    say(`${row.name}: done`);
    if (row.checked) notice("Listened to anew. The labels that you checked stay.");
    else if (row.edited) notice("Listened to anew. Your labels stay; move a slider to decode the rest anew.");
  } else if (elsewhere) {
    trying(async () => {
      await read(room, { what: "Changed in another tab" });
      notice("This song was changed in another tab; you see its newest version.");
    });
  } else if (before.status === "missing" && row.status !== "missing") room.player.load(row.audio_url);
  if (before.status === "new" && row.duration_s && !before.duration_s) trying(() => read(room, { fresh: true }));
  if (!room.peaks.coarse && room.row.duration_s) room.peaks.open(room.row.duration_s);
  room.refresh();
}
