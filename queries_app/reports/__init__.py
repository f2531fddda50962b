"""What a merchant wants to know: one module a report, each with its SQL.

How to add a report:

1. A module of its own: the answer as structs (`answers.Answer` with what it adds; names
   in snake_case become camelCase), the SQL, and one function

       @report("interval")  # its own parameters; LISTING for limit, order, cursor, q
       def timeseries(question: Question, product_id: str) -> Timeseries:
           scope = question.scope(product=7)  # what parked messages are counted by
           return Timeseries(meta=question.meta(scope), ...)

   `report` refuses what is not known, waits for `?after=`, renders, and sets the
   headers. Faults are raised as `InvalidParameter(name, why)`: a 400, never a 500.
2. `question.period` has start, end (UTC) and zone; `question.periods` also the range
   to compare with, if any; `pieces.pieces(period)` cuts it at the months that
   are rolled up, `buckets.buckets(period, interval)` into its local buckets. SQL is
   never told a zone.
3. All figures of an answer come from one snapshot: `snapshot.read(Statement, ...)`, or
   `in_snapshot` where one statement depends on another. `measures` has the SQL that all
   reports count by; figures are computed in SQL, so that an export equals the screen.
4. `listing.listing(question, measures=...)` decodes what lists take, its `next` makes
   the cursor. `answers.figures` makes a struct of a row whose columns are in the order
   of its fields, `answers.beside` adds `previous` and `growth` to it.
5. Its address in `queries_app/urls.py`, its operation in
   `analytics_project/openapi/reports.py`, its definition in docs/reference/metrics.md,
   its example by hand in tests/queries_app/reports/.
"""
