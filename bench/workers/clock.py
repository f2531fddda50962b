"""How long a call takes."""

import gc
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    gc.collect()  # not on the account of whoever comes second
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
