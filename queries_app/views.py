"""The read API: plain views, since the framework around them would cost the most."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from queries_app import parameters, queries
from queries_app.own_writes import await_event
from queries_app.responses import Response, encode


def query(view: Callable[..., Response]) -> Callable[..., HttpResponse]:
    """GET and HEAD only; waits for `?after=`; renders the answer."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, **address: str) -> HttpResponse:
        if request.META["QUERY_STRING"] and (wait := parameters.wait(request.GET)):
            await_event(wait)
        body = encode(view(request, **address))
        return HttpResponse(body, content_type="application/json")

    return answer


@query
def product_sales(_request: HttpRequest, product_id: str) -> Response:
    return queries.product_sales(parameters.positive_id(product_id, name="productId"))


@query
def category_revenue(_request: HttpRequest, category: str) -> Response:
    return queries.category_revenue(parameters.category_name(category))


@query
def customer_lifetime_value(_request: HttpRequest, customer_id: str) -> Response:
    return queries.customer_lifetime_value(
        parameters.positive_id(customer_id, name="customerId")
    )


@query
def hourly_sales(request: HttpRequest) -> Response:
    return queries.hourly_sales(parameters.period(request.GET, now=datetime.now(UTC)))


@query
def sync_status(_request: HttpRequest) -> Response:
    return queries.sync_status()
