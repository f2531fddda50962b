"""From the bytes of a request to a checked struct: strict JSON, UTF-8, nothing else."""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

import msgspec
from django.http import HttpRequest
from django.utils.http import parse_header_parameters

from commands_app import values
from commands_app.errors import Invalid, UnsupportedBody

PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")  # how msgspec ends a message
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")

T = TypeVar("T")


def read(request: HttpRequest) -> bytes:
    """Raises UnsupportedBody; an empty body needs no type."""
    kind, parameters = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    charset = parameters.get("charset", "utf-8").lower()
    if request.body and (kind != "application/json" or charset != "utf-8"):
        raise UnsupportedBody
    return request.body


def decode(body: bytes, kind: type[T]) -> T:
    """Raises Invalid with a pointer to what is wrong."""
    try:
        return msgspec.convert(_loads(body), kind, dec_hook=values.parse)
    except msgspec.ValidationError as error:
        message = str(error)
        found = PATH.search(message)
        steps = STEP.findall(found["path"]) if found else []
        pointer = "".join(f"/{name or index}" for name, index in steps)
        raise Invalid(PATH.sub("", message), pointer=pointer) from error
    except UnicodeEncodeError as error:  # msgspec's, of text where none belongs
        raise Invalid("The body holds half of a surrogate pair.") from error


def _loads(body: bytes) -> object:
    try:
        return json.loads(
            body.decode(),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except RecursionError as error:
        raise Invalid("The body is nested too deeply.") from error
    except ArithmeticError as error:
        raise Invalid("A number's exponent is out of range.") from error
    except ValueError as error:
        raise Invalid(f"The body is not valid JSON: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a field stands in an object twice")
    if not all(map(str.isprintable, members)):
        raise ValueError("a field's name holds characters that cannot be shown")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
