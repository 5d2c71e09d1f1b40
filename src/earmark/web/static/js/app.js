// The page: rooms by address (#/song/3), the server's news, and what belongs to all rooms.

import { AWAY } from "./api.js";
import { byId } from "./dom.js";
import { Events } from "./events.js";
import { keys } from "./keys.js";
import { library } from "./library.js";
import { leaveNext, openNext } from "./next.js";
import { showModels } from "./models.js";
import { notice, say } from "./notices.js";
import { forgetPalette } from "./paint.js";
import { allSavers, news } from "./saving.js";
import { SongRoom } from "./song.js";
import { markCurrent, songList } from "./songlist.js";
import { Teaching } from "./teach.js";
import { themes } from "./theme.js";
import { uploads } from "./uploads.js";
import { showWelcome } from "./welcome.js";

const ROOMS = ["welcome", "song", "next", "teach", "models"];
const song = new SongRoom();
const teaching = new Teaching();
let first = true;

function enter(name) {
  for (const room of ROOMS) byId(`room-${room}`).hidden = room !== name;
  document.body.dataset.at = name === "welcome" ? "list" : "room";
  for (const link of document.querySelectorAll(".top nav a")) {
    const here = link.dataset.room === (name === "welcome" || name === "song" ? "songs" : name);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (name !== "song") {
    song.close();
    markCurrent(null);
    document.title = { next: "Label next – earmark", teach: "Teach – earmark", models: "Models – earmark" }[name] ?? "earmark";
  }
  if (name !== "teach") teaching.leave();
  if (name !== "next") leaveNext();
}

/** Show what the address says. */
function route() {
  if (!library.loaded) return;
  const [, name, id, place] = location.hash.split("/");
  if (name === "song") {
    const row = library.list.find((r) => String(r.id) === decodeURIComponent(id ?? ""));
    if (row) {
      enter("song");
      markCurrent(row.id);
      song.open(row, stretch(place));
    } else lost();
  } else if (name === "next") {
    enter("next");
    openNext();
  } else if (name === "teach") {
    enter("teach");
    teaching.open();
  } else if (name === "models") {
    enter("models");
    showModels();
  } else {
    enter("welcome");
    showWelcome();
  }
  if (!first) (byId("main").querySelector(".room:not([hidden]) h1") ?? byId("main")).focus({ preventScroll: true });
  first = false;
}

function lost() {
  notice("That song is not here any more.");
  location.replace("#/");
}

function stretch(text) {
  const found = /^([\d.]+)-([\d.]+)$/.exec(text ?? "");
  return found ? { start_s: Number(found[1]), end_s: Number(found[2]) } : null;
}

async function load() {
  try {
    await library.load();
    route();
  } catch (error) {
    if (error.status) notice(error.message, { bad: true });
    away();
  }
}

/** What was missed is read anew; the room stays as it is, and so does the focus. */
async function catchUp() {
  try {
    await Promise.all([library.load(), teaching.read()]);
    if (song.row && !library.rows.has(song.row.id)) lost();
    if (!byId("room-welcome").hidden) showWelcome();
  } catch (error) {
    if (error.status) notice(error.message, { bad: true }); // else it is away, which is told
  }
}

function away() {
  const box = byId("offline");
  if (!box.hidden) return;
  box.textContent = `${AWAY} Trying again…`;
  box.hidden = false;
}

const events = new Events();
events.addEventListener("away", away);
events.addEventListener("here", ({ detail }) => {
  byId("offline").hidden = true;
  if (!library.loaded) load();
  else if (detail.missed) catchUp();
  if (detail.again) say("earmark is back");
  for (const saver of allSavers()) saver.hurry();
});
events.addEventListener("song", ({ detail }) => library.put(detail));
events.addEventListener("gone", ({ detail }) => {
  library.drop(detail.id);
  if (song.row?.id === detail.id) {
    notice("This song was removed.");
    location.hash = "#/";
  }
});
events.addEventListener("models", ({ detail }) => library.setModels(detail.models ?? detail));
events.addEventListener("teach", ({ detail }) => teaching.told(detail));

news.addEventListener("conflict", ({ detail }) => {
  if (song.row?.id === detail.id) return; // its room asks
  const act = { label: "Decide", press: () => { location.hash = `#/song/${detail.id}`; } };
  notice(`“${detail.name}” was changed in another tab, and your last edit is not saved yet.`, { bad: true, act });
});
library.addEventListener("state", () => { if (!byId("room-models").hidden) showModels(); });
library.addEventListener("row", () => { if (library.rows.size === 1 && !byId("room-welcome").hidden) showWelcome(); });
library.addEventListener("all", () => { if (song.row) { const row = library.rows.get(song.row.id); if (row) library.put(row); } });
addEventListener("hashchange", route);
addEventListener("beforeunload", (event) => {
  if (allSavers().some((saver) => saver.busy)) event.preventDefault();
});

const model = () => undefined; // the server's default
songList({ model });
uploads({ model });
keys(() => (byId("room-song").hidden ? null : song.row && song));
themes(() => { forgetPalette(); song.repaint(); });
load();
events.start();
