"""Whose certificates we fetch, which of them we believe, and how long we keep them (EXT-2)."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from guichet.adapters.http import HttpResponse, NoAnswerError
from guichet.adapters.paypal.certificates import SIGNERS, Certificates
from guichet.errors import Invalid, Unavailable
from tests.support.certificates import PAYPAL, SIGNED_AT, Authority
from tests.support.paypal_deliveries import CERTIFICATE_URL, HOST, CertificateServer

PATH = "/v1/notifications/certs/CERT-360caa42-fca2a594-1a5f47cb"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"https://evilpaypal.com{PATH}", id="a look-alike"),
        pytest.param(f"https://api.paypal.com.evil.example{PATH}", id="PayPal's as a subdomain"),
        pytest.param(f"https://evil.example/api.paypal.com{PATH}", id="PayPal's as a folder"),
        pytest.param(f"https://xapi.paypal.com{PATH}", id="a longer name"),
        pytest.param(f"https://www.paypal.com{PATH}", id="another host of PayPal's"),
        pytest.param(f"https://api.paypal.com.{PATH}", id="a dot at the end"),
        pytest.param(f"https://API.PAYPAL.COM{PATH}", id="capitals"),
        pytest.param(f"https://api.paypal.com@evil.example{PATH}", id="PayPal's as a user"),
        pytest.param(f"https://user:word@api.paypal.com{PATH}", id="with a user"),
        pytest.param(f"https://api.paypal.com:8443{PATH}", id="another port"),
        pytest.param(f"https://api.paypal.com:443{PATH}", id="its own port, spelled out"),
        pytest.param(f"http://api.paypal.com{PATH}", id="not encrypted"),
        pytest.param(f"file://api.paypal.com{PATH}", id="no web address"),
        pytest.param(f"https://api.paypal.com{PATH}?next=1", id="a query"),
        pytest.param(f"https://api.paypal.com{PATH}#x", id="a fragment"),
        pytest.param(f"https://api.paypal.com{PATH}/../x", id="a way out"),
        pytest.param(f"https://api.paypal.com{PATH}\n", id="a line break"),
        pytest.param(f"https://api.paypal.com{PATH}%0a", id="an escape"),
        pytest.param(f" https://api.paypal.com{PATH}", id="a space before it"),
        pytest.param(f"https://api.paypal.com\\@evil.example{PATH}", id="a backslash"),
        pytest.param("https://api.paypal.com/v1/notifications/certs/CERT-XYZ", id="no such name"),
        pytest.param("https://api.paypal.com/v1/notifications/certs/CERT-", id="no name"),
        pytest.param(
            f"https://api.paypal.com/v1/notifications/certs/CERT-{'a' * 101}", id="a long name"
        ),
        pytest.param("https://api.paypal.com/CERT-360caa42", id="elsewhere there"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_address_that_is_not_exactly_paypals_is_never_asked_ext_2(
    url: str, certificates: Certificates, server: CertificateServer, good_pem: str
):
    server.put(good_pem, url)

    with pytest.raises(Invalid, match="certificate_url_refused"):
        certificates.signer(url, SIGNED_AT)

    assert server.asked == []


@pytest.mark.parametrize(
    ("entry", "url", "allowed"),
    [
        pytest.param(
            "http://127.0.0.1:8080/_paypal", "http://127.0.0.1:8080/_paypal", True, id="it"
        ),
        pytest.param(
            "http://127.0.0.1:8080/_paypal", "http://127.0.0.1:8081/_paypal", False, id="port"
        ),
        pytest.param(
            "http://127.0.0.1:8080/_paypal", "http://127.0.0.1:8080/_other", False, id="path"
        ),
        pytest.param(
            "http://127.0.0.1:8080/_paypal", "https://127.0.0.1:8080/_paypal", False, id="tls"
        ),
        pytest.param("", "https://", False, id="an empty entry allows nothing"),
        pytest.param("", "", False, id="nor no host at all"),
    ],
)
def test_an_entry_with_a_scheme_is_all_that_stands_before_the_path_ext_2(
    entry: str, url: str, *, allowed: bool, root: Authority, good_pem: str
):
    server = CertificateServer()
    server.put(good_pem, url + PATH)
    certificates = Certificates(server, hosts=(entry,), trust_anchors=lambda: (root.pem,))

    if allowed:
        assert certificates.signer(url + PATH, SIGNED_AT).is_valid(SIGNED_AT)
        return
    with pytest.raises(Invalid, match="certificate_url_refused"):
        certificates.signer(url + PATH, SIGNED_AT)
    assert server.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(NoAnswerError("lost"), id="no answer"),
        pytest.param(HttpResponse(200, {}, b"<html>Sorry</html>"), id="a page"),
        pytest.param(HttpResponse(200, {}, b""), id="nothing"),
        pytest.param(HttpResponse(200, {}, b"\xff\xfe"), id="no text"),
        pytest.param(
            HttpResponse(
                200, {}, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            ),
            id="a PEM of nothing",
        ),
        pytest.param(HttpResponse(302, {"location": "https://x.example"}, b""), id="a redirection"),
        pytest.param(HttpResponse(404, {}, b"not found"), id="not there"),
        pytest.param(HttpResponse(500, {}, b""), id="an error there"),
        pytest.param(HttpResponse(200, {}, b" " * 64 * 1024 + b"x"), id="too much"),
    ],
)
def test_no_certificate_now_means_later_and_the_next_one_is_asked_for_again_ext_2(
    answer: HttpResponse | Exception,
    certificates: Certificates,
    server: CertificateServer,
    good_pem: str,
):
    """PayPal has served pages of its own there (PayPal-Python-SDK#130)."""
    server.held[CERTIFICATE_URL] = answer

    with pytest.raises(Unavailable, match="certificate_unavailable"):
        certificates.signer(CERTIFICATE_URL, SIGNED_AT)

    server.put(good_pem)
    assert certificates.signer(CERTIFICATE_URL, SIGNED_AT).is_valid(SIGNED_AT)
    assert server.asked == [CERTIFICATE_URL] * 2


@pytest.mark.parametrize("name", SIGNERS)
def test_a_chain_to_our_anchor_is_believed_ext_2(
    name: str,
    certificates: Certificates,
    server: CertificateServer,
    middle: Authority,
):
    server.put(middle.leaf(name) + middle.pem)

    signer = certificates.signer(CERTIFICATE_URL, SIGNED_AT)

    assert signer.not_after == SIGNED_AT + timedelta(days=30)


def test_the_order_in_the_file_does_not_matter_ext_2(
    certificates: Certificates, server: CertificateServer, root: Authority, middle: Authority
):
    server.put(root.pem + middle.pem + middle.leaf(PAYPAL))

    assert certificates.signer(CERTIFICATE_URL, SIGNED_AT).is_valid(SIGNED_AT)


def test_an_intermediate_beside_the_anchors_helps_where_paypal_sends_none_ext_2(
    server: CertificateServer, root: Authority, middle: Authority
):
    server.put(middle.leaf(PAYPAL))
    helped = Certificates(server, hosts=(HOST,), trust_anchors=lambda: (root.pem, middle.pem))

    assert helped.signer(CERTIFICATE_URL, SIGNED_AT).is_valid(SIGNED_AT)


def untrusted_pems(root: Authority, middle: Authority) -> dict[str, str]:
    strange = Authority("Strange Root")
    impostor = Authority("Test Root")  # the same name, another key
    false_middle = Authority("Test Intermediate", impostor)
    client_only = middle.leaf(PAYPAL, purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
    return {
        "another root": strange.leaf(PAYPAL) + strange.pem,
        "a root of the same name": impostor.leaf(PAYPAL) + impostor.pem,
        "an intermediate of the same name": false_middle.leaf(PAYPAL) + false_middle.pem,
        "the intermediate is missing": middle.leaf(PAYPAL),
        "another's intermediate": middle.leaf(PAYPAL) + Authority("Test Intermediate", strange).pem,
        "not for a server": client_only + middle.pem,
        "brings its own anchor": strange.leaf(PAYPAL) + strange.pem + root.pem,
    }


@pytest.mark.parametrize(
    "case",
    [
        "another root",
        "a root of the same name",
        "an intermediate of the same name",
        "the intermediate is missing",
        "another's intermediate",
        "not for a server",
        "brings its own anchor",
    ],
)
def test_a_chain_to_nobody_that_we_trust_is_refused_ext_2(
    case: str,
    certificates: Certificates,
    server: CertificateServer,
    root: Authority,
    middle: Authority,
):
    server.put(untrusted_pems(root, middle)[case])

    with pytest.raises(Invalid, match="certificate_untrusted"):
        certificates.signer(CERTIFICATE_URL, SIGNED_AT)


def test_a_leaf_signed_by_a_leaf_is_refused_ext_2(
    certificates: Certificates, server: CertificateServer, middle: Authority
):
    """Whoever has any certificate of the same authority is no authority himself."""
    thief = Authority(PAYPAL)  # a leaf's name, and the key of that leaf
    owned = middle.leaf("shop.example", key=thief.key)
    server.put(thief.leaf(PAYPAL) + owned + middle.pem)

    with pytest.raises(Invalid, match="certificate_untrusted"):
        certificates.signer(CERTIFICATE_URL, SIGNED_AT)


def test_an_anchor_that_is_not_self_signed_is_none_ext_2(
    server: CertificateServer, middle: Authority
):
    alone = Certificates(server, hosts=(HOST,), trust_anchors=lambda: (middle.pem,))

    with pytest.raises(Invalid, match="certificate_untrusted"):
        alone.signer(CERTIFICATE_URL, SIGNED_AT)


def test_without_anchors_of_its_own_a_deployment_trusts_those_that_are_shipped_ext_2(
    server: CertificateServer,
):
    shipped = Certificates(server, hosts=(HOST,))

    with pytest.raises(Invalid, match="certificate_untrusted"):
        shipped.signer(CERTIFICATE_URL, SIGNED_AT)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("api.paypal.com",), id="another server of PayPal's"),
        pytest.param(("*.paypal.com",), id="a star"),
        pytest.param((f"{PAYPAL}.evil.example",), id="a longer name"),
        pytest.param(("evilpaypal.com",), id="a look-alike"),
        pytest.param((), id="in the common name alone"),
    ],
)
def test_a_certificate_of_another_name_is_refused_ext_2(
    names: tuple[str, ...], certificates: Certificates, server: CertificateServer, middle: Authority
):
    server.put(middle.leaf(*names) + middle.pem)

    with pytest.raises(Invalid, match="certificate_invalid"):
        certificates.signer(CERTIFICATE_URL, SIGNED_AT)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        pytest.param(timedelta(days=-30), timedelta(seconds=-1), id="expired"),
        pytest.param(timedelta(seconds=1), timedelta(days=30), id="not yet valid"),
    ],
)
def test_a_certificate_out_of_its_dates_is_refused_ext_2(
    starts: timedelta,
    ends: timedelta,
    certificates: Certificates,
    server: CertificateServer,
    middle: Authority,
):
    pem = middle.leaf(PAYPAL, not_before=SIGNED_AT + starts, not_after=SIGNED_AT + ends)
    server.put(pem + middle.pem)

    with pytest.raises(Invalid, match="certificate_invalid"):
        certificates.signer(CERTIFICATE_URL, SIGNED_AT)


