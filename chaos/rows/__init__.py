"""All rows, in the order of their numbers; each module is a theme."""

from chaos.row import Row
from chaos.rows import (
    broker,
    clocks,
    crash_points,
    drains,
    keys,
    kills,
    mutants,
    network,
    outages,
    poison,
    rebuilds,
    soak,
    topology,
    writers,
)

ROWS = (
    Row("1", "kill storm", kills.FIGURE, kills.storm),
    Row("2", "long kill storm", kills.LONG_FIGURE, kills.long_storm),
    Row("3", "crash points", crash_points.FIGURE, crash_points.crash_points),
    Row("4", "mutants", mutants.FIGURE, mutants.mutants),
    Row("5", "SIGTERM under load", drains.FIGURE, drains.sigterm),
    Row("7", "broker away", outages.BROKER_FIGURE, outages.broker),
    Row("8", "memory and disk alarms", broker.ALARMS_FIGURE, broker.alarms),
    Row("9", "database restarts", outages.DATABASE_FIGURE, outages.databases),
    Row("10", "lost COMMIT replies", network.LOST_FIGURE, network.lost_commits),
    Row("11", "toxics on links", network.TOXICS_FIGURE, network.toxics),
    Row("12", "duplicates and shuffles", poison.SHUFFLE_FIGURE, poison.shuffled),
    Row("13", "one percent poison", poison.POISON_FIGURE, poison.poisoned),
    Row(
        "14",
        "crash loop under a delivery limit",
        broker.CRASH_LOOP_FIGURE,
        broker.crash_loop,
    ),
    Row("15", "topology destroyed", topology.TOPOLOGY_FIGURE, topology.topology),
    Row("16", "broker wiped", topology.WIPED_FIGURE, topology.wiped),
    Row("17", "open transactions", writers.FIGURE, writers.writers),
    Row("21", "clocks and zones", clocks.FIGURE, clocks.clocks),
    Row("22", "rebuild under load", rebuilds.FIGURE, rebuilds.rebuilds),
    Row("23", "idempotency keys", keys.FIGURE, keys.keys),
    Row("soak", "soak", soak.FIGURE, soak.soak),
)
