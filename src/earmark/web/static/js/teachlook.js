// How plan, progress and comparison of a teaching look.

import { about, count } from "./clock.js";
import { el } from "./dom.js";

const STAGES = { reading: "Reading the songs", learning: "Learning", "leaving out": "Leaving each song out in turn, to compare" };
const FIGURES = [["auc", "AUC"], ["accuracy", "Accuracy"], ["f1", "F1"]];

/** A choice of layers in words, whether the server names it or describes it. */
export function title(choice) {
  if (typeof choice === "string") return choice[0].toUpperCase() + choice.slice(1);
  return choice.title ?? choice.what ?? choice.name ?? choice.layers;
}

export function planText(plan) {
  if (plan.error) return [el("p", { class: "note bad" }, plan.error)];
  const told = Object.entries(plan.settings ?? {}).filter(([, value]) => value !== null && typeof value !== "object");
  return [
    el("dl", {},
      el("dt", {}, "Labels"), el("dd", {}, `${count(plan.songs, "song")}, ${plan.minutes.toFixed(1)} min`),
      told.flatMap(([name, value]) => [el("dt", {}, words(name)), el("dd", {}, typeof value === "boolean" ? (value ? "yes" : "no") : String(value))])),
    ...(plan.warnings ?? []).map((text) => el("p", { class: "note warn" }, text)),
  ];
}

const words = (name) => {
  const text = name.replace(/_s$/, " (s)").replaceAll("_", " ");
  return text[0].toUpperCase() + text.slice(1);
};

export function progressView(now) {
  const known = now.total > 0;
  return [el("div", { class: "going" },
    el("div", { class: "row" }, el("span", {}, STAGES[now.stage] ?? now.stage ?? "Starting"),
      el("span", { class: "muted" }, [known ? `${now.done} of ${now.total}` : "", now.eta_s === null || now.eta_s === undefined ? "" : `${about(now.eta_s)} left`].filter(Boolean).join(" · "))),
    el("progress", known ? { max: now.total, value: now.done, "aria-label": "Progress of the teaching" } : { "aria-label": "Progress of the teaching" }),
    now.status === "candidate" && el("p", { class: "muted" }, "It is a candidate until it was compared on songs that it did not learn from. You can choose it in a song already."),
    ...(now.warnings ?? []).map((text) => el("p", { class: "note warn" }, text)))];
}

/** Before and after, on songs left out. */
export function comparison({ before, after }) {
  if (!before || !after) return el("p", { class: "muted" }, "It was not compared: that takes two songs or more.");
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
