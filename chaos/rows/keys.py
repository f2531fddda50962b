"""One Idempotency-Key, many clients, web workers killed: one order, one answer."""

import threading
import time
from collections import Counter, defaultdict
from itertools import count

from chaos.accounting import Accounting
from chaos.answers import Answer
from chaos.context import Chaos
from chaos.invariants import violations
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually

FIGURE = "64 threads, 10,000 keys, kills: one order a key; 409 and 422 right"
THREADS = 64
COPIES = 4  # clients that post one key, at about the same time
ANOTHER = 20  # each such key is used for another body, too
RETRY_S = 0.02
LONGEST_S = 600.0
ORDERS_OF = "SELECT customer_id, count(*), min(id) FROM orders GROUP BY 1"


class Clients:
    """The customer of an order is its key's number, so that an order tells its key."""

    def __init__(self, system: System, product: int, keys: int) -> None:
        self.system, self.product = system, product
        self.tasks = count()
        self.lock = threading.Lock()  # of the counters
        self.posts = keys * COPIES
        self.done = 0
        self.answers: Counter[int] = Counter()
        self.orders: defaultdict[int, set[int]] = defaultdict(set)  # ids by key
        self.first: Counter[int] = Counter()  # answers that were no replay, by key
        self.problems: list[str] = []
        self.threads = [
            threading.Thread(target=self._client, daemon=True) for _ in range(THREADS)
        ]

    def wait_for(self, posts: int) -> None:
        eventually(lambda: self.done >= posts, f"{posts} posts", LONGEST_S)

    def _client(self) -> None:
        while (task := next(self.tasks)) < self.posts:
            key = task // COPIES + 1
            self._post_until_placed(key)
            if key % ANOTHER == 0:
                self._post_another_body(key)
            with self.lock:
                self.done += 1

    def _post_until_placed(self, key: int) -> None:
        answer = self._insist(key, quantity=1)
        if answer.status != 201:
            self.problems.append(f"{answer.status} for key {key}: {answer.body}")
            return
        self.orders[key].add(answer.body["orderId"])
        with self.lock:
            self.first[key] += "idempotent-replayed" not in answer.headers

    def _post_another_body(self, key: int) -> None:
        answer = self._insist(key, quantity=2)
        if answer.status != 422:
            self.problems.append(f"{answer.status} for another body, not 422")

    def _insist(self, key: int, *, quantity: int) -> Answer:
        """The first answer that does not ask to come again."""
        items = [{"productId": self.product, "quantity": quantity}]
        body = {"customerId": key, "items": items}
        while True:
            try:
                answer = self.system.post(
                    "/api/orders", body, Idempotency_Key=f"k{key}"
                )
            except (OSError, ValueError):
                answer = Answer(0, {}, None)
            with self.lock:
                self.answers[answer.status] += 1
            if answer.status not in (0, 409, 503):
                return answer
            if answer.status == 409 and "still running" not in str(answer.body):
                return answer
            time.sleep(RETRY_S)


def keys(chaos: Chaos) -> Result:
    """Row 23."""
    number, kills = chaos.size((400, 4), (10_000, 100))
    with chaos.system() as system:
        system.start("commands", "relay", "consumer")
        clients = Clients(system, system.make_product(), number)
        for thread in clients.threads:
            thread.start()
        for kill in range(1, kills + 1):
            clients.wait_for(clients.posts * kill // (kills + 1))
            chaos.step(f"kill {kill} of {kills}")
            system.kill("commands")
        clients.wait_for(clients.posts)
        orders = {key: (n, id_) for key, n, id_ in system.write_db(ORDERS_OF)}
        chaos.step("proving")
        found = violations(system)
    accounting = _account(number, clients, orders)
    figures = {
        "keys": number,
        "posts": clients.answers.total(),
        "kills": kills,
        **{f"answers {s}": n for s, n in sorted(clients.answers.items())},
    }
    return Result(figures, accounting, [*_problems(clients, accounting), *found])


def _account(
    number: int, clients: Clients, orders: dict[int, tuple[int, int]]
) -> Accounting:
    answered = {key for key, ids in clients.orders.items() if ids}
    wrong = [
        key
        for key in answered
        if key not in orders or clients.orders[key] != {orders[key][1]}
    ]
    return Accounting(
        attempted=number,
        acknowledged=len(answered),
        lost=len(wrong),
        doubled=sum(times - 1 for times, _ in orders.values()),
        unexpected=sum(1 for key in orders if not 1 <= key <= number),
        # Nobody saw the first answer; the order was there when asked again.
        recovered=sum(1 for key in answered if not clients.first[key]),
    )


def _problems(clients: Clients, accounting: Accounting) -> list[str]:
    found = clients.problems[:10]
    if accounting.acknowledged < accounting.attempted:
        found.append("not every key was answered")
    for name in ("lost", "doubled", "unexpected"):
        if number := getattr(accounting, name):
            found.append(f"I3: {number} orders {name}")
    if twice := sum(1 for times in clients.first.values() if times > 1):
        found.append(f"{twice} keys were answered twice as if for the first time")
    if not clients.answers[409]:
        found.append("no 409 was seen: nothing was posted at the same time")
    return found
