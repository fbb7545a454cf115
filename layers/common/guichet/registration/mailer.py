"""What a mail is before it is sent: its facts, its addresses, its text; and who sends it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from guichet.registration.outbox import AnyMail, Effect


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


@dataclass(frozen=True, slots=True)
class Letter[Facts]:
    """A mail's facts and its addresses; `copies` are sent along with it, and seen by all.

    `files` are those that were there before it: documents, as they are kept.
    """

    facts: Facts
    to: str
    reply_to: str | None
    copies: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()


class Told[Facts](Protocol):
    """What the mails of one effect tell, as the records are now."""

    def letter(self, mail: AnyMail) -> Letter[Facts] | None:
        """One of them; None where there is nothing to tell any more."""
        ...


class Correspondence[Facts](Protocol):
    """Gathers what the mails of one effect have to tell."""

    def about(self, effect: Effect) -> Told[Facts]: ...


type RenderMail[Facts] = Callable[[Facts], RenderedMail]


class MailRefusedError(Exception):
    """This mail to this address will never be taken: trying again is useless."""


class MailNotTakenError(Exception):
    """The mail service is away, busy, or not set up: the same mail may be taken later."""


class Mailer(Protocol):
    """Hands mails to a service. It does not dedupe: who calls records what was taken."""

    def send(
        self,
        mail: RenderedMail,
        to: str,
        reply_to: str | None,
        message_key: str,
        *,
        copies: tuple[str, ...] = (),
    ) -> str:
        """Send to one bare address, and copies to others; return the service's id of the message.

        `message_key` is our own id of this mail (printable ASCII without blanks) and travels in
        the header `X-Guichet-Message-Key`. Whether the mailbox exists is not known yet.

        Raises:
            MailRefusedError: an address is malformed, or the service refuses the mail for good.
            MailNotTakenError: try again later.
        """
        ...
