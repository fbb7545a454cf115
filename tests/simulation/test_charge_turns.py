"""The bank, the customer, webhooks and the clock at one charge: every call may be interrupted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from guichet.bootstrap import Container
from guichet.collection.use_cases.open_payment_action import open_payment_action, return_from_action
from guichet.collection.use_cases.settle_own_refund import settle_own_refund
from guichet.collection.use_cases.switch_autopay import SwitchAutopay, switch_autopay
from guichet.invoices.invoice import InvoiceStatus
from guichet.invoices.remaining import Wanted
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.own_refund import own_refund_id
from local.simulators.errors import BuyerRefusedError
from tests.simulation.billing_outcome import Found, captured_minor, refunded_minor
from tests.simulation.meetings import SYSTEM, Meeting
from tests.simulation.payers import Payers
from tests.simulation.test_invoice_turns import ORDERED, to_be_collected

RETURNED = ("invoice_payment.returned",)
NOT_TAKEN = ("invoice_payment.not_taken", "own_refund.credited")


def debited(story: Payers) -> None:
    """A debit is on its way."""
    story.autopaying("bank", "bank_debit")
    story.life.wait(days=31)


def debit_paid(story: Payers) -> None:
    debited(story)
    story.bank_settles()
    story.life.wait(hours=1)


def asked_for(story: Payers) -> None:
    """The bank asks for the customer."""
    story.autopaying("authentication_required")
    story.life.wait(days=31)


@pytest.fixture(scope="module")
def on_its_way() -> Meeting:
    return Meeting(debited)


@pytest.fixture(scope="module")
def paid() -> Meeting:
    return Meeting(debit_paid)


@pytest.fixture(scope="module")
def waiting() -> Meeting:
    return Meeting(asked_for)


def paid_by_another(story: Payers) -> None:
    """A charge was declined though it was taken, and another paid: nobody has told yet."""
    to_be_collected(story)
    stripe = story.life.world.stripe
    call = "POST /v1/payment_intents"
    faults = [{"do": "lost_after", "match": call}, {"do": "card_error", "match": call}]
    stripe.configure_chaos({"api": faults, "webhooks": {"drop": -1}})
    story.life.wait(minutes=30)
    stripe.configure_chaos({"webhooks": {"drop": 0}})
    story.try_again()
    story.life.wait(hours=2)
    assert sorted(each.status for each in story.charges()) == ["captured", "declined"]


@pytest.fixture(scope="module")
def paid_twice() -> Meeting:
    return Meeting(paid_by_another)


@pytest.fixture(scope="module")
def declining() -> Meeting:
    return Meeting(lambda story: to_be_collected(story, "insufficient_funds"))


@pytest.fixture(scope="module")
def collectable() -> Meeting:
    return Meeting(to_be_collected)


def charge(meeting: Meeting) -> InvoicePayment:
    (found,) = meeting.story.charges()
    return found


@pytest.mark.parametrize("settles", [True, False])
@pytest.mark.parametrize("rival", ["clock", "asker", "credit", "transfer"])
def test_what_the_bank_decides_is_written_once_col_10(
    on_its_way: Meeting,
    rival: str,
    settles: bool,  # noqa: FBT001 - drawn
) -> None:
    invoice, payment = on_its_way.latest(), charge(on_its_way)

    def begin(meeting: Meeting) -> None:
        (meeting.story.bank_settles if settles else meeting.story.bank_refuses)()
        meeting.life.world.clock.advance(hours=7)
        acts: dict[str, Callable[[Container], object]] = {
            "clock": meeting.upkeep,
            "asker": meeting.ask(payment.payment_id),
            "credit": meeting.credit(invoice, Wanted(0, 1_000), key="credit"),
            "transfer": lambda parts: meeting.story.record(2_000, parts),
        }
        meeting.add(webhook=meeting.webhooks, rival=acts[rival])

    for schedule in on_its_way.schedules(begin):
        assert set(on_its_way.answers) <= {"ok", "payment_in_flight"}, schedule
        on_its_way.end()
        after = on_its_way.latest()
        assert charge(on_its_way).status is (
            ChargeStatus.CAPTURED if settles else ChargeStatus.DECLINED
        ), schedule
        assert after.status is (InvoiceStatus.PAID if settles else InvoiceStatus.OPEN), schedule
        assert captured_minor(on_its_way.life.world) == ORDERED * (1 + settles), schedule


@pytest.mark.parametrize("rival", ["asker", "webhook", "credit", "transfer"])
def test_a_debit_is_taken_back_once_whoever_is_told_inv_5(paid: Meeting, rival: str) -> None:
    invoice, payment = paid.latest(), charge(paid)

    def begin(meeting: Meeting) -> None:
        meeting.story.bank_takes_back()
        acts: dict[str, Callable[[Container], object]] = {
            "asker": meeting.ask(payment.payment_id),
            "webhook": meeting.webhooks,
            "credit": meeting.credit(invoice, Wanted(0, 1_000), key="credit"),
            "transfer": lambda parts: meeting.story.record(2_000, parts),
        }
        meeting.add(webhook=meeting.webhooks, rival=acts[rival])

    for schedule in paid.schedules(begin):
        assert set(paid.answers) == {"ok"}, schedule
        paid.end(alarms=RETURNED)
        assert charge(paid).status is ChargeStatus.RETURNED, schedule
        given = {"credit": 1_200, "transfer": 2_000}.get(rival, 0)
        left = ORDERED - given
        assert paid.latest().open_minor == left, schedule


@pytest.mark.parametrize("success", [True, False])
@pytest.mark.parametrize("rival", ["webhook", "clock", "end of the week", "link"])
def test_a_customer_answers_their_bank_while_others_ask_col_4(
    waiting: Meeting,
    rival: str,
    success: bool,  # noqa: FBT001 - drawn
) -> None:
    payment = charge(waiting)

    def begin(meeting: Meeting) -> None:
        story, stripe = meeting.story, meeting.life.world.stripe
        owner, actor = story.billing.owner, story.billing.actor()
        if rival == "end of the week":
            meeting.life.world.clock.advance(days=7)

        def answer(parts: Container) -> None:
            charging = parts.billing.charging
            with suppress(BuyerRefusedError):  # its week was over
                meeting.turns.watch(
                    "customer",
                    "answers",
                    lambda: stripe.authenticate_charge(
                        payment.provider_charge_id or "", success=success
                    ),
                )
            return_from_action(payment.payment_id, owner, actor, charging=charging)

        acts: dict[str, Callable[[Container], object]] = {
            "webhook": meeting.webhooks,
            "clock": meeting.ask(payment.payment_id),
            "end of the week": meeting.upkeep,
            "link": lambda parts: open_payment_action(
                payment.payment_id, owner, actor, charging=parts.billing.charging
            ),
        }
        meeting.add(customer=answer, rival=acts[rival])

    for schedule in waiting.schedules(begin):
        waiting.end()
        after = charge(waiting)
        taken = captured_minor(waiting.life.world) - ORDERED
        assert taken == (ORDERED if after.status is ChargeStatus.CAPTURED else 0), schedule
        assert waiting.latest().paid_minor == taken, schedule
        assert not after.holds or rival == "link", schedule


@pytest.mark.parametrize("outcome", ["succeeded", "credited"])
@pytest.mark.parametrize("rival", ["asker", "clock", "webhook", "bank", "transfer"])
def test_what_was_paid_twice_goes_back_once_whoever_moves_it_on_col_8(
    paid_twice: Meeting, rival: str, outcome: str
) -> None:
    first = min(paid_twice.story.charges(), key=lambda each: each.started_at)

    def begin(meeting: Meeting) -> None:
        stripe = meeting.life.world.stripe
        if outcome == "credited":
            refusal = {"refuse": 9, "refusal": "charge_not_refundable"}
            stripe.configure_chaos({"refunds": refusal})

        def bank(_: Container) -> None:
            """Takes the first payment back, while it is found and given back here."""
            (capture_id,) = {
                each["latest_charge"]
                for each in stripe.find_all("payment_intent")
                if each["metadata"].get("payment_id") == first.payment_id
            }
            meeting.turns.watch(
                "bank",
                "takes back",
                lambda: stripe.lose_dispute(str(stripe.open_dispute(capture_id)["id"])),
            )

        acts: dict[str, Callable[[Container], object]] = {
            "asker": meeting.ask(first.payment_id),
            "clock": meeting.upkeep,
            "webhook": meeting.webhooks,
            "bank": bank,
            "transfer": lambda parts: meeting.story.record(2_000, parts),
        }

        def found(parts: Container) -> None:
            parts.billing.charging.ask(first.payment_id, meeting.life.world.cause("late"))
            settle_own_refund(
                own_refund_id(first.payment_id), SYSTEM, own_refunding=parts.billing.own_refunding
            )

        meeting.add(worker=found, rival=acts[rival])

    for schedule in paid_twice.schedules(begin, every=2):
        world = paid_twice.life.world
        world.stripe.configure_chaos({"refunds": {"refuse": 0}})
        paid_twice.end(alarms=(*NOT_TAKEN, *RETURNED))
        assert paid_twice.latest().status is InvoiceStatus.PAID, schedule
        refunds = Found(world).refunds
        statuses = [str(each.status) for each in refunds]
        if rival == "bank":
            assert statuses in ([], ["taken_back"], [outcome], ["succeeded"]), schedule
            continue
        assert statuses in ([outcome], ["succeeded"]), schedule
        went_back = statuses == ["succeeded"]
        assert refunded_minor(world) == (ORDERED if went_back else 0), schedule


@pytest.mark.parametrize("rival", ["worker", "clock", "webhook"])
def test_a_decline_counts_once_col_3(declining: Meeting, rival: str) -> None:
    invoice = declining.latest()

    def begin(meeting: Meeting) -> None:
        acts: dict[str, Callable[[Container], object]] = {
            "worker": meeting.collect(invoice),
            "clock": meeting.upkeep,
            "webhook": meeting.webhooks,
        }
        meeting.add(worker=meeting.collect(invoice), rival=acts[rival])

    for schedule in declining.schedules(begin):
        assert set(declining.answers) == {"ok"}, schedule
        declining.end()
        assert charge(declining).status is ChargeStatus.DECLINED, schedule
        (told,) = (each for each in declining.life.mail.taken if "payment_declined" in each[1])
        assert told, schedule


def test_a_decline_that_is_asked_about_late_by_two_counts_once_col_3(declining: Meeting) -> None:
    """The worker died after the provider had said no."""
    invoice = declining.latest()

    def begin(meeting: Meeting) -> None:
        stripe = meeting.life.world.stripe
        lost = {"do": "lost_after", "match": "POST /v1/payment_intents", "times": 3}
        stripe.configure_chaos({"api": [lost]})
        with pytest.raises(Exception, match="provider"):
            meeting.collect(invoice)(meeting.life.with_catalogues(meeting.life.world.container()))
        meeting.life.world.clock.advance(minutes=3)
        meeting.add(one=meeting.upkeep, other=meeting.upkeep, webhook=meeting.webhooks)

    for schedule in declining.schedules(begin, every=3):
        assert set(declining.answers) == {"ok"}, schedule
        declining.end()
        assert charge(declining).status is ChargeStatus.DECLINED, schedule


@pytest.mark.parametrize("rival", ["autopay off", "method gone"])
def test_a_method_goes_while_it_is_charged_col_1(collectable: Meeting, rival: str) -> None:
    invoice = collectable.latest()
    story = collectable.story
    method = story.methods.held().default_method_id or ""

    def begin(meeting: Meeting) -> None:
        command = SwitchAutopay(False, None, story.billing.owner, "off", story.billing.actor())

        def gone(_: Container) -> None:
            stripe = meeting.life.world.stripe
            token = story.methods.method(method).token.token_id
            meeting.turns.watch("bank", "detaches", lambda: stripe.detach_method(token))

        acts: dict[str, Callable[[Container], object]] = {
            "autopay off": lambda parts: switch_autopay(
                command, collecting=parts.billing.collecting
            ),
            "method gone": gone,
        }
        meeting.add(worker=meeting.collect(invoice), rival=acts[rival])

    for schedule in collectable.schedules(begin):
        assert collectable.answers == ["ok", "ok"], schedule
        collectable.end()
        taken = captured_minor(collectable.life.world) - ORDERED
        assert collectable.latest().paid_minor == taken, schedule
        assert collectable.latest().open_payment_id is None, schedule
