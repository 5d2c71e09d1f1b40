// A model card's markdown as elements: headings, paragraphs, lists, tables, code, bold. Nothing in it
// becomes markup of its own: links are shown as their words, all else as text.

import { el } from "./dom.js";

export function cardText(markdown) {
  const root = el("div", { class: "card-text" });
  const lines = markdown.replace(/<!--[\s\S]*?-->/g, "").split(/\r?\n/);
  let i = 0;
  const while_ = (test) => {
    const taken = [];
    while (i < lines.length && test(lines[i])) taken.push(lines[i++]);
    return taken;
  };
  while (i < lines.length) {
    const line = lines[i];
    if (!line.trim() || /^<\/?(details|summary)/.test(line)) i++;
    else if (/^#{1,6} /.test(line)) {
      const depth = line.match(/^#+/)[0].length;
      root.append(el(depth === 1 ? "h2" : "h3", {}, ...inline(line.replace(/^#+ /, ""))));
      i++;
    } else if (line.startsWith("```")) {
      i++;
      root.append(el("pre", {}, while_((l) => !l.startsWith("```")).join("\n")));
      i++;
    } else if (line.startsWith("|")) root.append(table(while_((l) => l.startsWith("|"))));
    else if (/^[-*] /.test(line)) {
      const items = [];
      for (const l of while_((x) => /^([-*] |  )/.test(x))) {
        if (/^[-*] /.test(l)) items.push(l.slice(2));
        else items[items.length - 1] += ` ${l.trim()}`;
      }
      root.append(el("ul", {}, items.map((item) => el("li", {}, ...inline(item)))));
    } else if (/^!\[/.test(line)) i++;
    else {
      const text = while_((l) => l.trim() && !/^(#{1,6} |\||```|[-*] )/.test(l)).join(" ");
      root.append(el("p", {}, ...inline(text)));
    }
  }
  return root;
}

function table(lines) {
  const cells = (line) => line.replace(/^\||\|\s*$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
  const rows = lines.filter((line) => !/^[|\s:-]+$/.test(line) || !line.includes("-")).map(cells);
  const [head, ...body] = rows;
  const named = head.some(Boolean);
  return el("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Table" }, el("table", {},
    named && el("thead", {}, el("tr", {}, head.map((cell) => (cell ? el("th", { scope: "col" }, ...inline(cell)) : el("td", {}))))),
    el("tbody", {}, body.map((row) => el("tr", {}, row.map((cell) => el("td", {}, ...inline(cell))))))));
}

/** **bold**, *emphasis*, `code` and [links](…) of a line. */
export function inline(text) {
  const nodes = [];
  let rest = text;
  const sign = /\*\*(.+?)\*\*|\*(\S.*?)\*|`([^`]+)`|\[([^\]]+)\]\([^)]*\)/;
  for (;;) {
    const found = sign.exec(rest);
    if (!found) break;
    if (found.index) nodes.push(plain(rest.slice(0, found.index)));
    if (found[1]) nodes.push(el("strong", {}, ...inline(found[1])));
    else if (found[2]) nodes.push(el("em", {}, found[2]));
    else if (found[3]) nodes.push(el("code", {}, found[3]));
    else nodes.push(...inline(found[4]));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(plain(rest));
  return nodes;
}

/** A file name's signs are escaped in cards. */
const plain = (text) => text.replace(/\\([\\`*_[\]<>|#])/g, "$1");
