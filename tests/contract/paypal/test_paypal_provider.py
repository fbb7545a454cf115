"""What the adapter makes of each answer to a question, a capture or a refund."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from guichet.adapters.http import HttpResponse, NoAnswerError
from guichet.adapters.paypal.provider import PayPalProvider
from guichet.clock import Clock
from guichet.payments.payment import Payment
from guichet.payments.ports import (
    NOT_REACHABLE,
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
    SessionReport,
    SessionState,
)
from guichet.payments.refund import RefundStatus
from tests.support.paypal import (
    CAPTURE_ID,
    ORDER_ID,
    REFUND_ID,
    STARTED_AT,
    ScriptedPayPal,
    a_capture_resource,
    a_refund,
    a_refund_resource,
    an_order,
    answer,
    captured,
    capturing,
    known_as,
    problem,
    provider_on,
    scripted,
    the_capture,
    usd,
    with_page,
)

APPROVED, COMPLETED = an_order("APPROVED"), an_order("COMPLETED", a_capture_resource())
GONE = problem(404, "INVALID_RESOURCE_ID", name="RESOURCE_NOT_FOUND")
RETURNED = RefundReport(RefundStatus.SUCCEEDED, REFUND_ID, provider_fee_refund_id=REFUND_ID)


def urls(http: ScriptedPayPal) -> list[str]:
    return [
        f"{each.method} {each.url.removeprefix('https://paypal.invalid/v2/')}" for each in http.sent
    ]


def test_it_is_a_payment_provider_that_captures_nothing_by_itself():
    provider, _ = scripted()
    port: PaymentProvider = provider

    assert port.captures_itself is False


def test_an_order_that_paypal_forgot_took_no_money_as_we_never_captured_it():
    """REG-4, CONTRACTS 2.3: GET may answer 404 once the window is over."""
    provider, _ = scripted(GONE)

    assert provider.ask(with_page(provider)) == SessionReport(SessionState.ENDED)


def test_an_order_that_paypal_forgot_after_our_capture_was_sent_is_unknown():
    """REG-8: nobody can say whether money moved; never `ended`."""
    provider, _ = scripted(GONE)

    with pytest.raises(ProviderRefusedError) as caught:
        provider.ask(capturing(with_page(provider)))

    assert caught.value.code == NOT_REACHABLE


@pytest.mark.parametrize("issue", ["PERMISSION_DENIED", "CONSENT_NEEDED"])
def test_a_seller_who_left_can_not_be_reached(issue: str):
    """PAY-5, CONTRACTS pitfall 18."""
    for act in (PayPalProvider.ask, PayPalProvider.end_session, PayPalProvider.capture):
        provider, _ = scripted(problem(403, issue))
        with pytest.raises(ProviderRefusedError) as caught:
            act(provider, capturing(with_page(provider)))
        assert caught.value.code == NOT_REACHABLE


def test_an_approved_order_that_is_not_what_was_asked_is_never_reported_as_approved():
    """REG-3, CONTRACTS pitfall 10."""
    other = an_order("APPROVED")
    other["purchase_units"][0]["amount"] = usd("1.00")
    provider, _ = scripted(answer(200, other))

    with pytest.raises(ProviderRefusedError, match=r"order_differs.*amount"):
        provider.ask(with_page(provider))


def test_a_pending_capture_is_asked_about_by_its_own_id():
    """CONTRACTS 2.3: an eCheck takes days, an order may be forgotten before."""
    provider, http = scripted(
        answer(200, a_capture_resource("PENDING")), answer(200, a_capture_resource())
    )
    pending = replace(capturing(with_page(provider)), pending_capture_id=CAPTURE_ID)

    reports = [provider.ask(pending), provider.ask(pending)]

    assert reports[0] == SessionReport(SessionState.PROCESSING, capture_id=CAPTURE_ID)
    assert captured(reports[1]) == the_capture()
    assert urls(http) == [f"GET payments/captures/{CAPTURE_ID}"] * 2


def test_a_settled_capture_that_names_no_payee_is_read_from_its_order():
    """REG-3: whom it was paid to is never assumed."""
    resource = a_capture_resource()
    del resource["payee"]
    provider, _ = scripted(answer(200, resource), answer(200, COMPLETED))
    pending = replace(capturing(with_page(provider)), pending_capture_id=CAPTURE_ID)

    assert captured(provider.ask(pending)) == the_capture()


@pytest.mark.parametrize("status", [200, 201])
def test_a_capture_is_the_money(status: int):
    """FEE-2, CONTRACTS 2.3: 201, and 200 for a repeat."""
    provider, http = scripted(answer(status, COMPLETED))

    report = provider.capture(capturing(with_page(provider)))

    assert captured(report) == the_capture()
    assert http.sent[0].headers["PayPal-Request-Id"] == "pay_1-1-c1"


def test_a_capture_that_is_not_settled_is_processing():
    """REG-8, CONTRACTS pitfall 9: `COMPLETED` of the order is not money."""
    provider, _ = scripted(answer(201, an_order("COMPLETED", a_capture_resource("PENDING"))))

    report = provider.capture(capturing(with_page(provider)))

    assert report == SessionReport(SessionState.PROCESSING, capture_id=CAPTURE_ID)


def test_a_minimal_answer_to_a_capture_is_completed_by_a_question():
    """CONTRACTS 2.1: `Prefer` is a wish."""
    minimal = {"id": ORDER_ID, "status": "COMPLETED", "links": []}
    provider, http = scripted(answer(200, minimal), answer(200, COMPLETED))

    assert captured(provider.capture(capturing(with_page(provider)))) == the_capture()
    assert urls(http) == [
        f"POST checkout/orders/{ORDER_ID}/capture",
        f"GET checkout/orders/{ORDER_ID}",
    ]


def test_a_capture_that_is_accepted_and_shows_nothing_is_unknown():
    provider, _ = scripted(answer(201, APPROVED))

    with pytest.raises(ProviderUnavailableError):
        provider.capture(capturing(with_page(provider)))


@pytest.mark.parametrize(
    "issue",
    ["ORDER_ALREADY_CAPTURED", "DUPLICATE_INVOICE_ID", "TRANSACTION_REFUSED", "SOMETHING_NEW"],
)
def test_a_refused_capture_of_an_order_that_was_captured_is_the_money(issue: str):
    """CONTRACTS 2.3: `ORDER_ALREADY_CAPTURED` is a question; the order is asked before any no."""
    provider, _ = scripted(problem(422, issue), answer(200, COMPLETED))

    assert captured(provider.capture(capturing(with_page(provider)))) == the_capture()


@pytest.mark.parametrize(
    ("issue", "state"),
    [
        pytest.param("INSTRUMENT_DECLINED", SessionState.DECLINED, id="declined"),
        pytest.param("PAYER_ACTION_REQUIRED", SessionState.DECLINED, id="3-D Secure"),
        pytest.param("ORDER_NOT_APPROVED", SessionState.UNPAID, id="not approved"),
        pytest.param("PAYER_CANNOT_PAY", SessionState.DENIED, id="can't pay"),
        pytest.param("DUPLICATE_INVOICE_ID", SessionState.DENIED, id="paid by another order"),
    ],
)
@pytest.mark.parametrize("order", ["APPROVED", "PAYER_ACTION_REQUIRED"])
def test_a_refused_capture_of_an_open_order_is_what_the_issue_says(
    issue: str, state: SessionState, order: str
):
    """REG-8: declined leads back to the same page."""
    provider, _ = scripted(problem(422, issue), answer(200, an_order(order)))

    assert provider.capture(capturing(with_page(provider))) == SessionReport(state)


@pytest.mark.parametrize("issue", ["SOMETHING_NEW", "ORDER_ALREADY_CAPTURED"])
def test_a_refusal_that_we_do_not_understand_is_unknown(issue: str):
    """A refused capture is never guessed to be a no."""
    provider, _ = scripted(problem(422, issue), answer(200, APPROVED))

    with pytest.raises(ProviderUnavailableError, match=issue):
        provider.capture(capturing(with_page(provider)))


@pytest.mark.parametrize(
    "then", [NoAnswerError("lost"), problem(500)], ids=["no answer", "an error"]
)
def test_a_refused_capture_without_an_answer_about_its_order_is_unknown(
    then: HttpResponse | Exception,
):
    provider, _ = scripted(problem(422, "INSTRUMENT_DECLINED"), then, then, then)

    with pytest.raises(ProviderUnavailableError):
        provider.capture(capturing(with_page(provider)))


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(answer(201, {"id": ORDER_ID, "status": "COMPLETED"}), id="a minimal yes"),
        pytest.param(problem(422, "ORDER_ALREADY_CAPTURED"), id="captured before"),
    ],
)
@pytest.mark.parametrize(
    "then",
    [problem(403, "PERMISSION_DENIED"), GONE],
    ids=["a seller who left", "a forgotten order"],
)
def test_a_capture_whose_order_can_not_be_asked_about_is_unknown(
    received: HttpResponse, then: HttpResponse
):
    """REG-8: a refused question is no word about money that may have moved."""
    provider, _ = scripted(received, then, then)

    with pytest.raises(ProviderUnavailableError):
        provider.capture(capturing(with_page(provider)))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(NoAnswerError("lost"), id="lost"),
        pytest.param(problem(409, "PREVIOUS_REQUEST_IN_PROGRESS"), id="in progress"),
        pytest.param(problem(422, "ORDER_COMPLETION_IN_PROGRESS"), id="completing"),
        pytest.param(problem(503), id="down"),
    ],
)
def test_a_capture_without_an_answer_is_unknown_and_its_repeat_the_same_call(
    fault: HttpResponse | Exception,
):
    """REG-8, BAD-11: never `failed`; the same key until there is an answer."""
    provider, http = scripted(fault, fault, fault, answer(200, COMPLETED))
    payment: Payment = capturing(with_page(provider))

    with pytest.raises(ProviderUnavailableError):
        provider.capture(payment)
    report = provider.capture(payment)

    assert captured(report) == the_capture()
    assert (
        len({(each.url, each.body, each.headers["PayPal-Request-Id"]) for each in http.sent}) == 1
    )


def test_a_refund_is_reported_with_the_fee_that_went_back_in_it():
    """RFD-3."""
    provider, _ = scripted(answer(201, a_refund_resource()))

    report = provider.refund(a_refund(provider, with_page(provider), the_capture()))

    assert report == RETURNED


def test_a_minimal_answer_to_a_refund_is_completed_by_a_question():
    minimal = {"id": REFUND_ID, "status": "COMPLETED", "links": []}
    provider, http = scripted(answer(201, minimal), answer(200, a_refund_resource()))

    report = provider.refund(a_refund(provider, with_page(provider), the_capture()))

    assert report == RETURNED
    assert urls(http)[1] == f"GET payments/refunds/{REFUND_ID}"


def ordered_with(*refunds: object) -> HttpResponse:
    order = an_order("COMPLETED", a_capture_resource("REFUNDED"))
    order["purchase_units"][0]["payments"]["refunds"] = list(refunds)
    return answer(200, order)


def test_a_refund_whose_answer_was_lost_is_found_among_those_of_its_order():
    """BAD-11, BAD-13: by our own reference, among what the organizer returned by hand."""
    by_hand = a_refund_resource(id="OTHER", custom_id=None)
    provider, http = scripted(
        answer(200, a_capture_resource("REFUNDED")),
        ordered_with(by_hand, a_refund_resource()),
        answer(200, a_refund_resource()),
    )

    report = provider.ask_refund(a_refund(provider, with_page(provider), the_capture()))

    assert report == RETURNED
    assert urls(http) == [
        f"GET payments/captures/{CAPTURE_ID}",
        f"GET checkout/orders/{ORDER_ID}",
        f"GET payments/refunds/{REFUND_ID}",
    ]


def test_a_refund_that_its_order_does_not_show_was_not_received():
    by_hand = a_refund_resource(id="OTHER", custom_id="something")
    provider, _ = scripted(answer(200, a_capture_resource()), ordered_with(by_hand))

    assert provider.ask_refund(a_refund(provider, with_page(provider), the_capture())) is None


def test_a_capture_that_does_not_name_its_order_shows_no_refund():
    provider, _ = scripted(answer(200, a_capture_resource(supplementary_data=None)))

    assert provider.ask_refund(a_refund(provider, with_page(provider), the_capture())) is None


@pytest.mark.parametrize("issue", ["DUPLICATE_INVOICE_ID", "CAPTURE_FULLY_REFUNDED"])
def test_a_refund_that_was_made_before_is_found_behind_the_refusal(issue: str):
    """BAD-11: sent once more after the key was forgotten, it is refused, and is ours."""
    provider, _ = scripted(
        problem(422, issue),
        answer(200, a_capture_resource("REFUNDED")),
        ordered_with(a_refund_resource()),
        answer(200, a_refund_resource()),
    )

    assert provider.refund(a_refund(provider, with_page(provider), the_capture())) == RETURNED


def test_a_refund_of_what_others_returned_is_refused():
    """RFD-4: by the organizer, in PayPal's own dashboard."""
    provider, _ = scripted(
        problem(422, "CAPTURE_FULLY_REFUNDED"),
        answer(200, a_capture_resource("REFUNDED")),
        ordered_with(a_refund_resource(custom_id=None)),
    )

    with pytest.raises(ProviderRefusedError, match="already_refunded"):
        provider.refund(a_refund(provider, with_page(provider), the_capture()))


