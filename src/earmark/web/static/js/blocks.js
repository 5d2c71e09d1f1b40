// The list of blocks: for reading times, for choosing by keys, for screen readers.

import { clock, count } from "./clock.js";
import { el } from "./dom.js";

const LONG = 200; // from here on it pays to lay out what is seen alone

export class BlockList {
  #shown = null;

  constructor(list, counter, { choose }) {
    this.list = list;
    this.counter = counter;
    list.addEventListener("click", (event) => {
      const item = event.target.closest("li[data-key]");
      if (item) choose(Number(item.dataset.key));
    });
  }

  /** Show them; only what changed is made anew, since a long recording has thousands. */
  show(blocks, selected) {
    const before = this.#shown;
    this.#shown = blocks;
    const sameOnes = before?.length === blocks.length && blocks.length > 0
      && blocks.every((block, i) => block.key === before[i].key);
    if (sameOnes) { // an edge that is dragged moves sixty times a second
      blocks.forEach((block, i) => {
        if (block !== before[i]) this.list.children[i].replaceWith(item(block, i, describe(block, i)));
      });
    } else if (blocks !== before) {
      const old = new Map([...this.list.children].map((node) => [Number(node.dataset.key), node]));
      const items = blocks.map((block, i) => {
        const text = describe(block, i);
        const known = old.get(block.key);
        if (known?.dataset.text === text) return known;
        return item(block, i, text);
      });
      if (!items.length) items.push(el("li", { class: "blocks-empty", role: "option", "aria-disabled": "true" }, "No blocks. Add one with A at the playhead."));
      this.list.replaceChildren(...items);
      this.list.classList.toggle("long", items.length >= LONG);
      const sung = blocks.filter((b) => b.label === "singing").length;
      const spoken = blocks.length - sung;
      this.counter.textContent = [`${sung} singing`, spoken ? `${spoken} speech` : ""].filter(Boolean).join(", ");
    }
    this.list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    const chosen = selected === null ? null : this.list.querySelector(`[data-key="${selected}"]`);
    if (chosen) {
      chosen.setAttribute("aria-selected", "true");
      this.list.setAttribute("aria-activedescendant", chosen.id);
      const top = chosen.offsetTop;
      const { scrollTop, clientHeight } = this.list;
      if (top < scrollTop || top + chosen.offsetHeight > scrollTop + clientHeight) this.list.scrollTop = top - clientHeight / 3;
    } else this.list.removeAttribute("aria-activedescendant");
  }
}

const describe = (block, i) => `${i}|${block.start_s}|${block.end_s}|${block.label}|${block.score}|${block.by}`;

function item(block, i, text) {
  const score = block.by === "person" ? "by hand" : block.score === null ? "" : `score ${block.score.toFixed(2)}`;
  return el("li", { id: `block-${block.key}`, role: "option", "aria-selected": "false", data: { key: String(block.key), text } },
    el("i", { class: `swatch ${block.label}`, "aria-hidden": "true" }),
    el("span", { class: "index muted" }, `${i + 1}`),
    el("span", {}, `${clock(block.start_s, 2)} – ${clock(block.end_s, 2)}`),
    el("span", { class: "num" }, `${(block.end_s - block.start_s).toFixed(2)} s`),
    el("span", {}, block.label),
    el("span", { class: "by muted" }, score));
}

/** A block in words, for the live region. */
export const inWords = (block) =>
  `${block.label} from ${clock(block.start_s, 2)} to ${clock(block.end_s, 2)}`;
export const howMany = (blocks) => count(blocks.length, "block");
