// A training's public page: read, price, register (REG-2).

import { call, Problem } from "./api.js";
import { linksTo, refused, showBeside, unfilled } from "./fields.js";
import { methodName } from "./methods.js";
import {
  element,
  fill,
  linkLanguages,
  once,
  readersWords,
  setTitle,
  showState,
  trainingValues,
} from "./page.js";
import { keyFor, remember, remembered } from "./store.js";
import { otherZone } from "./words.js";

const trainingId = location.pathname.split("/")[2] ?? "";
const form = element("details");
const STATES = {
  training_full: "full",
  training_closed: "closed",
  training_cancelled: "called_off",
  training_started: "started",
  already_registered: "already",
  not_found: "missing",
};

let words;
let training;
let values = {};
let quote = null; // the price with a discount code that is good

async function open() {
  try {
    [words, training] = await Promise.all([readersWords(), read()]);
  } catch (problem) {
    words ??= await readersWords();
    showState(problem.status === 404 ? "missing" : "failed", words, { code: problem.code });
    return;
  }
  const zone = otherZone(training.starts_at, training.time_zone);
  const earlier = remembered(`registration:${trainingId}`);
  const code = remembered(`details:${trainingId}`)?.code?.trim();
  if (code) await tryCode(code).catch(() => {}); // what is wrong with it is said when it is sent
  values = {
    ...trainingValues(training, training.organizer, words, zone),
    price: priceText(training.price),
    seats: seatsText(),
    methods: words.list(training.accepted_methods.map((each) => methodName(each, words))),
    priced: training.price.amount_minor > 0,
    earlier_url: earlier && `/registrations/${earlier}`,
  };
  element("training").hidden = false;
  show(stateOf(), false);
  restore();
}

const read = () => call("GET", `/trainings/${encodeURIComponent(trainingId)}`);

function stateOf() {
  if (training.status === "cancelled") return "called_off";
  if (training.has_started) return "started";
  if (training.status !== "open") return "closed";
  if (training.seats_left === 0) return "full";
  const payable = training.price.amount_minor === 0 || training.accepted_methods.length > 0;
  return payable ? "offer" : "unpayable";
}

function priceText(price) {
  return price.amount_minor > 0 ? words.amount(price) : words.say("price.free");
}

function seatsText() {
  const left = training.seats_left;
  if (left === null || training.status === "cancelled") return "";
  return left === 0 ? words.say("seats.none") : words.count("seats", left);
}

function show(state, moved = true) {
  const heading = showState(state, words, values);
  if (state === "offer") {
    setTitle(values.title, words, values);
    showPrice();
  }
  if (moved) heading.focus();
}

/** The sum below the form, and a button that says what happens and what it costs. */
function showPrice() {
  const charged = quote?.charged ?? training.price;
  const free = charged.amount_minor === 0;
  const manual = training.approval === "manual";
  const discounted = quote !== null && quote.discount.amount_minor > 0;
  element("sums").hidden = !discounted;
  if (discounted) {
    const discount = { ...quote.discount, amount_minor: -quote.discount.amount_minor };
    fill(element("sums"), words, {
      price: words.amount(quote.price),
      discount: words.amount(discount),
      charged: words.amount(charged),
    });
  }
  const next = manual ? "offer.next_approval" : free ? "offer.next_free" : "offer.next_pay";
  element("next").textContent = words.say(next);
  const action = manual ? "action.request" : free ? "action.register_free" : "action.continue";
  element("submit").textContent = words.say(action, { amount: words.amount(charged) });
}

async function tryCode(code) {
  quote = null;
  const path = `/trainings/${encodeURIComponent(trainingId)}/price`;
  quote = await call("POST", path, { body: { discount_code: code } });
}

async function applyCode() {
  const code = form.elements.code.value.trim();
  try {
    quote = null;
    if (!code) {
      complain({ code: "error.code_required" });
      return;
    }
    await tryCode(code);
    complain({});
  } catch (problem) {
    failed(problem);
  } finally {
    showPrice();
  }
}

async function submit() {
  const errors = unfilled(form);
  complain(errors);
  if (Object.keys(errors).length > 0) return;
  const body = {
    name: form.elements.name.value.trim(),
    email: form.elements.email.value.trim(),
    language: words.language,
  };
  const code = form.elements.code.value.trim();
  if (code && values.priced) body.discount_code = code;
  const key = keyFor(`key:register:${trainingId}`, body);
  try {
    const path = `/trainings/${encodeURIComponent(trainingId)}/registrations`;
    const made = await call("POST", path, { body, key });
    remember(`registration:${trainingId}`, made.registration_id);
    location.assign(`/registrations/${made.registration_id}#${made.token}`);
  } catch (problem) {
    failed(problem);
  }
}

function failed(problem) {
  if (!(problem instanceof Problem)) throw problem;
  const state = STATES[problem.code];
  if (state) {
    values = { ...values, email: form.elements.email.value.trim(), typed: true };
    if (state === "full") values.seats = words.say("seats.none");
    show(state);
    return;
  }
  const errors = refused(problem, form);
  if (Object.keys(errors).length > 0) complain(errors);
  else complain({}, general(problem), problem.code);
}

function general(problem) {
  if (problem.code === "connection") return words.say("error.connection");
  if (problem.status === 429) {
    const again = new Date(Date.now() + problem.retryAfterSeconds * 1000 + 60_000);
    return words.say("error.too_many", { time: words.time(again) });
  }
  return words.say(problem.status === 503 ? "error.unavailable" : "error.unexpected");
}

/** Errors beside the fields, and summed up on top, where the reader is taken. */
function complain(errors, sentence, code) {
  showBeside(form, errors, words);
  const box = element("errors");
  const links = linksTo(errors, words);
  const shown = links.length > 0 || sentence !== undefined;
  box.hidden = !shown;
  setTitle(values.title, words, values);
  if (!shown) return;
  element("errors-title").textContent = words.say(sentence ? "errors.not_sent" : "errors.title");
  if (sentence) {
    const item = document.createElement("li");
    item.textContent = sentence;
    links.push(item);
  }
  box.querySelector("ul").replaceChildren(...links);
  const support = box.querySelector(".code");
  support.hidden = !code;
  support.textContent = code ? words.say("page.code", { code }) : "";
  document.title = words.say("page.error_title", { title: document.title });
  box.focus();
}

function keep() {
  const { name, email, code } = form.elements;
  remember(`details:${trainingId}`, { name: name.value, email: email.value, code: code.value });
}

function restore() {
  const typed = remembered(`details:${trainingId}`) ?? {};
  for (const name of ["name", "email", "code"]) {
    if (typed[name]) form.elements.namedItem(name).value = typed[name];
  }
}

form.addEventListener("input", (event) => {
  keep();
  if (event.target.id === "code" && quote !== null) {
    quote = null;
    showPrice();
  }
});
form.addEventListener("submit", once(element("submit"), submit));
element("apply").addEventListener("click", once(element("apply"), applyCode));
element("code").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault(); // the code is applied first: the button's price is then right
  element("apply").click();
});
element("other-email").addEventListener("click", () => {
  show("offer");
  form.elements.email.focus();
});
for (const button of document.querySelectorAll(".reload")) {
  button.addEventListener("click", () => location.reload());
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) open(); // seats and price may have changed meanwhile
});
linkLanguages();
await open();
