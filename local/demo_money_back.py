"""What goes back in the demo: a partial refund, one at the provider, a chargeback, a cancelled training."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guichet.money import Money
from local.calls import Json, call, until, wanted


@dataclass(frozen=True)
class MoneyBack:
    """The organizer's side of it, with the token of an event manager."""

    url: str
    token: str
    say: Callable[[str], None]

    def play(self, training_id: str) -> None:
        """Of the two who paid for this training: one by PayPal, one by card."""
        self.say("\n7. Money goes back.")
        payments = self._get(f"/v1/trainings/{training_id}/payments")["items"]
        by_paypal, by_card = (
            next(each for each in payments if each["provider"] == provider)
            for provider in ("paypal", "stripe")
        )
        self._refund_a_part(by_paypal)
        self._refund_on_the_dashboard(by_card)
        self._charge_back(by_card)

    def cancel(self, training_id: str) -> None:
        """Everyone is told; whoever paid through us is refunded."""
        wish = {"reason": "The trainer is ill.", "note": "We are sorry."}
        self._post(202, f"/v1/trainings/{training_id}/cancel", wish)
        self.say("   The organizer cancels the training; a last look follows after some minutes.")
        path = f"/v1/trainings/{training_id}/cancellation"
        until(lambda: self._get(path), lambda found: not found["registrations"]["waiting"])
        until(lambda: self._get(path), lambda found: bool(found["not_refunded"]))
        clock = {"advance_seconds": 10 * 60}
        wanted(200, call(f"{self.url}/_local/clock", "POST", clock, timeout_seconds=180))
        report = until(lambda: self._get(path), lambda found: found["status"] == "done")
        self.say(f"   refunded            {report['registrations']['refunded']}")
        for each in report["not_refunded"]:
            self.say(f"   not refunded        {each['code']}: {each['what_to_do']}")

    def _refund_a_part(self, payment: Json) -> None:
        wish = {
            "amount": {"amount_minor": 2000, "currency": "USD"},
            "reason": "Came late.",
            "note_to_registrant": "For the hour that you missed.",
        }
        refund = self._post(201, f"/v1/payments/{payment['payment_id']}/refunds", wish)
        self.say(
            f"   20.00 by PayPal     {refund['status']}, with {_money(refund['fee'])} of the fee"
        )

    def _refund_on_the_dashboard(self, payment: Json) -> None:
        wish = {"payment": payment["capture_id"], "amount_minor": 3000}
        wanted(200, call(f"{self.url}/_local/providers/stripe/refunds", "POST", wish))
        seen = self._standing(payment, lambda found: found["fee_returned"]["amount_minor"] > 0)
        self.say(
            f"   30.00 at Stripe     made on the dashboard; {_money(seen['fee_returned'])} "
            f"of the fee follows, {_money(seen['left'])} is left"
        )

    def _charge_back(self, payment: Json) -> None:
        disputes = f"{self.url}/_local/providers/stripe/disputes"
        wish = {"payment": payment["capture_id"], "amount_minor": 9000}
        dispute = wanted(200, call(disputes, "POST", wish))
        seen = self._standing(payment, lambda found: found["refusal"] is not None)
        self.say(
            f"   a chargeback        {seen['refusal']['code']}: {seen['refusal']['what_to_do']}"
        )
        wanted(200, call(f"{disputes}/{dispute['id']}/lose", "POST", {}))
        seen = self._standing(payment, lambda found: found["left"]["amount_minor"] == 0)
        seen = self._standing(payment, lambda found: found["fee_returned"] == found["fee"])
        self.say(
            f"   lost                {_money(seen['refunded'])} of {_money(seen['captured'])} went "
            f"back, with the whole fee of {_money(seen['fee_returned'])}"
        )
        self.say(
            f"   the seat            {seen['registration_status']}: the organizer may cancel it"
        )

    def _standing(self, payment: Json, arrived: Callable[[Json], bool]) -> Json:
        return until(lambda: self._get(f"/v1/payments/{payment['payment_id']}"), arrived)

    def _get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        signed_in = {"authorization": f"Bearer {self.token}"}
        return wanted(200, call(f"{self.url}{path}", headers=signed_in))

    def _post(self, status: int, path: str, body: Json) -> Any:  # noqa: ANN401 - same
        headers = {
            "authorization": f"Bearer {self.token}",
            "idempotency-key": secrets.token_urlsafe(24),
        }
        return wanted(status, call(f"{self.url}{path}", "POST", body, headers=headers))


def _money(amount: Json) -> str:
    return str(Money(amount["amount_minor"], amount["currency"]))
