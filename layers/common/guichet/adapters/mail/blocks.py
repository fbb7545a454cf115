"""What a mail is made of, and how each part looks as plain text and as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

# Mail programs ignore style sheets, so each element carries its own; colours have 4.5:1 at least.
_BODY: Final = (
    "margin:0;padding:24px 16px;background:#ffffff;color:#1a1a1a;"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
)
_COLUMN: Final = "max-width:36em;margin:0 auto"
_BUTTON: Final = (
    "display:inline-block;padding:10px 20px;min-height:24px;background:#0b5394;color:#ffffff;"
    "border-radius:4px;font-weight:600;text-decoration:none"
)
_LABEL: Final = (
    "text-align:left;vertical-align:top;padding:4px 16px 4px 0;font-weight:400;color:#555555"
)
_VALUE: Final = "vertical-align:top;padding:4px 0;font-variant-numeric:tabular-nums"
_ITEMS: Final = "border-collapse:collapse;width:100%;margin:0 0 16px"
_ITEM: Final = (
    "text-align:left;vertical-align:top;padding:8px 16px 8px 0;font-weight:600;"
    "border-bottom:1px solid #cccccc"
)
_DETAIL: Final = "font-weight:400;color:#555555"
_AMOUNT: Final = (
    "text-align:right;vertical-align:top;padding:8px 0;white-space:nowrap;"
    "font-variant-numeric:tabular-nums;border-bottom:1px solid #cccccc"
)
_QUOTE: Final = "margin:0 0 16px;padding-left:16px;border-left:3px solid #767676"


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: str

    def as_text(self) -> str:
        return self.words

    def as_html(self) -> str:
        return f"<p>{_lines(self.words)}</p>"


@dataclass(frozen=True, slots=True)
class Heading:
    words: str

    def as_text(self) -> str:
        return self.words

    def as_html(self) -> str:
        return f'<h2 style="font-size:18px;margin:24px 0 8px">{escape(self.words)}</h2>'


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels with their values; an empty value leaves its row out."""

    pairs: tuple[tuple[str, str], ...]
    pattern: str  # how the language writes `{label}: {value}`

    def as_text(self) -> str:
        return "\n".join(
            self.pattern.format(label=label, value=value) for label, value in self.pairs if value
        )

    def as_html(self) -> str:
        rows = "\n".join(
            f'<tr><th scope="row" style="{_LABEL}">{escape(label)}</th>'
            f'<td style="{_VALUE}">{escape(value)}</td></tr>'
            for label, value in self.pairs
            if value
        )
        return f'<table style="border-collapse:collapse;margin:0 0 16px">\n{rows}\n</table>'


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a bill: what it is for, how its amount comes about, the amount."""

    name: str
    details: tuple[str, ...]
    amount: str


@dataclass(frozen=True, slots=True)
class Items:
    """The lines of a bill, amounts aligned."""

    items: tuple[Item, ...]
    pattern: str  # how the language writes `{label}: {value}`

    def as_text(self) -> str:
        return "\n".join(
            "\n".join(
                (
                    self.pattern.format(label=item.name, value=item.amount),
                    *(f"  {detail}" for detail in item.details),
                )
            )
            for item in self.items
        )

    def as_html(self) -> str:
        rows = "\n".join(
            f'<tr><th scope="row" style="{_ITEM}">{escape(item.name)}'
            + "".join(
                f'<br>\n<span style="{_DETAIL}">{escape(each)}</span>' for each in item.details
            )
            + f'</th><td style="{_AMOUNT}">{escape(item.amount)}</td></tr>'
            for item in self.items
        )
        return f'<table style="{_ITEMS}">\n{rows}\n</table>'


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the organizer, set apart from ours."""

    words: str

    def as_text(self) -> str:
        return "\n".join(f"  {line}".rstrip() for line in self.words.split("\n"))

    def as_html(self) -> str:
        return f'<blockquote style="{_QUOTE}">{_lines(self.words)}</blockquote>'


@dataclass(frozen=True, slots=True)
class Button:
    """The one main action; its words say what it does and costs."""

    words: str
    address: str

    def as_text(self) -> str:
        return f"{self.words}\n{self.address}"

    def as_html(self) -> str:
        return f'<p><a href="{escape(self.address)}" style="{_BUTTON}">{escape(self.words)}</a></p>'


type Block = Paragraph | Heading | Rows | Items | Quote | Button


def plain_text(blocks: Sequence[Block]) -> str:
    return "\n\n".join(block.as_text() for block in blocks) + "\n"


def html_page(language: str, title: str, blocks: Sequence[Block]) -> str:
    content = "\n".join(block.as_html() for block in blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}" dir="ltr">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n</head>\n"
        f'<body style="{_BODY}">\n<main style="{_COLUMN}">\n{content}\n</main>\n</body>\n</html>\n'
    )


def _lines(words: str) -> str:
    return escape(words).replace("\n", "<br>\n")
