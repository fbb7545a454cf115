"""Who sends mails of registrations loads nothing of billing: cold starts are measured."""

import subprocess
import sys

_SCRIPT = """
import sys
from guichet.adapters.mail.render import render
from guichet.bootstrap import Container
from guichet.registration.mails import MailKind
from guichet.settings import Settings
from tests.support.mail_facts import facts_of

made = Container(Settings.from_environment({}), secret_text=lambda: '{}')
assert made.letters and made.render_mail(facts_of(MailKind.CONFIRMED)).subject
print(sorted(name for name in sys.modules if name.startswith('guichet')))
"""


def test_a_mail_to_a_registrant_loads_no_subscriptions() -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True
    )

    assert "guichet.adapters.mail.middles" in done.stdout
    assert "guichet.subscriptions" not in done.stdout
    assert "guichet.adapters.mail.billing" not in done.stdout
    assert "guichet.catalogue" not in done.stdout
