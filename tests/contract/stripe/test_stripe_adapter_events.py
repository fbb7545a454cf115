"""Stripe's sample events through our parser, and the published signature vector."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guichet.adapters.stripe.webhooks import TOLERANCE_SECONDS, parse_event, read_hint, verify
from guichet.errors import Invalid
from guichet.payments.ports import Hint
from guichet.registration.provider_event import ProviderEvent
from tests.support.stripe import STARTED_AT


def samples(specs: Path) -> list[Path]:
    return sorted((specs / "events").rglob("stripe__*.json"))


def test_each_sample_event_goes_through_our_parser(specs: Path):
    """EXT-2: recorded under API versions of nine years, of types known and unknown to us."""
    read = {path: parse_event(path.read_bytes()) for path in samples(specs)}

    for path, event in read.items():
        body = path.read_text()
        stored = ProviderEvent(
            "stripe", event.event_id, event.kind, event.account, body, STARTED_AT
        )
        assert path.name.startswith(f"stripe__{event.kind}")
        assert not event.livemode
        assert event.api_version == json.loads(body).get("api_version")
        about_account = event.kind == "account.application.deauthorized"
        # None of them is about a payment of ours.
        assert read_hint(stored) == Hint(
            provider_account_id=event.account if about_account else None
        )
    deauthorized = {event.account for event in read.values() if "deauthorized" in event.kind}
    assert deauthorized == {"acct_1Fg9jUA3kq9o1aTc"}
    assert len(read) == 26


@pytest.fixture
def vector(specs: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((specs / "vectors" / "stripe_signature.json").read_text())
    found["body"] = (specs / found["body_file"]).read_bytes()
    found["at"] = datetime.fromtimestamp(found["timestamp"], UTC)
    return found


def test_the_published_signature_verifies(vector: dict[str, Any]):
    verify(vector["body"], vector["header"], (vector["secret"],), vector["at"])

    with pytest.raises(Invalid, match="signature_invalid"):
        verify(vector["body"] + b" ", vector["header"], (vector["secret"],), vector["at"])


def test_a_header_made_while_a_secret_rolls_verifies_with_either(vector: dict[str, Any]):
    """EXT-2: Stripe signs with the old and the new secret for a day; v0 counts for nothing."""
    rolling = vector["rotation"]

    verify(vector["body"], rolling["header"], (vector["secret"],), vector["at"])
    verify(vector["body"], rolling["header"], (rolling["old_secret"],), vector["at"])
    verify(vector["body"], vector["header"], ("whsec_next", vector["secret"]), vector["at"])

    with pytest.raises(Invalid, match="signature_invalid"):
        verify(vector["body"], rolling["header"], ("whsec_next",), vector["at"])


def test_the_published_signature_is_worth_nothing_later(vector: dict[str, Any]):
    later = vector["at"] + timedelta(seconds=TOLERANCE_SECONDS + 1)

    with pytest.raises(Invalid, match="signature_old"):
        verify(vector["body"], vector["header"], (vector["secret"],), later)
