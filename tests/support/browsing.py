"""A person with a browser in front of the pages: what they do, and what must hold wherever they are."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    ViewportSize,
    expect,
)

from guichet.languages import LANGUAGES
from local.paths import ROOT
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import Browser as Holder

PATIENCE_MS = 30_000  # a first answer on a busy machine, with whatever starts for it
expect.set_options(timeout=PATIENCE_MS)
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
NARROWEST: Final[ViewportSize] = {
    "width": 320,
    "height": 256,
}  # what 1280 × 1024 are at 400 % (WCAG 1.4.10)

_AXE = Axe()


@cache
def _texts(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOT / f"web/assets/texts/{language}.json").read_text())
    return found


def say(language: str, key: str, **values: str) -> str:
    """What the pages say, with their placeholders filled."""
    return _texts(language)[key].format(**values)


def browser_of(chromium: Browser, stack: DeployedStack, locale: str) -> BrowserContext:
    """The browser of somebody in Paris with a phone, who speaks this language."""
    context = chromium.new_context(
        base_url=stack.url,
        locale=locale,
        timezone_id="Europe/Paris",
        viewport=PHONE,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


@dataclass
class Visitor:
    """One window on one device. What goes wrong unseen is noted in `troubles`."""

    stack: DeployedStack
    page: Page
    troubles: list[str] = field(default_factory=list)

    @classmethod
    def arriving(cls, stack: DeployedStack, browser: BrowserContext) -> Visitor:
        """A new window: what one remembers is its own."""
        return cls(stack, browser.new_page()).watched()

    def another_tab(self) -> Visitor:
        """Another window of the same browser; it remembers nothing of this one."""
        return Visitor(self.stack, self.page.context.new_page(), self.troubles).watched()

    def watched(self) -> Visitor:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        self.page.on("request", self._asked)
        return self

    def _heard(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource")
        path = urlsplit(message.location["url"]).path
        if refused and path.startswith(("/v1/", "/_stripe/", "/_paypal/", "/favicon.ico")):
            return  # the browser's note of a refusal that the page deals with, or is not ours
        if message.type in {"error", "warning"}:
            self.troubles.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        here = urlsplit(self.stack.url)
        asked = urlsplit(request.url)
        if asked.scheme in {"http", "https"} and asked.netloc != here.netloc:
            self.troubles.append(f"third party: {request.url}")

    # -- going somewhere ----------------------------------------------------------------

    def visit_training(self, training_id: str, query: str = "") -> None:
        self.page.goto(f"/trainings/{training_id}{query}")
        expect(self.page.locator("h1:visible").first).to_be_visible()

    def visit_registration(self, holder: Holder, query: str = "") -> None:
        """Follow the link of the mail."""
        self.page.goto(f"/registrations/{holder.registration_id}{query}#{holder.token}")
        expect(self.page.locator("h1:visible").first).to_be_visible()

    # -- the training's page ------------------------------------------------------------

    def fill_details(self, email: str | None = None) -> str:
        address = email or f"ada.{secrets.token_hex(6)}@example.org"
        self.page.fill("#name", "Ada Lovelace")
        self.page.fill("#email", address)
        return address

    def submit(self) -> None:
        """Press the page's one main button."""
        self.page.locator(".main:visible").click()

    def register(self, training_id: str, query: str = "") -> str:
        """From the training's page to the choice of how to pay; answers the e-mail address."""
        self.visit_training(training_id, query)
        address = self.fill_details()
        self.submit()
        self.see("pay")
        return address

    # -- the registration's page --------------------------------------------------------

    def choose(self, method: str) -> None:
        self.page.check(f"input[value='{method}']")
        self.submit()

    def pay_with(self, method: str) -> None:
        """Choose, and go on to the provider's page."""
        self.choose(method)
        self.page.wait_for_url(lambda url: "/registrations/" not in url)

    def press(self, act: str) -> None:
        """A button of a provider's page."""
        self.page.click(f"button[value='{act}']")

    # -- what is seen -------------------------------------------------------------------

    def section(self, state: str) -> Locator:
        return self.page.locator(f"[data-state='{state}']")

    def see(self, state: str) -> Locator:
        """Wait until the page is in this state, and look at all that must hold in every state."""
        section = self.section(state)
        expect(section).to_be_visible(timeout=PATIENCE_MS)
        self.inspect(state)
        return section

    def inspect(self, state: str) -> None:
        """One heading, the language said, nothing beside the screen, no violation that axe knows.

        It takes its time: each state is looked at once a run, whichever worker is there first.
        """
        page = self.page
        is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        looked_at = self.stack.folder / f"looked at {state}, {'dark' if is_dark else 'light'}"
        if looked_at.exists():
            return
        looked_at.touch()
        expect(page.locator("h1:visible")).to_have_count(1)
        assert self.language in LANGUAGES
        for size in (NARROWEST, PHONE):
            page.set_viewport_size(size)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{page.url} is {width} px wide at {size['width']}"
        found = _AXE.run(page).response["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]

    @property
    def language(self) -> str:
        return str(self.page.evaluate("document.documentElement.lang"))

    def text(self) -> str:
        return self.page.locator("main").inner_text()
