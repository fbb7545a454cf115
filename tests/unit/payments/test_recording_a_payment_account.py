"""PAY-1, PAY-2: one account per organizer and provider, usable once confirmed and verified."""

from dataclasses import replace
from typing import Any

import pytest

from guichet.errors import Invalid, NotFound
from guichet.payments.use_cases.record_payment_account import (
    RecordPaymentAccount,
    record_payment_account,
)
from tests.support.world import ACCOUNT, SYSTEM, World

COMMAND = RecordPaymentAccount(
    account_id=ACCOUNT,
    provider="stripe",
    provider_account_id="acct_other",
    confirmed=True,
    verified=False,
    takes_cards=True,
    actor=SYSTEM,
)


def test_linking_another_account_replaces_the_one_before_pay_1() -> None:
    world = World()

    linked = record_payment_account(COMMAND, people=world.parts.people, clock=world.clock)

    assert world.parts.records.payment_accounts(ACCOUNT) == [linked]
    assert linked.provider_account_id == "acct_other"
    assert not linked.is_usable
    assert linked.version == 2


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        pytest.param({"provider": "cash"}, Invalid, id="an unknown provider"),
        pytest.param({"provider_account_id": "acct#1"}, Invalid, id="no id of Stripe's"),
        pytest.param({"account_id": "acc_nobody"}, NotFound, id="no such account"),
    ],
)
def test_what_cannot_be_linked_leaves_nothing_behind(
    changed: dict[str, Any], kind: type[Exception]
) -> None:
    world = World()
    before = world.dynamo.snapshot()

    with pytest.raises(kind):
        record_payment_account(
            replace(COMMAND, **changed), people=world.parts.people, clock=world.clock
        )

    assert world.dynamo.snapshot() == before
