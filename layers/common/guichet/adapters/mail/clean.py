"""Makes text that others typed safe to stand in a mail."""

import re
import unicodedata
from typing import Final

_NAME_LIMIT: Final = 100

# Bidirectional overrides and isolates can make a text read as something else.
_DECEIVING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAKS_A_LINE: Final = re.compile("[\u2028\u2029]")

# Mail programs turn such pairs into links by themselves: "evil.example", "//", "me@evil".
_DOT_THAT_LINKS: Final = re.compile(r"([.。．｡])(?=\w)")  # noqa: RUF001 - these dots link too
_SIGN_THAT_LINKS: Final = re.compile(r"[/\\:@]+")


def one_line(text: str) -> str:
    """The text without control characters and line breaks, so no header and no paragraph ends."""
    return " ".join(_without_controls(text).split())


def several_lines(text: str) -> str:
    """The text with its line breaks, and without any other control character."""
    lines = (" ".join(_without_controls(line).split()) for line in text.splitlines())
    return "\n".join(lines).strip()


def unlinkable(name: str) -> str:
    """A stranger's name that no mail program takes for a link: "evil.example" gets a blank.

    Anyone can register anybody's mailbox under any name, so a name is kept short as well.
    """
    plain = _SIGN_THAT_LINKS.sub(" ", one_line(name))
    return one_line(_DOT_THAT_LINKS.sub(r"\1 ", plain))[:_NAME_LIMIT].rstrip()


def _without_controls(text: str) -> str:
    visible = _BREAKS_A_LINE.sub(" ", _DECEIVING.sub("", text))
    return "".join(
        " " if unicodedata.category(character) in {"Cc", "Cs"} else character
        for character in visible
    )
