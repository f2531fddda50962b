"""Why a key could not be made, found or taken back."""

from collections.abc import Mapping

SIDES = {"default": "commands", "read": "queries"}


class KeyRefused(Exception):
    """Base of what can go wrong with keys."""


class NoSuchKey(KeyRefused):
    def __init__(self, *key_ids: str) -> None:
        super().__init__(f"there is no such active key: {', '.join(key_ids)}")


class NotEverywhere(KeyRefused):
    """`failures`: what each database that failed had to say."""

    def __init__(self, failures: Mapping[str, str]) -> None:
        told = "; ".join(f"{SIDES[name]}: {why}" for name, why in failures.items())
        super().__init__(f"not revoked for {told}. Do it again when it answers.")
