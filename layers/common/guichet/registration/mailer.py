"""What registrations need from outside to send a mail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from guichet.registration.mails import MailFacts


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail; `content_type` is a whole MIME type with its parameters."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail ready to be sent: plain text and HTML say the same."""

    language: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


type RenderMail = Callable[[MailFacts], RenderedMail]


class MailRefusedError(Exception):
    """This mail to this address will never be taken: trying again is useless."""


class MailNotTakenError(Exception):
    """The mail service is away, busy, or not set up: the same mail may be taken later."""


class Mailer(Protocol):
    """Hands mails to a service. It does not dedupe: who calls records what was taken."""

    def send(self, mail: RenderedMail, to: str, reply_to: str | None, message_key: str) -> str:
        """Send to one bare address and return the service's id of the message.

        `message_key` is our own id of this mail (printable ASCII without blanks) and travels in
        the header `X-Guichet-Message-Key`. Whether the mailbox exists is not known yet.

        Raises:
            MailRefusedError: an address is malformed, or the service refuses the mail for good.
            MailNotTakenError: try again later.
        """
        ...