def test_a_refund_whose_number_is_taken_and_which_is_not_found_is_unknown():
    provider, _ = scripted(
        problem(422, "DUPLICATE_INVOICE_ID"), answer(200, a_capture_resource()), ordered_with()
    )

    with pytest.raises(ProviderUnavailableError, match="not found"):
        provider.refund(a_refund(provider, with_page(provider), the_capture()))


class At:
    """A clock that stands."""

    def __init__(self, days: float) -> None:
        self._days = days

    def now(self) -> datetime:
        return STARTED_AT + timedelta(days=self._days)


@pytest.mark.parametrize(("days", "sent"), [(43.9, 1), (44, 0), (400, 0)])
def test_a_refund_is_repeated_while_its_key_lives_and_never_after(days: float, sent: int):
    """BAD-11, CONTRACTS 2.5: 45 days; then a person looks before money could go back twice."""
    clock: Clock = At(days)
    http = ScriptedPayPal([answer(200, a_refund_resource())])
    provider = provider_on(http, clock=clock)
    refund = a_refund(provider, with_page(provider), the_capture())
    refund = replace(refund, first_sent_at=STARTED_AT)

    if sent:
        assert provider.refund(refund) == RETURNED
    else:
        with pytest.raises(ProviderUnavailableError, match="forgotten"):
            provider.refund(refund)

    assert len(http.sent) == sent


