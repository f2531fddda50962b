"""Read KEY=VALUE files."""

from pathlib import Path


def read(path: Path) -> dict[str, str]:
    """Empty where there is no file; comments, `export` and quotes are understood."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if not line.startswith("#"))
    return {_name(key): _value(value) for key, equals, value in pairs if equals}


def _name(key: str) -> str:
    return key.strip().removeprefix("export ").strip()


def _value(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #")[0].rstrip()


def write(values: dict[str, str]) -> str:
    """Lines that a shell can source: no value may hold a single quote."""
    return "".join(f"{name}='{value}'\n" for name, value in values.items())
