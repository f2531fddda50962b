"""What a metric says by now."""

from prometheus_client import Counter, Gauge, Histogram


def total(metric: Counter | Gauge) -> float:
    return _sample(metric, ("_total", ""))


def count(metric: Histogram) -> float:
    return _sample(metric, ("_count",))


def _sample(metric: Counter | Gauge | Histogram, suffixes: tuple[str, ...]) -> float:
    [family] = metric.collect()
    names = {f"{family.name}{suffix}" for suffix in suffixes}
    return float(next(each.value for each in family.samples if each.name in names))
