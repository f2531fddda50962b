"""All projections, one in a file: whatever is declared in this folder."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from projections_app.projection import Projection


def _declared() -> Iterator[Projection]:
    for module in iter_modules(__path__):
        names = vars(import_module(f"{__name__}.{module.name}"))
        yield from (each for each in names.values() if isinstance(each, Projection))


# The hottest rows come last, so that they are locked for the shortest time.
PROJECTIONS = tuple(sorted(_declared(), key=lambda each: (each.heat, each.name)))
