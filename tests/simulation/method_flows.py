"""Stories of an account that stores payment methods; each act may be done again with the same key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from guichet.bootstrap import Container
from guichet.collection.setup import Setup
from guichet.collection.use_cases.note_detached import note_detached
from guichet.errors import Refusal
from guichet.payments.stored_method import MethodKind
from tests.simulation.kills import Calls, Killed, KillingDynamo
from tests.simulation.method_seams import watched
from tests.support.stored_methods import Methods
from tests.support.verified import assert_verified
from tests.support.world import SYSTEM

_TRIES: Final = 5


@dataclass
class Storing:
    """An account, its browser, and the processes that serve it, of which one may die."""

    calls: Calls = field(default_factory=Calls)
    methods: Methods = field(default_factory=Methods)
    refusals: list[str] = field(default_factory=list)

    def parts(self) -> Container:
        """A worker's: that of the story, or a new one after its death."""
        world = self.methods.world
        calls = Calls() if self.calls.is_dead else self.calls
        return world.container(
            KillingDynamo(world.dynamo, calls), methods=watched(world.method_house, calls.watch)
        )

    def act[T](self, doing: Callable[[Container], T]) -> T:
        """Somebody asks, and asks again a moment later where they got no answer.

        Raises:
            Refusal: what they are refused in the end.
        """
        for _ in range(_TRIES):
            try:
                return doing(self.parts())
            except Killed:
                self.methods.world.clock.advance(seconds=3)
            except Refusal as refusal:
                if refusal.retry_after_seconds is None:
                    raise
                self.methods.world.clock.advance(seconds=31)
        raise AssertionError("never answered")

    def start(self, kind: str = "card", key: str = "one", **how: Any) -> Setup:  # noqa: ANN401 - as `Methods.start` takes
        return self.act(lambda parts: self.methods.start(kind, key=key, parts=parts, **how))

    def come_back(self, setup: Setup) -> Setup:
        def ask(parts: Container) -> Setup:
            self.methods.world.clock.advance(seconds=6)  # the page asks no more often
            return self.methods.come_back(setup, parts=parts)

        return self.act(ask)

    def remove(self, method_id: str) -> None:
        self.act(lambda parts: self.methods.remove(method_id, parts=parts))

    def upkeep(self, **later: float) -> None:
        """Time goes by, and what is due is done; a run that dies is followed by another."""
        self.methods.world.clock.advance(**later)
        self.act(self.methods.world.upkeep)

    def end(self) -> None:
        """Until nothing is due any more."""
        for _ in range(3):
            self.upkeep(minutes=40)
        self.methods.world.settle_down()


def stored_on_the_page(story: Storing) -> None:
    setup = story.start()
    story.methods.agree(setup)
    story.come_back(setup)


def stored_by_paypal(story: Storing) -> None:
    setup = story.start("paypal")
    story.methods.agree(setup)
    story.come_back(setup)


def stored_and_never_came_back(story: Storing) -> None:
    """Only the end of the page tells (BAD-3)."""
    for kind in ("card", "paypal"):
        story.methods.agree(story.start(kind, key=kind))
    story.upkeep(minutes=35)


def a_bank_account_with_its_authorization(story: Storing) -> None:
    setup = story.start("bank_debit", accepts="ach-1")
    story.methods.agree(setup)
    story.come_back(setup)


def nobody_used_the_page(story: Storing) -> None:
    story.start()
    story.upkeep(minutes=35)


def one_card_too_many(story: Storing) -> None:
    for number in range(3):
        story.methods.store(last4=f"000{number}")
    pages = [story.start(key=key) for key in ("one", "two")]
    for each in pages:
        story.methods.agree(each)
    for each in pages:
        story.come_back(each)


def a_brand_that_is_not_taken(story: Storing) -> None:
    setup = story.start()
    story.methods.agree(setup, brand="diners")
    story.come_back(setup)


def removed(story: Storing) -> None:
    first = story.methods.store()
    story.methods.store(last4="1111")
    story.remove(first.method_id)


def gone_at_the_provider(story: Storing) -> None:
    token = story.methods.store().token
    story.methods.provider().withdraw(token.token_id)

    def hint(parts: Container) -> None:
        collecting = story.methods.collecting(parts)
        note_detached("stripe", token.token_id, SYSTEM, collecting=collecting)

    story.act(hint)


@dataclass(frozen=True, slots=True)
class MethodFlow:
    """A story, and what it leaves: methods that are active, and mails."""

    play: Callable[[Storing], None]
    active: int
    mails: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.play.__name__


_STORED: Final = "billing_method_stored"
METHOD_FLOWS: Final = (
    MethodFlow(stored_on_the_page, 1, (_STORED,)),
    MethodFlow(stored_by_paypal, 1, (_STORED,)),
    MethodFlow(stored_and_never_came_back, 2, (_STORED, _STORED)),
    MethodFlow(a_bank_account_with_its_authorization, 1, (_STORED,)),
    MethodFlow(nobody_used_the_page, 0, ()),
    MethodFlow(one_card_too_many, 4, (_STORED,) * 4),
    MethodFlow(a_brand_that_is_not_taken, 0, ()),
    MethodFlow(removed, 1, ("billing_method_removed", _STORED)),
    MethodFlow(gone_at_the_provider, 0, ("billing_method_gone",)),
)


def assert_methods_are_well(story: Storing, flow: MethodFlow) -> None:
    """Ours are the provider's; each was stored and told once; nothing is due; the journal agrees."""
    methods = story.methods
    active = [each for each in methods.all_stored() if each.is_active]
    assert len(active) == flow.active
    assert_ours_are_the_provider_s(methods)
    assert sorted(methods.world.mails()) == sorted(flow.mails)
    assert methods.world.alarms == []


def assert_ours_are_the_provider_s(methods: Methods) -> None:
    """No token that we don't know, none that they don't; the list is what there is (COL-1)."""
    house = methods.world.method_house
    active = [each for each in methods.all_stored() if each.is_active]
    live = {token for provider in house.at.values() for token in provider.live}
    assert live == {each.token.token_id for each in active}
    held = [
        one for each in methods.collecting().records.methods_of("acc_atelier") for one in each.held
    ]
    assert sorted(each.method_id for each in held) == sorted(each.method_id for each in active)
    for kind in MethodKind:
        assert methods.held().counts(kind) <= methods.collecting().policy.most_methods[kind]
    customers = [each for provider in house.at.values() for each in provider.customers]
    assert len(customers) <= 1
    due = [item["pk"] for item in methods.world.state() if "due_key" in item]
    assert due == []
    assert_verified(methods.world.dynamo, methods.world.clock.now())
