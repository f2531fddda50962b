"""Tests of the private RabbitMQ."""

import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest

from devstack.errors import NotInstalled
from devstack.folder import RABBITMQ_PROGRAMS
from devstack.leftovers import processes_of
from devstack.rabbitmq import RabbitMQ
from devstack.rabbitmq_files import find_or_fetch


@pytest.fixture(scope="module")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    directory = tmp_path_factory.mktemp("with space") / "rabbitmq"
    server = RabbitMQ(directory, cache=RABBITMQ_PROGRAMS)
    server.start()
    yield server
    server.kill()
    assert list(processes_of(directory)) == []


def count(url: str, queue: str) -> int:
    """Messages in the queue, which is made if it is missing."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        declared = channel.queue_declare(queue, durable=True)
        return int(declared.method.message_count)


def publish(url: str, queue: str) -> None:
    """Returns when the broker has confirmed."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        persistent = pika.BasicProperties(delivery_mode=2)
        channel.basic_publish("", queue, b"kept", persistent, mandatory=True)


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
    count(rabbitmq.url(), "kept")
    publish(rabbitmq.url(), "kept")

    rabbitmq.kill()
    assert list(processes_of(rabbitmq.directory)) == []
    rabbitmq.start()

    assert count(rabbitmq.url(), "kept") == 1


def test_without_apt_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("devstack.rabbitmq_files.INSTALLED", ())
    monkeypatch.delenv("RABBITMQ_HOME", raising=False)

    with pytest.raises(NotInstalled, match="install rabbitmq-server"):
        find_or_fetch(tmp_path / "programs")
