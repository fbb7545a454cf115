"""Whose key signs PayPal's events: the certificate a delivery names, fetched, judged, kept (EXT-2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guichet.adapters.http import Http, HttpRequest, NoAnswerError
from guichet.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

# `cryptography` is imported where it is used: Stripe's road shares the function and needs none of it.

# A certificate that bears none of these signs nothing here, whoever vouches for it.
SIGNERS: Final = (
    "messageverificationcerts.paypal.com",
    "messageverificationcerts.sandbox.paypal.com",
)

UNTRUSTED: Final = (
    "certificate_untrusted"  # PayPal serves what our anchors don't know: for a person
)

_PATH: Final = re.compile(r"/v1/notifications/certs/CERT-[0-9a-f-]{1,100}", re.ASCII)
_TIMEOUT_SECONDS: Final = 2.0  # PayPal repeats a delivery, but waits for none for long
_MOST_BYTES: Final = 64 * 1024
_MOST_CERTIFICATES: Final = 6
_MOST_KEPT: Final = 8  # two live ones are to be expected while PayPal changes them

_SHIPPED: Final = Path(__file__).parents[2] / "data" / "paypal_roots.pem"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that PayPal signs with, good while its certificate is."""

    key: RSAPublicKey
    not_before: datetime
    not_after: datetime

    def is_valid(self, now: datetime) -> bool:
        return self.not_before <= now <= self.not_after

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether it made this RSA PKCS #1 v1.5 signature over SHA-256 of the message."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - PayPal's road only
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 - same
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - same

        try:
            self.key.verify(signature, message, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


class Certificates:
    """Answers who signs by the address of a certificate; each is fetched once while it is valid.

    Args:
        http: how the certificate is fetched.
        hosts: an exact host name, asked by https on its own port; an entry with a scheme is what
            the address has before its path, for sandboxes and simulators elsewhere.
        trust_anchors: PEM texts; none: those that are shipped.
    """

    def __init__(
        self,
        http: Http,
        *,
        hosts: Sequence[str],
        trust_anchors: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._http = http
        self._prefixes = tuple(
            each if "://" in each else f"https://{each}" for each in hosts if each
        )
        self._trust_anchors = trust_anchors
        self._kept: dict[str, Signer] = {}

    def signer(self, url: str, now: datetime) -> Signer:
        """Who signs with the certificate at this address.

        Raises:
            Invalid: `certificate_url_refused`; `certificate_invalid` (whose, or when);
                `certificate_untrusted` (nobody that we trust vouches for it).
            Unavailable: `certificate_unavailable`: no certificate came from there.
        """
        kept = self._kept.get(url)
        if kept is not None and kept.is_valid(now):
            return kept
        if not self._is_allowed(url):
            raise _refused(
                "certificate_url_refused", "PayPal's certificates are not at this address."
            )
        leaf, others = read_certificates(self._fetched(url))
        signer = read_signer(leaf, now)
        anchors = self._trust_anchors() or (_SHIPPED.read_text(),)
        require_chain(leaf, others, anchors, now)
        # Only what was judged good is kept: nobody pushes PayPal's out with addresses of his own.
        while len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[url] = signer
        return signer

    def _is_allowed(self, url: str) -> bool:
        """Exactly: no user, port, query or fragment can stand between a prefix and a path."""
        return any(
            url.startswith(prefix) and _PATH.fullmatch(url, len(prefix))
            for prefix in self._prefixes
        )

    def _fetched(self, url: str) -> bytes:
        request = HttpRequest("GET", url, timeout_seconds=_TIMEOUT_SECONDS, most_bytes=_MOST_BYTES)
        try:
            response = self._http.send(request)
        except NoAnswerError as error:
            raise _unavailable() from error
        # A redirection is not followed: where it leads to is nobody's rule.
        if response.status != 200 or len(response.body) > _MOST_BYTES:
            raise _unavailable()
        return response.body


def read_certificates(pem: bytes) -> tuple[Certificate, list[Certificate]]:
    """The certificate that bears a signer's name, and those that came with it.

    Raises:
        Unavailable: it is no PEM: now and then PayPal serves a page of its own there.
        Invalid: `certificate_invalid`: none bears the name, or there are too many.
    """
    from cryptography import x509  # noqa: PLC0415 - PayPal's road only

    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise _unavailable() from error
    leaf = next((each for each in found if _name_of(each) is not None), None)
    if leaf is None or len(found) > _MOST_CERTIFICATES:
        raise _refused("certificate_invalid", "The certificate is not PayPal's signer's.")
    return leaf, [each for each in found if each is not leaf]


def read_signer(leaf: Certificate, now: datetime) -> Signer:
    """The key of a certificate, which must be RSA and valid now; who vouches is not asked here.

    Raises:
        Invalid: `certificate_invalid`.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import (  # noqa: PLC0415 - same
        RSAPublicKey,
    )

    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey):
        raise _refused("certificate_invalid", "The certificate's key is no RSA key.")
    signer = Signer(key, leaf.not_valid_before_utc, leaf.not_valid_after_utc)
    if not signer.is_valid(now):
        raise _refused("certificate_invalid", "The certificate is not valid now.")
    return signer


def require_chain(
    leaf: Certificate, others: Sequence[Certificate], anchors: Sequence[str], now: datetime
) -> None:
    """Answer only if one of our anchors vouches for the leaf as a server's certificate.

    Self-signed anchors are trusted. The others help to build the chain, as do those beside the
    leaf: PayPal may serve the leaf alone.

    Raises:
        Invalid: `certificate_untrusted`.
    """
    from cryptography import x509  # noqa: PLC0415 - PayPal's road only
    from cryptography.x509 import verification  # noqa: PLC0415 - same

    name = _name_of(leaf)
    given = [each for pem in anchors for each in x509.load_pem_x509_certificates(pem.encode())]
    roots = [each for each in given if each.issuer == each.subject]
    helping = [each for each in given if each.issuer != each.subject]
    if name is None or not roots:
        raise _untrusted()
    policy = verification.PolicyBuilder().store(verification.Store(roots))
    at = policy.time(now.astimezone(UTC).replace(tzinfo=None))
    verifier = at.build_server_verifier(x509.DNSName(name))
    try:
        verifier.verify(leaf, [*others, *helping])
    except verification.VerificationError as error:
        raise _untrusted() from error


def _name_of(certificate: Certificate) -> str | None:
    """The signer's name among its own, letter by letter: `*.paypal.com` is everybody's there."""
    from cryptography import x509  # noqa: PLC0415 - PayPal's road only

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (
        x509.ExtensionNotFound,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        ValueError,
    ):
        return None
    held = names.value.get_values_for_type(x509.DNSName)
    return next((each for each in SIGNERS if each in held), None)


def _unavailable() -> Unavailable:
    return Unavailable(
        "certificate_unavailable",
        "The certificate can't be fetched now: send it again.",
        rule="EXT-2",
    )


def _untrusted() -> Invalid:
    return _refused(UNTRUSTED, "Nobody that is trusted here vouches for the certificate.")


def _refused(code: str, detail: str) -> Invalid:
    return Invalid(code, detail, rule="EXT-2")
