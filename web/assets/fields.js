// Errors beside their field, and summed up on top with links.

import { element } from "./page.js";

// What the API calls its fields, and what this page calls its inputs.
const INPUTS = { "/name": "name", "/email": "email", "/discount_code": "code" };
const TEXTS = {
  too_long: "error.too_long",
  control_characters: "error.characters",
  malformed: "error.characters",
  card_number: "error.card_number",
  not_an_email: "error.email_malformed",
};
const REQUIRED = {
  name: "error.name_required",
  email: "error.email_required",
  code: "error.code_required",
};
const CODES = {
  discount_unknown: "error.code_unknown",
  discount_expired: "error.code_expired",
  discount_used_up: "error.code_used_up",
  discount_other_currency: "error.code_currency",
  discount_below_minimum: "error.code_minimum",
};
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** What of a form is not right before it is sent, by input. */
export function unfilled(form) {
  const errors = {};
  for (const name of ["name", "email"]) {
    const input = form.elements.namedItem(name);
    if (!input) continue;
    const value = input.value.trim();
    if (!value) errors[name] = REQUIRED[name];
    else if (name === "email" && !EMAIL.test(value)) errors[name] = "error.email_malformed";
  }
  return errors;
}

/** What a refusal says of inputs, by input; empty where it is about none. */
export function refused(problem, form) {
  if (problem.code in CODES) return { code: CODES[problem.code] };
  if (problem.code === "card_number") return { [longestRow(form)]: TEXTS.card_number };
  const errors = {};
  for (const { pointer, code } of problem.errors ?? []) {
    const input = INPUTS[pointer];
    if (!input) continue;
    const absent = code === "required" || code === "too_short";
    errors[input] = absent ? REQUIRED[input] : (TEXTS[code] ?? "error.characters");
  }
  return errors;
}

/** Put errors beside their inputs, and take away those that are no more. */
export function showBeside(form, errors, words) {
  for (const input of form.querySelectorAll("input[id]")) {
    const place = element(`${input.id}-error`);
    if (!place) continue;
    const key = errors[input.id];
    place.textContent = key ? words.say(key) : "";
    place.hidden = !key;
    const hint = element(`${input.id}-hint`);
    const described = [key && place.id, hint?.id].filter(Boolean).join(" ");
    if (described) input.setAttribute("aria-describedby", described);
    else input.removeAttribute("aria-describedby");
    if (key) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

/** Links on top to each input at fault. */
export function linksTo(errors, words) {
  return Object.entries(errors).map(([id, key]) => {
    const link = document.createElement("a");
    link.href = `#${id}`;
    link.textContent = words.say(key);
    link.onclick = (event) => {
      event.preventDefault();
      element(id).focus();
    };
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
}

/** The input with most digits: the API doesn't say which one holds what looks like a card. */
function longestRow(form) {
  const digits = (input) => input.value.replaceAll(/\D/g, "").length;
  const inputs = [...form.querySelectorAll("input[id]")];
  return inputs.reduce((most, input) => (digits(input) > digits(most) ? input : most)).id;
}
