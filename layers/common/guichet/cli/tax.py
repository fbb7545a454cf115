"""Commands about config/tax: check, compile (TAX-2)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from guichet.cli.stack import Commands, say

_SOURCE: Final = Path("config/tax")


def add_to(commands: Commands) -> None:
    """`tax`."""
    tax = commands.add_parser("tax", help="tax rates, regulatory fees, where taxes are collected")
    parts = tax.add_subparsers(required=True)
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
    from guichet.adapters.tax.packaged import COMPILED  # noqa: PLC0415 - on its road only

    texts = _compiled()
    if texts is None:
        return 1
    for name, text in texts.items():
        file = COMPILED / f"{name}.json"
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            say(f"{file} is not current: run `guichet tax compile`")
            return 1
    if unknown := _unknown_fees(texts):
        say("the catalogue names fees that fees.yaml lacks (TAX-5):")
        for each in unknown:
            say(f"  {each}")
        return 1
    say(f"{_SOURCE} is right, and what is compiled is current")
    return 0


def _unknown_fees(texts: dict[str, str]) -> list[str]:
    from guichet.adapters.catalogue.packaged import (  # noqa: PLC0415 - on its road only
        packaged_catalogues,
    )
    from guichet.tax.loading import read_fee_tables  # noqa: PLC0415 - same

    known = read_fee_tables(texts["fees"]).rates
    return [
        f"{version.version}/{product_id}: {fee.fee_id}"
        for version in packaged_catalogues().all()
        for product_id, product in version.products.items()
        for fee in product.fees
        if fee.fee_id not in known
    ]


def _compile(options: argparse.Namespace) -> int:
    if options.check:
        return _check(options)
    from guichet.adapters.tax.packaged import COMPILED  # noqa: PLC0415 - on its road only

    texts = _compiled()
    if texts is None:
        return 1
    for name, text in texts.items():
        (COMPILED / f"{name}.json").write_text(text, encoding="utf-8")
    say(f"wrote {COMPILED}")
    return 0


def _compiled() -> dict[str, str] | None:
    from guichet.adapters.tax.compiling import (  # noqa: PLC0415 - needs PyYAML: a checkout's own
        FILES,
        TaxMistakesError,
        compile_taxes,
    )

    try:
        return compile_taxes(
            {name: (_SOURCE / f"{name}.yaml").read_text(encoding="utf-8") for name in FILES},
            str(_SOURCE),
        )
    except TaxMistakesError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command prints
        return None
