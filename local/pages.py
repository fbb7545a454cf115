"""The pages of `web/` as CloudFront serves them: the same clean addresses, the same headers."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from flask import Flask, Response, send_from_directory
from werkzeug.exceptions import NotFound

from local.paths import ROOT

# The same table as in the template's `PagesRouting`; a test compares them.
_CLEAN: Final = (
    (re.compile(r"/"), "index.html"),
    (re.compile(r"/trainings/[^/]+"), "training.html"),
    (re.compile(r"/registrations/[^/]+(/return)?"), "registration.html"),
    (re.compile(r"/organizer/payment-accounts/[^/]+"), "linking.html"),
)
_ASSET: Final = re.compile(r"/assets/[^.].*")


def file_at(path: str) -> str | None:
    """The file below `web/` that an address shows; None where there is none."""
    for address, name in _CLEAN:
        if address.fullmatch(path):
            return name
    return path.removeprefix("/") if _ASSET.fullmatch(path) else None


def headers() -> dict[str, str]:
    """What `PagesHeaders` of the template adds to every answer."""
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Plain)  # noqa: S506  a safe one
    policy = template["Resources"]["PagesHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    security: Mapping[str, Any] = policy["SecurityHeadersConfig"]
    seconds = security["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
    return {
        "Content-Security-Policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": f"max-age={seconds}",
        **{item["Header"]: item["Value"] for item in policy["CustomHeadersConfig"]["Items"]},
    }


def serve_pages(app: Flask, folder: Path) -> None:
    """Every address that nothing else has taken."""
    added = headers()

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def page(path: str) -> Response:
        name = file_at(f"/{path}")
        if name is None:
            raise NotFound
        answer = send_from_directory(folder, name)
        answer.headers.update(added)
        return answer


class _Plain(yaml.SafeLoader):
    """Reads a template without what its functions stand for."""


_Plain.add_multi_constructor("!", lambda *_: None)
