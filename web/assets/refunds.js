// What of a payment went back, or is on its way (RFD-1, RFD-4).

const SENTENCES = {
  requested: "refunds.underway",
  submitted: "refunds.underway",
  succeeded: "refunds.done",
  failed: "refunds.failed",
};

/** What the page's sentences speak of. */
export function refundValues({ refunds, receipt, status }, words) {
  const gone = receipt?.refunded.amount_minor ?? 0;
  const whole = gone > 0 && gone >= receipt.amount.amount_minor;
  return {
    refunded: gone > 0 && words.amount(receipt.refunded),
    taken_off: gone > 0 && words.amount({ ...receipt.refunded, amount_minor: -gone }),
    refunded_whole: whole,
    refunded_partly: gone > 0 && !whole,
    refund_coming: refunds.some((each) => each.status !== "failed"),
    stays_confirmed: status === "confirmed",
  };
}

/** Each refund as an item of a list: how much, how far it is, and what the organizer says of it. */
export function refundItems({ refunds, training, note }, words) {
  return refunds.map((refund) => {
    const values = {
      amount: words.amount(refund.amount),
      day: words.day(refund.made_at, training.time_zone),
    };
    const item = document.createElement("li");
    item.append(paragraph(words.say(SENTENCES[refund.status], values)));
    if (refund.note && refund.note !== note) { // else it is shown as the registration's
      item.append(paragraph(words.say("refunds.note"), "quiet"), paragraph(refund.note, "prose"));
    }
    return item;
  });
}

function paragraph(text, className = "") {
  const made = document.createElement("p");
  made.className = className;
  made.textContent = text;
  return made;
}
