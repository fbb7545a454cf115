"""EXT-5: pages are private files behind CloudFront, with strict headers, and the API beside them."""

from __future__ import annotations

from typing import Any

import pytest

from local import pages
from local.paths import ROOT
from tests.infrastructure.conftest import Template

PARTS = (
    *("PagesBucket", "PagesBucketPolicy", "PagesAccess", "PagesRouting", "PagesViewer"),
    *("PagesHeaders", "PagesDistribution"),
)


@pytest.fixture(scope="module")
def distribution(written: Template) -> Any:  # noqa: ANN401 - CloudFormation's own tree
    found = written.of_type("AWS::CloudFront::Distribution")
    return found["PagesDistribution"]["DistributionConfig"]


def test_pages_are_served_unless_somebody_turns_them_off(written: Template) -> None:
    assert written.content["Parameters"]["ServePages"]["Default"] == "true"
    assert {written.resources[name]["Condition"] for name in PARTS} == {"ServesPages"}


def test_the_files_are_private_and_our_distribution_alone_reads_them(written: Template) -> None:
    bucket = written.of_type("AWS::S3::Bucket")["PagesBucket"]
    policy = written.of_type("AWS::S3::BucketPolicy")["PagesBucketPolicy"]["PolicyDocument"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    allowed = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    assert [each["Principal"] for each in allowed] == [{"Service": "cloudfront.amazonaws.com"}]
    assert set(allowed[0]["Action"]) == {"s3:GetObject", "s3:ListBucket"}
    assert "AWS:SourceArn" in allowed[0]["Condition"]["StringEquals"]


def test_nothing_but_our_own_may_run_load_or_frame_the_pages_ext_5() -> None:
    policy = pages.headers()["Content-Security-Policy"]
    rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))

    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert {rules[name] for name in ("base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert rules["trusted-types"] == "'none'"
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Strict-Transport-Security", "max-age=63072000"),
    ],
)
def test_every_page_says_so(header: str, value: str) -> None:
    assert pages.headers()[header] == value


def test_the_api_is_below_the_same_address_and_never_cached(distribution: Any) -> None:  # noqa: ANN401 - same
    (api,) = distribution["CacheBehaviors"]

    assert (api["PathPattern"], api["TargetOriginId"]) == ("/v1/*", "api")
    assert api["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
    assert {"POST", "PATCH", "DELETE"} <= set(api["AllowedMethods"])


def test_an_answer_of_the_api_is_never_replaced_by_a_page(distribution: Any) -> None:  # noqa: ANN401 - same
    assert "CustomErrorResponses" not in distribution


def test_the_functions_that_count_by_source_know_our_distribution(
    written: Template,
    distribution: Any,  # noqa: ANN401 - same
) -> None:
    (sent,) = [
        header["HeaderValue"]
        for origin in distribution["Origins"]
        for header in origin.get("OriginCustomHeaders", [])
        if header["HeaderName"] == "x-guichet-edge"
    ]

    functions = written.of_type("AWS::Serverless::Function")
    known = {
        name: functions[name]["Environment"]["Variables"]["EDGE_KEY"]
        for name in (
            *("CheckoutFunction", "OrganizerFunction"),
            *("RefundFunction", "BillingFunction"),
        )
    }

    assert list(known.values()) == [{"Fn::If": ["ServesPages", sent, ""]}] * 4


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "index.html"),
        ("/trainings/trn_1", "training.html"),
        ("/registrations/reg_1_2", "registration.html"),
        ("/registrations/reg_1_2/return", "registration.html"),
        ("/assets/page.css", "assets/page.css"),
        ("/assets/texts/fr.json", "assets/texts/fr.json"),
        ("/training.html", None),
        ("/trainings/", None),
        ("/trainings/trn_1/more", None),
        ("/assets/.hidden", None),
        ("/wp-login.php", None),
    ],
)
def test_an_address_shows_its_file(path: str, name: str | None) -> None:
    found = pages.file_at(path)

    assert found == name
    assert found is None or (ROOT / "web" / found).is_file()
