"""What an API key looks like: ca_live_ID_SECRET, the secret ending in a checksum.

The prefix lets secret scanners and people see what they have found, and the checksum
tells a mistyped key from a wrong one without asking a database. Stripe's and GitHub's
tokens are of this form.
"""

import re
import secrets
import string
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

PREFIX = "ca_live"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH = 12
SECRET_LENGTH = 43  # 62^43 is a little more than 2^256
CHECKSUM_LENGTH = 6  # 62^6 is more than 2^32
SHAPE = re.compile(
    rf"{PREFIX}_([0-9A-Za-z]{{{ID_LENGTH}}})"
    rf"_[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}"
)


class Token(NamedTuple):
    key_id: str
    text: str  # the whole key; shown once, kept nowhere


def new() -> Token:
    key_id = drawn(ID_LENGTH)
    body = f"{PREFIX}_{key_id}_{drawn(SECRET_LENGTH)}"
    return Token(key_id, body + checksum(body))


def drawn(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def digest(text: str) -> bytes:
    """What is stored of a key.

    One round of SHA-256 and no salt are right here. Slow hashes and salts protect
    what people choose, which can be guessed from a list; this has 256 random bits, and
    no hardware guesses those however fast the hash is. A slow one would only let
    strangers keep the processors busy with wrong keys.
    """
    return sha256(text.encode()).digest()


def id_of(text: str) -> str | None:
    """The id in a key of the right shape, whether or not there is such a key."""
    found = SHAPE.fullmatch(text)
    return found[1] if found else None


def is_mistyped(text: str) -> bool:
    body, said = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    return checksum(body) != said


def checksum(body: str) -> str:
    """CRC-32 in base 62."""
    rest, digits = crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
