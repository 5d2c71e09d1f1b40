// Files on their way to the server: dropped or picked, two at a time, with progress and cancel.

import { AWAY } from "./api.js";
import { byId, el, icon } from "./dom.js";
import { library } from "./library.js";
import { notice, say, trying } from "./notices.js";

const AT_ONCE = 2;
const waiting = [];
let going = 0;

/** Wire the picker and the whole window as a place to drop files. */
export function uploads({ model }) {
  const picker = byId("files");
  picker.addEventListener("change", () => {
    take([...picker.files], model);
    picker.value = "";
  });
  let depth = 0; // dragenter and dragleave come for every element passed
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const show = (on) => { byId("dropping").hidden = !on; };
  addEventListener("dragenter", (event) => { if (files(event)) { depth++; show(true); } });
  addEventListener("dragleave", (event) => { if (files(event) && --depth <= 0) { depth = 0; show(false); } });
  addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    trying(async () => take(await dropped(event.dataTransfer), model));
  });
}

/** The files of a drop, those in folders as well (of which only what looks like audio). */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  const walk = async (entry, top) => {
    if (entry.isFile) {
      const file = await new Promise((yes, no) => entry.file(yes, no));
      if (top || looksLikeAudio(file.name)) found.push(file);
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const part = await new Promise((yes, no) => reader.readEntries(yes, no));
      if (!part.length) return;
      for (const inner of part) await walk(inner, false);
    }
  };
  for (const entry of entries) await walk(entry, true);
  if (!found.length) notice("There is no audio file in that folder.", { bad: true });
  return found;
}

function looksLikeAudio(name) {
  const lower = name.toLowerCase();
  return library.state.suffixes.some((suffix) => lower.endsWith(suffix));
}

function take(files, model) {
  if (!files.length) return;
  say(`Adding ${files.length === 1 ? files[0].name : `${files.length} files`}`);
  for (const file of files) {
    const upload = row(file);
    const most = library.state.max_upload_bytes;
    if (most && file.size > most) {
      upload.failed(`This file has ${size(file.size)}; at most ${size(most)} can be added. Start earmark with its folder instead.`);
      continue;
    }
    waiting.push({ file, upload, model });
  }
  next();
}

const size = (bytes) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`);

function next() {
  while (going < AT_ONCE && waiting.length) {
    const job = waiting.shift();
    if (job.upload.cancelled) continue;
    going++;
    send(job).finally(() => { going--; next(); });
  }
}

/** One file; XMLHttpRequest, since fetch tells nothing of how far an upload is. */
function send({ file, upload, model }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-Earmark", "1");
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) upload.progress(event.loaded / event.total); };
    request.onload = () => {
      if (request.status === 201 || request.status === 200) {
        upload.done();
        const { row: added } = request.response;
        if (!library.rows.has(added.id)) library.put(added);
        if (added.status === "new") trying(() => library.detect(added.id, model()));
      } else {
        upload.failed(request.response?.error ?? `The server answered ${request.status}.`);
      }
    };
    request.onerror = () => upload.failed(AWAY, () => { waiting.push({ file, upload: row(file), model }); next(); });
    request.onabort = () => upload.done();
    request.onloadend = resolve;
    upload.abort = () => request.abort();
    request.send(file);
  });
}

/** The row of a file on its way. */
function row(file) {
  const list = byId("uploads");
  const bar = el("progress", { max: 1, value: 0, "aria-label": `Adding ${file.name}` });
  const close = el("button", { type: "button", class: "plain icon small", "aria-label": `Stop adding ${file.name}` }, icon("cross"));
  const node = el("li", {}, el("span", { class: "name", title: file.name }, file.name), close, bar);
  const gone = () => { node.remove(); list.hidden = !list.children.length; };
  const upload = {
    cancelled: false,
    abort: null,
    progress(part) { bar.value = part; },
    done: gone,
    failed(message, again = null) {
      bar.replaceWith(el("span", { class: "said", role: "alert" }, message));
      close.setAttribute("aria-label", `Close the message about ${file.name}`);
      upload.abort = null;
      if (again) close.before(el("button", { type: "button", class: "small", on: { click: () => { gone(); again(); } } }, "Try again"));
    },
  };
  close.addEventListener("click", () => {
    upload.cancelled = true;
    if (upload.abort) upload.abort();
    gone();
  });
  list.append(node);
  list.hidden = false;
  return upload;
}
