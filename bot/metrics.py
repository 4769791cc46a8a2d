"""Counters and clocks for /metrics; none of them carries words or accounts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.handled = Counter("chulin_handled", "Updates handled", ["bot", "outcome"], registry=self.registry)
        self.answered_in = Histogram(
            "chulin_answered_seconds",
            "From receiving an update to its committed answer",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
            registry=self.registry,
        )
        self.sent = Counter("chulin_sent", "Messages delivered", ["bot"], registry=self.registry)
        self.send_errors = Counter("chulin_send_errors", "Failed deliveries", ["bot", "error"], registry=self.registry)
        self.waiting = Gauge("chulin_waiting", "Rows that wait", ["box", "state"], registry=self.registry)
        self.oldest = Gauge(
            "chulin_oldest_waiting_seconds", "Age of the oldest update that waits", registry=self.registry
        )


METRICS = Metrics()
