"""What all admin pages share: nothing is edited, and no page counts a whole table."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

if TYPE_CHECKING:  # these classes take type arguments in the stubs only
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
    _Paginator = Paginator[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline
    _Paginator = Paginator

MAX_COUNT = 10_000  # rows of a list that can be paged to and acted on
PAGE_SIZE = 50


class CappedPaginator(_Paginator):
    """Counts at most MAX_COUNT rows; the page's own ordering keeps that cheap."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows[:MAX_COUNT].count()


class NarrowList(ChangeList):
    """Leaves the columns that it does not show in the database."""

    def get_queryset(self, *arguments: Any, **names: Any) -> QuerySet[Any]:
        model_admin = cast("ReadOnlyAdmin", self.model_admin)
        return super().get_queryset(*arguments, **names).defer(*model_admin.list_defer)


class _ReadOnly:
    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        return False


class ReadOnlyInline(_ReadOnly, _TabularInline):
    extra = 0
    can_delete = False


class ReadOnlyAdmin(_ReadOnly, _ModelAdmin):
    """A list and a page a row. Subclasses order by indexed columns alone.

    `search_fields` are indexed columns that are compared as a whole. `list_defer`
    names wide columns that the list does not show.
    """

    list_defer: tuple[str, ...] = ()
    list_per_page = PAGE_SIZE
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    sortable_by = ()
    ordering = ("-pk",)

    class Media:
        css = {"all": ["analytics_project/admin.css"]}

    def has_act_permission(self, request: HttpRequest) -> bool:
        """For actions, the only way to change anything: `permissions=["act"]`."""
        return request.user.has_perm(
            f"{self.opts.app_label}.change_{self.opts.model_name}"
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        return queryset.filter(self._matches(request, search_term.strip())), False

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[ChangeList]:
        return NarrowList

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        page = super().get_changelist_instance(request)
        if page.result_count >= MAX_COUNT:
            page.title = f"{page.title}: the first {MAX_COUNT:,}"
        return page

    def _matches(self, request: HttpRequest, term: str) -> Q:
        """Any search field that can hold the term, equal to it."""
        found = Q(pk__in=[])
        for name in self.get_search_fields(request):
            field = cast("Field[Any, Any]", self.opts.get_field(str(name)))
            try:
                value = field.to_python(term)
            except ValidationError:
                continue
            found |= Q((field.name, value))
        return found
