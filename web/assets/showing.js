// Which state a registration's page is in, and the values that its sentences speak of.

import { methodHint, methodName, providerName } from "./methods.js";
import { trainingValues } from "./page.js";
import { refundValues } from "./refunds.js";
import { otherZone } from "./words.js";

const INSTRUMENTS = {
  card: "method.card",
  bank_debit: "method.bank_debit",
  paypal: "method.paypal",
};
const ENDED_ATTEMPTS = new Set(["failed", "expired", "abandoned"]);
const ENDED_BEFORE = new Set(["expired", "rejected"]);

/** The state of REG-8, as the registrant meets it. */
export function stateOf(registration) {
  if (isCalledOff(registration)) return "called_off";
  switch (registration.status) {
    case "awaiting_payment":
      if (registration.offline) return "offline";
      return registration.accepted_methods.length > 0 ? "pay" : "unpayable";
    case "pending_approval":
      return "approval";
    case "expired":
    case "cancelled":
      return registration.attempt?.returned ? "returned" : registration.status;
    default:
      return registration.status;
  }
}

/** Whether the cancelled training is the news; money that came after it has its own. */
function isCalledOff({ training_cancelled: cancelled, status, attempt }) {
  return cancelled && !ENDED_BEFORE.has(status) && !attempt?.returned;
}

/**
 * Whether somebody who comes back from the provider still waits for what the provider says.
 * `triesBefore` were known before: what was declined then says nothing of this time.
 */
export function isUnsettled(registration, triesBefore = 0) {
  const { attempt } = registration;
  if (registration.status === "expired") return attempt !== null && !attempt.returned;
  if (registration.status !== "awaiting_payment" || registration.offline) return false;
  if (ENDED_ATTEMPTS.has(attempt?.status)) return false;
  return !(attempt?.declined && attempt.tries > triesBefore);
}

export function valuesOf(registration, words) {
  const { training, organizer, attempt, receipt, offline } = registration;
  const zone = training.time_zone;
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const money = (amount) => words.amount(amount);
  const hold = registration.hold_expires_at;
  return {
    ...trainingValues(training, organizer, words, otherZone(training.starts_at, zone)),
    registration_id: registration.registration_id,
    name: registration.name,
    email: registration.email,
    price: money(registration.price),
    discount: registration.discount.amount_minor > 0 && money(negative(registration.discount)),
    charged: money(registration.charged),
    deadline: hold && words.moment(hold, here), // it may be minutes away: no zone to translate
    provider: providerName(attempt?.method ?? registration.method),
    declined: attempt?.declined,
    label: offline?.label,
    instructions: offline?.instructions,
    note: registration.note,
    costs: registration.charged.amount_minor > 0,
    choices_left: registration.accepted_methods.length > 1,
    training_url: !registration.training_cancelled && `/trainings/${training.training_id}`,
    may_cancel:
      !registration.training_cancelled &&
      ["awaiting_payment", "pending_approval"].includes(registration.status),
    training_cancelled: registration.training_cancelled,
    is_over: registration.status === "cancelled",
    goes_on: registration.status !== "cancelled",
    receipt: registration.price.amount_minor > 0,
    paid_on: receipt && words.day(receipt.paid_at, zone),
    paid_with: paidWith(registration, words),
    reference: receipt?.reference,
    paid: paid(registration, words),
    ...returnedValues(attempt?.returned),
    ...refundValues(registration, words),
  };
}

const negative = (amount) => ({ ...amount, amount_minor: -amount.amount_minor });

function paid({ attempt, receipt, paid_by: by, charged }, words) {
  if (receipt) return words.amount(receipt.amount);
  if (attempt?.returned) return words.amount(attempt.returned.amount);
  return by === "nothing_due" ? words.amount(charged) : "";
}

function paidWith({ receipt, paid_by: by }, words) {
  if (by === "nothing_due") return words.say("method.free");
  if (by === "hand") return words.say("method.by_hand");
  if (!receipt) return "";
  const named = words.say(INSTRUMENTS[receipt.instrument] ?? "method.card");
  const name = named[0].toLocaleUpperCase(words.locale) + named.slice(1);
  const provider = providerName(receipt.method);
  return name === provider ? name : `${name} (${provider})`;
}

/** How far money on its way back is; why it goes back. */
function returnedValues(returned) {
  if (!returned) return {};
  const { reason, status } = returned;
  return {
    late: reason === "late_without_seat",
    ended: reason === "registration_ended",
    paid_twice: reason === "paid_twice",
    underway: status === "requested" || status === "submitted",
    done: status === "succeeded",
    stuck: status === "failed",
    coming: status !== "failed",
  };
}

/** Ways of paying as a list to choose from; one alone is chosen already. */
export function choices(registration, words) {
  const methods = registration.accepted_methods;
  const chosen = methods.length === 1 ? methods[0].method : (registration.method ?? "");
  return methods.map((each) => {
    const label = document.createElement("label");
    label.className = "choice";
    const input = document.createElement("input");
    input.type = "radio";
    input.name = "method";
    input.value = each.method;
    input.required = true;
    input.checked = each.method === chosen;
    const name = document.createElement("b");
    name.textContent = methodName(each, words);
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = methodHint(each, words);
    label.append(input, name, hint);
    return label;
  });
}
