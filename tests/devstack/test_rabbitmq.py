"""Tests of the private RabbitMQ."""

import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest

from chaos.servers import Servers
from devstack.errors import NotInstalled
from devstack.leftovers import processes_of
from devstack.rabbitmq import RabbitMQ
from devstack.rabbitmq_files import find_or_fetch
from devstack.waiting import wait_until

# As those of the system. RabbitMQ 3.10 leaves a classic queue out after a kill when, by
# chance, the number of its old process is that of another one now.
QUORUM = {"x-queue-type": "quorum"}


@pytest.fixture
def rabbitmq(servers: Servers) -> Iterator[RabbitMQ]:
    """The one that others use too: a start takes four seconds of a processor."""
    assert " " in str(servers.rabbitmq.directory)
    yield servers.rabbitmq
    servers.mend()


def count(url: str, queue: str) -> int:
    """Messages in the queue, which is made if it is missing."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        declared = channel.queue_declare(queue, durable=True, arguments=QUORUM)
        return int(declared.method.message_count)


def publish(url: str, queue: str) -> None:
    """Returns when the broker has confirmed."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        persistent = pika.BasicProperties(delivery_mode=2)
        channel.basic_publish("", queue, b"kept", persistent, mandatory=True)


def is_noted(rabbitmq: RabbitMQ, queue: str) -> bool:
    """Half a second after it was declared; a quorum queue killed before stays down."""
    noted = rabbitmq.directory.rglob("names.dets")
    return any(queue.encode() in file.read_bytes() for file in noted)


def test_a_virtual_host_is_as_good_as_a_broker_of_its_own(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.add_vhost("one/two")
    assert count(url, "orders") == 0
    publish(url, "orders")

    assert count(url, "orders") == 1
    assert count(rabbitmq.url(), "orders") == 0
    rabbitmq.delete_vhost("one/two")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        rabbitmq.delete_vhost("one/two")


def test_confirmed_messages_survive_a_kill(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.add_vhost("killed")
    count(url, "kept")
    publish(url, "kept")
    wait_until(lambda: is_noted(rabbitmq, "kept"), seconds=10, what="noted")

    rabbitmq.kill()
    assert list(processes_of(rabbitmq.directory)) == []
    rabbitmq.start()

    wait_until(lambda: count(url, "kept") == 1, seconds=10, what="a leader")
    rabbitmq.delete_vhost("killed")


def test_without_apt_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("devstack.rabbitmq_files.INSTALLED", ())
    monkeypatch.delenv("RABBITMQ_HOME", raising=False)

    with pytest.raises(NotInstalled, match="install rabbitmq-server"):
        find_or_fetch(tmp_path / "programs")
