"""INV-3, INV-6: a number's item bears the mails of its document until they are sent, and a usual content."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.items import MESSAGE_GRACE
from guichet.adapters.dynamo.outbox import DynamoOutbox
from guichet.adapters.dynamo.seam import Delete, Key, Put
from guichet.entry.relaying import relayed
from guichet.entry.work import doers
from guichet.events import Event
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import Aggregate
from guichet.ledger.journal import Change
from guichet.registration.outbox import BillingMail, DueKind, Effect
from guichet.registration.use_cases.do_due_work import do_due_work
from guichet.verification.findings import Check
from tests.support.invoicing import Invoiced
from tests.support.kept import Kept
from tests.support.memory_items import item_size_bytes

_KILOBYTE = 1024


@pytest.fixture
def here() -> Invoiced:
    return Invoiced()


def owing(here: Invoiced, *nets: int) -> Invoice:
    account = here.account("ann")
    for net in nets:
        here.bill(account, here.usd(net))
    (made,) = here.make(account).documents
    return made


def number_of(here: Invoiced, invoice: Invoice) -> Any:  # noqa: ANN401 - an item
    key = keys.series_number(invoice.selling_entity, invoice.kind, invoice.place)
    return here.world.dynamo.get("state", key)


def effect_id(invoice: Invoice) -> str:
    return keys.document_effect_id(invoice.selling_entity, invoice.kind, invoice.place)


def claimed(here: Invoiced, invoice: Invoice) -> Effect | None:
    now = here.world.clock.now()
    until = now + timedelta(minutes=2)
    return DynamoOutbox(here.world.dynamo).claim(effect_id(invoice), now=now, until=until)


def test_a_usual_document_has_content_and_mail_with_its_number_below_a_kilobyte_inv_3(
    here: Invoiced,
) -> None:
    made = owing(here, 3_000, 500)

    item = number_of(here, made)

    assert item["mails"] == ["billing_invoice"]
    assert item_size_bytes(item) < _KILOBYTE
    assert here.content(made).document.number == "US-I-000001"
    assert not [each for each in here.world.state() if str(each["sk"]).startswith("CONTENT#")]


def test_a_long_content_lies_beside_and_is_verified_as_any_other_inv_3(here: Invoiced) -> None:
    made = owing(here, *(1_000 + 37 * place for place in range(30)))

    item = number_of(here, made)

    assert "content" not in item
    assert item["mails"] == ["billing_invoice"]
    assert item_size_bytes(item) < _KILOBYTE
    assert len(here.content(made).lines) == 30
    report = Kept.of(here.world.dynamo, here.world.clock.now()).judged()
    assert [each for each in report.findings if "invoice" in str(each.check)] == []


def test_a_mail_of_a_document_is_claimed_once_and_its_number_stays_when_it_is_sent_inv_6(
    here: Invoiced,
) -> None:
    made = owing(here, 3_000)
    outbox = DynamoOutbox(here.world.dynamo)

    effect = claimed(here, made)

    assert effect is not None
    assert (effect.account_id, effect.invoice_id) == (made.account_id, made.invoice_id)
    assert effect.mails == (BillingMail.INVOICE,)
    assert claimed(here, made) is None, "another worker is at it"
    outbox.finish(effect)
    here.world.clock.advance(hours=1)
    assert claimed(here, made) is None, "it is done"
    left = {"pk", "sk", "schema_version", "account_id", "invoice_id", "content"}
    assert set(number_of(here, made)) == left


def test_a_mail_whose_message_was_lost_is_found_ten_minutes_later_inv_6(here: Invoiced) -> None:
    made = owing(here, 3_000)
    outbox, now = DynamoOutbox(here.world.dynamo), here.world.clock.now()

    (work,) = outbox.due(DueKind.EFFECT, now=now + MESSAGE_GRACE, limit=10)

    assert outbox.due(DueKind.EFFECT, now=now, limit=10) == []
    assert work.ids == (effect_id(made),)
    later = now + timedelta(hours=1)
    assert outbox.postpone(work, until=later) == now + MESSAGE_GRACE
    (again,) = outbox.due(DueKind.EFFECT, now=later, limit=10)
    assert again.ids == work.ids
    effect = claimed(here, made)
    assert effect is not None
    outbox.finish(effect)
    assert outbox.due(DueKind.EFFECT, now=later, limit=10) == []


def test_the_journal_wakes_whoever_sends_the_mail_where_it_lies_inv_6() -> None:
    after = {"selling_entity": {"S": "us"}, "kind": {"S": "credit_note"}, "place": {"N": "12"}}
    image = {
        "pk": {"S": "JOURNAL#invoice/inv_1"},
        "sequence": {"N": "1"},
        "after": {"M": after},
        "mails": {"L": [{"S": "billing_credit_note"}]},
    }

    (message,) = relayed(image).deliver

    assert message == {"effect": "SERIES#us#credit_note#NUMBER#0000000012"}
    place = keys.effect_named(message["effect"])
    assert place == keys.series_number("us", "credit_note", 12)


def test_mails_of_a_later_change_lie_by_themselves_inv_6(here: Invoiced) -> None:
    made = owing(here, 3_000)
    later = replace(made, version=made.version + 1)
    change = Change[Aggregate](made, later, (Event("invoice.tested"),), mails=("billing_invoice",))

    here.parts.invoices.save(here.world.cause("test"), [change])

    name = keys.effect(f"invoice/{made.invoice_id}", later.version)
    assert here.world.dynamo.get("state", name) is not None
    assert number_of(here, made)["mails"] == ["billing_invoice"]


def several(here: Invoiced, count: int) -> list[Invoice]:
    """Documents whose numbers are given in one write."""
    accounts = [here.account(f"s{number}") for number in range(count)]
    for account in accounts:
        here.bill(account, here.usd(1_000))
    return here.make(*accounts).documents


def left(here: Invoiced) -> list[Any]:
    return [each for each in here.world.state() if str(each["sk"]).startswith("UNSENT#")]


def upkeep(here: Invoiced) -> list[str]:
    """One run, and the mails that it passes on."""
    passed_on: list[str] = []
    do = doers(here.world.parts, lambda work: passed_on.append(work.ids[0]))
    done = do_due_work(
        index=here.world.parts.outbox,
        doers={DueKind.EFFECT: do[DueKind.EFFECT]},
        clock=here.world.clock,
        has_time=lambda: True,
    )
    assert done.failures == []
    return passed_on


def test_mails_of_numbers_given_together_are_due_together_inv_6(here: Invoiced) -> None:
    owing(here, 500)
    made = several(here, 5)

    (block,) = left(here)

    assert (block["sk"], block["last_place"]) == ("UNSENT#0000000002", 6)
    assert all("due_key" not in number_of(here, each) for each in made)
    assert all(number_of(here, each)["mails"] for each in made)


def test_of_those_given_together_what_was_lost_is_found_each_by_itself_inv_6(
    here: Invoiced,
) -> None:
    made, outbox = several(here, 5), here.world.parts.outbox
    for each in made[:3]:
        effect = claimed(here, each)
        assert effect is not None
        outbox.finish(effect)

    assert upkeep(here) == []
    here.world.clock.advance(minutes=10)
    assert upkeep(here) == []
    assert left(here) == []
    assert upkeep(here) == [effect_id(each) for each in made[3:]]
    for each in made[3:]:
        effect = claimed(here, each)
        assert effect is not None
        outbox.finish(effect)
    here.world.clock.advance(hours=1)
    assert upkeep(here) == []
    assert all("due_key" not in number_of(here, each) for each in made)


def test_whoever_looks_after_them_may_come_twice_or_late_inv_6(here: Invoiced) -> None:
    made, outbox = several(here, 4), here.world.parts.outbox
    (block,) = left(here)
    name, now = keys.effect_id_at(block["pk"], block["sk"]), here.world.clock.now()
    effect = claimed(here, made[0])
    assert effect is not None

    outbox.make_unsent_due(name, now=now)
    outbox.finish(effect)
    here.world.dynamo.put(Put("state", block))  # as if it had died before the end
    outbox.make_unsent_due(name, now=now)
    outbox.make_unsent_due(name, now=now)

    due = {each.ids[0] for each in outbox.due(DueKind.EFFECT, now=now, limit=10)}
    assert due == {effect_id(each) for each in made[1:]}
    assert left(here) == []


def test_a_block_that_nobody_looks_at_and_a_mail_that_is_in_no_index_are_found_mon_4(
    here: Invoiced,
) -> None:
    several(here, 4)
    later = here.world.clock.now() + timedelta(days=1)
    (block,) = left(here)

    overdue = Kept.of(here.world.dynamo, later).judged()
    here.world.dynamo.delete(Delete("state", Key(str(block["pk"]), str(block["sk"]))))
    unlisted = Kept.of(here.world.dynamo, later).judged()

    told = [each.subject for each in overdue.findings if each.check is Check.DUE]
    assert any("UNSENT#" in each for each in told)
    told = [each.subject for each in unlisted.findings if each.check is Check.DUE]
    assert sum("NUMBER#" in each for each in told) == 4
