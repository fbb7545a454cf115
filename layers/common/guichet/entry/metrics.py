"""The few metrics that alarms watch: what a person must decide, and work that is overdue."""

from __future__ import annotations

from typing import Final

from aws_lambda_powertools.metrics import MetricUnit, single_metric

# Alarms look under one service: whichever function finds something, it is the same finding.
_SERVICE: Final = "guichet"


def needs_person(reason: str) -> None:
    """Something no rule decides; docs/operations.md says what to do for each reason."""
    with single_metric(name="ParkedPayment", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension(name="service", value=_SERVICE)
        metric.add_metadata(key="reason", value=reason)


def overdue_work(count: int) -> None:
    """Work that was due an hour ago."""
    with single_metric(name="OverdueWork", unit=MetricUnit.Count, value=count) as metric:
        metric.add_dimension(name="service", value=_SERVICE)
