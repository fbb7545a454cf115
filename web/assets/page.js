// What all pages share: language, filling what the HTML declares, showing one state at a time.

import { LANGUAGES, languageOf, wordsOf } from "./words.js";
import { remember, remembered } from "./store.js";

export const element = (id) => document.getElementById(id);

/** The words of this reader: `?lang=`, an earlier choice, the fallback, the browser. */
export async function readersWords(fallback) {
  const asked = new URLSearchParams(location.search).get("lang");
  const language = languageOf(asked, remembered("language"), fallback);
  if (asked) remember("language", language);
  const words = await wordsOf(language);
  document.documentElement.lang = language;
  offerLanguages(language, words.say("page.language"));
  return words;
}

function offerLanguages(current, label) {
  const menu = document.querySelector(".languages");
  menu.querySelector(".name").textContent = LANGUAGES[current];
  menu.querySelector("summary").setAttribute("aria-label", `${label}: ${LANGUAGES[current]}`);
  const items = Object.entries(LANGUAGES).map(([language, name]) => {
    const link = document.createElement("a");
    link.href = inLanguage(language);
    link.lang = link.hreflang = language;
    link.textContent = name;
    if (language === current) link.setAttribute("aria-current", "true");
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  menu.querySelector("ul").replaceChildren(...items);
  menu.hidden = false;
  menu.onkeydown = (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  };
}

/** Tell search engines of the same page in each language. */
export function linkLanguages() {
  const addresses = Object.keys(LANGUAGES).map((language) => [language, inLanguage(language)]);
  addresses.push(["x-default", location.origin + location.pathname]);
  for (const [language, address] of addresses) {
    const link = document.createElement("link");
    link.rel = "alternate";
    link.hreflang = language;
    link.href = address;
    document.head.append(link);
  }
}

function inLanguage(language) {
  const address = new URL(location.href);
  address.searchParams.set("lang", language);
  return address.href;
}

/** Fill `data-text`, `data-value`, `data-href` and `data-mail` below a node; drop what `data-if` lacks. */
export function fill(root, words, values) {
  for (const node of root.querySelectorAll("[data-if]")) node.hidden = !values[node.dataset.if];
  for (const node of root.querySelectorAll("[data-text]")) {
    node.textContent = words.say(node.dataset.text, values);
  }
  for (const node of root.querySelectorAll("[data-value]")) {
    node.textContent = values[node.dataset.value] ?? "";
  }
  for (const node of root.querySelectorAll("[data-href]")) {
    if (values[node.dataset.href]) node.href = values[node.dataset.href];
  }
  for (const node of root.querySelectorAll("[data-mail]")) {
    node.href = `mailto:${values[node.dataset.mail] ?? ""}`;
    node.textContent = values[node.dataset.mail] ?? "";
  }
}

/** Show one state's section alone, and say in the title where one is. */
export function showState(state, words, values) {
  element("waiting").hidden = true;
  let shown;
  for (const section of document.querySelectorAll("[data-state]")) {
    section.hidden = section.dataset.state !== state;
    if (!section.hidden) shown = section;
  }
  fill(document, words, values);
  const heading = shown.querySelector("h1, h2");
  setTitle(heading.textContent, words, values);
  return heading;
}

/** "Registration confirmed – Excel for the office". */
export function setTitle(what, words, values) {
  const { title } = values;
  document.title = title && title !== what ? words.say("page.title", { what, title }) : what;
}

/** Run a click's work once at a time: a second click while it runs does nothing. */
export function once(button, work) {
  return async (event) => {
    event?.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      await work();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
}

/** Values that several states speak of. */
export function trainingValues(training, organizer, words, yourTime) {
  const { starts_at: start, ends_at: end, time_zone: zone } = training;
  return {
    title: training.title,
    description: training.description,
    terms: training.terms,
    when: words.period(start, end, zone),
    your_time: yourTime && words.period(start, end, yourTime),
    organizer: organizer.legal_name,
    organizer_email: organizer.email,
    tax_note: organizer.tax_note,
  };
}
