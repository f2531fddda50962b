"""The environment as settings read it: NAME, or the file that NAME_FILE names."""

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping


class Variables(FileAwareMapping):  # type: ignore[misc]  # environ has no types
    """A file's last line ends, and the secret in it does not."""

    def __getitem__(self, name: str) -> str:
        try:
            return str(super().__getitem__(name)).rstrip("\r\n")
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {error}") from error


class Environment(FileAwareEnv):  # type: ignore[misc]
    ENVIRON = Variables()
