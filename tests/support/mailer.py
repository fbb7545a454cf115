"""A `Mailer` in memory: takes and refuses what the real one does, and keeps what it took."""

from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from guichet.adapters.mail.message import compose
from guichet.registration.mailer import MailNotTakenError, MailRefusedError, RenderedMail


@dataclass(frozen=True, slots=True)
class TakenMail:
    """One mail as it left: the rendered one, its key, and the message that travels."""

    message_id: str
    to: str
    message_key: str
    mail: RenderedMail
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)


@dataclass(slots=True)
class MemoryMailer:
    """Knobs: addresses in `refused` are refused for good; `away` makes the service not answer."""

    sender: str = "Guichet <pay@guichet.example>"
    taken: list[TakenMail] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    away: bool = False

    def send(
        self,
        mail: RenderedMail,
        to: str,
        reply_to: str | None,
        message_key: str,
        *,
        copies: tuple[str, ...] = (),
    ) -> str:
        raw = compose(mail, self.sender, to, reply_to, message_key, copies=copies)
        if self.away:
            raise MailNotTakenError("the mail service does not answer")
        if to in self.refused:
            raise MailRefusedError("the mail service refused: MessageRejected")
        message_id = f"mail-{len(self.taken) + 1}"
        self.taken.append(TakenMail(message_id, to, message_key, mail, raw))
        return message_id
