// Dialogs: made when opened, gone when closed; the focus goes back to where it was.

import { el, icon } from "./dom.js";

/**
 * Open a dialog.
 *
 * `body` is a node; `acts` are `{label, value, kind}` of its buttons, the last one the main one.
 * Resolves to the value of the button pressed, or to null where it was dismissed. With `firm` there
 * is no way but the buttons.
 */
export function dialog(title, { body, acts = [], wide = false, firm = false, opened = null }) {
  return new Promise((resolve) => {
    let result = null;
    const before = document.activeElement;
    const finish = (value) => { result = value; node.close(); };
    const id = `dialog-${++dialogs}`;
    const node = el(
      "dialog",
      { class: wide ? "wide" : "", "aria-labelledby": id },
      el("div", { class: "dialog-head" }, el("h2", { id }, title),
        !firm && el("button", { type: "button", class: "plain icon", "aria-label": "Close", on: { click: () => finish(null) } }, icon("cross"))),
      el("div", { class: "dialog-body", tabIndex: wide ? 0 : -1, role: wide ? "region" : undefined, "aria-label": wide ? title : undefined }, body),
      acts.length ? el("div", { class: "dialog-foot" }, acts.map((act) =>
        el("button", { type: "button", class: act.kind ?? "", on: { click: () => finish(act.value) } }, act.label))) : null,
    );
    node.addEventListener("cancel", (event) => { if (firm) event.preventDefault(); });
    node.addEventListener("click", (event) => { if (event.target === node && !firm) finish(null); });
    node.addEventListener("close", () => {
      node.remove();
      if (before?.isConnected) before.focus?.();
      resolve(result);
    });
    document.body.append(node);
    node.showModal();
    node.querySelector(".dialog-foot button.main")?.focus();
    opened?.(node, finish);
  });
}
let dialogs = 0;

/** Ask before something that cannot be undone; true if it shall be done. */
export async function sure(title, text, label) {
  const acts = [{ label: "Cancel", value: false }, { label, value: true, kind: "bad" }];
  return (await dialog(title, { body: el("p", {}, text), acts })) === true;
}

export const anyOpen = () => document.querySelector("dialog[open]") !== null;
