"""Send the mails of one change: at least once, and once unless a worker dies in between (REG-13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from guichet.clock import Clock
from guichet.registration.mailer import (
    Correspondence,
    Letter,
    Mailer,
    MailRefusedError,
    RenderedMail,
    RenderMail,
)
from guichet.registration.outbox import Outbox

_CLAIM: Final = timedelta(minutes=2)  # longer than a worker lives


@dataclass(frozen=True, slots=True)
class Sent:
    """How many mails went out, and which were refused for good."""

    taken: int
    refused: tuple[str, ...]


def send_mails[Facts](
    effect_id: str,
    *,
    outbox: Outbox,
    letters: Correspondence[Facts],
    render: RenderMail[Facts],
    mailer: Mailer,
    clock: Clock,
) -> Sent | None:
    """Send what is left of an effect; None where it is done, or another worker is at it.

    Raises:
        MailNotTakenError: the mail service is away; the effect stays.
    """
    now = clock.now()
    effect = outbox.claim(effect_id, now=now, until=now + _CLAIM)
    if effect is None:
        return None
    taken, refused = 0, []
    told = letters.about(effect)
    for mail in effect.mails:
        letter = told.letter(mail)
        try:
            if letter is not None:
                key = f"{effect_id.replace('#', ':')}:{mail}"
                mailer.send(
                    _written(letter, render),
                    letter.to,
                    letter.reply_to,
                    key,
                    copies=letter.copies,
                )
                taken += 1
        except MailRefusedError as error:
            refused.append(f"{mail}: {error}")  # no other attempt would ever be taken
        if len(effect.mails) > 1:  # the last one is noted by finishing
            effect = outbox.sent(effect, mail)
    outbox.finish(effect)
    return Sent(taken, tuple(refused))


def _written[Facts](letter: Letter[Facts], render: RenderMail[Facts]) -> RenderedMail:
    """With the files that it brings."""
    mail = render(letter.facts)
    return replace(mail, attachments=(*mail.attachments, *letter.files)) if letter.files else mail
