"""What the calls of the billing centre share: names in the reader's language, a subscription shown."""

from __future__ import annotations

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import Sender, SignedInCalls
from guichet.entry.http import Text, answered
from guichet.entry.models.billing_lines import Naming
from guichet.entry.models.subscriptions import SubscriptionAnswer
from guichet.replies import Reply
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.touching import Action
from guichet.subscriptions.use_cases.read_subscriptions import read_subscription


class BillingCalls(SignedInCalls):
    """Calls about what an account buys."""

    @staticmethod
    def _naming(sender: Sender) -> Naming:
        return Naming(sender.held.billing.catalogues, sender.language)

    @staticmethod
    def _action(sender: Sender, subscription_id: str, key: str | None) -> Action:
        return Action(
            known_form(subscription_id, "subscription"),
            sender.member,
            key,
            sender.actor,
            expected=sender.caller.versions_expected(),
        )

    def _shown(
        self,
        sender: Sender,
        reply: Reply[Subscription],
        *,
        status: int = 200,
        location: str | None = None,
    ) -> Text:
        """A subscription as it is after an action on it."""
        carts = sender.held.billing.carts
        view = read_subscription(sender.member, reply.value.subscription_id, carts=carts)
        account = carts.records.account(sender.account_id)
        return answered(
            SubscriptionAnswer.of(view, account, self._naming(sender)),
            status=status,
            location=location,
            version=view.subscription.version,
            replayed=reply.replayed,
            language=sender.language,
        )
