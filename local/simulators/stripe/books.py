"""The simulator's own books, summed from its balance transactions and nothing else."""

from collections import defaultdict

from local.simulators.stripe.shapes import PLATFORM, Json
from local.simulators.stripe.world import World

_COLUMNS = (
    "customer_paid",
    "refunded",
    "stripe_fees",
    "application_fees",
    "application_fees_returned",
    "disputed",
    "dispute_fees",
    "paid_out",
    "provider_balance",
)
_DISPUTES = frozenset(("dispute", "dispute_reversal"))


def books(world: World) -> Json:
    """Amounts in minor units: `{"accounts": {acct: {"USD": {…}}}, "own": {…}, "platform": {…}}`.

    Of an account, and of the platform's own payments: customer_paid, refunded (less failed
    refunds), stripe_fees, application_fees (gross), application_fees_returned, disputed (withdrawn
    and not reinstated), dispute_fees (not among stripe_fees), paid_out, provider_balance. Of the
    platform: application_fees, application_fees_returned, balance.
    """
    accounts: dict[str, dict[str, dict[str, int]]] = {PLATFORM: {}}
    platform: dict[str, dict[str, int]] = {}
    for transaction in world.of_kind("balance_transaction"):
        owner = world.owner(transaction["id"])
        currency = transaction["currency"].upper()
        if owner == PLATFORM and transaction["type"].startswith("application_fee"):
            _platform_entry(platform.setdefault(currency, defaultdict(int)), transaction)
        else:
            by_currency = accounts.setdefault(owner, {})
            entry = by_currency.setdefault(currency, dict.fromkeys(_COLUMNS, 0))
            _account_entry(entry, transaction)
    return {
        "own": accounts.pop(PLATFORM),
        "accounts": accounts,
        "platform": {code: dict(e) for code, e in platform.items()},
    }


def _platform_entry(entry: dict[str, int], transaction: Json) -> None:
    column = {
        "application_fee": "application_fees",
        "application_fee_refund": "application_fees_returned",
    }[transaction["type"]]
    for name in ("application_fees", "application_fees_returned", "balance"):
        entry[name] += 0
    entry[column] += abs(transaction["amount"])
    entry["balance"] += transaction["net"]


def _account_entry(entry: dict[str, int], transaction: Json) -> None:
    entry["provider_balance"] += transaction["net"]
    if transaction["type"] in {"charge", "payment"}:
        entry["customer_paid"] += transaction["amount"]
    elif transaction["type"] in {"refund", "payment_refund", "refund_failure"}:
        entry["refunded"] -= transaction["amount"]
    elif transaction["type"] == "payout":
        entry["paid_out"] -= transaction["amount"]
    disputed = transaction["reporting_category"] in _DISPUTES
    if disputed:
        entry["disputed"] -= transaction["amount"]
    for detail in transaction["fee_details"]:
        if detail["type"] == "stripe_fee":
            entry["dispute_fees" if disputed else "stripe_fees"] += detail["amount"]
        elif detail["amount"] >= 0:
            entry["application_fees"] += detail["amount"]
        else:
            entry["application_fees_returned"] -= detail["amount"]