def test_a_key_that_is_not_rsa_is_refused_ext_2(
    certificates: Certificates, server: CertificateServer, middle: Authority
):
    pem = middle.leaf(PAYPAL, key=ec.generate_private_key(ec.SECP256R1()))
    server.put(pem + middle.pem)

    with pytest.raises(Invalid, match="certificate_invalid"):
        certificates.signer(CERTIFICATE_URL, SIGNED_AT)


def test_more_certificates_than_a_chain_has_are_refused_ext_2(
    certificates: Certificates, server: CertificateServer, middle: Authority
):
    server.put(middle.leaf(PAYPAL) + middle.pem * 6)

    with pytest.raises(Invalid, match="certificate_invalid"):
        certificates.signer(CERTIFICATE_URL, SIGNED_AT)


def test_a_certificate_is_fetched_once_until_it_ends_ext_2(
    certificates: Certificates, server: CertificateServer, middle: Authority
):
    ends = SIGNED_AT + timedelta(days=30)
    certificates.signer(CERTIFICATE_URL, SIGNED_AT)
    assert certificates.signer(CERTIFICATE_URL, ends).not_after == ends
    server.put(middle.leaf(PAYPAL, not_after=ends + timedelta(days=30)) + middle.pem)

    later = certificates.signer(CERTIFICATE_URL, ends + timedelta(seconds=1))

    assert later.not_after == ends + timedelta(days=30)
    assert server.asked == [CERTIFICATE_URL] * 2


def test_only_good_certificates_are_kept_and_not_many_ext_2(
    certificates: Certificates, server: CertificateServer, good_pem: str, middle: Authority
):
    first = [CERTIFICATE_URL[:-1] + each for each in "0123456789"]
    bad = middle.leaf("evil.example") + middle.pem
    certificates.signer(CERTIFICATE_URL, SIGNED_AT)
    for url in first:
        server.put(bad, url)
        with pytest.raises(Invalid):
            certificates.signer(url, SIGNED_AT)
    certificates.signer(CERTIFICATE_URL, SIGNED_AT)
    assert server.asked.count(CERTIFICATE_URL) == 1  # bad ones pushed nothing out

    for url in first:
        server.put(good_pem, url)
        certificates.signer(url, SIGNED_AT)
    server.asked.clear()
    for url in reversed(first):
        certificates.signer(url, SIGNED_AT)

    assert server.asked == [first[1], first[0]]
