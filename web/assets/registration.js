// A registration's page: pay, come back, wait, confirmed; and every other end (REG-8).

import { pause, Problem } from "./api.js";
import { offerEntry } from "./calendar.js";
import { isOffline, providerName } from "./methods.js";
import { hasToken, own, registrationId, step, takeToken, TOKEN } from "./own.js";
import { element, once, readersWords, showState } from "./page.js";
import { refundItems } from "./refunds.js";
import { sendLink } from "./resend.js";
import { choices, isUnsettled, stateOf, valuesOf } from "./showing.js";
import { forget, keyFor, remember, remembered } from "./store.js";
import { looks } from "./waiting.js";

const HANDED_OVER = `handed-over:${registrationId}`;
const KEY = `key:pay:${registrationId}`;

const SLOW_AFTER = 5;
const LOOKS_AT_EXPIRED = 3;
const MOST_TRIES = 4;
const MOST_WATCHES = 24;
// What others may change while this window is not looked at.
const CHANGING = new Set(["pay", "offline", "approval", "confirmed", "cancelled", "called_off"]);

let words;
let registration;
let shown = ""; // the state that is shown now
let round = 0; // of looks: a newer one ends the older

async function open() {
  takeToken();
  if (!hasToken()) {
    await askForLink({ absent: true });
    return;
  }
  const back = step === "return" || remembered(HANDED_OVER) !== null;
  try {
    registration = await (back ? own("POST", "/return") : own("GET"));
  } catch (problem) {
    await unreadable(problem);
    return;
  }
  words = await readersWords(registration.language);
  if (step === "return") await waitForProvider();
  else {
    if (back) letGo();
    const turnedBack = back && stateOf(registration) === "pay" && !registration.attempt?.declined;
    show({ turned_back: turnedBack });
  }
}

async function unreadable(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 401) {
    forget(TOKEN);
    await askForLink({ outdated: true });
    return;
  }
  words ??= await readersWords();
  shown = problem.status === 404 ? "missing" : "failed";
  showState(shown, words, { code: problem.code });
}

async function askForLink(why) {
  words ??= await readersWords();
  shown = "link";
  showState("link", words, why);
}

/** Show the registration as it is known. */
function show(more = {}, state = stateOf(registration)) {
  const moved = shown !== "" && shown !== state;
  shown = state;
  complain("");
  const values = { ...valuesOf(registration, words), ...more };
  const heading = showState(state, words, values);
  element("registration").hidden = state === "confirmed" && values.receipt;
  showRefunds();
  if (state === "pay") offerMethods();
  if (state === "confirmed") offerEntry(element("calendar"), registration);
  if (["expired", "cancelled", "called_off", "returned", "rejected"].includes(state)) letEnd();
  if (state === "processing") look();
  if (moved) heading.focus();
}

function showRefunds() {
  const section = element("refunds");
  section.querySelector("ul").replaceChildren(...refundItems(registration, words));
  section.hidden = registration.refunds.length === 0;
}

function offerMethods() {
  element("choices").replaceChildren(...choices(registration, words));
  namePrice();
}

const chosen = () => new FormData(element("payment")).get("method");

/** The button says what happens and what it costs. */
function namePrice() {
  const action = isOffline(chosen() ?? "") ? "action.pay_offline" : "action.pay";
  const amount = words.amount(registration.charged);
  element("submit").textContent = words.say(action, { amount });
  element("method-error").textContent = "";
}

/** Nothing more comes of it: the same details may be sent anew. */
function letEnd() {
  const { training_id: trainingId } = registration.training;
  forget(`key:register:${trainingId}`);
  forget(`registration:${trainingId}`);
  letGo();
}

/** The attempt is over for this window: a next one is another one. */
function letGo() {
  forget(HANDED_OVER);
  forget(KEY);
}

async function pay() {
  const method = chosen();
  complain("");
  if (!method) {
    element("method-error").textContent = words.say("error.method_required");
    element("payment").querySelector("input").focus();
    return;
  }
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    try {
      const answer = await own("POST", "/payments", {
        body: { method },
        key: keyFor(KEY, { method }),
      });
      if (answer.redirect_url) {
        if (registration.attempt?.tries) registration = await own("GET"); // how often by now
        goTo(answer.redirect_url, method);
        return;
      }
      forget(KEY); // that attempt is over
      if (isOffline(method) || answer.status !== "awaiting_payment") {
        await refresh();
        return;
      }
    } catch (problem) {
      if (!(await mayTryAgain(problem))) return;
    }
  }
  complain("error.in_flight");
}

