"""Stripe's view of currencies: decimals, smallest charge, which codes there are."""

from types import MappingProxyType

# docs.stripe.com/currencies: the smallest charge per currency, in minor units.
MINIMUM_CHARGE = MappingProxyType(
    {
        "usd": 50,
        "aud": 50,
        "brl": 50,
        "cad": 50,
        "chf": 50,
        "czk": 1500,
        "dkk": 250,
        "eur": 50,
        "gbp": 30,
        "hkd": 400,
        "huf": 17500,
        "jpy": 50,
        "mxn": 1000,
        "myr": 200,
        "nok": 300,
        "nzd": 50,
        "pln": 200,
        "ron": 200,
        "sek": 300,
        "sgd": 50,
        "thb": 1000,
    }
)
ZERO_DECIMAL = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split()  # noqa: SIM905 - a list of codes reads better as one line
)
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
OTHERS = frozenset(("ils", "inr", "isk", "krw", "twd", "zar"))
KNOWN = frozenset(MINIMUM_CHARGE) | ZERO_DECIMAL | THREE_DECIMAL | OTHERS
MAX_AMOUNT = 99_999_999

BANK_DEBITS = MappingProxyType(
    {
        "usd": "us_bank_account",
        "eur": "sepa_debit",
        "gbp": "bacs_debit",
        "cad": "acss_debit",
        "aud": "au_becs_debit",
        "nzd": "nz_bank_account",
    }
)


def exponent(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def spoken(amount: int, currency: str) -> str:
    """An amount as a page says it: `USD 120.00`, `JPY 1200`."""
    decimals = exponent(currency)
    if not decimals:
        return f"{currency.upper()} {amount}"
    whole, rest = divmod(amount, 10**decimals)
    return f"{currency.upper()} {whole}.{rest:0{decimals}d}"
