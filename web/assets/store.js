// What this window remembers until it is closed: what was typed, tokens, keys of attempts.

const memory = new Map(); // where the browser keeps nothing

export function remembered(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return memory.get(name) ?? null;
  }
}

export function remember(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    memory.set(name, value);
    return false;
  }
}

export function forget(name) {
  memory.delete(name);
  try {
    sessionStorage.removeItem(name);
  } catch {
    // nothing was kept
  }
}

/** One attempt's Idempotency-Key: the same for the same request, however often it is sent. */
export function keyFor(name, request) {
  const asked = JSON.stringify(request);
  const held = remembered(name);
  if (held?.asked === asked) return held.key;
  const bytes = crypto.getRandomValues(new Uint8Array(20)); // 160 bits
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  remember(name, { asked, key });
  return key;
}
