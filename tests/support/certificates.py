"""An authority of our own that issues what PayPal's would, and what it never would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SIGNED_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PAYPAL = "messageverificationcerts.paypal.com"

type Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """One for all: making it is slow, and what it is does not matter."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Authority:
    """Issues certificates; itself signed by itself, or by another."""

    name: str
    above: Authority | None = None
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def pem(self) -> str:
        ahead = SIGNED_AT + timedelta(days=3650)
        built = _builder(self.name, self.key, SIGNED_AT - timedelta(days=3650), ahead)
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        built = built.add_extension(_usage(signs_certificates=True), critical=True)
        return _pem(_signed(built, self.above or self))

    def leaf(
        self,
        *names: str,
        not_before: datetime = SIGNED_AT - timedelta(days=30),
        not_after: datetime = SIGNED_AT + timedelta(days=30),
        key: Key | None = None,
        purpose: Any = ExtendedKeyUsageOID.SERVER_AUTH,  # noqa: ANN401 - the library's own
    ) -> str:
        """A server's certificate; with no names, one that has no names."""
        held = key or rsa_key()
        built = _builder(PAYPAL, held, not_before, not_after)
        built = built.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        built = built.add_extension(_usage(signs_certificates=False), critical=True)
        built = built.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if names:
            found = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
            built = built.add_extension(found, critical=False)
        return _pem(_signed(built, self))


def _builder(
    name: str, key: Key, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _signed(builder: x509.CertificateBuilder, by: Authority) -> x509.Certificate:
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
    built = builder.issuer_name(_name(by.name)).add_extension(above, critical=False)
    return built.sign(by.key, hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_encipherment=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
