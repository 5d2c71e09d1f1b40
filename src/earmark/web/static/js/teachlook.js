// How plan, progress and comparison of a teaching look.

import { about, count } from "./clock.js";
import { el } from "./dom.js";

const STAGES = {
  reading: "Reading the songs", learning: "Learning",
  "leaving out": "Leaving each song out in turn, to compare before and after",
};
const FIGURES = [["auc", "AUC"], ["accuracy", "Accuracy"], ["f1", "F1"]];
const LAYERS = {
  head: "Only the last layers", recurrent: "The recurrent layer and the last ones", all: "All layers",
};
const SETTINGS = { lr: "Learning rate", steps: "Steps", batch: "Windows a step", windows: "Windows in all", share: "Share taken over", offsets: "Offset for each song", seed: "Seed" };

export const nameOf = (choice) => (typeof choice === "string" ? choice : choice.name);
export const title = (choice) => LAYERS[nameOf(choice)] ?? nameOf(choice);

/** The plan; `layers` is what the user wants to learn instead, or "". */
export function planText(plan, layers) {
  if (plan.error) return [el("p", { class: "note bad" }, sentence(plan.error))];
  const settings = plan.settings ?? {};
  const own = layers && layers !== settings.layers;
  const choice = (plan.choices ?? []).find((c) => nameOf(c) === (layers || settings.layers));
  const fixed = (own ? choice?.fixed : settings.fixed ?? choice?.fixed) ?? [];
  const more = Object.entries(SETTINGS).filter(([name]) => settings[name] !== undefined);
  const shown = (value) => (typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
  return [
    el("dl", {},
      el("dt", {}, "Labels"), el("dd", {}, `${count(plan.songs, "song")}, ${plan.minutes.toFixed(1)} min`),
      el("dt", {}, "Learns"), el("dd", {}, own ? `${title(layers)}, as you chose` : title(settings.layers ?? "")),
      settings.why && !own ? [el("dt", {}, "Why"), el("dd", {}, settings.why)] : null,
      el("dt", {}, "Stays fixed"), el("dd", {}, fixed.length ? fixed.join(", ") : "nothing")),
    own || !more.length ? null : el("details", {}, el("summary", {}, "All settings"),
      el("dl", {}, more.flatMap(([name, text]) => [el("dt", {}, text), el("dd", {}, shown(settings[name]))]))),
    ...(plan.warnings ?? []).map((text) => el("p", { class: "note warn" }, sentence(text))),
  ].filter(Boolean);
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

export function progressView(now) {
  const known = now.total > 0;
  return [el("div", { class: "going" },
    el("div", { class: "row" }, el("span", {}, STAGES[now.stage] ?? (now.stage || "Starting")),
      el("span", { class: "muted" }, [known ? `${now.done} of ${now.total}` : "", now.eta_s === null || now.eta_s === undefined || now.done >= now.total ? "" : `${about(now.eta_s)} left`].filter(Boolean).join(" · "))),
    el("progress", known ? { max: now.total, value: now.done, "aria-label": "Progress of the teaching" } : { "aria-label": "Progress of the teaching" }),
    now.message && el("p", { class: "note" }, now.message),
    now.status === "candidate" && el("p", { class: "muted" }, "It is a candidate until it was compared on songs that it did not learn from. You can already choose it beside “Detect again”."),
    ...(now.warnings ?? []).map((text) => el("p", { class: "note warn" }, sentence(text))))];
}

/** Why nobody should rely on its being no worse; null where there is no doubt. */
export function doubted(doubt) {
  return doubt ? el("p", { class: "note warn" }, `It got no worse, but ${doubt}. Label places in more songs to know.`) : null;
}

/** Before and after, on songs left out; and after with the shift, which was chosen on them. */
export function comparison({ before, after, shifted }) {
  if (!before || !after) return el("p", { class: "muted" }, "It was not compared on songs left out.");
  const moved = FIGURES.filter(([name]) => Number.isFinite(shifted?.[name])).map(([name, text]) => `${text} ${shifted[name].toFixed(3)}`);
  return [figures(before, after),
    moved.length ? el("p", { class: "muted" }, `Its scores of singing are shifted, too: with that ${moved.join(", ")}. These flatter: it is shifted because they are better on these very songs. Nothing was decided by them.`) : null];
}

function figures(before, after) {
  const rows = FIGURES.filter(([name]) => Number.isFinite(before[name]) && Number.isFinite(after[name]));
  return el("table", { class: "figures" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "On songs left out"), el("th", { scope: "col" }, "Before"), el("th", { scope: "col" }, "After"), el("th", { scope: "col" }, "Change"))),
    el("tbody", {}, rows.map(([name, text]) => {
      const change = after[name] - before[name];
      const sign = change >= 0.0005 ? "up" : change <= -0.0005 ? "down" : "";
      return el("tr", {}, el("th", { scope: "row" }, text), el("td", {}, before[name].toFixed(3)), el("td", {}, after[name].toFixed(3)),
        el("td", { class: sign }, `${change >= 0 ? "+" : "−"}${Math.abs(change).toFixed(3)}`));
    })));
}
