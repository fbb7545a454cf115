"""What a person at the local stack may see and do: mail, documents, books, the clock (`/_local`)."""

import json
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request

from guichet.ledger.postings import Posting, balances
from local.clock import LocalClock
from local.customers import ADDRESSES
from local.deployment import Deployment
from local.pages import serve_pages
from local.seed import ORGANIZERS, parts_of
from local.simulators.paypal import PayPalSimulator
from local.simulators.stripe import StripeSimulator


def create_desk(
    deployment: Deployment,
    clock: LocalClock,
    stripe: StripeSimulator,
    paypal: PayPalSimulator,
    pages: Path,
) -> Flask:
    """A WSGI app with `/_local/…`, and the pages of the folder below `/`."""
    app = Flask(__name__, static_folder=None)
    serve_pages(app, pages)
    _serve_documents(app, deployment)

    @app.get("/_local/mail")
    def mail() -> Response:
        """All mails sent, oldest first; `?to=` picks one person's."""
        wanted = request.args.get("to")
        sent = sent_mails(deployment)
        return jsonify([each for each in sent if wanted is None or wanted in each["To"]])

    @app.get("/_local/books")
    def books() -> Response:
        """Our books and the providers' own, to be compared by anybody."""
        theirs = {"stripe": stripe.books(), "paypal": paypal.books()}
        return jsonify({"guichet": _our_books(deployment), **theirs})

    @app.get("/_local/clock")
    def read_clock() -> Response:
        return _clock_answer(clock)

    @app.post("/_local/clock")
    def move_clock() -> tuple[Response, int] | Response:
        """Move by `advance_seconds` or to `now`, do what is due, answer when all is done."""
        wish = request.get_json(silent=True)
        if not isinstance(wish, dict) or len(wish.keys() & {"advance_seconds", "now"}) != 1:
            return jsonify({"detail": "one of advance_seconds and now is needed"}), 400
        try:
            if "now" in wish:
                clock.move_to(datetime.fromisoformat(wish["now"]))
            else:
                clock.move_by(int(wish["advance_seconds"]))
        except (TypeError, ValueError) as error:
            return jsonify({"detail": str(error)}), 400
        return _clock_answer(clock)

    return app


def sent_mails(deployment: Deployment) -> list[dict[str, Any]]:
    """Every mail that the emulator has accepted, oldest first."""
    address = f"{deployment.endpoint_url}/_ministack/ses/messages"
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  our own emulator
        accounts = json.load(answer)["messages"]
    mails = [each for messages in accounts.values() for each in messages]
    return sorted(mails, key=lambda each: float(each["Timestamp"]))


def _our_books(deployment: Deployment) -> dict[str, dict[str, dict[str, int]]]:
    """Balances in minor units by book, currency and ledger account.

    A book is an organizer's, or a selling entity's: there, of what the seeded accounts were billed.
    """
    history = parts_of(deployment).history
    moved: dict[str, list[Posting]] = {each.account_id: [] for each in ORGANIZERS}
    for account_id in dict.fromkeys((*moved, *ADDRESSES)):
        for entry in history.entries_of(account_id):
            moved.setdefault(entry.book or account_id, []).extend(entry.postings)
    books: dict[str, dict[str, dict[str, int]]] = {}
    for name, postings in moved.items():
        book = books.setdefault(name, {})
        for (account, currency), amount_minor in balances(postings).items():
            book.setdefault(currency, {})[account] = amount_minor
    return books


def _clock_answer(clock: LocalClock) -> Response:
    now = clock.now().isoformat(timespec="seconds")
    return jsonify({"now": now, "offset_seconds": clock.offset_seconds})


def _serve_documents(app: Flask, deployment: Deployment) -> None:
    objects = deployment.client("s3")
    bucket = deployment.outputs["DocumentsBucketName"]

    @app.get("/_local/documents")
    def documents() -> Response:
        listed = objects.list_objects_v2(Bucket=bucket, MaxKeys=1000).get("Contents", [])
        return jsonify([{"key": each["Key"], "size_bytes": each["Size"]} for each in listed])

    @app.get("/_local/documents/<path:key>")
    def document(key: str) -> tuple[Response, int] | Response:
        try:
            found = objects.get_object(Bucket=bucket, Key=key)
        except objects.exceptions.NoSuchKey:
            return jsonify({"detail": f"there is no document {key}"}), 404
        return Response(found["Body"].read(), content_type=found["ContentType"])
