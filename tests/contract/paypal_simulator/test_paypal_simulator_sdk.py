"""The official SDK drives the simulator over HTTP: what it accepts, Guichet may rely on."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.exceptions.o_auth_provider_exception import OAuthProviderException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.server import RunningSimulator, serve
from tests.support.paypal_calls import CLIENT, MERCHANT, PARTNER, assertion, fee, money, order_body

KNOBS = "/_local/providers/paypal"


class Endpoint:
    """A webhook endpoint that fetches the certificate and verifies; `answers` come before 200."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answers: list[int] = []
        endpoint = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                require_genuine(dict(self.headers), body)
                status = endpoint.answers.pop(0) if endpoint.answers else 200
                if status == 200:
                    endpoint.events.append(json.loads(body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the test's output quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/webhooks/paypal"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def wait_for(self, event_type: str) -> dict[str, Any]:
        until(lambda: event_type in [each["event_type"] for each in self.events])
        return next(each for each in self.events if each["event_type"] == event_type)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def require_genuine(headers: dict[str, str], body: bytes) -> None:
    """CONTRACTS 2.7: id, time, webhook id and CRC32, under the certificate that is served."""
    found = requests.get(headers["PAYPAL-CERT-URL"], timeout=5)
    key = x509.load_pem_x509_certificate(found.content).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    parts = (
        headers["PAYPAL-TRANSMISSION-ID"],
        headers["PAYPAL-TRANSMISSION-TIME"],
        "WHLOCAL1",
        str(crc32(body)),
    )
    signature = base64.b64decode(headers["PAYPAL-TRANSMISSION-SIG"])
    key.verify(signature, "|".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.close()


@pytest.fixture
def served(endpoint: Endpoint) -> Iterator[RunningSimulator]:
    simulator = PayPalSimulator(lambda: datetime.now(UTC))
    simulator.add_merchant(MERCHANT)
    running = serve(simulator, webhook_url=endpoint.url)
    yield running
    running.stop()


@dataclass(frozen=True)
class Sdk:
    """The official client, on behalf of one seller."""

    client: Any

    def create(self, key: str = "order-1", **changes: Any) -> Any:  # noqa: ANN401 - the SDK is untyped
        body = OrderRequest.from_dictionary(order_body(**changes))
        return self.client.orders.create_order(self._options(key, body=body)).body

    def get(self, order_id: str) -> Any:  # noqa: ANN401 - same
        options = {"id": order_id, "paypal_auth_assertion": assertion(MERCHANT)}
        return self.client.orders.get_order(options).body

    def capture(self, order_id: str, key: str = "capture-1") -> Any:  # noqa: ANN401 - same
        return self.client.orders.capture_order(self._options(key, id=order_id)).body

    def refund(self, capture_id: str, body: dict[str, Any], key: str = "refund-1") -> Any:  # noqa: ANN401 - same
        options = self._options(
            key, capture_id=capture_id, body=RefundRequest.from_dictionary(body)
        )
        return self.client.payments.refund_captured_payment(options).body

    @staticmethod
    def _options(key: str, **options: object) -> dict[str, object]:
        return {
            "paypal_request_id": key,
            "paypal_auth_assertion": assertion(MERCHANT),
            "prefer": "return=representation",
            **options,
        }


@pytest.fixture
def connect(
    served: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Sdk]]:
    """The SDK has no setting for an address: it knows PayPal's own alone."""
    monkeypatch.setitem(
        Configuration.environments, Environment.SANDBOX, {Server.DEFAULT: served.url}
    )
    session = requests.Session()

    def made(secret: str) -> Sdk:
        return Sdk(
            PaypalServersdkClient(
                http_client_instance=session,
                override_http_client_configuration=True,
                client_credentials_auth_credentials=ClientCredentialsAuthCredentials(
                    CLIENT[0], secret
                ),
            )
        )

    yield made
    session.close()


@pytest.fixture
def sdk(connect: Callable[[str], Sdk]) -> Sdk:
    return connect(CLIENT[1])


def test_the_sdk_drives_a_sale_and_its_return_from_end_to_end(
    sdk: Sdk, served: RunningSimulator, endpoint: Endpoint
):
    """FEE-2, FEE-3, RFD-3: 120.00 paid, fee 2.28, PayPal's own 3.78; all comes back but that."""
    order = sdk.create()
    page = next(each.href for each in order.links if each.rel == "payer-action")
    back = requests.post(page, data={"act": "balance"}, allow_redirects=False, timeout=5)
    endpoint.wait_for("CHECKOUT.ORDER.APPROVED")

    approved = sdk.get(order.id)
    captured = sdk.capture(order.id)
    capture = captured.purchase_units[0].payments.captures[0]
    refund = sdk.refund(
        capture.id,
        {"custom_id": "pay_1.ref_1", "payment_instruction": fee("2.28")},
    )
    found = sdk.client.payments.get_captured_payment({"capture_id": capture.id}).body

    breakdown = capture.seller_receivable_breakdown
    assert back.status_code == 303
    assert (order.status, approved.status, captured.status) == (
        "PAYER_ACTION_REQUIRED",
        "APPROVED",
        "COMPLETED",
    )
    assert (capture.status, capture.custom_id) == ("COMPLETED", "pay_1")
    assert (breakdown.paypal_fee.value, breakdown.net_amount.value) == ("3.78", "113.94")
    assert breakdown.platform_fees[0].amount.value == "2.28"
    assert (refund.status, refund.amount.value, refund.custom_id) == (
        "COMPLETED",
        "120.00",
        "pay_1.ref_1",
    )
    assert found.status == "REFUNDED"
    assert found.supplementary_data.related_ids.order_id == order.id
    assert endpoint.wait_for("PAYMENT.CAPTURE.REFUNDED")["resource"]["id"] == refund.id
    books = served.simulator.books()
    assert books["merchants"][MERCHANT]["USD"]["provider_balance"] == -378
    assert books["platform"]["USD"]["balance"] == 0


def test_the_sdk_reads_a_refund_by_its_id(sdk: Sdk, served: RunningSimulator):
    order = sdk.create()
    served.simulator.approve(order.id)
    capture = sdk.capture(order.id).purchase_units[0].payments.captures[0]
    made = sdk.refund(capture.id, {"amount": money("20.00")})

    options = {"refund_id": made.id, "paypal_auth_assertion": assertion(MERCHANT)}
    found = sdk.client.payments.get_refund(options).body

    assert found.seller_payable_breakdown.total_refunded_amount.value == "20.00"


def test_the_sdk_sees_refusals_as_its_own_errors(sdk: Sdk, served: RunningSimulator):
    order = sdk.create()

    with pytest.raises(ErrorException) as refused:
        sdk.capture(order.id)
    served.simulator.revoke_consent(MERCHANT)
    with pytest.raises(ErrorException) as forbidden:
        sdk.capture(order.id, "capture-2")

    assert refused.value.name == "UNPROCESSABLE_ENTITY"
    assert [each.issue for each in refused.value.details] == ["ORDER_NOT_APPROVED"]
    assert (forbidden.value.name, forbidden.value.response_code) == ("NOT_AUTHORIZED", 403)


def test_the_sdk_is_told_that_its_secret_is_wrong(connect: Callable[[str], Sdk]):
    with pytest.raises(OAuthProviderException) as refused:
        connect("wrong").client.oauth_2.fetch_token()

    assert refused.value.response_code == 401


def test_a_repeat_by_the_sdk_is_the_same_order_as_it_is_now(sdk: Sdk, served: RunningSimulator):
    """CONTRACTS 2.5: reference/guidelines/idempotency."""
    first = sdk.create("order-1")
    served.simulator.approve(first.id)

    repeat = sdk.create("order-1")

    assert (repeat.id, repeat.status) == (first.id, "APPROVED")


def test_an_answer_lost_after_acting_is_found_under_the_same_id(sdk: Sdk, served: RunningSimulator):
    """BAD-2: a connection error is safe to repeat."""
    order = sdk.create()
    served.simulator.approve(order.id)
    chaos = {"api": [{"do": "lost_after", "match": "POST */capture"}]}
    set_knobs = requests.post(f"{served.url}{KNOBS}/chaos", json=chaos, timeout=5)

    with pytest.raises(requests.ConnectionError):
        sdk.capture(order.id, "capture-1")
    again = sdk.capture(order.id, "capture-1")

    assert set_knobs.status_code == 200
    assert again.purchase_units[0].payments.captures[0].status == "COMPLETED"
    assert len(served.simulator.captures()) == 1


def test_a_webhook_that_is_refused_comes_again(
    sdk: Sdk, served: RunningSimulator, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
):
    """CONTRACTS 2.7: any answer but 2xx is retried, a redirect too."""
    monkeypatch.setattr("local.simulators.paypal.webhooks.RETRY_SECONDS", (0, 0, 0))
    endpoint.answers = [500, 302]

    order = sdk.create()
    served.simulator.approve(order.id)

    assert endpoint.wait_for("CHECKOUT.ORDER.APPROVED")["resource"]["id"] == order.id
    assert endpoint.answers == []


def test_a_restart_continues_from_the_kept_state(tmp_path: Path):
    """PERSIST: the local stack survives a restart, keys and certificates included."""
    kept = tmp_path / "paypal.json"
    first = PayPalSimulator(lambda: datetime.now(UTC))
    first.add_merchant(MERCHANT)
    running = serve(first, state=kept)
    running.stop()

    second = PayPalSimulator(lambda: datetime.now(UTC))
    running = serve(second, state=kept)
    running.stop()

    assert second.snapshot() == first.snapshot()
    assert second.ca_pem == first.ca_pem
    assert second.has_merchant(MERCHANT)


def test_the_sdk_drives_a_sale_into_the_partners_own_account(
    sdk: Sdk, served: RunningSimulator, endpoint: Endpoint
):
    """MON-2, CONTRACTS 2.1: without an assertion, a payee and a fee; yen have no decimals."""
    body = order_body(value="11800", currency="JPY", platform_fee=None)
    del body["purchase_units"][0]["payee"]
    asked = {"paypal_request_id": "order-1", "prefer": "return=representation"}
    orders = sdk.client.orders
    order = orders.create_order({**asked, "body": OrderRequest.from_dictionary(body)}).body
    page = next(each.href for each in order.links if each.rel == "payer-action")
    requests.post(page, data={"act": "card"}, allow_redirects=False, timeout=5)
    endpoint.wait_for("CHECKOUT.ORDER.APPROVED")

    approved = orders.get_order({"id": order.id}).body
    captured = orders.capture_order({**asked, "id": order.id}).body
    capture = captured.purchase_units[0].payments.captures[0]
    part = RefundRequest.from_dictionary({"amount": money("800", "JPY")})
    refund = sdk.client.payments.refund_captured_payment(
        {**asked, "paypal_request_id": "refund-1", "capture_id": capture.id, "body": part}
    ).body

    assert (approved.status, captured.status, refund.status) == (
        "APPROVED",
        "COMPLETED",
        "COMPLETED",
    )
    assert captured.purchase_units[0].payee.merchant_id == PARTNER
    assert (capture.amount.value, capture.amount.currency_code) == ("11800", "JPY")
    assert capture.seller_receivable_breakdown.paypal_fee.value == "382"
    books = served.simulator.books()
    assert books["own"]["JPY"]["provider_balance"] == 11800 - 382 - 800
    assert books["merchants"] == {}
