"""Commands about config/selling_entities.yaml: check, compile (INV-12)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from guichet.cli.stack import Commands, say

_SOURCE: Final = Path("config/selling_entities.yaml")
_FORMS: Final = Path("config/forms")


def add_to(commands: Commands) -> None:
    """`entities`."""
    entities = commands.add_parser("entities", help="who sells, where, in which currencies")
    parts = entities.add_subparsers(required=True)
    check = parts.add_parser(
        "check", help="tell the mistakes, and whether what is compiled is current"
    )
    check.set_defaults(command=_check)
    compile_ = parts.add_parser(
        "compile", help="check, and write into the package what is deployed"
    )
    compile_.add_argument("--check", action="store_true", help="only say whether it is current")
    compile_.set_defaults(command=_compile)


def _check(options: argparse.Namespace) -> int:
    del options
    from guichet.adapters.selling.packaged import COMPILED, FORMS  # noqa: PLC0415 - on its road only

    text = _compiled()
    if text is None:
        return 1
    wanted, packaged = _forms(text), {each.name: each.read_bytes() for each in FORMS.glob("*.pdf")}
    is_written = COMPILED.is_file() and COMPILED.read_text(encoding="utf-8") == text
    if not is_written or wanted != packaged:
        say(f"{COMPILED} is not current: run `guichet entities compile`")
        return 1
    if unknown := _unknown_sellers(text):
        say("the catalogue names sellers that are no entities (INV-12):")
        for each in unknown:
            say(f"  {each}")
        return 1
    say(f"{_SOURCE} is right, and what is compiled is current")
    return 0


def _unknown_sellers(text: str) -> list[str]:
    from guichet.adapters.catalogue.packaged import (  # noqa: PLC0415 - on its road only
        packaged_catalogues,
    )
    from guichet.catalogue.selling import unknown_sellers  # noqa: PLC0415 - same
    from guichet.catalogue.selling_loading import read_selling_entities  # noqa: PLC0415 - same

    entities = read_selling_entities(text)
    return [
        f"{version.version}/{each}"
        for version in packaged_catalogues().all()
        for each in unknown_sellers(entities, version)
    ]


def _compile(options: argparse.Namespace) -> int:
    if options.check:
        return _check(options)
    from guichet.adapters.selling.packaged import COMPILED, FORMS  # noqa: PLC0415 - on its road only

    text = _compiled()
    if text is None:
        return 1
    COMPILED.write_text(text, encoding="utf-8")
    wanted = _forms(text)
    FORMS.mkdir(exist_ok=True)
    for stale in [each for each in FORMS.glob("*.pdf") if each.name not in wanted]:
        stale.unlink()
    for name, content in wanted.items():
        (FORMS / name).write_bytes(content)
    say(f"wrote {COMPILED}, and {len(wanted)} forms beside it")
    return 0


def _forms(text: str) -> dict[str, bytes]:
    """The files that the compiled text names; they were found when it was made."""
    from guichet.catalogue.selling_loading import read_selling_entities  # noqa: PLC0415 - same

    entities = read_selling_entities(text).entities.values()
    names = [f"{form.form_id}.pdf" for each in entities for form in each.forms]
    return {name: (_FORMS / name).read_bytes() for name in names}


def _read_form(name: str) -> bytes | None:
    file = _FORMS / name
    return file.read_bytes() if file.is_file() else None


def _compiled() -> str | None:
    from guichet.adapters.selling.compiling import (  # noqa: PLC0415 - needs PyYAML: a checkout's own
        EntityMistakesError,
        compile_selling_entities,
    )

    try:
        return compile_selling_entities(
            _SOURCE.read_text(encoding="utf-8"), str(_SOURCE), _read_form
        )
    except EntityMistakesError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command prints
        return None
