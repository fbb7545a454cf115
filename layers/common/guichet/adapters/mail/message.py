"""A mail as the bytes that travel (RFC 5322, MIME), with headers nobody can add to."""

import hashlib
import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from guichet.registration.mailer import Attachment, MailRefusedError, RenderedMail

MESSAGE_KEY_HEADER: Final = "X-Guichet-Message-Key"


def bare_address(text: str) -> str:
    """The address as a mail service takes it: one mailbox, ASCII, a domain name as it is asked.

    Raises:
        MailRefusedError: it can't be an address, or its mailbox isn't ASCII, which SES refuses.
    """
    mailbox, at, domain = text.rpartition("@")
    try:
        address = Address(addr_spec=f"{mailbox}{at}{domain.encode('idna').decode('ascii')}")
    except (MessageError, ValueError, IndexError) as error:
        raise MailRefusedError("this is no e-mail address") from error
    if not (address.username.isascii() and address.domain) or any(c.isspace() for c in text):
        raise MailRefusedError("this is no e-mail address")
    return address.addr_spec


def compose(
    mail: RenderedMail, sender: str, to: str, reply_to: str | None, message_key: str
) -> bytes:
    """The whole message: plain text, HTML as its alternative, attachments; same input, same bytes.

    `Date` and `Message-ID` are left to the service, which writes its own.

    Raises:
        MailRefusedError: `to` or `reply_to` is no address.
        ValueError: `sender` or `message_key` can't stand in a header: a defect of the caller.
    """
    if not re.fullmatch(r"[!-~]+", message_key):
        raise ValueError("a message key is printable ASCII without blanks")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = bare_address(to)
    if reply_to is not None:
        message["Reply-To"] = bare_address(reply_to)
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"  # no answers from absence notices (RFC 3834)
    message[MESSAGE_KEY_HEADER] = message_key
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for attachment in mail.attachments:
        _attach(message, attachment)
    message["Content-Language"] = mail.language  # last: content calls take such headers away
    _fix_boundaries(message, mail, message_key)
    return message.as_bytes()


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    content_type = EmailMessage(policy=SMTP)
    content_type["Content-Type"] = attachment.content_type
    message.add_attachment(
        attachment.content,
        maintype=content_type.get_content_maintype(),
        subtype=content_type.get_content_subtype(),
        params=dict(content_type["Content-Type"].params),
        filename=attachment.filename,
    )


def _fix_boundaries(message: EmailMessage, mail: RenderedMail, message_key: str) -> None:
    # `=_` occurs neither in quoted-printable nor in base64, so no content ends a part early.
    digest = hashlib.sha256(f"{message_key}\n{mail.subject}\n{mail.text}".encode()).hexdigest()[:32]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest}_{number}")
