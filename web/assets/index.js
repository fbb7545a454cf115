// Where no training and no registration is named.

import { readersWords, showState } from "./page.js";

const words = await readersWords();
showState("missing", words, {});
