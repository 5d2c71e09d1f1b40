// Times and amounts in words.

/** `1:02.5` or `1:00:02.5`; `digits` after the point. */
export function clock(seconds, digits = 0) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const unit = 10 ** digits;
  const whole = Math.round(Math.max(0, seconds) * unit);
  const s = (whole / unit) % 60;
  const minutes = Math.floor(whole / unit / 60);
  const tail = s.toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
}

/** How long something will take, for people. */
export function about(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 5) return "a few seconds";
  if (seconds < 90) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  return `about ${Math.round(seconds / 60)} min`;
}

export const percent = (part) => (part === null || part === undefined ? "–" : `${Math.round(part * 100)} %`);

export const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
