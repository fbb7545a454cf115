// How often to look while one waits: soon at first, then ever more seldom, and not unseen.

import { pause } from "./api.js";

const LOOKS_MS = [1_500, 2_000, 3_000, 5_000, 5_000, 5_000, 5_000, 10_000, 15_000, 30_000];
const MOST_LOOKS = 40;

/** Counts the moments at which to look, from 1 on. */
export async function* looks() {
  for (let count = 1; count <= MOST_LOOKS; count += 1) {
    await pause(LOOKS_MS[Math.min(count, LOOKS_MS.length) - 1]);
    while (document.hidden) await nextTimeVisible();
    yield count;
  }
}

const nextTimeVisible = () =>
  new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
