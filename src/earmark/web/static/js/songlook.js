// What the room of a song consists of. The parts are made once and filled for each song.

import { COMMANDS, keyOf } from "./commands.js";
import { byId, el, icon, tool } from "./dom.js";

/** Build the room inside its section; the parts by name. `run(id)` runs a command. */
export function lay(run) {
  const part = {};
  const named = (name, node) => (part[name] = node);
  const label = (id) => COMMANDS.find((c) => c.id === id).label;
  const button = (id, drawing, extra = {}) =>
    named(id, tool(drawing, { label: label(id), key: keyOf(id), press: () => run(id), ...extra }));

  const head = el("div", { class: "song-head" },
    el("div", { class: "names" },
      el("a", { class: "back", href: "#/" }, icon("back"), "All songs"),
      named("title", el("h1", { id: "title", tabIndex: -1 })),
      named("facts", el("p", { class: "facts" }))),
    el("div", { class: "acts" },
      named("saved", el("span", { id: "saved", role: "status" })),
      el("label", { class: "check", title: `A person listened to all of it and its blocks are right (${keyOf("check")})` },
        named("checked", el("input", { type: "checkbox", id: "checked" })), "Checked by me"),
      named("save", el("button", { type: "button", id: "save", class: "main", title: `Save and download (${keyOf("save")})`, on: { click: () => run("save") } }, icon("save"), "Save…")),
      named("forget", el("button", { type: "button", class: "icon", id: "forget" }, icon("bin"), named("forgetWord", el("span", { class: "text" }))))));

  const pictures = el("div", { class: "panel pictures" },
    named("overview", el("canvas", { id: "overview", role: "img", "aria-label": "The whole song; press to go there" })),
    named("holder", el("div", {
      class: "wave-holder", tabIndex: 0, role: "slider", "aria-label": "Playhead", "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0",
    }, named("wave", el("canvas", { id: "wave" })), named("spectrumCanvas", el("canvas", { id: "spectrum", hidden: true })))),
    named("legend", el("div", { class: "legend" },
      el("span", {}, el("i", { class: "l-wave" }), "sound"),
      el("span", {}, el("i", { class: "l-sung" }), "singing"),
      named("spokenLegend", el("span", {}, el("i", { class: "l-spoken" }), "speech")),
      el("span", {}, el("i", { class: "l-unsung" }), "neither"),
      named("curveLegend", el("span", {}, el("i", { class: "l-curve" }), "score, with its thresholds")),
      named("where", el("span", { class: "where" })))));

  const transport = el("div", { class: "bars", role: "toolbar", "aria-label": "Listen and look" },
    el("div", { class: "group" },
      named("play", tool("play", { label: "Play", key: "Space", id: "play", class: "main icon", press: () => run("play") })),
      button("loop", "loop", { pressed: false, word: "Loop" }),
      named("rate", el("select", { "aria-label": "Speed" },
        [0.5, 0.75, 1, 1.25, 1.5, 2].map((v) => el("option", { value: String(v), selected: v === 1 }, `${v}×`))))),
    named("clock", el("div", { class: "clock" })),
    el("div", { class: "group" }, button("out", "out", { word: "Zoom out" }), button("in", "in", { word: "Zoom in" }), button("fit", "fit", { word: "Whole" }),
      button("middle", "middle", { pressed: true, text: "Middle" }), button("curve", "curve", { pressed: true, text: "Score" }),
      button("spectrum", "spectrum", { pressed: false, text: "Spectrogram", id: "spectrum-toggle" })),
  );
  const tools = el("div", { class: "bars", role: "toolbar", "aria-label": "Correct" },
    named("labels", el("div", { class: "joined", role: "group", "aria-label": "Which label to correct" })),
    el("div", { class: "group" },
      button("undo", "undo", { id: "undo", word: "Undo" }), button("redo", "redo", { id: "redo", word: "Redo" })),
    el("div", { class: "group" },
      button("add", "add", { text: "Add", id: "add" }), button("split", "split", { text: "Split", id: "split" }),
      button("merge", "merge", { text: "Merge", id: "merge" }), button("delete", "bin", { text: "Delete", id: "delete" }),
      button("relabel", "pen", { text: "Relabel", id: "relabel" })),
  );
  const below = el("div", { class: "below" },
    named("decoding", el("section", { class: "panel", "aria-labelledby": "decoding-title" })),
    el("section", { class: "panel", "aria-labelledby": "blocks-title" },
      el("h2", { id: "blocks-title" }, "Blocks ", named("blocksCount", el("span", { class: "muted" }))),
      named("blocks", el("ul", { class: "blocks", role: "listbox", tabIndex: 0, "aria-labelledby": "blocks-title" }))));
  byId("room-song").replaceChildren(head, named("note", el("div", { id: "song-note", class: "note", hidden: true })),
    pictures, transport, tools, below);
  return part;
}
