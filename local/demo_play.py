"""`make demo`: three acts against the stack that `make run` started, and then everything is judged."""

from __future__ import annotations

import sys
import urllib.error

from botocore.exceptions import EndpointConnectionError

from guichet.verification.findings import Report
from guichet.verification.live import scanned
from guichet.verification.verifying import verify
from local.calls import call
from local.clock import LocalClock
from local.demo import MEMBER, OWNER, Demo
from local.demo_account import demo_account, demo_buyers
from local.demo_billing import Subscribing
from local.demo_invoices import Invoicing
from local.deployment import Deployment
from local.identity import bearer_token
from local.paths import STATE_DIR
from local.stack import described


def main() -> None:
    """Play against the stack that runs."""
    try:
        url, deployment = described(STATE_DIR)
        token, owner_token = (bearer_token(deployment, each) for each in (MEMBER, OWNER))
        Demo(url, token, owner_token, _print).play()
        buyer = demo_account(deployment)
        Subscribing(
            url,
            buyer.owner_token,
            buyer.representative_token,
            buyer.account_id,
            _print,
            call,
        ).play()
        invoicing(url, deployment).play()
    except (FileNotFoundError, EndpointConnectionError, urllib.error.URLError) as error:
        raise SystemExit("the local stack does not run: start it with `make run`") from error


def invoicing(url: str, deployment: Deployment) -> Invoicing:
    """The third act, with new accounts."""
    buyers = demo_buyers(deployment, url)
    representative_token = next(iter(buyers.values())).representative_token

    def verified() -> Report:
        tables = (deployment.state_table, deployment.journal_table)
        stored = scanned(deployment.client("dynamodb"), *tables)
        return verify(stored, now=LocalClock(deployment).now())

    return Invoicing(buyers, url, representative_token, _print, call, verified)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
