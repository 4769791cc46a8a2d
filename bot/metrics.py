"""Counters and histograms for /metrics. None contains words, accounts or chats.

What the process has done is counted as it happens; what waits in the database is looked up when somebody asks
(`bot/gauges.py`). `deploy/alerts.yaml` names some of them; a test holds that they are here.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor time, open files
        self.running = Gauge("chulin_running", "Always 1", ["version", "revision"], registry=registry)

        self.taken_in = Counter("chulin_taken_in", "Updates stored and confirmed", ["bot"], registry=registry)
        self.intake_errors = Counter(
            "chulin_intake_errors", "Failed attempts to fetch or store updates", ["bot", "error"], registry=registry
        )
        self.handled = Counter("chulin_handled", "Updates handled", ["bot", "outcome"], registry=registry)
        self.set_aside = Counter("chulin_set_aside", "Updates that could not be handled", ["bot"], registry=registry)
        self.answered_in = Histogram(
            "chulin_answered_seconds",
            "From receiving an update to its committed answer",
            buckets=SECONDS,
            registry=registry,
        )
        self.sent = Counter("chulin_sent", "Messages delivered", ["bot"], registry=registry)
        self.send_errors = Counter("chulin_send_errors", "Failed deliveries", ["bot", "error"], registry=registry)

        self.tick_seconds = Histogram(
            "chulin_tick_seconds", "Duration of a look at everything that is due", buckets=SECONDS, registry=registry
        )
        self.ticked_at = Gauge("chulin_ticked_at_seconds", "When the last look ended, Unix time", registry=registry)
        self.tick_failures = Counter("chulin_tick_failures", "Things due that failed", ["kind"], registry=registry)

        self.waiting = Gauge("chulin_waiting", "Rows that wait", ["box", "state"], registry=registry)
        self.oldest = Gauge(
            "chulin_oldest_waiting_seconds", "Age of the oldest row that could go on now", ["box"], registry=registry
        )
        self.overdue = Gauge("chulin_clocks_overdue", "Things due that nobody has done", ["kind"], registry=registry)
        self.backup_age = Gauge(
            "chulin_backup_age_seconds", "Age of the newest backup; NaN where none are made", registry=registry
        )
        self.trouble = Gauge("chulin_trouble", "1 while a part cannot work", ["part"], registry=registry)


METRICS = Metrics()
