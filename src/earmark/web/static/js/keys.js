// Keys do what the commands say, unless something is typed into; `?` shows them all.

import { caps, COMMANDS } from "./commands.js";
import { anyOpen, dialog } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { keep, recall } from "./kept.js";

const BY_KEY = new Map(COMMANDS.flatMap((command) => command.keys.map((key) => [key, command])));

/** Wire them; `room()` is the open song's room or null. */
export function keys(room) {
  byId("keys").addEventListener("click", help);
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || anyOpen()) return;
    const name = nameOf(event);
    const single = !name.startsWith("Ctrl+");
    if (typing(event.target, event.key)) return;
    if (single && !recall("single-keys", true)) {
      const own = event.target.closest?.(".wave-holder, .blocks"); // there keys are always meant
      if (!own && event.key !== "Escape") return;
    }
    if (name === "?") {
      event.preventDefault();
      help();
      return;
    }
    const command = BY_KEY.get(name);
    if (!command || !room()) return;
    event.preventDefault();
    if (event.repeat && [" ", "Enter"].includes(event.key)) return;
    command.run(room());
  });
}

function nameOf(event) {
  const { key } = event;
  if (event.ctrlKey || event.metaKey) return `Ctrl+${event.shiftKey ? "Shift+" : ""}${key.length === 1 ? key.toLowerCase() : key}`;
  return event.shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : key;
}

/** Whether the element under the focus needs this key itself. */
function typing(target, key) {
  const tag = target.tagName;
  if (tag === "INPUT" && target.type === "range") return /^(Arrow|Home|End|Page)/.test(key);
  if (tag === "INPUT" && (target.type === "checkbox" || target.type === "file")) return key === " " || key === "Enter";
  if (tag === "INPUT" || tag === "TEXTAREA" || tag === "SELECT" || target.isContentEditable) return true;
  if (tag === "BUTTON" || tag === "A" || tag === "SUMMARY") return key === " " || key === "Enter";
  return false;
}

function help() {
  if (anyOpen()) return;
  const groups = [...new Set(COMMANDS.map((command) => command.group))];
  const name = (key) => el("span", {}, caps(key).flatMap((cap, i) => [i ? " " : "", el("kbd", {}, cap)]));
  const single = el("input", {
    type: "checkbox", checked: recall("single-keys", true), on: { change: () => keep("single-keys", single.checked) },
  });
  dialog("Keys and mouse", {
    wide: true,
    body: el("div", {},
      el("div", { class: "keys" },
        groups.map((group) => el("section", {}, el("h3", {}, group),
          el("dl", {}, COMMANDS.filter((c) => c.group === group).flatMap((command) => [
            el("dt", {}, command.keys.filter((key, i) => !i || key.length < 10).slice(0, 2).map(name)), el("dd", {}, command.label),
          ])))),
        el("section", {}, el("h3", {}, "Mouse and fingers"), el("dl", {}, [
          ["Click", "go there, choose the block"], ["Drag an edge", "move it"], ["Drag", "move the song"],
          ["Shift + drag", "draw a new block"], ["Wheel, pinch", "zoom"], ["Shift + wheel", "move sideways"],
        ].flatMap(([what, does]) => [el("dt", {}, what), el("dd", {}, does)])))),
      el("label", { class: "row" }, single, "Keys without Ctrl work everywhere on the page"),
      el("p", { class: "small-print" }, "Switched off, they work in the picture and in the list of blocks only.")),
  });
}
