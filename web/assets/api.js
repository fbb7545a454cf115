// Calls of the public API. What is refused is thrown as a Problem.

const PATIENCE_MS = 30_000;

/** A refusal, or no answer at all: then the code is "connection". */
export class Problem extends Error {
  constructor(status, code, errors = [], retryAfterSeconds = 0) {
    super(code);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The answer's body. `token` opens a registration, `key` makes a repeat harmless. */
export async function call(method, path, { body, token, key } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  let answer;
  let text;
  try {
    answer = await fetch(`/v1/public${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await answer.text();
  } catch {
    throw new Problem(0, "connection");
  }
  const content = parsed(text);
  if (answer.ok) return content;
  const wait = Number(answer.headers.get("Retry-After")) || 0;
  throw new Problem(answer.status, content?.code ?? `http_${answer.status}`, content?.errors, wait);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
