"""A mail as the bytes that travel (RFC 5322, MIME), with headers nobody can add to."""

import hashlib
import re
from binascii import b2a_qp
from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from guichet.registration.mailer import Attachment, MailRefusedError, RenderedMail

MESSAGE_KEY_HEADER: Final = "X-Guichet-Message-Key"
_END_OF_LINE: Final = b"\r\n"


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
    head = EmailMessage(policy=SMTP)
    head["From"] = sender
    head["To"] = bare_address(to)
    if reply_to is not None:
        head["Reply-To"] = bare_address(reply_to)
    head["Subject"] = mail.subject
    fixed = _lines(
        "Auto-Submitted: auto-generated",  # no answers from absence notices (RFC 3834)
        f"{MESSAGE_KEY_HEADER}: {message_key}",
        f"Content-Language: {mail.language}",
        "MIME-Version: 1.0",
    )
    return head.as_bytes().removesuffix(_END_OF_LINE) + fixed + _body(mail, message_key)


def _body(mail: RenderedMail, message_key: str) -> bytes:
    """The parts, written by hand: the e-mail package would take each of their headers apart."""
    # `=_` occurs neither in quoted-printable nor in base64, so no content ends a part early.
    digest = hashlib.sha256(f"{message_key}\n{mail.subject}\n{mail.text}".encode()).hexdigest()[:32]
    texts = _multipart(
        "alternative",
        f"=_{digest}_1",
        [_text("plain", mail.text), _text("html", mail.html)],
    )
    if not mail.attachments:
        return texts
    return _multipart("mixed", f"=_{digest}_0", [texts, *map(_attached, mail.attachments)])


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    opened = _lines(f'Content-Type: multipart/{subtype}; boundary="{boundary}"', "")
    between = _lines(f"--{boundary}")
    within = b"".join(between + part + _END_OF_LINE for part in parts)
    return opened + within + _lines(f"--{boundary}--")


def _text(subtype: str, text: str) -> bytes:
    content = _END_OF_LINE.join([*text.encode().splitlines(), b""])
    return _lines(
        f'Content-Type: text/{subtype}; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
    ) + b2a_qp(content, istext=True)


def _attached(attachment: Attachment) -> bytes:
    content_type = EmailMessage(policy=SMTP)
    content_type["Content-Type"] = attachment.content_type
    part = EmailMessage(policy=SMTP)
    part.set_content(
        attachment.content,
        maintype=content_type.get_content_maintype(),
        subtype=content_type.get_content_subtype(),
        params=dict(content_type["Content-Type"].params),
        filename=attachment.filename,
        disposition="attachment",
    )
    del part["MIME-Version"]  # of the whole alone
    return part.as_bytes()


def _lines(*lines: str) -> bytes:
    return b"".join(line.encode("ascii") + _END_OF_LINE for line in lines)
