// Where a provider's onboarding leads an organizer back to. What its address says is not believed.

import { readersWords, showState } from "./page.js";

const words = await readersWords();
const isUsedUp = new URLSearchParams(location.search).has("again");
showState(isUsedUp ? "again" : "back", words, {});
