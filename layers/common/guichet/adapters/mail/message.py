"""A mail as the bytes that travel (RFC 5322, MIME), with headers nobody can add to."""

import hashlib
import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
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
    mail: RenderedMail,
    sender: str,
    to: str,
    reply_to: str | None,
    message_key: str,
    *,
    copies: Sequence[str] = (),
) -> bytes:
    """The whole message: plain text, HTML as its alternative, attachments; same input, same bytes.

    `Date` and `Message-ID` are left to the service, which writes its own.

    Raises:
        MailRefusedError: `to`, `reply_to` or one of `copies` is no address.
        ValueError: `sender`, `message_key` or a file's name can't stand in a header: a defect of
            the caller.
    """
    if not re.fullmatch(r"[!-~]+", message_key):
        raise ValueError("a message key is printable ASCII without blanks")
    answers_to = () if reply_to is None else (f"Reply-To: {bare_address(reply_to)}",)
    copied = (f"Cc: {',\r\n '.join(map(bare_address, copies))}",) if copies else ()
    head = _lines(
        f"To: {bare_address(to)}",
        *copied,
        *answers_to,
        "Auto-Submitted: auto-generated",  # no answers from absence notices (RFC 3834)
        f"{MESSAGE_KEY_HEADER}: {message_key}",
        f"Content-Language: {mail.language}",
        "MIME-Version: 1.0",
    )
    return _sender(sender) + _header("Subject", mail.subject) + head + _body(mail, message_key)


@lru_cache(maxsize=1)
def _sender(sender: str) -> bytes:
    """The same in every mail of a deployment."""
    return _header("From", sender)


def _header(name: str, value: str) -> bytes:
    """A header of any text, encoded and folded.

    Raises:
        ValueError: it has line breaks.
    """
    message = EmailMessage(policy=SMTP)
    message[name] = value
    return message.as_bytes().removesuffix(_END_OF_LINE)


def _body(mail: RenderedMail, message_key: str) -> bytes:
    """The parts, written by hand: most of the e-mail package's time goes into parsing their headers."""
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
    if not re.fullmatch(r"[A-Za-z0-9._-]+", attachment.filename):
        raise ValueError("a file's name is of letters, digits and ._-")
    content = encodebytes(attachment.content).replace(b"\n", _END_OF_LINE)
    return (
        _lines(
            f"Content-Type: {attachment.content_type}",
            "Content-Transfer-Encoding: base64",
            f'Content-Disposition: attachment; filename="{attachment.filename}"',
            "",
        )
        + content
    )


def _lines(*lines: str) -> bytes:
    return b"".join(line.encode("ascii") + _END_OF_LINE for line in lines)
