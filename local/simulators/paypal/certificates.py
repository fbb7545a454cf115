"""The simulator's own authority and the certificates it signs webhooks with."""

from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from local.simulators.paypal.shapes import Json
from local.simulators.paypal.world import World

SUBJECT = "messageverificationcerts.paypal.com"
LIFE_DAYS = 397  # PayPal's own last about a year
_ROOT_LIFE_DAYS = 20 * 365


@cache
def _new_key(purpose: str) -> str:
    """A private key of this process alone, as PEM; making one takes a while."""
    del purpose
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@cache
def _key(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the simulator signs with RSA")
    return key


def authority(world: World) -> str:
    """The root certificate that a receiver has to trust, as PEM."""
    return str(_held(world)["root"])


def current(world: World) -> str:
    """The name of the certificate that signs now; a new one is made before the last one ends."""
    held = _held(world)
    name = held.get("current")
    if name is None or held["issued"][name]["until"] <= world.now() + 24 * 3600:
        name = _issue(world, held)
    return str(name)


def pem(world: World, name: str) -> str | None:
    """A certificate that was ever made."""
    found = _held(world)["issued"].get(name)
    return None if found is None else str(found["pem"])


def signature(world: World, text: bytes) -> bytes:
    """SHA256withRSA under the current certificate's key."""
    key = _key(_held(world)["key"])
    return key.sign(text, padding.PKCS1v15(), hashes.SHA256())


def _held(world: World) -> Json:
    held = world.state.certificates
    if not held:
        held.update(root_key=_new_key("root"), key=_new_key("leaf"), issued={})
        held["root"] = _root(_serial(world), world.now(), held["root_key"])
    return held


def _serial(world: World) -> int:
    return int(world.new_hex()[:32], 16)


@cache
def _root(serial: int, now: int, key_pem: str) -> str:
    """The same for worlds that begin alike: many do, and signing takes longer than the rest."""
    key = _key(key_pem)
    name = _name("Simulated Root CA")
    built = (
        _builder(name, name, key.public_key(), serial=serial, now=now, days=_ROOT_LIFE_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _signed(built, key)


def _issue(world: World, held: Json) -> str:
    text = _leaf(_serial(world), world.now(), held["root"], held["root_key"], held["key"])
    digest = sha256(text.encode()).hexdigest()
    name = f"CERT-{digest[:8]}-{digest[8:16]}-{digest[16:24]}"
    held["issued"][name] = {"pem": text, "until": world.now() + LIFE_DAYS * 24 * 3600}
    held["current"] = name
    return name


@cache
def _leaf(serial: int, now: int, root_pem: str, root_key_pem: str, key_pem: str) -> str:
    """As `_root`."""
    root_key, key = _key(root_key_pem), _key(key_pem)
    public = key.public_key()
    issuer = x509.load_pem_x509_certificate(root_pem.encode()).subject
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    built = (
        _builder(_name(SUBJECT), issuer, public, serial=serial, now=now, days=LIFE_DAYS)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SUBJECT)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(authority_id, critical=False)
    )
    return _signed(built, root_key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey,
    *,
    serial: int,
    now: int,
    days: int,
) -> x509.CertificateBuilder:
    moment = datetime.fromtimestamp(now, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=days))
    )


def _signed(builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey) -> str:
    certificate = builder.sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulated PayPal"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


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
