"""Storing, choosing and removing payment methods in the world of one process."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from guichet.access.membership import Member
from guichet.bootstrap import Container
from guichet.collection.collecting import Collecting
from guichet.collection.offering import Wish
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.setup import Setup
from guichet.collection.stored import StoredMethod
from guichet.collection.use_cases.make_default import MakeDefault, make_default
from guichet.collection.use_cases.remove_method import RemoveMethod, remove_method
from guichet.collection.use_cases.return_from_setup import return_from_setup
from guichet.collection.use_cases.send_method_link import SendMethodLink, send_method_link
from guichet.collection.use_cases.start_setup import StartSetup, start_setup
from guichet.collection.use_cases.switch_autopay import SwitchAutopay, switch_autopay
from guichet.payments.stored_method import DebitScheme, FoundMethod, MethodKind
from guichet.replies import Reply
from tests.support.billing import Billing
from tests.support.method_provider import MemoryProvider

ENTITY_OF = {"USD": "us", "EUR": "ie", "GBP": "gb"}
AUTHORIZED = {"USD": "ach-1", "EUR": "sepa-1", "GBP": "bacs-1"}


@dataclass
class Methods:
    """An account that stores methods, in the world of `Billing`."""

    billing: Billing = field(default_factory=Billing)

    def __post_init__(self) -> None:
        self.world = self.billing.world
        self._keys = count(1)

    def collecting(self, parts: Container | None = None) -> Collecting:
        return self.billing.parts(parts).collecting

    def provider(self, name: str = "stripe", entity: str = "us") -> MemoryProvider:
        return self.world.method_house.provider(name, entity)

    def key(self) -> str:
        return f"method-{next(self._keys)}"

    # -- what the customer does -------------------------------------------------------------

    def start_reply(
        self,
        kind: str = "card",
        *,
        key: str | None = None,
        member: Member | None = None,
        accepts: str | None = None,
        parts: Container | None = None,
        **wish: Any,  # noqa: ANN401 - fields of a wish
    ) -> Reply[Setup]:
        who = member or self.billing.owner
        command = StartSetup(
            wish=Wish(MethodKind(kind), **wish),
            accepts_authorization=accepts,
            language="en",
            member=who,
            idempotency_key=key or self.key(),
            actor=self.billing.actor(who),
        )
        return start_setup(command, opening=self.billing.parts(parts).method_opening)

    def start(self, kind: str = "card", **how: Any) -> Setup:  # noqa: ANN401 - as `start_reply` takes
        return self.start_reply(kind, **how).value

    def agree(self, setup: Setup, **shown: Any) -> FoundMethod:  # noqa: ANN401 - fields of many types
        assert setup.session_id is not None
        provider = self.provider(setup.provider, setup.selling_entity)
        return provider.agree(setup.session_id, kind=str(setup.kind), **shown)

    def come_back(
        self, setup: Setup, member: Member | None = None, parts: Container | None = None
    ) -> Setup:
        who = member or self.billing.owner
        return return_from_setup(
            setup.setup_id,
            who,
            self.billing.actor(who),
            collecting=self.collecting(parts),
            limits=(parts or self.world.parts).limits,
        )

    def tried(self, kind: str = "card", shown: dict[str, Any] | None = None, **how: Any) -> Setup:  # noqa: ANN401 - same
        """Start, agree on the page, come back."""
        setup = self.start(kind, **how)
        self.agree(setup, **(shown or {}))
        return self.come_back(setup)

    def store(self, kind: str = "card", **shown: Any) -> StoredMethod:  # noqa: ANN401 - same
        """A method that is taken."""
        how = {"accepts": "ach-1"} if kind == "bank_debit" else {}
        setup = self.tried(kind, shown, **how)
        assert setup.method_id is not None, setup
        return self.method(setup.method_id)

    def remove(
        self,
        method_id: str,
        member: Member | None = None,
        parts: Container | None = None,
    ) -> Reply[StoredMethod]:
        who = member or self.billing.owner
        command = RemoveMethod(method_id, who, self.billing.actor(who))
        return remove_method(command, collecting=self.collecting(parts))

    def make_default(self, method_id: str, key: str | None = None) -> Reply[PaymentMethods]:
        owner = self.billing.owner
        command = MakeDefault(method_id, owner, key, self.billing.actor())
        return make_default(command, collecting=self.collecting())

    def autopay(
        self, *, on: bool = True, entity: str | None = None, key: str | None = None
    ) -> Reply[PaymentMethods]:
        command = SwitchAutopay(on, entity, self.billing.owner, key, self.billing.actor())
        return switch_autopay(command, collecting=self.collecting())

    def send_link(self, key: str = "link", member: Member | None = None) -> Reply[PaymentMethods]:
        who = member or self.billing.representative
        command = SendMethodLink(None, who, key, self.billing.actor(who))
        return send_method_link(command, collecting=self.collecting())

    # -- looking ------------------------------------------------------------------------------

    def setup(self, setup: Setup) -> Setup:
        found = self.collecting().records.setup(setup.setup_id)
        assert found is not None
        return found

    def method(self, method_id: str) -> StoredMethod:
        found = self.collecting().records.stored_method(self.billing.account_id, method_id)
        assert found is not None
        return found

    def held(self, entity: str = "us") -> PaymentMethods:
        return self.collecting().records.methods(self.billing.account_id, entity)

    def all_stored(self) -> list[StoredMethod]:
        """Every method that was ever stored."""
        ids = [
            str(item["sk"]).partition("#")[2]
            for item in self.world.state()
            if str(item["sk"]).startswith("STORED_METHOD#")
        ]
        return self.collecting().records.stored_methods(self.billing.account_id, ids)

    def events(self) -> list[str]:
        """What has happened to methods, in order of the journal's keys."""
        return [
            event.name
            for entry in sorted(self.world.journal(), key=lambda each: each.at)
            for event in entry.events
            if event.name.startswith("payment_method.")
        ]


def shown_as(scheme: DebitScheme) -> dict[str, Any]:
    """A bank account under a scheme."""
    return {"scheme": scheme, "country": {"ach": "US", "sepa": "DE", "bacs": "GB"}[scheme]}
