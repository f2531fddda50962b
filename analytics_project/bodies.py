"""Lets Django read chunked bodies: it knows a body by its Content-Length alone."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def with_length(application: Application, *, limit: int) -> Application:
    """Reads a chunked body where the server marks its end, as gunicorn does.

    At most one byte more than `limit` is read: Django then refuses it by its length.
    """

    def measured(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read(limit + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
            del environ["HTTP_TRANSFER_ENCODING"]
        return application(environ, start_response)

    return measured
