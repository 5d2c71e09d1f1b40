// The server's answers. Every failure is an ApiError whose message is a sentence to show.

export const AWAY = "earmark does not answer. Is its server still running?";

export class ApiError extends Error {
  constructor(message, { status = 0, body = null } = {}) {
    super(message);
    this.status = status; // 0: the server was not reached
    this.body = body;
  }
}

/** Ask the server; the raw response if all is well. */
export async function ask(path, { method = "GET", json, body, signal, keepalive } = {}) {
  const headers = method === "GET" ? {} : { "X-Earmark": "1" };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method, headers, signal, keepalive, body: json === undefined ? body : JSON.stringify(json),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(AWAY);
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function failure(response) {
  let said = null;
  try {
    said = await response.json();
  } catch {
    // no JSON: a proxy's page, or an empty body
  }
  const message = said?.error ?? `The server answered ${response.status} ${response.statusText}.`;
  return new ApiError(message, { status: response.status, body: said });
}

/** Ask for JSON (null for an empty answer). */
export async function askJson(path, options) {
  const response = await ask(path, options);
  return response.status === 204 ? null : response.json();
}

/** Ask for bytes: the buffer, and the headers. */
export async function askBytes(path, options) {
  const response = await ask(path, options);
  return { buffer: await response.arrayBuffer(), headers: response.headers };
}

export const song = (id, rest = "") => `/api/songs/${encodeURIComponent(id)}${rest}`;
