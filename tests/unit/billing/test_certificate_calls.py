"""TAX-4: a certificate is uploaded, submitted, judged, in force for its days, and seen throughout."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from guichet.taxpayer.ports import MOST_BYTES, Uploaded
from tests.support.billing_access import certificate_wanted
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written
from tests.support.uploaded_files import jpeg, pdf, png
from tests.support.verified import assert_verified
from tests.support.world import ACCOUNT, World

type Call = Callable[..., Came]
type Upload = Callable[..., str]

CERTIFICATES = "/v1/tax-certificates"
SCRIPT = pdf(b"<< /S /JavaScript /JS (x) >>", catalog=b"/OpenAction 5 0 R")


def mails(world: World) -> list[str]:
    world.settle_down()
    return [each for each in world.mails() if "certificate" in each]


def test_a_form_is_answered_that_takes_one_file_of_one_type_tax_4(call: Call) -> None:
    asked = call("POST", f"{CERTIFICATES}/uploads", key="a", body={"media_type": "image/png"})
    again = call("POST", f"{CERTIFICATES}/uploads", key="a", body={"media_type": "image/png"})
    other = call("POST", f"{CERTIFICATES}/uploads", key="b", body={"media_type": "image/png"})

    assert asked.status == 201
    assert asked.body["fields"]["Content-Type"] == "image/png"
    assert asked.body["expires_at"] == "2026-11-22T09:15:00Z"
    assert asked.headers["x-content-type-options"] == "nosniff"
    assert again.body == asked.body
    assert other.body["upload_id"] != asked.body["upload_id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"media_type": "text/html"}, "file_type_not_taken", id="a page"),
        pytest.param({"media_type": "image/svg+xml"}, "file_type_not_taken", id="SVG"),
        pytest.param(
            {"media_type": "application/pdf", "size_bytes": 20 * 1024 * 1024},
            "file_too_large",
            id="20 MB",
        ),
        pytest.param(
            {"media_type": "application/pdf", "size_bytes": MOST_BYTES + 1},
            "file_too_large",
            id="a byte too many",
        ),
        pytest.param({"media_type": "image/png", "size_bytes": 0}, "too_small", id="nothing"),
        pytest.param({}, "required", id="of no type"),
    ],
)
def test_what_will_not_be_taken_gets_no_form_tax_4(
    call: Call, body: dict[str, Any], code: str
) -> None:
    answer = call("POST", f"{CERTIFICATES}/uploads", body=body)

    assert (answer.status, answer.code) == (422, code)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(pdf(), "application/pdf"), (png(), "image/png"), (jpeg(), "image/jpeg")],
)
def test_what_was_uploaded_is_submitted_and_kept_byte_by_byte_tax_4(
    world: World, call: Call, upload: Upload, content: bytes, media_type: str
) -> None:
    body = certificate_wanted(upload(content, media_type))

    answer = call("POST", CERTIFICATES, body=body)

    assert answer.status == 201
    shown = answer.body
    assert answer.headers["location"] == f"{CERTIFICATES}/{shown['certificate_id']}"
    assert (shown["status"], shown["counts_from"]) == ("submitted", None)
    assert (shown["country"], shown["region"], shown["reason"]) == ("US", "AL", "Resale")
    sha256 = hashlib.sha256(content).hexdigest()
    assert shown["file"] == {
        "media_type": media_type,
        "size_bytes": len(content),
        "sha256": sha256,
    }
    assert list(world.files.kept.values()) == [content]
    assert call("GET", answer.headers["location"]).body == shown
    assert call("GET", CERTIFICATES).body == {"items": [shown]}
    assert mails(world) == []
    assert_verified(world.dynamo, world.clock.now())


def test_a_repeat_answers_the_same_certificate_also_once_its_upload_is_gone_tax_4(
    world: World, call: Call, upload: Upload
) -> None:
    body = certificate_wanted(upload())
    first = call("POST", CERTIFICATES, key="s", body=body)
    world.files.posted.clear()

    again = call("POST", CERTIFICATES, key="s", body=body)
    other = call("POST", CERTIFICATES, key="s", body=body | {"region": "NY"})

    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.body == first.body
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert len(call("GET", CERTIFICATES).body["items"]) == 1


def test_one_file_may_be_of_several_states_tax_4(call: Call, upload: Upload) -> None:
    body = certificate_wanted(upload())

    found = [
        call("POST", CERTIFICATES, body=body | {"region": state}).status for state in ("AL", "NY")
    ]

    assert found == [201, 201]
    assert len(call("GET", CERTIFICATES).body["items"]) == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"country": "XX"}, "country_unknown", id="no country"),
        pytest.param({"region": ""}, "region_required", id="no state"),
        pytest.param({"region": "ZZ"}, "region_unknown", id="no such state"),
        pytest.param({"country": "FR", "region": "AL"}, "region_unknown", id="not its state"),
        pytest.param({"valid_until": "2025-12-31"}, "dates_reversed", id="ends first"),
        pytest.param(
            {"valid_from": "2025-01-01", "valid_until": "2026-11-21"},
            "certificate_over",
            id="over",
        ),
        pytest.param({"valid_from": "2026-02-30"}, "not_a_day", id="no day"),
        pytest.param({"reason": "  "}, "too_short", id="no reason"),
        pytest.param({"status": "approved"}, "unknown_field", id="approved by itself"),
    ],
)
def test_a_certificate_that_makes_no_sense_is_refused_tax_4(
    world: World, call: Call, upload: Upload, changed: dict[str, str], code: str
) -> None:
    body = certificate_wanted(upload()) | changed

    with nothing_written(world.dynamo):
        answer = call("POST", CERTIFICATES, body=body)

    assert (answer.status, answer.code) == (422, code)
    assert world.files.kept == {}


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        pytest.param(SCRIPT, "application/pdf", "file_active", id="a script in a PDF"),
        pytest.param(b"<html>", "application/pdf", "file_type_not_taken", id="a page"),
        pytest.param(png(), "image/jpeg", "file_type_differs", id="another type"),
        pytest.param(pdf()[:-20], "application/pdf", "file_damaged", id="cut off"),
        pytest.param(png() + b"PK", "image/png", "file_mixed", id="something behind it"),
    ],
)
def test_what_the_file_is_decides_whatever_it_was_uploaded_as_tax_4(
    world: World, call: Call, upload: Upload, *, content: bytes, media_type: str, code: str
) -> None:
    body = certificate_wanted(upload(content, media_type))

    with nothing_written(world.dynamo):
        answer = call("POST", CERTIFICATES, body=body)

    assert (answer.status, answer.code) == (422, code)
    assert answer.body["errors"][0]["pointer"] == "/upload_id"
    assert world.files.kept == {}


def test_20_mb_that_came_past_the_form_are_not_read_tax_4(
    world: World, call: Call, upload: Upload
) -> None:
    upload_id = upload()
    large = Uploaded("application/pdf", pdf() + bytes(20 * 1024 * 1024))
    world.files.posted = dict.fromkeys(world.files.posted, large)

    answer = call("POST", CERTIFICATES, body=certificate_wanted(upload_id))

    assert (answer.status, answer.code) == (422, "file_too_large")


@pytest.mark.parametrize("upload_id", ["upl_0", "../kept/x", "", "upl_#", "cer_0", "u" * 64])
def test_an_upload_that_is_not_there_is_missing_tax_4(
    world: World, call: Call, upload_id: str
) -> None:
    with nothing_written(world.dynamo):
        answer = call("POST", CERTIFICATES, body=certificate_wanted(upload_id))

    assert (answer.status, answer.code) == (409, "upload_missing")


def test_an_upload_that_has_vanished_is_missing_tax_4(
    world: World, call: Call, upload: Upload
) -> None:
    upload_id = upload()
    world.files.posted.clear()

    answer = call("POST", CERTIFICATES, body=certificate_wanted(upload_id))

    assert (answer.status, answer.code) == (409, "upload_missing")


def test_another_account_s_upload_is_as_absent_acc_2(call: Call, upload: Upload) -> None:
    theirs = upload(by="foreign")

    answer = call("POST", CERTIFICATES, body=certificate_wanted(theirs))
    own = call("POST", CERTIFICATES, "foreign", body=certificate_wanted(theirs))

    assert (answer.status, answer.code) == (409, "upload_missing")
    assert own.status == 201


def test_a_bucket_that_does_not_answer_leaves_nothing_and_the_same_call_ends_it_tax_4(
    world: World, call: Call, upload: Upload
) -> None:
    body = certificate_wanted(upload())
    world.files.is_out = True
    with nothing_written(world.dynamo):
        away = call("POST", CERTIFICATES, key="s", body=body)
    world.files.is_out = False

    answer = call("POST", CERTIFICATES, key="s", body=body)

    assert (away.status, away.code) == (503, "files_unavailable")
    assert answer.status == 201


def test_so_many_wait_that_no_more_are_taken_tax_4(
    world: World, call: Call, upload: Upload
) -> None:
    upload_id = upload()
    for number in range(60):
        body = certificate_wanted(upload_id) | {"reason": f"Resale {number}"}
        assert call("POST", CERTIFICATES, body=body).status == 201

    with nothing_written(world.dynamo):
        answer = call("POST", CERTIFICATES, body=certificate_wanted(upload_id))

    assert (answer.status, answer.code) == (409, "certificates_waiting")


# -- judged -----------------------------------------------------------------------------------


def test_from_approval_on_it_exempts_within_its_days_and_the_account_is_told_tax_4(
    world: World, call: Call, submit: Upload
) -> None:
    certificate_id = submit()
    taxpayers = world.parts.billing.taxpayers
    before = taxpayers.exemptions_of(ACCOUNT)

    answer = call("POST", f"{CERTIFICATES}/{certificate_id}/approve", "representative")

    assert before == ()
    assert (answer.body["status"], answer.body["counts_from"]) == ("approved", "2026-11-22")
    (exemption,) = taxpayers.exemptions_of(ACCOUNT)
    assert (exemption.country, exemption.region, exemption.reason) == ("US", "AL", "Resale")
    assert exemption.valid_from == date(2026, 11, 22)
    assert exemption.valid_until == date(2027, 12, 31)
    assert call("GET", f"{CERTIFICATES}/{certificate_id}").body == answer.body
    assert mails(world) == ["billing_certificate_approved"]
    (taken,) = [each for each in world.mailer.taken if "certificate" in each.message_key]
    assert taken.to == "office@atelier.example"
    assert f"/billing/tax-certificates/{certificate_id}" in taken.mail.text
    assert_verified(world.dynamo, world.clock.now())


def test_a_refusal_says_why_to_the_account_and_not_to_the_journal_tax_4(
    world: World, call: Call, submit: Upload
) -> None:
    certificate_id = submit()

    answer = call(
        "POST",
        f"{CERTIFICATES}/{certificate_id}/refuse",
        "representative",
        body={"reason": "It is of Bob's company."},
    )

    assert (answer.body["status"], answer.body["refusal"]) == (
        "refused",
        "It is of Bob's company.",
    )
    assert world.parts.billing.taxpayers.exemptions_of(ACCOUNT) == ()
    assert mails(world) == ["billing_certificate_refused"]
    assert "It is of Bob's company." in world.mailer.taken[-1].mail.text
    assert "Bob" not in str(world.dynamo.items("journal"))
    assert_verified(world.dynamo, world.clock.now())


def test_what_was_approved_can_be_found_wrong_and_exempts_no_more_tax_4(
    world: World, call: Call, submit: Upload
) -> None:
    path = f"{CERTIFICATES}/{submit()}"
    call("POST", f"{path}/approve", "representative")

    answer = call("POST", f"{path}/refuse", "representative", body={"reason": "Revoked."})

    assert answer.body["status"] == "refused"
    assert world.parts.billing.taxpayers.exemptions_of(ACCOUNT) == ()
    # Of the approval nobody is told that was taken back before its mail was written.
    assert mails(world) == ["billing_certificate_refused"]


@pytest.mark.parametrize("first", ["approve", "refuse"])
def test_who_judges_twice_is_refused_and_who_repeats_is_not_tax_4(
    world: World, call: Call, submit: Upload, first: str
) -> None:
    path = f"{CERTIFICATES}/{submit()}"
    body = {"reason": "Not signed."} if first == "refuse" else None
    judged = call("POST", f"{path}/{first}", "representative", key="j", body=body)
    world.settle_down()

    again = call("POST", f"{path}/{first}", "representative", key="j", body=body)
    with nothing_written(world.dynamo):
        twice = call("POST", f"{path}/{first}", "representative", body=body)

    assert again.body == judged.body
    assert again.headers["idempotency-replayed"] == "true"
    status = judged.body["status"]
    assert (twice.status, twice.code) == (409, f"certificate_{status}")
    assert mails(world) == [f"billing_certificate_{status}"]


def test_a_refused_one_is_never_approved_tax_4(call: Call, submit: Upload) -> None:
    path = f"{CERTIFICATES}/{submit()}"
    call("POST", f"{path}/refuse", "representative", body={"reason": "No."})

    answer = call("POST", f"{path}/approve", "representative")

    assert (answer.status, answer.code) == (409, "certificate_refused")


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_refusal_without_a_word_is_none_tax_4(
    world: World, call: Call, submit: Upload, reason: str | None
) -> None:
    path = f"{CERTIFICATES}/{submit()}"

    with nothing_written(world.dynamo):
        answer = call("POST", f"{path}/refuse", "representative", body={"reason": reason})

    assert answer.status == 422


# -- time -------------------------------------------------------------------------------------


def test_it_expires_once_its_last_day_is_over_everywhere_and_still_exempts_that_day_tax_4(
    world: World, call: Call, submit: Upload
) -> None:
    certificate_id = submit(valid_until="2026-11-25")
    call("POST", f"{CERTIFICATES}/{certificate_id}/approve", "representative")
    path = f"{CERTIFICATES}/{certificate_id}"
    mails(world)

    world.clock.at = world.clock.at.replace(day=26, hour=11, minute=59)
    world.settle_down()
    early = call("GET", path).body["status"]
    world.clock.at = world.clock.at.replace(hour=12, minute=0)
    told = mails(world)

    assert early == "approved"
    assert call("GET", path).body["status"] == "expired"
    assert told == ["billing_certificate_approved", "billing_certificate_expired"]
    (exemption,) = world.parts.billing.taxpayers.exemptions_of(ACCOUNT)
    assert exemption.covers("US", "AL", date(2026, 11, 25))
    assert not exemption.covers("US", "AL", date(2026, 11, 26))
    refused = call("POST", f"{path}/approve", "representative")
    assert (refused.status, refused.code) == (409, "certificate_over")
    assert_verified(world.dynamo, world.clock.now())


def test_one_that_nobody_judged_runs_out_too_and_cannot_be_approved_before_tax_4(
    world: World, call: Call, submit: Upload
) -> None:
    certificate_id = submit(valid_until="2026-11-25")
    path = f"{CERTIFICATES}/{certificate_id}"

    world.clock.at = world.clock.at.replace(day=26, hour=9)
    late = call("POST", f"{path}/approve", "representative")
    world.clock.at = world.clock.at.replace(hour=12)
    told = mails(world)

    assert (late.status, late.code) == (409, "certificate_over")
    assert call("GET", path).body["status"] == "expired"
    assert told == ["billing_certificate_expired"]
    assert world.parts.billing.taxpayers.exemptions_of(ACCOUNT) == ()


# -- the file ---------------------------------------------------------------------------------


def test_the_file_is_fetched_by_a_link_that_ends_soon_tax_4(
    call: Call, submit: Upload, world: World
) -> None:
    certificate_id = submit()

    answer = call("GET", f"{CERTIFICATES}/{certificate_id}/file", "auditor")

    assert answer.status == 200
    assert answer.body["expires_at"] == "2026-11-22T09:02:00Z"
    (kept,) = world.files.kept
    assert kept in answer.body["url"]
