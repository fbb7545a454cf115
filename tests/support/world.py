"""The whole system in one process: real use cases and records, providers simulated, mail kept.

Nothing is patched: the store is in memory behind its seam, providers answer through `Http`, and
messages flow from the journal's stream as `relay` sends them.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from guichet.access.membership import Account, BillingGrant, Member, Role
from guichet.adapters.dynamo.expressions import to_wire
from guichet.adapters.dynamo.journal_items import journal_entry
from guichet.adapters.dynamo.seam import Dynamo, Item, Key, TableName
from guichet.adapters.http import Http
from guichet.adapters.mail.render import render
from guichet.bootstrap import Container
from guichet.bootstrap_billing import BillingParts
from guichet.configuration import load_registration_policy
from guichet.entry.invoicing import correct, due_run, plan, vat_messages, work
from guichet.entry.relaying import relayed
from guichet.entry.webhooks import answer_paypal, answer_stripe
from guichet.entry.work import doers, settle_message
from guichet.errors import Refusal
from guichet.events import Actor, ActorKind
from guichet.ids import fingerprint
from guichet.ledger.journal import Cause, Change, JournalEntry
from guichet.ledger.postings import LedgerAccount, balances
from guichet.money import Money
from guichet.payments.account import PaymentAccount
from guichet.payments.method_ports import MethodProvider
from guichet.payments.payment import Payment
from guichet.registration.outbox import DueWork
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import NewSeats
from guichet.registration.registration import Registration
from guichet.registration.training import Approval, OfflineMethod, Training, TrainingStatus
from guichet.registration.use_cases.check_payment import check_payment
from guichet.registration.use_cases.do_due_work import WorkDone, do_due_work
from guichet.registration.use_cases.register import Register, register
from guichet.registration.use_cases.send_mails import send_mails
from guichet.registration.use_cases.start_payment import StartPayment, start_payment
from guichet.replies import Reply
from guichet.settings import Settings
from local.simulators.paypal import PayPalSimulator
from local.simulators.stripe import StripeSimulator
from local.simulators.vies import ViesSimulator
from tests.support.mailer import MemoryMailer
from tests.support.memory_documents import MemoryDocuments
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.memory_files import MemoryCertificateFiles
from tests.support.memory_reports import MemoryReports
from tests.support.method_provider import MethodHouse
from tests.support.providers_http import ProvidersHttp
from tests.support.taxing import LastingTaxes

ACCOUNT = "acc_atelier"
STRIPE_ACCOUNT = "acct_atelier"
WEBHOOK_SECRET = "whsec_test"
PAYPAL_MERCHANT = "ATELIERNORD42"
PAYPAL_URL = "https://paypal.example"
PAYPAL_WEBHOOK_ID = "WHTEST1"
VIES_URL = "https://vies.example/rest-api"
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
REGISTRANT = Actor(ActorKind.REGISTRANT, "registrant", "203.0.113.7")
SYSTEM = Actor(ActorKind.SYSTEM, "test", "test")


class QuietLog:
    """Powertools' logger, as far as the entries use it."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def _keep(self, level: str) -> Callable[..., None]:
        return lambda message, **facts: self.lines.append((level, message, facts))

    def __getattr__(self, level: str) -> Callable[..., None]:
        return self._keep(level)


@dataclass
class TestClock:
    """The clock of everything in this world."""

    __test__ = False  # no test class

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **parts: float) -> None:
        self.at += timedelta(**parts)


@cache
def settings() -> Settings:
    return Settings.from_environment(
        {
            "GUICHET_ENVIRONMENT": "local",
            "PUBLIC_BASE_URL": "https://pay.example",
            "PAYPAL_API_URL": PAYPAL_URL,
            "PAYPAL_CERTIFICATE_HOSTS": PAYPAL_URL,
            "VIES_URL": VIES_URL,
        }
    )


@cache
def _shipped_policy() -> RegistrationPolicy:
    """What each worker reads when it begins: here many begin, one after the other."""
    return load_registration_policy()


