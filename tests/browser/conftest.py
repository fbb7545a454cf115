"""Chromium in front of the deployed stack, or a reason why not."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from local.paths import ROOT
from tests.infrastructure.conftest import written
from tests.support.browsing import Visitor, browser_of
from tests.support.deployed_stack import DeployedStack, deployed_stack
from tests.support.verified_stack import assert_stack_verified, pytest_runtest_teardown

__all__ = ["deployed_stack", "pytest_runtest_teardown", "written"]

type Arrive = Callable[..., Visitor]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's own Chromium, headless."""
    found = subprocess.run(  # noqa: S603 - our own script
        [ROOT / "local" / "find-chromium"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        pytest.skip(found.stderr.strip())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.stdout.strip(), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _alone(deployed_stack: DeployedStack, request: pytest.FixtureRequest) -> Iterator[None]:
    """One test of the whole stack at a time: some move the clock or break a part."""
    with deployed_stack.one_at_a_time("tests"):
        yield
        assert_stack_verified(deployed_stack, request.node)


@pytest.fixture(scope="session")
def browsers() -> dict[str, BrowserContext]:
    """By language; kept, since a new one takes longer than most tests."""
    return {}


@pytest.fixture
def arrive(
    deployed_stack: DeployedStack, chromium: Browser, browsers: dict[str, BrowserContext]
) -> Iterator[Arrive]:
    """Makes visitors; none may have met a script error, a refused load or a third party (EXT-5)."""
    visitors: list[Visitor] = []

    def arriving(locale: str = "en-US") -> Visitor:
        if locale not in browsers:
            browsers[locale] = browser_of(chromium, deployed_stack, locale)
        visitors.append(Visitor.arriving(deployed_stack, browsers[locale]))
        return visitors[-1]

    yield arriving

    for visitor in visitors:
        for page in visitor.page.context.pages:
            page.close()
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []


@pytest.fixture
def visitor(arrive: Arrive) -> Visitor:
    return arrive()
