import pytest

from guichet.adapters.paypal.certificates import Certificates
from tests.support.certificates import PAYPAL, Authority
from tests.support.paypal_deliveries import HOST, CertificateServer


@pytest.fixture(scope="session")
def root() -> Authority:
    return Authority("Test Root")


@pytest.fixture(scope="session")
def middle(root: Authority) -> Authority:
    return Authority("Test Intermediate", root)


@pytest.fixture(scope="session")
def good_pem(middle: Authority) -> str:
    """As PayPal might serve it: its own certificate, then the intermediate."""
    return middle.leaf(PAYPAL) + middle.pem


@pytest.fixture
def server(good_pem: str) -> CertificateServer:
    made = CertificateServer()
    made.put(good_pem)
    return made


@pytest.fixture
def certificates(server: CertificateServer, root: Authority) -> Certificates:
    return Certificates(server, hosts=(HOST,), trust_anchors=lambda: (root.pem,))