def test_the_return_of_the_fee_is_a_question_about_the_refund():
    provider, http = scripted(*(answer(200, a_refund_resource()) for _ in range(2)))
    refund = known_as(a_refund(provider, with_page(provider), the_capture()), REFUND_ID)

    assert provider.return_fee(refund) == REFUND_ID
    assert provider.ask_returned_fee(refund) == REFUND_ID
    assert {each.method for each in http.sent} == {"GET"}


def test_a_fee_does_not_go_back_in_a_refund_that_failed():
    """RFD-6."""
    provider, _ = scripted(*(answer(200, a_refund_resource("FAILED")) for _ in range(2)))
    refund = known_as(a_refund(provider, with_page(provider), the_capture()), REFUND_ID)

    assert provider.ask_returned_fee(refund) is None
    with pytest.raises(ProviderUnavailableError):
        provider.return_fee(refund)


def test_a_fee_that_was_never_asked_for_is_not_returned():
    provider, http = scripted()
    capture = the_capture()
    refund = a_refund(provider, with_page(provider), capture, fee=capture.platform_fee.zero())

    with pytest.raises(ProviderRefusedError, match="platform_fee_unknown"):
        provider.return_fee(refund)
    assert http.sent == []


def test_after_onboarding_the_token_is_fetched_anew():
    """CONTRACTS 2.1."""
    provider, http = scripted(*(answer(200, APPROVED) for _ in range(2)))
    provider.ask(with_page(provider))

    provider.forget_token()
    provider.ask(with_page(provider))

    assert len(http.token_requests) == 2


def test_nothing_can_be_asked_about_an_order_that_is_not_known():
    provider, _ = scripted()

    with pytest.raises(ValueError, match="id is known"):
        provider.ask(replace(with_page(provider), session_id=None))
