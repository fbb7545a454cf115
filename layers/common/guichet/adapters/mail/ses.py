"""Sends mails by Amazon SES (API v2, raw content)."""

from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from guichet.adapters.aws.service import AwsService, ServiceError
from guichet.adapters.http import NoAnswerError
from guichet.adapters.mail.message import bare_address, compose
from guichet.registration.mailer import MailNotTakenError, MailRefusedError, RenderedMail

# Errors of SendEmail that name this one mail as the fault; all others may pass (SES API v2).
_REFUSALS: Final = frozenset(
    {"BadRequestException", "MessageRejected", "InvalidParameterValue", "ValidationException"}
)
# SES rejects with this while the account or an address still awaits verification (mail sandbox).
_NOT_VERIFIED: Final = "not verified"


class SesMailer:
    """A `Mailer` on SES: an answer with an id means taken, not delivered.

    Args:
        service: SES; its own timeouts and few tries are set where it is made.
        sender: the operator's verified address, with a name if wanted: `Guichet <pay@example>`.
    """

    def __init__(self, service: AwsService, sender: str) -> None:
        self._service = service
        self._sender = sender
        self._source = _only_address(sender)

    def send(
        self,
        mail: RenderedMail,
        to: str,
        reply_to: str | None,
        message_key: str,
        *,
        copies: tuple[str, ...] = (),
    ) -> str:
        raw = compose(mail, self._sender, to, reply_to, message_key, copies=copies)
        addresses = {"ToAddresses": [bare_address(to)]}
        if copies:
            addresses["CcAddresses"] = [bare_address(each) for each in copies]
        try:
            answer = self._service.call(
                "SendEmail",
                {
                    "FromEmailAddress": self._source,
                    "Destination": addresses,
                    "Content": {"Raw": {"Data": raw}},
                },
            )
        except ServiceError as error:
            raise _meaning(error) from error
        except NoAnswerError as error:
            raise MailNotTakenError("the mail service does not answer") from error
        return str(answer["MessageId"])


def _meaning(error: ServiceError) -> MailRefusedError | MailNotTakenError:
    if error.code in _REFUSALS and _NOT_VERIFIED not in error.message.lower():
        return MailRefusedError(f"the mail service refused: {error.code}")
    return MailNotTakenError(f"the mail service did not take the mail: {error.code}")


def _only_address(sender: str) -> str:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    addresses = message["From"].addresses
    if len(addresses) != 1 or message["From"].defects:
        raise ValueError("the sender is one address, with or without a name")
    return str(addresses[0].addr_spec)
