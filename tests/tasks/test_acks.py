"""Messages in hand when the broker dies, with a broker of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from kombu import Connection, Queue

from config.local import broker as brokers

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def test_a_connection_lost_with_a_message_in_hand_can_be_closed(tmp_path: Path) -> None:
    """Celery closes it twice; by the second time the transport knows its connection no more."""
    broker = brokers.start(tmp_path, ours=True)
    connection = Connection(broker.url, transport_options={"socket_connect_timeout": 1})
    channel, queue = connection.default_channel, Queue("held")
    connection.Producer().publish("held", routing_key="held", declare=[queue])
    assert queue(channel).get(no_ack=False) and channel.qos._delivered
    broker.stop()
    channel._disconnect_pools()
    connection._do_close_transport()
    connection.close()
    assert not connection.connected and not channel.qos._delivered
