"""`python -m benchmarks`: measure everything, compare with the goals, keep the figures."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    billing,
    cold_start,
    documents,
    figures,
    floor,
    growing_runs,
    invoice_run,
    machine,
    page,
    price,
    reconciliation,
    refund,
    size,
    warm,
)
from benchmarks.figures import Measured
from benchmarks.first_events import first_events
from benchmarks.workshop import Workshop, built_template, workshop
from local.paths import machine_architecture

_PARTS = ("cold", "warm", "billing", "invoices", "size")


def main() -> None:
    """Measure; ends with 1 where a goal is missed and `--strict` was given.

    Raises:
        SystemExit: the tree differs from its commit, or nothing is built.
    """
    arguments = _arguments()
    changed = machine.changed_files()
    if changed and not arguments.allow_dirty:
        listed = "\n  ".join(changed[:20])
        raise SystemExit(f"figures belong to a commit, and these files differ from it:\n  {listed}")
    template = price.Template.of(built_template(), machine_architecture())
    prices = price.PriceList.read()
    facts = machine.facts()
    measured: list[Measured] = []
    with workshop() as place:
        if "invoices" in arguments.only:
            invoiced = invoice_run.invoice(place, arguments.invoices)
            measured += _invoices(invoiced, arguments.subscriptions, template, prices)
        if "warm" in arguments.only:
            measured += _warm(place, arguments.sales, template, prices)
        if "billing" in arguments.only:
            _say(f"{billing.units_by_item(billing.metered())}\n")
            measured += billing.measure(place, arguments.sales, template, prices)
            measured += documents.measure()
        if "cold" in arguments.only:
            with first_events(place) as events:
                shares = template.shares(prices.assumed)
                measured += cold_start.measure(place, events, shares, arguments.starts)
    if "size" in arguments.only:
        measured += size.measure()
    goals = figures.read_goals()
    found = figures.judged(measured, goals)
    whole = set(arguments.only) == set(_PARTS)
    target = figures.LATEST if whole and not changed else _aside()
    samples = {
        "sales": arguments.sales,
        "starts": arguments.starts,
        "invoices": arguments.invoices,
    }
    figures.write(target, {**facts, "samples": samples}, found)
    if target == figures.LATEST:
        page.write(facts, found)
    _say(figures.table(found))
    _say(f"\nwritten to {target}")
    missing = figures.unmeasured(found, goals)
    if whole and missing:
        raise SystemExit(f"goals that nothing measures: {', '.join(missing)}")
    if arguments.strict and any(each.met is False for each in found):
        raise SystemExit(1)


def _invoices(
    invoiced: invoice_run.Invoiced,
    sizes: Sequence[int],
    template: price.Template,
    prices: price.PriceList,
) -> list[Measured]:
    _say(f"an invoice\n{invoice_run.units_by_item(invoiced)}\n")
    return [
        *invoice_run.figures(invoiced, template, prices),
        *growing_runs.measure(invoice_run.cpu_ms(invoiced), sizes),
    ]


def _warm(
    place: Workshop, sales: int, template: price.Template, prices: price.PriceList
) -> list[Measured]:
    quarter = invoice_run.idle_quarter(place)
    sold = warm.sell(place, sales)
    steps = warm.counted_steps(sold)
    webhooks = [step for step in steps if step.name == "webhook"]
    at_paypal = warm.sell(place, sales, "paypal")
    _say(
        warm.units_by_item(sold.metered[-1])
        + "\n\nby PayPal\n"
        + warm.units_by_item(at_paypal.metered[-1])
        + "\n"
    )
    refund_figures: list[Measured] = []
    for method in ("stripe", "paypal"):
        refunded = refund.refund(place, sales // 2, method)
        _say(f"\na refund by {method}\n{warm.units_by_item(refunded.metered)}\n")
        refund_figures += refund.figures(refunded)
    return [
        *warm.cpu_figures(sold),
        *floor.measure(place, samples=10 * sales),
        *warm.unit_figures(sold),
        *price.idle_month(template, sold.idle_upkeep, quarter, prices).figures("idle_month"),
        *price.million_sales(steps, template, prices).figures("million_sales"),
        Measured("million_sales_kept_a_month", price.kept_month(sold.stored_bytes, prices), "USD"),
        *price.million_sales(webhooks, template, prices).figures("million_webhooks")[:1],
        *warm.totals(at_paypal, "paypal"),
        *price.million_sales(warm.counted_steps(at_paypal), template, prices).figures(
            "million_paypal_sales"
        )[:1],
        *refund_figures,
        *reconciliation.measure(),
    ]


def _aside() -> Path:
    """Where figures go that belong to no commit, or are not all."""
    return Path(tempfile.gettempdir()) / "guichet-bench.json"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sales", type=int, default=30, help="warm sales that are timed")
    parser.add_argument("--starts", type=int, default=7, help="cold starts of each function")
    parser.add_argument("--invoices", type=int, default=600, help="of the timed run")
    parser.add_argument(
        "--subscriptions",
        nargs="+",
        type=int,
        default=list(growing_runs.SIZES),
        help="of the runs that are compared with each other",
    )
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS))
    parser.add_argument("--strict", action="store_true", help="fail where a goal is missed")
    parser.add_argument(
        "--allow-dirty",
        action="store_true",
        help="measure a tree that differs from its commit; the figures are kept elsewhere",
    )
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
