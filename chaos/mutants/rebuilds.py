"""Bugs planted where tables are rebuilt beside the live ones."""

from chaos.mutants import commands
from chaos.mutants.mutant import Edit, mutant

REBUILDS = (
    mutant(
        "swap without the tail",
        "what was applied since the last round is not in the new tables",
        commands.replayed,
        Edit(
            "projections_app/swap.py",
            "            advance(cursor, generation,"
            " last_row(cursor, generation.live))\n",
            "",
        ),
    ),
    mutant(
        "swap without the barrier",
        "the consumer writes into tables that are being replaced",
        commands.replayed,
        Edit(
            "projections_app/swap.py",
            "    with barrier(cursor):\n        paused",
            "    if True:\n        paused",
        ),
    ),
    mutant(
        "cut after the history",
        "what came while the history was read is in neither part",
        commands.replayed,
        Edit(
            "projections_app/rebuild.py",
            "    for table in FROM_HISTORY:\n"
            "        generations.vacuum(cursor, table)\n"
            "    _roll_up(",
            "    with barrier(cursor):\n"
            "        generation.cut = last_row(cursor, generation.live)\n"
            "    for table in FROM_HISTORY:\n"
            "        generations.vacuum(cursor, table)\n"
            "    _roll_up(",
        ),
    ),
)
