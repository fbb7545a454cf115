"""The simulator's own books, summed from its postings and nothing else."""

from collections import defaultdict

from local.simulators.paypal.shapes import Json
from local.simulators.paypal.world import World

_COLUMNS = (
    "customer_paid",
    "refunded",
    "paypal_fees",
    "platform_fees",
    "platform_fees_returned",
    "disputed",
    "dispute_fees",
)


def books(world: World) -> Json:
    """Amounts in minor units: `{"merchants": {id: {"USD": {…}}}, "own": {…}, "platform": {…}}`.

    Of a merchant, and of the caller's own payments: customer_paid, refunded (less failed refunds),
    paypal_fees, platform_fees (gross), platform_fees_returned, disputed and dispute_fees (both less
    what came back), provider_balance. Of the platform: platform_fees, platform_fees_returned,
    balance.
    """
    merchants: dict[str, dict[str, dict[str, int]]] = {}
    platform: dict[str, dict[str, int]] = {}
    merchants[world.partner_id] = {}
    for posting in world.state.postings:
        by_currency = merchants.setdefault(posting["merchant"], {})
        entry = by_currency.setdefault(posting["currency"], defaultdict(int))
        for column in _COLUMNS:
            entry[column] += posting.get(column, 0)
        entry["provider_balance"] += (
            posting.get("customer_paid", 0)
            - posting.get("refunded", 0)
            - posting.get("paypal_fees", 0)
            - posting.get("platform_fees", 0)
            + posting.get("platform_fees_returned", 0)
            - posting.get("disputed", 0)
            - posting.get("dispute_fees", 0)
        )
        if posting["merchant"] == world.partner_id:
            continue
        ours = platform.setdefault(posting["currency"], defaultdict(int))
        taken, returned = (posting.get(column, 0) for column in _COLUMNS[3:5])
        ours["platform_fees"] += taken
        ours["platform_fees_returned"] += returned
        ours["balance"] += taken - returned
    own = merchants.pop(world.partner_id)
    return {
        "own": {currency: dict(entry) for currency, entry in own.items()},
        "merchants": {
            merchant: {currency: dict(entry) for currency, entry in by_currency.items()}
            for merchant, by_currency in merchants.items()
        },
        "platform": {currency: dict(entry) for currency, entry in platform.items()},
    }
