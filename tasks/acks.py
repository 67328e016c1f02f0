"""What a worker does with messages in hand when the broker is gone.

A message that could not be acknowledged must not stay in the way of the next.

Kombu's Redis transport forgets a message only after the broker took the acknowledgement. When that times out (a broker
that is paused, a line that drops packets), the worker's connection lives on, the message counts as under way for ever,
and a worker that prefetches one message a process takes no other until it is restarted. Found by the fault bench
(`broker_stopped`), kombu 5.7.0.

Celery closes a lost connection twice. The second time kombu wants to put the messages back, asks a transport that knows
its connection no more, and the worker's process ends of an AttributeError (`broker_killed`, celery 5.6, kombu 5.7.0).
"""

from typing import Any

from kombu.transport import redis, virtual


class Forgetting(redis.QoS):
    """Forgets the message either way. It is delivered again after the visibility timeout, and does nothing then."""

    def restore_unacked(self, client: Any = None) -> None:
        """As kombu; a connection that was closed before has nobody to give them back to."""
        if getattr(self.channel.connection, "client", None) is None:
            self._delivered.clear()
            return
        super().restore_unacked(client)

    def ack(self, delivery_tag: Any) -> None:
        """As kombu, then forget."""
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        """As kombu, then forget."""
        try:
            super().reject(delivery_tag, requeue=requeue)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


def install() -> None:
    """Before the first connection."""
    redis.Channel.QoS = Forgetting
