// Follows the sound: a playhead over the whole song, and a part of it, larger, that moves beneath
// one. Without this script the page still shows the song and plays it.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const peaks = new Int8Array(bytes(data.peaks).buffer);
  const curves = data.curves.map((curve) => ({ ...curve, values: bytes(curve.values) }));
  const audio = byId("audio"), whole = byId("whole"), near = byId("near");
  const length = data.duration_s, STEPS = [3, 5, 10, 20, 40, 80, 160, 320, 640, 1800, 3600];
  const KEYS = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageUp: 30, PageDown: -30 };
  let span = Math.min(20, length), at = 0, colours = {}, picture = null, drawn = "";

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const clock = (s) => {
    const t = Math.floor(s), h = Math.floor(t / 3600), two = (n) => String(n).padStart(2, "0");
    const m = Math.floor(t / 60) % 60;
    return (h ? `${h}:${two(m)}` : `${m}`) + `:${two(t % 60)}`;
  };
  const left = () => (span >= length ? 0 : at - span / 2);

  function seek(time) {
    at = clamp(time, 0, length);
    if (audio.readyState) audio.currentTime = at;
    show();
  }

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["sung", "rest", "wave", "head", "person", "speech", "soft", "ink", "raised", "line"])
      colours[name] = style.getPropertyValue(`--${name}`).trim();
    drawn = "";
  }

  function show() {
    byId("at").style.left = `${(100 * at) / length}%`;
    const from = clamp(left(), 0, length), to = clamp(left() + span, 0, length);
    byId("part").style.left = `${(100 * from) / length}%`;
    byId("part").style.width = `${(100 * (to - from)) / length}%`;
    whole.setAttribute("aria-valuenow", at.toFixed(1));
    const sung = data.rows[0].segments.some(([a, b]) => a <= at && at < b);
    whole.setAttribute("aria-valuetext", `${clock(at)} of ${clock(length)}` + (sung ? `, ${data.rows[0].label}` : ""));
    for (const row of document.querySelectorAll("tr[data-from]"))
      row.classList.toggle("now", +row.dataset.from <= at && at < +row.dataset.to);
    draw();
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1, width = near.clientWidth, height = near.clientHeight;
    const state = [at, span, width, height, ratio, picture && picture.complete].join();
    if (state === drawn || !width) return;
    drawn = state;
    if (near.width !== Math.round(width * ratio) || near.height !== Math.round(height * ratio)) {
      near.width = Math.round(width * ratio);
      near.height = Math.round(height * ratio);
    }
    const g = near.getContext("2d"), start = left(), scale = width / span;
    const x = (time) => (time - start) * scale;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const box = (from, to, top, high, colour) => {
      const a = Math.max(0, x(from)), b = Math.min(width, x(to));
      if (b > a) { g.fillStyle = colour; g.fillRect(a, top, Math.max(b - a, 0.5), high); }
    };
    const said = (text, top) => {
      g.font = "12px system-ui, sans-serif";
      const wide = g.measureText(text).width;
      g.globalAlpha = 0.8; g.fillStyle = colours.raised; g.fillRect(4, top, wide + 8, 16);
      g.globalAlpha = 1; g.fillStyle = colours.ink; g.fillText(text, 8, top + 12);
    };
    const strip = 16, axis = 20, rows = data.rows, room = height - axis - strip * rows.length;
    const waveHigh = room * 0.4, scoreTop = waveHigh + strip * rows.length, scoreHigh = room * 0.27;
    const melTop = scoreTop + scoreHigh + 4, melHigh = height - axis - melTop;

    box(0, length, 0, waveHigh, colours.rest);
    for (const [a, b] of rows[0].segments) box(a, b, 0, waveHigh, colours.sung);
    g.fillStyle = colours.wave;
    const pairs = peaks.length / 2, middle = waveHigh / 2, rate = data.peaks_hz;
    for (let column = 0; column < width; column += 1 / ratio) {
      const first = Math.floor((start + column / scale) * rate);
      const last = Math.max(first + 1, Math.floor((start + (column + 1 / ratio) / scale) * rate));
      let low = 127, high = -127, lows = 0, highs = 0, count = 0;
      for (let k = Math.max(0, first); k < Math.min(last, pairs); k++, count++) {
        low = Math.min(low, peaks[2 * k]); high = Math.max(high, peaks[2 * k + 1]);
        lows += peaks[2 * k]; highs += peaks[2 * k + 1];
      }
      if (count > 8) { low = lows / count; high = highs / count; }  // or loud songs are one block
      if (high >= low) {
        const up = (high / 127) * middle * data.gain * 0.9, down = (low / 127) * middle * data.gain * 0.9;
        g.fillRect(column, middle - up, 1 / ratio, Math.max(up - down, 0.7));
      }
    }
    rows.forEach((row, k) => {
      const top = waveHigh + 2 + k * strip;
      box(0, length, top, strip - 3, colours.rest);
      for (const [a, b] of row.segments) box(a, b, top, strip - 3, colours[row.colour]);
    });
    box(0, length, scoreTop + 2, scoreHigh - 2, colours.rest);
    const y = (score) => scoreTop + 5 + (1 - score) * (scoreHigh - 8);
    g.strokeStyle = colours.soft; g.lineWidth = 1; g.setLineDash([4, 4]);
    g.beginPath(); g.moveTo(0, y(data.onset)); g.lineTo(width, y(data.onset)); g.stroke(); g.setLineDash([]);
    for (const curve of curves) {
      g.strokeStyle = colours[curve.colour]; g.lineWidth = 1.6; g.beginPath();
      const count = curve.values.length, hop = curve.hop_s;
      const from = clamp(Math.floor(start / hop) - 1, 0, count), to = clamp(Math.ceil((start + span) / hop) + 1, 0, count);
      const step = Math.max(1, Math.floor((to - from) / (2 * width)));
      for (let k = from; k < to; k += step) g.lineTo(x((k + 0.5) * hop), y(curve.values[k] / 255));
      g.stroke();
    }
    if (picture && picture.complete && picture.naturalWidth) {
      const per = picture.naturalWidth / data.picture_s, from = clamp(start, 0, data.picture_s);
      const to = clamp(start + span, 0, data.picture_s);
      if (to > from)
        g.drawImage(picture, from * per, 0, Math.max((to - from) * per, 0.01), picture.naturalHeight, x(from), melTop, x(to) - x(from), melHigh);
    }
    said("waveform", 2);
    said("score", scoreTop + 3);
    if (picture) said("log-mel, 0–8 kHz", melTop + 1);
    g.font = "11px system-ui, sans-serif";
    rows.forEach((row, k) => { g.fillStyle = colours.ink; g.fillText(row.name, 8, waveHigh + 12 + k * strip); });
    g.font = "12px system-ui, sans-serif";
    g.fillStyle = colours.soft; g.textAlign = "center";
    const tick = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800].find((s) => s * scale >= 64) || 3600;
    for (let t = Math.max(0, Math.ceil(start / tick) * tick); t <= Math.min(length, start + span); t += tick) {
      if (x(t) < 20 || x(t) > width - 20) continue;
      g.fillText(tick < 1 ? `${clock(t)}${(t % 1).toFixed(1).slice(1)}` : clock(t), x(t), height - 5);
      g.fillRect(x(t), height - axis, 1, 4);
    }
    g.textAlign = "left";
    g.fillStyle = colours.head;
    g.fillRect(Math.round(x(at)) - 1, 0, 2, height - axis + 2);
  }

  function zoom(direction) {
    const steps = [...STEPS.filter((s) => s < length), length];
    const now = steps.findIndex((s) => s >= span - 1e-6);
    span = steps[clamp((now < 0 ? steps.length - 1 : now) + direction, 0, steps.length - 1)];
    byId("span").textContent = span >= length ? "whole song" : `${span} s`;
    show();
  }

  function dragging(element, moved) {
    let from = null;
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      from = { x: event.clientX, at, far: false };
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", (event) => {
      if (!from) return;
      from.far = from.far || Math.abs(event.clientX - from.x) > 4;
      if (from.far) moved(event, from);
    });
    element.addEventListener("pointerup", (event) => { if (from) moved(event, from); from = null; });
    element.addEventListener("pointercancel", () => { from = null; });
  }

  const share = (event, element) => {
    const box = element.getBoundingClientRect();
    return (event.clientX - box.left) / box.width;
  };
  dragging(whole, (event) => seek(share(event, whole) * length));
  dragging(near, (event, from) => {
    if (from.far && span < length) seek(from.at - ((event.clientX - from.x) / near.clientWidth) * span);
    else seek(left() + share(event, near) * span);
  });
  whole.addEventListener("keydown", (event) => {
    const jump = event.key === "Home" ? -length : event.key === "End" ? length : KEYS[event.key];
    if (jump === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    seek(at + jump);
  });
  document.addEventListener("keydown", (event) => {
    const inside = event.target.closest("button, a, audio, summary, input");
    if (event.key !== " " || inside || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    audio.paused ? audio.play().catch(() => {}) : audio.pause();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-at]");
    if (!button) return;
    seek(+button.dataset.at);
    audio.play().catch(() => {});
  });
  byId("closer").addEventListener("click", () => zoom(-1));
  byId("farther").addEventListener("click", () => zoom(1));
  audio.addEventListener("error", () => { byId("lost").hidden = false; });
  audio.addEventListener("loadedmetadata", () => { if (at) audio.currentTime = at; });
  for (const name of ["seeking", "timeupdate", "play", "pause"])
    audio.addEventListener(name, () => { at = clamp(audio.currentTime, 0, length); show(); });

  function follow() {
    if (!audio.paused) { at = clamp(audio.currentTime, 0, length); show(); }
    requestAnimationFrame(follow);
  }
  const picked = byId("picture");
  if (picked) { picture = picked; picked.addEventListener("load", draw); }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); draw(); });
  new ResizeObserver(draw).observe(near);
  for (const element of document.querySelectorAll("[data-script]")) element.hidden = false;
  whole.tabIndex = 0;
  readColours();
  zoom(0);
  if (audio.error) byId("lost").hidden = false;
  requestAnimationFrame(follow);
})();
