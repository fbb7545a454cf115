// Ways of paying, as people call them.

const NAMES = {
  stripe: "method.stripe",
  paypal: "method.paypal",
  paypal_card: "method.paypal_card",
};
const HINTS = {
  stripe: "method.stripe_hint",
  paypal: "method.paypal_hint",
  paypal_card: "method.paypal_card_hint",
};

export const isOffline = (method) => method.startsWith("offline:");

export function methodName({ method, label }, words) {
  return label ?? (method in NAMES ? words.say(NAMES[method]) : method);
}

export function methodHint({ method }, words) {
  if (isOffline(method)) return words.say("method.offline_hint");
  return method in HINTS ? words.say(HINTS[method]) : "";
}

/** Whose page the registrant goes to. */
export function providerName(method) {
  return (method ?? "").startsWith("paypal") ? "PayPal" : "Stripe";
}
