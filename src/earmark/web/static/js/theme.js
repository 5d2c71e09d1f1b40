// Light, dark, or as the system has it. The choice is kept in the browser.

import { byId } from "./dom.js";
import { keep, recall } from "./kept.js";
import { say } from "./notices.js";

const CHOICES = ["system", "light", "dark"];
const KEY = "theme";
const NAMES = { system: "as the system", light: "light", dark: "dark" };

/** Wire the switch; `changed` is called when colours have to be drawn anew. */
export function themes(changed) {
  const button = byId("theme");
  const apply = (choice) => {
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    button.setAttribute("aria-label", `Theme: ${NAMES[choice]}`);
    button.title = `Theme: ${NAMES[choice]}`;
    changed();
  };
  const now = () => document.documentElement.dataset.theme ?? "system";
  button.addEventListener("click", () => {
    const choice = CHOICES[(CHOICES.indexOf(now()) + 1) % CHOICES.length];
    keep(KEY, choice);
    apply(choice);
    say(`Theme: ${NAMES[choice]}`);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  const kept = recall(KEY);
  apply(CHOICES.includes(kept) ? kept : "system");
}