@dataclass
class World:
    """One operator, one organizer, simulated providers; PayPal is linked where a test asks for it."""

    clock: TestClock = field(default_factory=TestClock)
    dynamo: MemoryDynamo = field(default_factory=MemoryDynamo)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    log: QuietLog = field(default_factory=QuietLog)
    settle_queue: deque[Mapping[str, str]] = field(default_factory=deque)
    deliver_queue: deque[Mapping[str, str]] = field(default_factory=deque)
    invoice_queue: deque[Mapping[str, str]] = field(default_factory=deque)
    alarms: list[str] = field(default_factory=list)
    store: Dynamo | None = None  # in place of the one in memory, which then stays empty
    reports: MemoryReports = field(default_factory=MemoryReports)
    stores_methods_at_providers: bool = False  # else at ones in memory
    files: MemoryCertificateFiles = field(default_factory=MemoryCertificateFiles)
    vies: ViesSimulator = field(default_factory=ViesSimulator)
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self.stripe = StripeSimulator(self.clock, webhook_secrets=(WEBHOOK_SECRET,))
        self.stripe.add_account(STRIPE_ACCOUNT, email="owner@atelier.example")
        self.paypal = PayPalSimulator(
            self.clock, webhook_ids=(PAYPAL_WEBHOOK_ID,), base_url=PAYPAL_URL
        )
        self.method_house = MethodHouse(self.clock)
        self.parts = self.container()
        self._people()

    def container(
        self,
        dynamo: Dynamo | None = None,
        http: Http | None = None,
        methods: Callable[[str], Mapping[str, MethodProvider]] | None = None,
    ) -> Container:
        """A worker's parts, on this world's store and provider or on wrapped ones."""
        secret = {
            "token_keys": ["k" * 43],
            "stripe_api_keys": ["sk_test_platform"],
            "stripe_webhook_secrets": [WEBHOOK_SECRET],
            "paypal_client_id": "paypal-client",
            "paypal_client_secrets": ["paypal-secret"],
            "paypal_partner_id": "GU2CHETPARTN2",
            "paypal_webhook_ids": [PAYPAL_WEBHOOK_ID],
            "paypal_trust_anchors": [self.paypal.ca_pem],
        }
        parts = Container(
            settings(),
            dynamo=dynamo or self.store or self.dynamo,
            clock=self.clock,
            http=http or self.http,
            secret_text=lambda: json.dumps(secret),
            pause=lambda _: None,
            reports=self.reports,
            methods=methods or self._methods(),
            certificate_files=self.files,
            documents=self.documents,
        )
        parts.policy = _shipped_policy()
        parts.billing = BillingParts(parts, given_taxes=LastingTaxes(parts))
        return parts

    def _methods(self) -> Callable[[str], Mapping[str, MethodProvider]] | None:
        return None if self.stores_methods_at_providers else self.method_house.providers

    @property
    def http(self) -> Http:
        """Both providers and the register of VAT numbers, as a worker reaches them."""
        return ProvidersHttp(self.stripe, self.paypal, self.vies)

    def link_paypal(self, *, takes_cards: bool = True) -> None:
        """The organizer's PayPal account, usable beside the one at Stripe."""
        self.paypal.add_merchant(PAYPAL_MERCHANT, business=takes_cards)
        linked = PaymentAccount(
            account_id=ACCOUNT,
            provider="paypal",
            provider_account_id=PAYPAL_MERCHANT,
            confirmed=True,
            verified=True,
            takes_cards=takes_cards,
        )
        self.parts.people.save_payment_account(self.cause("seed"), None, linked)

    def _people(self) -> None:
        cause = self.cause("seed")
        account = Account(
            account_id=ACCOUNT,
            legal_name="Atelier Nord SARL",
            email="office@atelier.example",
            tax_note="VAT FR00 123 456 789",
            time_zone="Europe/Paris",
            language="fr",
        )
        self.parts.people.add_account(cause, account)
        self.parts.people.save_payment_account(
            cause,
            None,
            PaymentAccount(
                account_id=ACCOUNT,
                provider="stripe",
                provider_account_id=STRIPE_ACCOUNT,
                confirmed=True,
                verified=True,
                takes_cards=True,
            ),
        )

    def cause(self, use_case: str) -> Cause:
        return Cause(SYSTEM, use_case, self.clock.now())

    def member(
        self,
        name: str,
        *roles: Role,
        account_id: str = ACCOUNT,
        billing: tuple[BillingGrant, ...] = (),
    ) -> Member:
        member = Member(
            member_id=f"mem_{name}",
            account_id=account_id,
            issuer="https://issuer.example",
            subject=name,
            email=f"{name}@atelier.example",
            name=name.title(),
            roles=roles or (Role.EVENT_MANAGER,),
            billing=billing,
        )
        self.parts.people.add_member(self.cause("add_member"), member)
        return member

    def training(self, **changed: Any) -> Training:  # noqa: ANN401 - fields of many types
        """An open training at USD 120.00 with two seats, unless changed."""
        values: dict[str, Any] = {
            "training_id": f"trn_{fingerprint(str(next(self._numbers)))}",
            "account_id": ACCOUNT,
            "created_by": "mem_maria",
            "title": "Excel for the office",
            "description": "A day of spreadsheets.",
            "terms": "No refund after the start.",
            "starts_at": START + timedelta(days=30),
            "ends_at": START + timedelta(days=30, hours=7),
            "time_zone": "Europe/Paris",
            "price": Money(12000, "USD"),
            "capacity": 2,
            "provider_payment": True,
            "offline_methods": (OfflineMethod("invoice", "Invoice", "Pay within 7 days."),),
            "offline_deadline_days": 7,
            "approval": Approval.AUTOMATIC,
            "languages": ("en", "fr"),
            "created_at": self.clock.now(),
            "request_hash": "h",
            "status": TrainingStatus.OPEN,
        }
        training = Training(**(values | changed))
        seats = NewSeats(training.training_id, training.capacity)
        self.parts.records.save(self.cause("create_training"), [Change(None, training)], [seats])
        return training

    # -- what a registrant's browser does -------------------------------------------------

    def register(
        self,
        training: Training,
        email: str = "ada@example.org",
        **changed: Any,  # noqa: ANN401 - same
    ) -> Registration:
        return self.register_reply(training, email, **changed).value

    def register_reply(
        self,
        training: Training,
        email: str = "ada@example.org",
        **changed: Any,  # noqa: ANN401 - same
    ) -> Reply[Registration]:
        values: dict[str, Any] = {
            "training_id": training.training_id,
            "name": "Ada Lovelace",
            "email": email,
            "language": "en",
            "discount_code": None,
            "idempotency_key": f"register-{email}",
            "actor": REGISTRANT,
        }
        return register(
            Register(**(values | changed)),
            records=self.parts.records,
            clock=self.clock,
            policy=self.parts.policy,
        )

    def start(
        self,
        registration: Registration,
        key: str = "pay-1",
        parts: Container | None = None,
        *,
        method: str = "stripe",
    ) -> Payment:
        used = parts or self.parts
        command = StartPayment(registration.registration_id, method, key, REGISTRANT)
        return start_payment(command, settling=used.settling, links=used.links).value

    def come_back(self, registration: Registration, parts: Container | None = None) -> Registration:
        used = parts or self.parts
        return check_payment(
            registration.registration_id, REGISTRANT, settling=used.settling, limits=used.limits
        )

    def buy(self, training: Training, email: str = "ada@example.org") -> Registration:
        """Register, pay by card, and let everything settle."""
        registration = self.register(training, email)
        payment = self.start(registration)
        assert payment.session_id is not None
        self.stripe.pay(payment.session_id)
        self.settle_down()
        return self.read(registration)

    # -- what runs by itself ----------------------------------------------------------------

    def deliver_webhooks(self, parts: Container | None = None) -> int:
        """Every webhook that is due, as the gateway would bring it."""
        delivered = 0
        for provider, simulator in (("stripe", self.stripe), ("paypal", self.paypal)):
            for webhook in simulator.take_webhooks():
                delivered += 1
                answer = self.post_webhook(webhook.headers, webhook.body, parts, provider)
                if answer["statusCode"] == 200:
                    simulator.webhook_delivered(webhook.event_id)
                else:
                    simulator.webhook_failed(webhook.event_id)
        return delivered

    def post_webhook(
        self,
        headers: Mapping[str, str],
        body: bytes,
        parts: Container | None = None,
        provider: str = "stripe",
    ) -> dict[str, Any]:
        event = {
            "rawPath": f"/v1/webhooks/{provider}",
            "headers": dict(headers),
            "body": body.decode(),
            "isBase64Encoded": False,
        }
        answer = {"stripe": answer_stripe, "paypal": answer_paypal}[provider]
        return answer(event, parts or self.parts, self.log)

    def relay(self) -> None:
        """The journal's new entries, as the stream brings them."""
        entries, self.dynamo.stream[:] = list(self.dynamo.stream), []
        for entry in entries:
            messages = relayed(to_wire(entry))
            self.settle_queue.extend(messages.settle)
            self.deliver_queue.extend(messages.deliver)
            self.invoice_queue.extend(messages.invoice)
            self.alarms.extend(alarm.reason for alarm in messages.alarms)

    def settle(self, parts: Container | None = None) -> None:
        while self.settle_queue:
            settle_message(self.settle_queue.popleft(), parts or self.parts)

    def invoice(self, parts: Container | None = None) -> int:
        """The scheduled run, and its queue: each series' messages in their order."""
        used = parts or self.parts
        plan(due_run(used), used, self.invoice_queue.extend, lambda: True)
        made = 0
        while self.invoice_queue:
            body = self.invoice_queue.popleft()
            if body["do"] == "plan":
                plan(body["run"], used, self.invoice_queue.extend, lambda: True)
            elif body["do"] == "vat":
                made += self.correct_vat(body, used)
            else:
                made += len(work(body, used).documents)
        return made

    def correct_vat(self, body: Mapping[str, str], used: Container) -> int:
        """As the function does: spread over the series, or those of one corrected."""
        if "entity" in body:
            return len(correct(body, used))
        self.invoice_queue.extend(vat_messages(body, used))
        return 0

    def deliver(self, parts: Container | None = None) -> None:
        while self.deliver_queue:
            self.send(self.deliver_queue.popleft()["effect"], parts)

    def send(self, effect_id: str, parts: Container | None = None) -> None:
        used = parts or self.parts
        send_mails(
            effect_id,
            outbox=used.outbox,
            letters=used.letters,
            render=render,
            mailer=self.mailer,
            clock=self.clock,
        )

    def upkeep(self, parts: Container | None = None) -> WorkDone:
        """One run. What failed is raised, as the function does."""
        used = parts or self.parts

        def pass_on(work: DueWork) -> None:
            self.deliver_queue.append({"effect": work.ids[0]})

        result = do_due_work(
            index=used.outbox, doers=doers(used, pass_on), clock=self.clock, has_time=lambda: True
        )
        if result.failures:
            raise ExceptionGroup("upkeep", list(result.failures))
        return result

    def settle_down(self, rounds: int = 30) -> None:
        """Webhooks, stream, queues and what is due, until nothing moves any more."""
        for _ in range(rounds):
            moved = self.deliver_webhooks()
            self.relay()
            moved += len(self.settle_queue) + len(self.deliver_queue)
            self.settle()
            self.relay()
            self.deliver()
            moved += sum(self.upkeep().done.values()) + self.invoice() + len(self.dynamo.stream)
            moved += len(self.settle_queue) + len(self.deliver_queue)
            if not moved:
                return
        raise AssertionError("the world does not come to rest")

    # -- what tests look at -------------------------------------------------------------------

    def read(self, registration: Registration) -> Registration:
        found = self.parts.records.registration(registration.registration_id)
        assert found is not None
        return found

    def payment(self, registration: Registration) -> Payment:
        fresh = self.read(registration)
        payment_id = fresh.paid_payment_id or fresh.open_payment_id
        assert payment_id is not None
        found = self.parts.records.payment(payment_id)
        assert found is not None
        return found

    def mails(self, to: str | None = None) -> list[str]:
        """The kinds of the mails that were taken, in order."""
        return [
            taken.message_key.rsplit(":", 1)[1]
            for taken in self.mailer.taken
            if to is None or taken.to == to
        ]

    def journal(self) -> list[JournalEntry]:
        return [journal_entry(item) for item in self._journal_items()]

    def _journal_items(self) -> list[Item]:
        """All of the store in memory; of another, what the organizer's index names."""
        if self.store is None:
            return self.dynamo.items("journal")
        found: list[Item] = []
        start: Item | None = None
        while True:
            page = self.store.query("journal", ACCOUNT, index="account", limit=100, start=start)
            keys: list[tuple[TableName, Key]] = [
                ("journal", Key(str(each["pk"]), str(each["sk"]))) for each in page.items
            ]
            found.extend(item for item in self.store.transact_get(keys) if item is not None)
            start = page.next_start
            if start is None:
                return found

    def books(self) -> dict[tuple[LedgerAccount, str], int]:
        """Balances of the organizer's book."""
        postings = [
            posting
            for entry in self.journal()
            if entry.account_id == ACCOUNT
            for posting in entry.postings
        ]
        return balances(postings)

    def assert_books_equal_the_providers(self) -> None:
        """Ours against the simulators' own: balance, customers' money, both fees.

        A fee that the organizer owes us again is ours in our books alone (RFD-6), as is what they
        have as account credit (RFD-4). The provider takes disputed money when it withholds it.
        """
        ours, theirs = Counter(self.books()), self._providers_books()
        for account, currency in list(ours):
            if account is LedgerAccount.DISPUTED:
                ours[LedgerAccount.REGISTRANTS, currency] += ours.pop((account, currency))
        for (account, currency), owed in list(ours.items()):
            if account is LedgerAccount.ORGANIZER_RECEIVABLE:
                theirs[account, currency] += owed
                theirs[LedgerAccount.PLATFORM_FEE, currency] -= owed
        for place, amount in theirs.items():
            assert ours[place] == amount, place
        assert sum(ours.values()) == 0

    def _providers_books(self) -> Counter[tuple[LedgerAccount, str]]:
        at_stripe = self.stripe.books()["accounts"].get(STRIPE_ACCOUNT, {})
        at_paypal = self.paypal.books()["merchants"].get(PAYPAL_MERCHANT, {})
        theirs: Counter[tuple[LedgerAccount, str]] = Counter()
        for currency, book in at_stripe.items():
            _add(theirs, currency, book, fees="stripe_fees", platform="application_fees")
        for currency, book in at_paypal.items():
            _add(theirs, currency, book, fees="paypal_fees", platform="platform_fees")
        return theirs

    def assert_seats_match(self, training: Training) -> None:
        """As many seats are taken as registrations hold one, and never more than there are."""
        registrations = self.parts.records.registrations_of(
            training.training_id, limit=1000, after=None
        ).items
        held = sum(each.has_seat for each in registrations)
        seats = self.parts.records.seats(training.training_id)
        assert seats.taken == held
        assert seats.capacity is None or held <= seats.capacity

    def state(self) -> list[Item]:
        return self.dynamo.items("state")


def _add(
    books: Counter[tuple[LedgerAccount, str]],
    currency: str,
    book: Mapping[str, int],
    *,
    fees: str,
    platform: str,
) -> None:
    books[LedgerAccount.PROVIDER_BALANCE, currency] += book["provider_balance"]
    back = book["refunded"] + book["disputed"]
    books[LedgerAccount.REGISTRANTS, currency] += back - book["customer_paid"]
    books[LedgerAccount.PROVIDER_FEE, currency] += book[fees] + book["dispute_fees"]
    books[LedgerAccount.PLATFORM_FEE, currency] += book[platform] - book[f"{platform}_returned"]


def refusal_of(act: Callable[[], object]) -> Refusal:
    """The refusal that an act ends in; it must refuse."""
    try:
        act()
    except Refusal as refusal:
        return refusal
    raise AssertionError("nothing was refused")
