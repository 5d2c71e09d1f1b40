// Bringing together what was edited here, elsewhere and on earlier visits.

import { askJson, song } from "./api.js";
import { conflict } from "./conflict.js";
import { keyed } from "./edits.js";
import { notice, say } from "./notices.js";
import { leftOver } from "./saving.js";
import { showHead } from "./songhead.js";

/** What could not be saved, by this page or an earlier one, is put back and saved now. */
export function restore(room) {
  const { saver } = room;
  if (saver.busy) {
    room.history.push({ blocks: keyed(saver.pending.segments), touched: [] }, "Edits not saved yet");
    room.checked = saver.pending.checked;
    if (saver.state === "conflict") settle(room, saver.theirs);
    showHead(room);
    room.refresh();
    return;
  }
  const kept = leftOver(room.row);
  if (!kept) return;
  const { now } = room.history;
  room.history.push({ blocks: keyed(kept.doc.segments), touched: now.touched }, "Edits of an earlier visit");
  room.checked = kept.doc.checked;
  room.saver.revision = kept.revision; // saved by somebody since then: a conflict, and a choice
  room.save();
  room.refresh();
  notice("Edits that could not be saved on an earlier visit are back.");
}

/** Somebody else saved meanwhile: ask, and do as told. Undo brings back what was not chosen. */
export async function settle(room, theirs) {
  const { row, saver } = room;
  const mine = saver.pending;
  const duration = row.duration_s ?? room.view.duration;
  const choice = await conflict({ name: row.name, duration, mine, theirs });
  const here = room.row?.id === row.id; // another song may have been opened
  const { now } = room.history;
  const stated = { blocks: keyed(theirs.segments), touched: here ? now.touched : [] };
  const own = { blocks: keyed(mine.segments), touched: stated.touched };
  if (choice === "theirs") {
    saver.yieldTo(theirs.revision);
    if (!here) return;
    room.history.push(stated, "Took theirs");
    room.checked = theirs.checked;
  } else {
    if (here) {
      room.history.push(stated, "Their version");
      room.history.push(own, "Kept mine on top");
    }
    saver.insist(theirs.revision);
  }
  say(choice === "theirs" ? "Their version is shown" : "Your version is saved on top");
  showHead(room);
  room.refresh();
}

/** What a person took away on an earlier visit: decoded as then, and not among what was kept. */
export async function takenAway(room) {
  const { before } = room;
  room.before = null;
  if (!before) return [];
  const { segments } = await askJson(song(room.row.id, "/decode"), { method: "POST", json: before.decoding });
  return segments.filter((d) => !before.segments.some((s) => s.label === d.label && s.start_s < d.end_s && s.end_s > d.start_s));
}
