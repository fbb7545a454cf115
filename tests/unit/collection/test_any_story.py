"""Whatever customers, providers, webhooks and the clock do, in whatever order: ours are the provider's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.collection.naming import setup_id
from guichet.collection.setup import Setup, SetupStatus
from guichet.collection.use_cases.note_detached import note_detached
from guichet.collection.use_cases.settle_setup import settle_setup
from guichet.errors import Refusal
from guichet.payments.stored_method import MethodKind, SetupState
from tests.simulation.method_flows import assert_ours_are_the_provider_s
from tests.support.method_provider import Loss
from tests.support.stored_methods import Methods
from tests.support.world import SYSTEM

KINDS = ("card", "paypal", "bank_debit")
CALLS = ("make_customer", "open_setup", "ask_setup", "end_setup", "detach", "find_method")

steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("start", "start", "agree", "agree", "agree", "return", "return", "webhook"),
                *("remove", "default", "autopay on", "autopay off", "withdraw", "hint"),
                *("lose the request", "lose the answer", "minutes", "upkeep"),
            ]
        ),
        st.integers(0, 5),
    ),
    max_size=40,
)


@dataclass
class Story:
    """What has been begun, and what each step does with it. Refusals are answers too."""

    methods: Methods = field(default_factory=Methods)
    keys: list[tuple[str, str]] = field(default_factory=list)  # kind and key of each try

    def do(self, step: str, number: int) -> None:
        with suppress(Refusal):
            self._do(step, number)

    def _do(self, step: str, number: int) -> None:
        methods = self.methods
        match step:
            case "start":
                kind = KINDS[number % 3]
                self.keys.append((kind, f"key-{len(self.keys)}"))
                self._start(*self.keys[-1])
            case "agree" | "return" | "webhook":
                self._with_setup(step, number)
            case "remove" | "default" | "withdraw" | "hint":
                self._with_method(step, number)
            case "autopay on" | "autopay off":
                methods.autopay(on=step == "autopay on")
            case "lose the request" | "lose the answer":
                loss: Loss = "before" if step == "lose the request" else "after"
                for name in ("stripe", "paypal"):
                    methods.provider(name).losing[CALLS[number]].append(loss)
            case "minutes":
                methods.world.clock.advance(minutes=number * number)
            case _:
                methods.world.upkeep()

    def _with_setup(self, step: str, number: int) -> None:
        setup = self._setup(number)
        if setup is None:
            return
        match step:
            case "agree":
                self._agree(setup, number)
            case "return":
                self.methods.come_back(setup)
            case _:
                settle_setup(setup.setup_id, SYSTEM, collecting=self.methods.collecting())

    def _agree(self, setup: Setup, number: int) -> None:
        page = self.methods.provider(setup.provider).pages[setup.session_id or ""]
        if page.state is SetupState.OPEN and self.methods.world.clock.at < page.ends_at:
            is_odd = number == 5 and setup.kind is MethodKind.CARD
            self.methods.agree(setup, **({"brand": "diners"} if is_odd else {}))

    def _start(self, kind: str, key: str) -> Setup:
        accepts = {"accepts": "ach-1"} if kind == "bank_debit" else {}
        return self.methods.start(kind, key=key, **accepts)

    def _setup(self, number: int) -> Setup | None:
        """One of those begun, as its browser has it after asking again."""
        if not self.keys:
            return None
        setup = self._start(*self.keys[-1 - number % len(self.keys)])
        return setup if setup.session_id is not None else None

    def _with_method(self, step: str, number: int) -> None:
        methods = self.methods
        stored = methods.all_stored()
        if not stored:
            return
        chosen = stored[number % len(stored)]
        match step:
            case "remove":
                methods.remove(chosen.method_id)
            case "default":
                methods.make_default(chosen.method_id)
            case "withdraw":
                provider = methods.provider(chosen.provider)
                if chosen.token.token_id in provider.live:
                    provider.withdraw(chosen.token.token_id)
            case _:
                self._hint(chosen.provider, chosen.token.token_id)

    def _hint(self, provider: str, token_id: str) -> None:
        note_detached(provider, token_id, SYSTEM, collecting=self.methods.collecting())

    def end(self) -> None:
        """Everybody answers again, every webhook comes, and time goes on until nothing is due."""
        world = self.methods.world
        for provider in world.method_house.at.values():
            provider.losing.clear()
        for _ in range(3):
            world.clock.advance(minutes=40)
            world.upkeep()
        for each in self.methods.all_stored():
            self._hint(each.provider, each.token.token_id)
        world.settle_down()


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whatever_happens_ours_are_the_provider_s_col_1(told: list[tuple[str, int]]) -> None:
    story = Story()
    for step, number in told:
        story.do(step, number)

    story.end()

    assert_ours_are_the_provider_s(story.methods)
    records = story.methods.collecting().records
    for _, key in story.keys:
        setup = _setup_of(story, key)
        if setup is not None:
            assert setup.status not in {SetupStatus.CREATED, SetupStatus.OPEN, SetupStatus.REFUSING}
    held = records.methods(story.methods.billing.account_id, "us")
    assert (held.default_method_id is not None) == bool(held.held)
    mails = story.methods.world.mails()
    assert mails.count("billing_method_removed") + mails.count("billing_method_gone") == sum(
        not each.is_active for each in story.methods.all_stored()
    )


def _setup_of(story: Story, key: str) -> Setup | None:
    billing = story.methods.billing
    identity = setup_id(billing.account_id, billing.owner.member_id, key)
    return story.methods.collecting().records.setup(identity)
