// Ask for the link again: whether there is a registration is told to nobody (REG-12).

import { call } from "./api.js";
import { refused, showBeside, unfilled } from "./fields.js";
import { registrationId } from "./own.js";
import { element, showState } from "./page.js";

export async function sendLink(words, complain) {
  const form = element("resend");
  const errors = unfilled(form);
  showBeside(form, errors, words);
  if (errors.email) {
    form.elements.email.focus();
    return;
  }
  const email = form.elements.email.value.trim();
  const trainingId = `trn_${registrationId.split("_")[1] ?? ""}`; // an id names its training
  try {
    await call("POST", "/registrations/resend-link", { body: { training_id: trainingId, email } });
    complain("");
    showState("sent", words, { email }).focus();
  } catch (problem) {
    const found = refused(problem, form);
    showBeside(form, found, words);
    if (!found.email) complain("error.unavailable", problem.code);
  }
}