/** Whether to try once more by itself; else the reader has been told. */
async function mayTryAgain(problem) {
  if (!(problem instanceof Problem)) throw problem;
  const { code, status } = problem;
  if (code === "payment_in_flight") {
    await pause(problem.retryAfterSeconds * 1000 || 2_000);
    return true;
  }
  if (code === "idempotency_key_reused") {
    forget(KEY);
    return true;
  }
  if (status === 401) await unreadable(problem);
  else if (/^(registration|training)_/.test(code)) await refresh();
  else if (code === "method_not_offered") {
    await refresh();
    complain("error.method_gone");
  } else if (code === "hold_exhausted") complain("error.exhausted");
  else if (code === "connection") complain("error.connection");
  else if (status === 503) complain("error.provider_down");
  else if (status === 409) complain("error.provider_refused", code);
  else complain("error.unexpected", code);
  return false;
}

function goTo(address, method) {
  const page = new URL(address);
  if (page.protocol !== "https:" && page.origin !== location.origin) throw new Error(address);
  remember(HANDED_OVER, { tries: registration.attempt?.tries ?? 0 });
  show({ provider: providerName(method), provider_url: page.href }, "going");
  location.assign(page.href);
}

/** Read anew, and show what has become of it. */
async function refresh(more) {
  try {
    registration = await own("GET");
    show(more);
  } catch (problem) {
    await unreadable(problem);
  }
}

/** After coming back: ask gently until the provider has said something. */
async function waitForProvider() {
  if (!isUnsettled(registration, triesBefore())) {
    settled();
    return;
  }
  show({}, "checking");
  await look();
}

const triesBefore = () => remembered(HANDED_OVER)?.tries ?? 0;

async function look() {
  round += 1;
  const mine = round;
  for await (const count of looks()) {
    if (mine !== round) return;
    try {
      registration = await own("POST", "/return");
    } catch (problem) {
      if (problem.status !== 0 && problem.status < 500) {
        await unreadable(problem);
        return;
      }
      continue; // no connection, or busy: asked again
    }
    if (mine !== round) return;
    if (shown === "processing" && registration.status === "processing") continue;
    const over = registration.status === "expired" && count >= LOOKS_AT_EXPIRED;
    if (over || !isUnsettled(registration, triesBefore())) {
      settled();
      return;
    }
    if (count === SLOW_AFTER) show({ slow: true }, "checking");
  }
}

/** The provider has spoken: this page's own address is the registration's again. */
function settled() {
  round += 1;
  letGo();
  history.replaceState(null, "", `/registrations/${registrationId}${location.search}`);
  show();
  if (shown === "pay") keepWatching();
}

function complain(key, code) {
  const box = element("errors");
  const [sentence, support] = box.querySelectorAll("p");
  box.hidden = !key;
  sentence.textContent = key ? words.say(key) : "";
  support.hidden = !code;
  support.textContent = code ? words.say("page.code", { code }) : "";
  if (key) box.focus();
}

async function cancel() {
  try {
    registration = await own("POST", "/cancel", { key: keyFor(`key:cancel:${registrationId}`, {}) });
    show();
  } catch (problem) {
    if (problem.code === "connection") complain("error.connection");
    else if (problem.status === 503) complain("error.unavailable");
    else await refresh();
  }
}

element("payment").addEventListener("change", namePrice);
element("payment").addEventListener("submit", once(element("submit"), pay));
element("cancel").addEventListener("click", once(element("cancel"), cancel));
element("print").addEventListener("click", () => window.print());
element("resend").addEventListener(
  "submit",
  once(element("send"), () => sendLink(words, complain)),
);
for (const button of document.querySelectorAll(".reload, .look")) {
  button.addEventListener("click", () => location.reload());
}
for (const button of document.querySelectorAll(".choose-other, .pay-again")) {
  button.addEventListener("click", () => {
    round += 1; // no more waiting
    letGo();
    show({}, "pay");
  });
}
window.addEventListener("hashchange", () => {
  if (takeToken()) location.reload(); // another link was opened in this window
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) open(); // back from the provider's page
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && CHANGING.has(shown)) refreshIfChanged();
});

/** What was declined may be paid after all, by another window or a late word of the provider. */
async function keepWatching() {
  for (let times = 0; times < MOST_WATCHES && shown === "pay"; times += 1) {
    await pause(5_000);
    if (shown === "pay") await refreshIfChanged();
  }
}

const newsIn = ({ status, training_cancelled: cancelled, refunds, attempt }) =>
  JSON.stringify([status, cancelled, refunds, attempt?.returned]);

/** Another window may have paid, or the hold may have ended, while this one was not looked at. */
async function refreshIfChanged() {
  try {
    const fresh = await own("GET");
    const changed = newsIn(fresh) !== newsIn(registration);
    registration = fresh;
    if (changed) show();
  } catch {
    // what is shown stays; the next click tells
  }
}

await open();
