// Everything that can be done to a song, with its keys. Buttons, keys and the help read this table.
//
// `keys` are KeyboardEvent.key values ("J" is Shift and j); "Ctrl+" stands for Cmd on a Mac as well.
// `run(room)` does it; what needs a song does nothing without one.

export const COMMANDS = [
  { id: "play", group: "Listen", keys: [" "], label: "Play or pause", run: (r) => r.player.toggle() },
  { id: "play-block", group: "Listen", keys: ["Enter"], label: "Play the chosen block", run: (r) => r.look.playBlock() },
  { id: "loop", group: "Listen", keys: ["l"], label: "Loop the chosen block", run: (r) => r.look.toggleLoop() },
  { id: "back", group: "Listen", keys: ["ArrowLeft"], label: "1 s back", run: (r) => r.look.step(-1) },
  { id: "on", group: "Listen", keys: ["ArrowRight"], label: "1 s on", run: (r) => r.look.step(1) },
  { id: "far-back", group: "Listen", keys: ["Shift+ArrowLeft"], label: "10 s back", run: (r) => r.look.step(-10) },
  { id: "far-on", group: "Listen", keys: ["Shift+ArrowRight"], label: "10 s on", run: (r) => r.look.step(10) },
  { id: "frame-back", group: "Listen", keys: [","], label: "One frame (20 ms) back", run: (r) => r.look.step(-0.02) },
  { id: "frame-on", group: "Listen", keys: ["."], label: "One frame on", run: (r) => r.look.step(0.02) },
  { id: "home", group: "Listen", keys: ["Home"], label: "To the start", run: (r) => r.look.go(0) },
  { id: "end", group: "Listen", keys: ["End"], label: "To the end", run: (r) => r.look.go(r.view.duration) },

  { id: "before", group: "Choose", keys: ["ArrowUp"], label: "Block before", run: (r) => r.look.chooseNext(-1) },
  { id: "after", group: "Choose", keys: ["ArrowDown"], label: "Next block", run: (r) => r.look.chooseNext(1) },
  { id: "singing", group: "Choose", keys: ["1"], label: "Correct singing", run: (r) => r.setLabel("singing") },
  { id: "speech", group: "Choose", keys: ["2"], label: "Correct speech", run: (r) => r.setLabel("speech") },
  { id: "unselect", group: "Choose", keys: ["Escape"], label: "Choose nothing", run: (r) => r.select(null) },

  { id: "add", group: "Correct", keys: ["a"], label: "Add a block at the playhead", run: (r) => r.addHere() },
  { id: "split", group: "Correct", keys: ["s"], label: "Split at the playhead", run: (r) => r.splitHere() },
  { id: "merge", group: "Correct", keys: ["m"], label: "Merge with the next block", run: (r) => r.mergeNext() },
  { id: "delete", group: "Correct", keys: ["Delete", "Backspace"], label: "Delete the block", run: (r) => r.removeBlock() },
  { id: "relabel", group: "Correct", keys: ["t"], label: "Turn singing into speech, or back", run: (r) => r.relabelBlock() },
  { id: "start-here", group: "Correct", keys: ["i", "["], label: "Start the block at the playhead", run: (r) => r.edgeHere("start_s") },
  { id: "end-here", group: "Correct", keys: ["o", "]"], label: "End the block at the playhead", run: (r) => r.edgeHere("end_s") },
  { id: "start-earlier", group: "Correct", keys: ["j"], label: "Start 20 ms earlier", run: (r) => r.nudge("start_s", -0.02) },
  { id: "start-later", group: "Correct", keys: ["k"], label: "Start 20 ms later", run: (r) => r.nudge("start_s", 0.02) },
  { id: "end-earlier", group: "Correct", keys: ["J"], label: "End 20 ms earlier", run: (r) => r.nudge("end_s", -0.02) },
  { id: "end-later", group: "Correct", keys: ["K"], label: "End 20 ms later", run: (r) => r.nudge("end_s", 0.02) },
  { id: "undo", group: "Correct", keys: ["Ctrl+z"], label: "Undo", run: (r) => r.undo() },
  { id: "redo", group: "Correct", keys: ["Ctrl+y", "Ctrl+Shift+z"], label: "Redo", run: (r) => r.redo() },
  { id: "check", group: "Correct", keys: ["x"], label: "Checked by me, or not", run: (r) => r.setChecked(!r.checked) },

  { id: "in", group: "See", keys: ["+", "="], label: "Zoom in", run: (r) => r.look.zoom(0.5) },
  { id: "out", group: "See", keys: ["-"], label: "Zoom out", run: (r) => r.look.zoom(2) },
  { id: "fit", group: "See", keys: ["0"], label: "The whole song", run: (r) => r.view.fit() },
  { id: "show-block", group: "See", keys: ["z"], label: "Zoom to the chosen block", run: (r) => r.look.showBlock() },
  { id: "middle", group: "See", keys: ["f"], label: "Keep the playhead in the middle", run: (r) => r.look.toggle("middle") },
  { id: "curve", group: "See", keys: ["c"], label: "Score curve", run: (r) => r.look.toggle("curve") },
  { id: "spectrum", group: "See", keys: ["g"], label: "Spectrogram", run: (r) => r.look.toggle("spectrum") },

  { id: "save", group: "Songs", keys: ["Ctrl+s"], label: "Save and download", run: (r) => r.openSaves() },
  { id: "next-song", group: "Songs", keys: ["n"], label: "Next song", run: (r) => r.otherSong(1) },
  { id: "last-song", group: "Songs", keys: ["b"], label: "Song before", run: (r) => r.otherSong(-1) },
];

const SIGNS = {
  " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Delete: "Del", Backspace: "⌫",
};

/** How a key is written for people: a list of caps to press together. */
export function caps(key) {
  return key.split(/\+(?=.)/).flatMap((part) => {
    if (SIGNS[part]) return [SIGNS[part]];
    if (/^[A-Z]$/.test(part)) return ["Shift", part];
    return [part.length === 1 ? part.toUpperCase() : part];
  });
}

/** The keys of a command in words. */
export const keyOf = (id) => caps(COMMANDS.find((c) => c.id === id).keys[0]).join("+");
