// Making elements. Text is only ever set as text, so no name, tag or message can become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with properties and children.
 *
 * `class`, `data` (object), `on` (object of listeners) and `style` (object) are special; names that
 * contain a hyphen, and `role`, `for`, `list`, `colspan`, become attributes; the rest are properties.
 * Children that are no nodes become text; null and false are left out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "style") Object.assign(node.style, value);
    else if (name === "on") for (const [type, f] of Object.entries(value)) node.addEventListener(type, f);
    else if (name.includes("-") || ["role", "for", "list", "colspan", "scope", "download"].includes(name)) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return node;
}

/** One of the drawings at the end of index.html. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * A button with an icon, a name for screen readers, and a tip that also tells its key.
 *
 * `text` stands beside the icon; `word` under it where the screen is narrow, and a tip is hardly seen.
 */
export function tool(name, { label, key, text, word, id, pressed, press, ...rest }) {
  return el(
    "button",
    {
      type: "button", id, title: key ? `${label} (${key})` : label, "aria-label": label,
      "aria-pressed": pressed === undefined ? undefined : String(pressed),
      "aria-keyshortcuts": key ? key.replace("Ctrl", "Control") : undefined,
      class: text ? "small" : "icon small", on: { click: press }, ...rest,
    },
    icon(name), text || word ? el("span", { class: "text" }, text ?? word) : null,
  );
}

export const byId = (id) => document.getElementById(id);

/** A colour of the style sheet as the browser resolves it now, for drawing on a canvas. */
export function colour(name) {
  probe ??= document.body.appendChild(el("i", { hidden: true }));
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
let probe = null;
