"""PayPal's disputes and chargebacks, as its Disputes API tells of them (RFD-4)."""

from __future__ import annotations

from guichet.adapters.paypal import found, requests
from guichet.adapters.paypal.client import Budget, PayPalClient
from guichet.adapters.paypal.fields import objects_of, text_of
from guichet.payments.ports import FoundDispute


class Disputing:
    """The part of `PayPalProvider` that asks about disputes."""

    client: PayPalClient

    def find_dispute(self, provider_dispute_id: str, *, payee: str) -> FoundDispute:
        """A dispute by PayPal's id; its capture says which payment of ours it is about.

        Args:
            provider_dispute_id: PayPal's, such as `PP-D-12345`.
            payee: the seller it is against; empty where the event did not say: then we ask for
                ourselves.
        """
        return self._found(provider_dispute_id, payee, self.client.budget())

    def disputes_of(self, capture_id: str, *, payee: str) -> list[FoundDispute]:
        """All disputes of one capture, oldest first: the list names them, each tells the rest."""
        budget = self.client.budget()
        listed = self.client.send(requests.list_disputes(payee, capture_id), budget)
        known = [text_of(each, "dispute_id") for each in objects_of(listed, "items")]
        disputes = [self._found(each, payee, budget, capture_id) for each in known]
        return sorted(disputes, key=lambda each: each.opened_at)

    def _found(
        self, dispute_id: str, payee: str, budget: Budget, capture_id: str | None = None
    ) -> FoundDispute:
        dispute = self.client.send(requests.get_dispute(payee, dispute_id), budget)
        disputed = capture_id or found.disputed_capture(dispute)
        capture = self.client.send(requests.get_capture(payee, disputed), budget)
        return found.dispute_found(dispute, capture)
