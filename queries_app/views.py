"""The read API: plain views, since the framework around them would cost the most."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from queries_app import parameters, queries, trust
from queries_app.own_writes import await_event
from queries_app.parked import Scope
from queries_app.responses import Response, encode

View = Callable[..., HttpResponse]
Subject = Callable[[Any], Scope]


def query(about: Subject) -> Callable[[Callable[..., Response]], View]:
    """GET and HEAD only; waits for `?after=`; renders the answer with its headers.

    `about` says what an answer is about, should messages be parked.
    """

    def made(view: Callable[..., Response]) -> View:
        @require_safe
        @wraps(view)
        def answer(request: HttpRequest, **address: str) -> HttpResponse:
            if request.META["QUERY_STRING"] and (wait := parameters.wait(request.GET)):
                await_event(wait)
            state = trust.state()
            found = view(request, **address)
            parked = state.parked(about(found)) if state.has_parked else 0
            return HttpResponse(
                encode(found),
                content_type="application/json",
                headers={**state.headers, trust.PARKED: str(parked)},
            )

        return answer

    return made


@query(lambda sales: Scope(product=sales.product_id))
def product_sales(_request: HttpRequest, product_id: str) -> Response:
    return queries.product_sales(parameters.positive_id(product_id, name="productId"))


@query(lambda revenue: Scope(category=revenue.category))
def category_revenue(_request: HttpRequest, category: str) -> Response:
    return queries.category_revenue(parameters.category_name(category))


@query(lambda customer: Scope(customer=customer.customer_id))
def customer_lifetime_value(_request: HttpRequest, customer_id: str) -> Response:
    return queries.customer_lifetime_value(
        parameters.positive_id(customer_id, name="customerId")
    )


@query(
    lambda sales: Scope(
        ranges=[(datetime.fromisoformat(sales.from_), datetime.fromisoformat(sales.to))]
    )
)
def hourly_sales(request: HttpRequest) -> Response:
    return queries.hourly_sales(parameters.period(request.GET, now=datetime.now(UTC)))


@query(lambda _: Scope(catalogue=True))
def sync_status(_request: HttpRequest) -> Response:
    return queries.sync_status()
