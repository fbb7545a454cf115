"""Commands about what is sold: check, compile, compare two versions (SUB-1)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from guichet.cli.stack import Commands, say, the_stack

_SOURCE: Final = Path("config/catalogue.yaml")


def add_to(commands: Commands) -> None:
    """`catalogue check`, `compile`, `diff` and `affected`."""
    catalogue = commands.add_parser(
        "catalogue", help="what is sold: check, compile, diff, affected"
    )
    parts = catalogue.add_subparsers(required=True)
    check = parts.add_parser("check", help="tell every mistake with its line and rule")
    check.set_defaults(command=_check)
    compile_ = parts.add_parser("compile", help="check, then write it into the package")
    compile_.add_argument("--check", action="store_true", help="only say whether it is current")
    compile_.add_argument(
        "--rewrite",
        action="store_true",
        help="also where a version in force changed: only before anything was sold by it",
    )
    compile_.set_defaults(command=_compile)
    diff = parts.add_parser("diff", help="what one version changes of another, from when, for whom")
    diff.add_argument("old")
    diff.add_argument("new")
    diff.set_defaults(command=_diff)
    affected = parts.add_parser("affected", help="which subscriptions that concerns, from when")
    affected.add_argument("old")
    affected.add_argument("new")
    affected.set_defaults(command=_affected)
    for part in (check, compile_, diff, affected):
        part.add_argument("file", nargs="?", type=Path, default=_SOURCE)


def _check(options: argparse.Namespace) -> int:
    return 0 if _compiled(options.file) is not None else 1


def _compile(options: argparse.Namespace) -> int:
    from guichet.adapters.catalogue.compiling import (  # noqa: PLC0415 - on its road only
        CatalogueMistakesError,
        require_unchanged_in_force,
    )
    from guichet.adapters.catalogue.packaged import COMPILED  # noqa: PLC0415 - same
    from guichet.clock import SystemClock  # noqa: PLC0415 - same

    text = _compiled(options.file)
    if text is None:
        return 1
    before = COMPILED.read_text(encoding="utf-8") if COMPILED.is_file() else ""
    if text == before:
        return 0
    if options.check:
        say(f"{COMPILED} is not current: run `guichet catalogue compile`")
        return 1
    if before and not options.rewrite:
        today = SystemClock().now().date()
        try:
            require_unchanged_in_force(text, before, str(options.file), today)
        except CatalogueMistakesError as error:
            say(str(error))
            return 1
    COMPILED.write_text(text, encoding="utf-8")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from guichet.catalogue.diff import difference, told  # noqa: PLC0415 - on its road only
    from guichet.catalogue.loading import CompiledCatalogues  # noqa: PLC0415 - same

    text = _compiled(options.file)
    if text is None:
        return 1
    catalogues = CompiledCatalogues(lambda: text)
    changes = difference(catalogues.version(options.old), catalogues.version(options.new))
    for line in told(changes):
        say(line)
    return 0


def _affected(options: argparse.Namespace) -> int:
    from guichet.adapters.dynamo.waiting import (  # noqa: PLC0415 - on its road only
        waiting_subscriptions,
    )
    from guichet.catalogue.diff import difference  # noqa: PLC0415 - same
    from guichet.catalogue.loading import CompiledCatalogues  # noqa: PLC0415 - same
    from guichet.subscriptions.concerned import concerned  # noqa: PLC0415 - same

    text = _compiled(options.file)
    if text is None:
        return 1
    catalogues = CompiledCatalogues(lambda: text)
    changes = difference(catalogues.version(options.old), catalogues.version(options.new))
    container, _ = the_stack(options)
    count = 0
    for each in waiting_subscriptions(container.dynamo):
        found = concerned(changes, each)
        if found is not None:
            count += 1
            say(f"{each.account_id} {each.subscription_id} from {found.from_day}")
            for change in found.changes:
                say(f"  {change}")
    say(f"{count} affected")
    return 0


def _compiled(file: Path) -> str | None:
    """The compiled text; None where mistakes were told instead."""
    from guichet.adapters.catalogue.compiling import (  # noqa: PLC0415 - on its road only
        CatalogueMistakesError,
        compile_catalogue,
    )
    from guichet.adapters.selling.packaged import (  # noqa: PLC0415 - same
        packaged_selling_entities,
    )

    try:
        currencies = packaged_selling_entities().currencies
        return compile_catalogue(file.read_text(encoding="utf-8"), str(file), currencies=currencies)
    except CatalogueMistakesError as error:
        for mistake in error.mistakes:
            say(str(mistake))
        return None
    except (OSError, UnicodeDecodeError) as error:
        say(f"{file}: {error}")
        return None
