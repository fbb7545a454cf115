"""Who buys from the operator in a fresh local stack, and the operator's own people who serve them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from guichet.access.addresses import Address
from guichet.access.membership import AccountKind, Representative
from guichet.access.use_cases.add_member import AddMember, add_member
from guichet.access.use_cases.add_operator_member import AddOperatorMember, add_operator_member
from guichet.access.use_cases.create_account import CreateAccount, create_account
from guichet.bootstrap import Container
from guichet.errors import Conflict
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Cause
from local.identity import SignIn

SEED: Final = Actor(ActorKind.OPERATOR, "seed", "local stack")


@dataclass(frozen=True)
class Member:
    """A person with a login; role and grants as `guichet member add` takes them."""

    email: str
    name: str
    role: str
    billing: tuple[str, ...] = ()


# They act for the account that each of their calls names.
OPERATORS: Final = (
    Member("rita@operator.example", "Rita Rossi", "representative"),
    Member("audrey@operator.example", "Audrey Adler", "auditor"),
)

CORPORATE: Final = "acc_corporate"
CORPORATE_MEMBERS: Final = (Member("owner@corporate.example", "Carla Costa", "owner"),)

# Where bills go; it decides who sells, in which currencies.
ADDRESSES: Final = {
    "acc_atelier": Address(
        line1="350 Fifth Avenue", city="New York", country="US", region="NY", postal_code="10118"
    ),
    "acc_studio": Address(
        line1="12 rue de la République", city="Marseille", country="FR", postal_code="13001"
    ),
    CORPORATE: Address(
        line1="1 Market Street",
        city="San Francisco",
        country="US",
        region="CA",
        postal_code="94105",
    ),
}


def seed_customers(parts: Container, sign_ins: Mapping[str, SignIn]) -> None:
    """A corporate account, the operator's people, and the billing address of every account."""
    people, clock = parts.people, parts.clock
    with unless_there("account_exists"):
        create_account(_corporate(), people=people, clock=clock)
    for member in CORPORATE_MEMBERS:
        with unless_there("member_exists"):
            command = membership(CORPORATE, member, sign_ins[member.email])
            add_member(command, people=people, clock=clock)
    for person in OPERATORS:
        with unless_there("member_exists"):
            add_operator_member(
                _operator(person, sign_ins[person.email]), people=people, clock=clock
            )
    for account_id, address in ADDRESSES.items():
        _send_bills_to(parts, account_id, address)


def membership(account_id: str, member: Member, sign_in: SignIn) -> AddMember:
    return AddMember(
        account_id=account_id,
        issuer=sign_in.issuer,
        subject=sign_in.subject,
        email=member.email,
        name=member.name,
        roles=(member.role,),
        actor=SEED,
        billing=member.billing,
    )


@contextmanager
def unless_there(code: str) -> Iterator[None]:
    """Do it, or leave as it is what is there from before."""
    try:
        yield
    except Conflict as refusal:
        if refusal.code != code:
            raise


def _corporate() -> CreateAccount:
    return CreateAccount(
        account_id=CORPORATE,
        legal_name="Corporate Costa Inc.",
        email="billing@corporate.example",
        tax_note="",
        time_zone="America/Los_Angeles",
        language="en",
        actor=SEED,
        kind=AccountKind.CORPORATE,
        representative=Representative(OPERATORS[0].name, OPERATORS[0].email),
    )


def _operator(person: Member, sign_in: SignIn) -> AddOperatorMember:
    return AddOperatorMember(
        issuer=sign_in.issuer,
        subject=sign_in.subject,
        email=person.email,
        name=person.name,
        role=person.role,
        actor=SEED,
    )


def _send_bills_to(parts: Container, account_id: str, address: Address) -> None:
    """Unless somebody has said where."""
    account = parts.profiles.account(account_id)
    if account is None:
        raise LookupError(account_id)
    profile = parts.profiles.profile(account)
    if profile.billing_address is not None:
        return
    after = replace(profile, billing_address=address, version=profile.version + 1)
    parts.profiles.save_profile(Cause(SEED, "update_profile", parts.clock.now()), profile, after)
