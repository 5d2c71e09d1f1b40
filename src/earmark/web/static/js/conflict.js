// Somebody else saved this song in between: both versions side by side, and a choice.

import { dialog } from "./dialogs.js";
import { clock } from "./clock.js";
import { el } from "./dom.js";
import { ofLabel, palette } from "./paint.js";

/** Resolves to "theirs" or "mine". */
export function conflict({ name, duration, mine, theirs }) {
  const side = (title, version) => {
    const picture = el("canvas", { width: 520, height: 44, "aria-hidden": "true" });
    const context = picture.getContext("2d");
    context.fillStyle = palette().unsung;
    context.fillRect(0, 0, 520, 44);
    let total = 0;
    for (const segment of version.segments) {
      if (segment.label === "singing") total += segment.end_s - segment.start_s;
      context.fillStyle = ofLabel(segment.label).fill;
      const x = (segment.start_s / duration) * 520;
      const half = segment.label === "speech" ? 22 : 0;
      context.fillRect(x, half, Math.max(1, (segment.end_s / duration) * 520 - x), 44 - half);
    }
    return el("div", {}, el("h3", {}, title),
      el("p", { class: "muted" }, `${version.segments.length} blocks, ${clock(total)} sung${version.checked ? ", checked" : ""}`), picture);
  };
  return dialog("This song was changed in another tab", {
    firm: true,
    body: el("div", {},
      el("p", {}, `“${name}” was saved elsewhere after you opened it. Your last edit is not saved yet.`),
      el("div", { class: "sides" }, side("Theirs (saved)", theirs), side("Yours (on this page)", mine)),
      el("p", { class: "small-print" }, "Nothing is lost: whichever you choose, Undo brings the other one back while this page is open.")),
    acts: [
      { label: "Take theirs", value: "theirs" },
      { label: "Keep mine on top", value: "mine", kind: "main" },
    ],
  });
}
