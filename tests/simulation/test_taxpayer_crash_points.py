"""Every call around a VAT number and a certificate is once the last one of its process (TAX-3, TAX-4).

Who asked asks again with the same key; upkeep begins anew a minute later. At the end everything is
as if nothing had happened: one certificate, one mail of each kind, one confirmation of the number.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from guichet.access.addresses import Address
from guichet.access.membership import OPERATOR, Member, Role
from guichet.access.use_cases.update_profile import UpdateProfile, update_profile
from guichet.bootstrap import Container
from guichet.events import Actor, ActorKind
from guichet.tax.certificate import CertificateStatus
from guichet.tax.subject import VatStanding
from guichet.taxpayer.certificates import Certificates, Judgement
from guichet.taxpayer.ports import Uploaded
from guichet.taxpayer.standing import standing_for
from guichet.taxpayer.use_cases.approve_certificate import approve_certificate
from guichet.taxpayer.use_cases.submit_certificate import SubmitCertificate, submit_certificate
from tests.simulation.kills import Calls, KillingDynamo, KillingHttp, KillPoint, kill_points
from tests.simulation.kills import Killed as ProcessIsGone
from tests.support.profiles import PARIS
from tests.support.uploaded_files import pdf
from tests.support.verified import assert_verified
from tests.support.world import ACCOUNT, World

NUMBER = "FR61954506077"
ACTOR = Actor(ActorKind.MEMBER, "mem_olga", "203.0.113.9")
LAST_DAY = date(2026, 11, 25)


class Story:
    """An account enters a number and submits a certificate, which is approved and runs out."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.world = World()
        self.owner = self.world.member("olga", Role.OWNER)
        rep = self.world.member("rita", Role.REPRESENTATIVE, account_id=OPERATOR)
        self.representative: Member = rep.acting_for(ACCOUNT)
        self.world.files.posted[f"{ACCOUNT}/upl_1"] = Uploaded("application/pdf", pdf())

    def play(self) -> None:
        certificate_id = self._asked(self._submitted)
        self._asked(self._entered)
        self._background()
        self._asked(lambda parts: self._approved(parts, str(certificate_id)))
        self._background()
        self.world.clock.at = datetime(2026, 11, 26, 12, tzinfo=UTC)
        self._background()

    def _asked[T](self, ask: Callable[[Container], T]) -> T:
        """A person asks until they have an answer."""
        try:
            return ask(self._process())
        except ProcessIsGone:
            self.calls.is_dead, self.calls.kill = False, None
            return ask(self._process())

    def _background(self) -> None:
        """Messages and what is due; a worker that is gone is replaced, its message comes again."""
        world = self.world
        for _ in range(3):
            world.relay()
            waiting = list(world.deliver_queue)
            try:
                world.deliver(self._process())
                world.upkeep(self._process())
            except ProcessIsGone:
                self.calls.is_dead, self.calls.kill = False, None
                world.deliver_queue.extendleft(reversed(waiting))
            world.clock.advance(minutes=3)  # claims of the dead run out
        world.settle_down()

    def _process(self) -> Container:
        world = self.world
        dynamo = KillingDynamo(world.dynamo, self.calls)
        return world.container(dynamo, KillingHttp(world.http, self.calls))

    def _entered(self, parts: Container) -> object:
        values = {"vat_number": NUMBER, "billing_address": Address(**PARIS)}
        command = UpdateProfile(values, None, self.owner, "enter", ACTOR)
        return update_profile(command, profiles=parts.profiles, clock=parts.clock)

    def _submitted(self, parts: Container) -> str:
        command = SubmitCertificate(
            "upl_1",
            *("US", "AL", date(2026, 1, 1), LAST_DAY, "Resale", self.owner, "submit", ACTOR),
        )
        reply = submit_certificate(command, certificates=self._certificates(parts))
        return reply.value.certificate_id

    def _approved(self, parts: Container, certificate_id: str) -> object:
        judgement = Judgement(certificate_id, self.representative, "approve", ACTOR)
        return approve_certificate(judgement, certificates=self._certificates(parts))

    @staticmethod
    def _certificates(parts: Container) -> Certificates:
        return parts.billing.certificates

    def assert_well(self) -> None:
        world, taxpayers = self.world, self.world.parts.billing.taxpayers
        (certificate,) = taxpayers.certificates_of(ACCOUNT)
        assert certificate.status is CertificateStatus.EXPIRED
        (exemption,) = taxpayers.exemptions_of(ACCOUNT)
        assert exemption.covers("US", "AL", LAST_DAY)
        assert set(world.files.kept.values()) == {pdf()}
        assert len(world.files.kept) == 1
        kinds = [each for each in world.mails() if "certificate" in each]
        # A worker that dies right after the mail service's yes sends the mail once more (REG-13).
        assert list(dict.fromkeys(kinds)) == [
            "billing_certificate_approved",
            "billing_certificate_expired",
        ]
        assert len(kinds) <= 3
        found = standing_for(
            taxpayers.profile(ACCOUNT),
            LAST_DAY + timedelta(days=1),
            records=taxpayers,
            register=None,
            policy=world.parts.billing.vat_policy,
            clock=world.clock,
        )
        assert found is VatStanding.VALID
        events = [event.name for entry in world.journal() for event in entry.events]
        assert events.count("vat_number.confirmed") == 1
        assert events.count("tax_certificate.approved") == 1
        assert events.count("tax_certificate.expired") == 1
        assert_verified(world.dynamo, world.clock.now())


def points() -> list[KillPoint]:
    calls = Calls()
    story = Story(calls)
    story.play()
    story.assert_well()
    return list(kill_points(calls.made))


def test_a_process_may_die_at_any_call_tax_3_tax_4() -> None:
    struck = points()

    for point in struck:
        story = Story(Calls(point))
        try:
            story.play()
            assert story.calls.kill is None, "it was never struck"
            story.assert_well()
        except AssertionError as error:
            made = story.calls.made[max(0, point.n - 3) : point.n + 2]
            error.add_note(f"{point} near {[f'{each.name} {each.detail}' for each in made]}")
            raise

    assert len(struck) > 60


@pytest.mark.parametrize("state", ["FR"])
def test_the_register_may_be_out_throughout_tax_3(state: str) -> None:
    story = Story(Calls())
    story.world.vies.take_out(state, "NO_ANSWER")

    story.play()
    story.world.vies.bring_back(state)
    story.world.clock.advance(hours=1)
    story.world.settle_down()

    story.assert_well()
