"""Public ids: short, without `#`, and derived from what makes a request the same request (REG-10)."""

import hashlib
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_ID_LENGTH: Final = 20  # 100 bits: no two keys of one caller can meet by chance


def derived_id(prefix: str, *parts: str) -> str:
    """The id of what these parts create: the same parts always create the same thing."""
    return f"{prefix}_{_encode(digest(*parts))}"


def digest(*parts: str) -> bytes:
    """SHA-256 over the parts; their lengths are part of it, so no two lists read alike."""
    hasher = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        hasher.update(len(encoded).to_bytes(4, "big"))
        hasher.update(encoded)
    return hasher.digest()


def fingerprint(*parts: str) -> str:
    """A short, stable, one-way name for something that must not be stored as it is."""
    return _encode(digest(*parts))


def _encode(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    characters = []
    for _ in range(_ID_LENGTH):
        number, place = divmod(number, 32)
        characters.append(_ALPHABET[place])
    return "".join(characters)
