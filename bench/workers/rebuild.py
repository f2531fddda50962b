"""Rebuilds all views: by a replay ("ours"), or by the roll-ups alone ("bare").

The comparison with the orders is left out: `reconcile` is measured by itself.
"""

import django
from django.db import connections

from bench.worker import serve
from bench.workers.clock import seconds


class Silent:
    def stage(self, title: str) -> None: ...

    def advance(self, events: int) -> None: ...


def main() -> None:
    django.setup()
    from projections_app import replay
    from projections_app.projections import PROJECTIONS

    def ours() -> dict[str, float]:
        def rebuild() -> None:
            replay.replay(verify=lambda release: release(), watcher=Silent())

        return {"seconds": seconds(rebuild)}

    def bare() -> dict[str, float]:
        with connections["read"].cursor() as cursor:
            for statement in replay.SESSION:
                cursor.execute(statement)

            def roll_up() -> None:
                for projection in PROJECTIONS:
                    scratch = f"bare_{projection.table}"
                    cursor.execute(f"CREATE TABLE {scratch} AS {projection.select()}")

            taken = seconds(roll_up)
            for projection in PROJECTIONS:
                cursor.execute(f"DROP TABLE bare_{projection.table}")
        connections["read"].close()
        return {"seconds": taken}

    serve({"ours": ours, "bare": bare})


if __name__ == "__main__":
    main()
