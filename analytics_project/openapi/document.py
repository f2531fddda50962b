"""An OpenAPI 3.1 document from a table of operations."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

import msgspec
from django.conf import settings

from analytics_project.problems import CONTENT_TYPE
from commands_app import values

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"
# msgspec takes every Decimal for a string; over HTTP money is a number.
DECIMAL_STRING = {"type": "string", "format": "decimal"}
MONEY = {"type": "number", "description": "Money: exactly two decimals."}
PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457; further members, such as `pointer`, tell more.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "requestId": {"type": "string"},
    },
    "additionalProperties": True,
}

# Of every address, by the server itself: it takes no longer line and no larger head.
TOO_LONG = (
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
)
REFUSALS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
)
API_KEY: Schema = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key (ca_live_...), where the service is set to require one.",
}


class Parameter(NamedTuple):
    name: str
    where: Literal["path", "query", "header"]
    schema: Schema
    about: str

    def described(self) -> Schema:
        return {
            "name": self.name,
            "in": self.where,
            "required": self.where == "path",
            "schema": self.schema,
            "description": self.about,
        }


class Operation(NamedTuple):
    method: Literal["get", "post", "patch"]
    path: str
    name: str  # the operationId
    summary: str
    answer: type
    status: int = HTTPStatus.OK
    errors: Sequence[int] = ()
    body: type | None = None
    is_body_required: bool = True
    parameters: Sequence[Parameter] = ()
    headers: Mapping[str, str] = {}  # of the answer, with what they mean
    files: Sequence[str] = ()  # media types that it is told in instead
    is_open: bool = False  # needs no API key


def document(
    *, title: str, about: str, scope: str, operations: Sequence[Operation]
) -> Schema:
    """`scope` is what an API key must have."""
    paths: dict[str, Schema] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": about},
        "paths": paths,
        "security": security(scope),
        "components": {
            "schemas": schemas(operations),
            "securitySchemes": {"apiKey": API_KEY},
        },
    }


def security(scope: str) -> list[Schema]:
    """What each operation needs, but for those that say that they need nothing."""
    needed: list[Schema] = [{"apiKey": [scope]}]
    return needed if settings.API_KEYS_REQUIRED else [*needed, {}]


def described(operation: Operation) -> Schema:
    result: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [parameter.described() for parameter in operation.parameters],
        "responses": responses(operation),
        **({"security": []} if operation.is_open else {}),
    }
    if operation.body:
        result["requestBody"] = {
            "required": operation.is_body_required,
            "content": {"application/json": {"schema": reference(operation.body)}},
        }
    return result


def responses(operation: Operation) -> Schema:
    answer: Schema = {
        "description": HTTPStatus(operation.status).phrase,
        "content": {
            "application/json": {"schema": reference(operation.answer)},
            **{kind: {"schema": {"type": "string"}} for kind in operation.files},
        },
        "headers": {
            name: {"description": about, "schema": {"type": "string"}}
            for name, about in operation.headers.items()
        },
    }
    problem = {"schema": {"$ref": REFERENCE.format(name="Problem")}}
    errors = {
        str(int(status)): {
            "description": HTTPStatus(status).phrase,
            "content": {CONTENT_TYPE: problem},
        }
        for status in sorted({*operation.errors, *TOO_LONG, *refusals(operation)})
    }
    return {str(int(operation.status)): answer, **errors}


def refusals(operation: Operation) -> tuple[int, ...]:
    return () if operation.is_open else REFUSALS


def schemas(operations: Iterable[Operation]) -> Schema:
    kinds = {each.answer for each in operations}
    kinds |= {each.body for each in operations if each.body}
    _, components = msgspec.json.schema_components(
        sorted(kinds, key=lambda kind: kind.__name__),
        ref_template=REFERENCE,
        schema_hook=values.schema,
    )
    return {"Problem": PROBLEM, **with_numbers(dict(components))}


def reference(kind: type) -> Schema:
    return {"$ref": REFERENCE.format(name=kind.__name__)}


def with_numbers(schema: Any) -> Any:
    if schema == DECIMAL_STRING:
        return MONEY
    if isinstance(schema, dict):
        return {key: with_numbers(value) for key, value in schema.items()}
    if isinstance(schema, list | tuple):
        return [with_numbers(value) for value in schema]
    return schema
