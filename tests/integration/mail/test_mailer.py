"""The contract of `Mailer`, on SES (moto) and on the fake; and what SES's errors mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import RawMessage, ses_backends

from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.aws.signed import SES, SignedService
from guichet.adapters.aws.signing import Credentials
from guichet.adapters.mail.render import render
from guichet.adapters.mail.ses import SesMailer
from guichet.registration.mailer import Mailer, MailNotTakenError, MailRefusedError
from guichet.registration.mails import MailKind
from tests.support.mail_facts import facts_of
from tests.support.mailer import MemoryMailer

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

REGION = "eu-central-1"
SENDER = "Guichet <pay@guichet.example>"
MAIL = render(facts_of(MailKind.CONFIRMED, language="de"))


@dataclass(frozen=True)
class Post:
    """A mailer and what it has sent so far."""

    mailer: Mailer
    sent: Callable[[], list[EmailMessage]]


def client(endpoint: str | None = None) -> SESV2Client:
    return boto3.client(
        "sesv2",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=2),
    )


def signed(endpoint: str) -> SignedService:
    """What functions have in boto3's place."""
    return SignedService(SES, Credentials("test", "test"), REGION, endpoint, pause=lambda _: None)


def sent_by_ses() -> list[EmailMessage]:
    sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    return [
        message_from_string(message.raw_data, _class=EmailMessage, policy=default)
        for message in sent
        if isinstance(message, RawMessage)
    ]


def forget_all() -> None:
    """moto forgets by itself only where no other test of this process holds its mocks open."""
    ses_backends[DEFAULT_ACCOUNT_ID][REGION].reset()


@pytest.fixture(params=["ses", "memory"])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    if request.param == "memory":
        memory = MemoryMailer(SENDER)
        yield Post(memory, lambda: [taken.message for taken in memory.taken])
        return
    with mock_aws():
        forget_all()
        ses = client()
        ses.create_email_identity(EmailIdentity="pay@guichet.example")
        yield Post(SesMailer(SdkService(ses), SENDER), sent_by_ses)


def test_a_mail_is_taken_whole_and_gets_an_id(post: Post) -> None:
    """REG-13."""
    message_id = post.mailer.send(MAIL, "ada@example.com", "kurse@kurswerk.example", "reg_1/3")

    (message,) = post.sent()
    body = message.get_body(("plain",))
    assert message_id
    assert message["To"] == "ada@example.com"
    assert message["From"] == SENDER
    assert message["Reply-To"] == "kurse@kurswerk.example"
    assert message["Subject"] == "Anmeldung bestätigt – Excel workshop"
    assert message["X-Guichet-Message-Key"] == "reg_1/3"
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == MAIL.text
    assert [part.get_filename() for part in message.iter_attachments()] == ["training.ics"]


def test_copies_of_a_mail_go_to_others_whom_all_see(post: Post) -> None:
    """INV-6."""
    post.mailer.send(
        MAIL, "ada@example.com", None, "crt_1/3", copies=("eva@example.com", "tom@example.com")
    )

    (message,) = post.sent()
    assert message["To"] == "ada@example.com"
    assert message["Cc"] == "eva@example.com, tom@example.com"


def test_the_same_mail_sent_twice_is_taken_twice(post: Post) -> None:
    """REG-13: once is what the caller's record sees to, not the mailer."""
    first = post.mailer.send(MAIL, "ada@example.com", None, "reg_1/3")
    second = post.mailer.send(MAIL, "ada@example.com", None, "reg_1/3")

    assert first != second
    assert len(post.sent()) == 2


@pytest.mark.parametrize("address", ["ada", "ada@example.com, eve@example.com", "adä@example.com"])
def test_an_address_that_is_none_is_refused_and_nothing_leaves(post: Post, address: str) -> None:
    with pytest.raises(MailRefusedError):
        post.mailer.send(MAIL, address, None, "reg_1/3")

    assert post.sent() == []


def test_an_address_that_the_fake_refuses_is_refused_and_nothing_leaves() -> None:
    mailer = MemoryMailer(refused={"ada@example.com"})

    with pytest.raises(MailRefusedError):
        mailer.send(MAIL, "ada@example.com", None, "reg_1/3")

    assert mailer.taken == []


@mock_aws
def test_a_sender_without_authority_gets_nothing_out() -> None:
    forget_all()
    mailer = SesMailer(SdkService(client()), SENDER)

    with pytest.raises((MailRefusedError, MailNotTakenError)):
        mailer.send(MAIL, "ada@example.com", None, "reg_1/3")

    assert sent_by_ses() == []


@pytest.mark.parametrize("sender", ["", "a@b.example, c@d.example", "Guichet"])
def test_a_sender_that_is_not_one_address_is_refused_at_once(sender: str) -> None:
    with pytest.raises(ValueError, match="sender"):
        SesMailer(SdkService(client()), sender)


@pytest.fixture
def ses_answering() -> Iterator[Callable[[int, str, str], SesMailer]]:
    """SES's error answers as its protocol writes them (REST-JSON, `x-amzn-errortype`)."""
    servers: list[HTTPServer] = []

    def answering(status: int, code: str, message: str) -> SesMailer:
        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.dumps({"message": message}).encode()
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("x-amzn-errortype", code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        server = HTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return SesMailer(signed(f"http://127.0.0.1:{server.server_port}"), SENDER)

    yield answering
    for server in servers:
        server.shutdown()
        server.server_close()


# Codes and statuses: SES API v2, SendEmail, "Errors", and "Common Errors".
@pytest.mark.parametrize(
    ("status", "code", "message", "meaning"),
    [
        (400, "BadRequestException", "Missing final '@domain'", MailRefusedError),
        (400, "MessageRejected", "Message contains invalid content", MailRefusedError),
        (
            400,
            "MessageRejected",
            "Email address is not verified. The following identities failed the check",
            MailNotTakenError,
        ),
        (429, "TooManyRequestsException", "Maximum sending rate exceeded.", MailNotTakenError),
        (400, "LimitExceededException", "Daily message quota exceeded.", MailNotTakenError),
        (400, "SendingPausedException", "Sending is paused.", MailNotTakenError),
        (400, "AccountSuspendedException", "Account is suspended.", MailNotTakenError),
        (400, "MailFromDomainNotVerifiedException", "Not verified.", MailNotTakenError),
        (403, "AccessDeniedException", "Not authorized.", MailNotTakenError),
        (500, "InternalFailure", "Internal failure.", MailNotTakenError),
        (503, "ServiceUnavailable", "Unavailable.", MailNotTakenError),
    ],
)
def test_an_error_of_ses_says_whether_trying_again_helps(
    ses_answering: Callable[[int, str, str], SesMailer],
    status: int,
    code: str,
    message: str,
    meaning: type[Exception],
) -> None:
    """REG-13: what may pass is kept for another try, what can't is told apart."""
    mailer = ses_answering(status, code, message)

    with pytest.raises(meaning, match=code) as refusal:
        mailer.send(MAIL, "ada@example.com", None, "reg_1/3")

    assert "ada@example.com" not in str(refusal.value)


def test_a_mail_service_that_is_away_means_try_again() -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        free_port = server.server_port
    mailers: list[Mailer] = [
        SesMailer(signed(f"http://127.0.0.1:{free_port}"), SENDER),
        SesMailer(SdkService(client(f"http://127.0.0.1:{free_port}")), SENDER),
        MemoryMailer(away=True),
    ]

    for mailer in mailers:
        with pytest.raises(MailNotTakenError):
            mailer.send(MAIL, "ada@example.com", None, "reg_1/3")
