"""What our door takes for Stripe's signature, and what not."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from guichet.adapters.stripe.webhooks import parse_event, read_hint, verify
from guichet.errors import Invalid
from guichet.payments.ports import Hint
from guichet.registration.provider_event import ProviderEvent

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = b'{"id":"evt_1"}'
SECRET = "whsec_ours"


def mac(secret: str = SECRET, at: object = AT, body: bytes = BODY) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(f"t={AT},v1={mac()}", id="as Stripe sends it"),
        pytest.param(f"v1={mac()},t={AT}", id="in another order"),
        pytest.param(f"t={AT}, v1={mac()}", id="with a space"),
        pytest.param(f"t={AT},v1={'0' * 64},v1={mac()}", id="the second of two"),
        pytest.param(f"t={AT},v1={mac()},v0=x,v2=y", id="beside other schemes"),
        pytest.param(f"t={AT - 300},v1={mac(at=AT - 300)}", id="five minutes old"),
        pytest.param(f"t={AT + 300},v1={mac(at=AT + 300)}", id="five minutes ahead"),
    ],
)
def test_a_signature_of_ours_is_taken(header: str):
    """EXT-2."""
    verify(BODY, header, ("whsec_other", SECRET), NOW)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        pytest.param(None, "signature_missing", id="no header"),
        pytest.param("", "signature_missing", id="an empty header"),
        pytest.param(f"t={AT},v1={mac('whsec_theirs')}", "signature_invalid", id="another secret"),
        pytest.param(f"t={AT},v1={mac(body=b'{}')}", "signature_invalid", id="another body"),
        pytest.param(f"t={AT + 1},v1={mac()}", "signature_invalid", id="another time"),
        pytest.param(f"t={AT},v1={mac()[:-1]}", "signature_invalid", id="a digit is missing"),
        pytest.param(f"t={AT},v1={mac().upper()}", "signature_invalid", id="capitals"),
        pytest.param(f"t={AT},v1=é", "signature_invalid", id="no ASCII"),
        pytest.param(f"t={AT},v0={mac()}", "signature_malformed", id="another scheme alone"),
        pytest.param(f"v1={mac()}", "signature_malformed", id="no time"),
        pytest.param(f"t=,v1={mac(at='')}", "signature_malformed", id="an empty time"),
        pytest.param(f"t=-1,v1={mac(at='-1')}", "signature_malformed", id="a negative time"),
        pytest.param(f"t=٣,v1={mac(at='٣')}", "signature_malformed", id="a time in other digits"),
        pytest.param(
            f"t={AT},v1={mac()},t={AT},v1={mac()}", "signature_malformed", id="a doubled header"
        ),
        pytest.param(f"t={AT},v1={mac()},t=1", "signature_malformed", id="two times"),
        pytest.param(f"t={AT},v1={mac()},nonsense", "signature_malformed", id="nonsense"),
        pytest.param(f"t={AT}" + f",v1={mac()}" * 21, "signature_malformed", id="too many"),
        pytest.param(
            f"t={AT},v1={mac()},v0={'0' * 4096}", "signature_malformed", id="a header too long"
        ),
        pytest.param(f"t={AT - 301},v1={mac(at=AT - 301)}", "signature_old", id="old"),
        pytest.param(f"t={AT + 301},v1={mac(at=AT + 301)}", "signature_future", id="future"),
    ],
)
def test_anything_else_is_refused(header: str | None, code: str):
    """EXT-2: within 5 minutes either way."""
    with pytest.raises(Invalid) as caught:
        verify(BODY, header, (SECRET,), NOW)

    assert caught.value.code == code


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nothing_is_taken(secrets: tuple[str, ...]):
    """EXT-2: an unconfigured endpoint is closed, even to who signs with nothing."""
    with pytest.raises(Invalid, match="signature_invalid"):
        verify(BODY, f"t={AT},v1={mac('')}", secrets, NOW)


def test_the_present_may_have_a_fraction():
    """EXT-2: 300.5 s is more than 300."""
    with pytest.raises(Invalid, match="signature_old"):
        verify(BODY, f"t={AT},v1={mac()}", (SECRET,), NOW + timedelta(seconds=300.5))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"not json", id="no JSON"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no id"),
        pytest.param(b'{"id":"evt_1"}', id="no type"),
        pytest.param(b'{"id":1,"type":"a"}', id="a number for an id"),
        pytest.param(b'{"id":"evt#1","type":"a"}', id="an id that could break a key"),
        pytest.param(b'{"id":"evt_1","type":"a","account":"#"}', id="an account likewise"),
        pytest.param(b"[" * 100_000, id="nested beyond reason"),
    ],
)
def test_a_body_that_is_no_event_is_refused(body: bytes):
    with pytest.raises(Invalid, match="event_malformed"):
        parse_event(body)


def test_an_event_says_its_mode_its_version_and_its_account():
    event = parse_event(
        b'{"id":"evt_1","type":"new.thing","livemode":true,"api_version":"2020-08-27",'
        b'"account":"acct_1"}'
    )

    assert (event.event_id, event.kind, event.account) == ("evt_1", "new.thing", "acct_1")
    assert (event.livemode, event.api_version) == (True, "2020-08-27")


@pytest.mark.parametrize(
    ("snapshot", "hint"),
    [
        pytest.param(
            '{"object":"charge","metadata":{"payment_id":"pay_1"}}', Hint("pay_1"), id="ours"
        ),
        pytest.param('{"object":"charge","metadata":null}', Hint(), id="no metadata"),
        pytest.param('{"object":"charge","metadata":{"payment_id":7}}', Hint(), id="no text"),
        pytest.param(
            '{"object":"charge","metadata":{"payment_id":"a#b"}}', Hint(), id="no id of ours"
        ),
        pytest.param(
            '{"object":"refund","metadata":{"refund_id":"ref_1"}}', Hint(), id="half of a refund"
        ),
        pytest.param(
            '{"object":"refund","metadata":{"refund_id":"ref_1","payment_id":"pay_1"}}',
            Hint("pay_1", "ref_1"),
            id="a refund",
        ),
        pytest.param(
            '{"object":"dispute","metadata":{"payment_id":"pay_1"}}', Hint(), id="another kind"
        ),
        pytest.param('{"object":["charge"]}', Hint(), id="a kind that is no text"),
        pytest.param('"evt"', Hint(), id="no object"),
    ],
)
def test_an_event_hints_at_what_it_names(snapshot: str, hint: Hint):
    """EXT-2: organizers can edit metadata."""
    body = f'{{"id":"evt_1","type":"a.b","data":{{"object":{snapshot}}}}}'

    assert read_hint(ProviderEvent("stripe", "evt_1", "a.b", "", body, NOW)) == hint


@pytest.mark.parametrize(
    ("snapshot", "hint"),
    [
        pytest.param(
            '{"object":"refund","id":"re_1","metadata":{}}',
            Hint(provider_refund_id="re_1", provider_account_id="acct_1"),
            id="a refund of the dashboard",
        ),
        pytest.param(
            '{"object":"refund","id":"re_1","metadata":{"refund_id":"a#b","payment_id":"pay_1"}}',
            Hint(provider_refund_id="re_1", provider_account_id="acct_1"),
            id="a refund with an id that is none",
        ),
        pytest.param(
            '{"object":"refund","id":"re_1","metadata":{"refund_id":"ref_1","payment_id":"pay_1"}}',
            Hint("pay_1", "ref_1", provider_refund_id="re_1", provider_account_id="acct_1"),
            id="a refund of ours",
        ),
        pytest.param(
            '{"object":"dispute","id":"du_1","metadata":{"payment_id":"pay_1"}}',
            Hint(provider_dispute_id="du_1", provider_account_id="acct_1"),
            id="a dispute",
        ),
        pytest.param('{"object":"dispute","id":"du#1"}', Hint(), id="a dispute without an id"),
        pytest.param('{"object":"refund"}', Hint(), id="a refund without an id"),
        pytest.param('{"object":"payout","id":"po_1"}', Hint(), id="another kind"),
    ],
)
def test_an_event_of_an_organizer_hints_at_stripes_own_ids(snapshot: str, hint: Hint):
    """RFD-4, EXT-2: whose refund or dispute it is, the envelope says."""
    body = f'{{"id":"evt_1","type":"a.b","data":{{"object":{snapshot}}}}}'

    assert read_hint(ProviderEvent("stripe", "evt_1", "a.b", "acct_1", body, NOW)) == hint


@pytest.mark.parametrize("body", ['{"data":null}', '{"data":[]}', "{}"])
def test_an_event_without_a_snapshot_hints_at_nothing(body: str):
    """Thin events carry none (CONTRACTS 1.8)."""
    assert read_hint(ProviderEvent("stripe", "evt_1", "v2.core", "", body, NOW)) == Hint()


@pytest.mark.parametrize("kind", ["account.updated", "account.application.deauthorized"])
@pytest.mark.parametrize(
    ("account", "hint"),
    [
        pytest.param("acct_1", Hint(provider_account_id="acct_1"), id="an organizer's"),
        pytest.param("", Hint(), id="the operator's own"),
    ],
)
def test_an_event_about_an_account_hints_at_the_one_of_the_envelope(
    kind: str, account: str, hint: Hint
):
    """PAY-5: the snapshot of a deauthorization is the application, not the account."""
    body = f'{{"id":"evt_1","type":"{kind}","data":{{"object":{{"id":"ca_1","object":"application"}}}}}}'

    found = read_hint(ProviderEvent("stripe", "evt_1", kind, account, body, NOW))

    assert found == hint
