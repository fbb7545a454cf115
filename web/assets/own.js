// The registration that this page is about, and the token that opens it (ACC-5).

import { call } from "./api.js";
import { remember, remembered } from "./store.js";

export const [, , registrationId = "", step] = location.pathname.split("/");
export const TOKEN = `token:${registrationId}`;

const path = `/registrations/${encodeURIComponent(registrationId)}`;

/** The token stands behind `#`; from there it goes into this window's memory alone. */
export function takeToken() {
  const given = location.hash.slice(1);
  if (!/^[\w-]{40,}$/.test(given)) return false;
  if (remember(TOKEN, given)) history.replaceState(null, "", location.pathname + location.search);
  return true;
}

export const hasToken = () => remembered(TOKEN) !== null;

/** A call about this registration. */
export const own = (method, rest = "", options = {}) =>
  call(method, `${path}${rest}`, { token: remembered(TOKEN), ...options });
