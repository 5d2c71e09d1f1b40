// Saving and downloading: every format, as a download or as the file beside a song of the folder.

import { askJson, song } from "./api.js";
import { dialog, sure } from "./dialogs.js";
import { el } from "./dom.js";
import { library } from "./library.js";
import { notice, trying } from "./notices.js";

/** Open the dialog; `saver` has the last edits on their way first. */
export function saves(row, saver) {
  const beside = row.where === "folder";
  const download = (format) => trying(async () => {
    await saver.settled();
    const link = el("a", { href: song(row.id, `/labels?format=${encodeURIComponent(format.name)}`), download: "" });
    document.body.append(link);
    link.click();
    link.remove();
  });
  const body = el("div", {},
    el("p", { class: "small-print" }, beside
      ? "Every edit is kept by earmark as it happens. Here you get files for other programs, or write one beside the song."
      : "Every edit is kept by earmark as it happens. Here you get files for other programs."),
    el("table", { class: "saves" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Format"), el("th", { scope: "col", class: "suffix" }, "File"), el("th", {}, el("span", { class: "unseen" }, "Get it")))),
      groups(library.state.formats).map(([group, formats]) => el("tbody", {},
        el("tr", {}, el("th", { scope: "rowgroup", colspan: 3, class: "group" }, group)),
        formats.map((format) => el("tr", {},
          el("td", {}, format.title),
          el("td", { class: "suffix muted" }, format.suffix),
          el("td", {}, el("div", { class: "row" },
            el("button", { type: "button", class: "small", "aria-label": `Download ${format.name}`, data: { download: format.name }, on: { click: () => download(format) } }, "Download"),
            beside && el("button", { type: "button", class: "small", "aria-label": `Write ${format.name} beside the song`, data: { beside: format.name }, on: { click: () => write(row, saver, format) } }, "Write beside")))))))));
  return dialog(`Save ${row.name}`, { body });
}

/** What the formats are for, with those that are for it, as the server orders them. */
function groups(formats) {
  const found = new Map();
  for (const format of formats) found.set(format.group, [...(found.get(format.group) ?? []), format]);
  return [...found];
}

function write(row, saver, format) {
  return trying(async () => {
    await saver.settled();
    const put = (overwrite) => askJson(song(row.id, "/save"), { method: "POST", json: { format: format.name, overwrite } });
    try {
      notice(`Written: ${(await put(false)).path}`);
    } catch (error) {
      if (error.status !== 409) throw error;
      if (await sure("Replace that file?", error.message, "Replace it")) notice(`Written: ${(await put(true)).path}`);
    }
  });
}
