"""What stands in deploy/ fits the program: alerts name metrics that exist, containers and units keep to themselves."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from bot.metrics import METRICS
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
UNIT = (DEPLOY / "chulin.service").read_text()
BACKUP_UNIT = (DEPLOY / "chulin-backup.service").read_text()
GUIDE = (ROOT / "docs" / "guide" / "operator.zh.md").read_text()
LAST_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
ENDS = ("_bucket", "_count", "_sum")
NOT_OURS = {"up"}


def metrics() -> set[str]:
    """Names as they are scraped."""
    families = [
        line.split()[2] for line in generate_latest(METRICS.registry).decode().splitlines() if line.startswith("# TYPE")
    ]
    return {name + end for name in families for end in ("", *ENDS)}


def labels_of(metric: str) -> set[str]:
    plain = re.sub("(_total|_bucket|_count|_sum)$", "", metric)
    family = METRICS.registry._names_to_collectors.get(plain)
    return {*getattr(family, "_labelnames", ()), "job", "instance", "le"}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_is_measured(rule: dict[str, Any]) -> None:
    expression = re.sub(r'"[^"]*"', '""', rule["expr"])
    named = set(re.findall(r"\b(?:chulin|process)_\w+|\bup\b", expression))
    assert named
    assert named - NOT_OURS <= metrics()
    for metric, conditions in re.findall(r"(\w+)\{([^}]*)\}", expression):
        if metric not in NOT_OURS:
            assert set(re.findall(r"(\w+)\s*[=!]", conditions)) <= labels_of(metric)


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["action"]
    assert rule["expr"].count("(") == rule["expr"].count(")")


def test_no_metric_carries_a_person_or_a_chat() -> None:
    allowed = {"bot", "outcome", "error", "kind", "box", "state", "part", "version", "revision"}
    collectors = set(METRICS.registry._collector_to_names)
    assert {label for found in collectors for label in getattr(found, "_labelnames", ())} <= allowed


# --- containers --------------------------------------------------------------------------------------------------------


def test_every_base_of_the_image_has_a_version() -> None:
    bases = re.findall(r"^FROM (\S+)|--from=(\S+/\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 3
    for base in ("".join(found) for found in bases):
        assert re.search(r":[\w.-]*\d", base), base
        assert not base.endswith(":latest")


def test_the_image_runs_as_nobody_in_particular() -> None:
    users = re.findall(r"^USER (\S+)", LAST_STAGE, re.MULTILINE)
    assert users == ["10001:10001"]
    assert LAST_STAGE.index("USER ") < LAST_STAGE.index("ENTRYPOINT")
    assert not re.search(r"\b(sudo|curl|wget|apt-get|pip install)\b", LAST_STAGE)


def test_the_image_has_what_the_wheel_has_and_no_secret() -> None:
    packages = re.search(r"packages = \[([^\]]*)\]", (ROOT / "pyproject.toml").read_text())
    assert packages
    for package in re.findall(r'"(\w+)"', packages[1]):
        assert f"COPY {package} {package}\n" in DOCKERFILE
        assert f"!{package}\n" in (ROOT / ".dockerignore").read_text()
    assert (ROOT / ".dockerignore").read_text().startswith("*\n"), "only what is named goes into the image"
    assert not re.search(r"TOKEN|SECRET|PASSWORD", DOCKERFILE)


def test_what_the_image_sets_are_settings() -> None:
    named = re.findall(r"CHULIN_(\w+)=", DOCKERFILE)
    assert len(named) > 4
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_image_says_whether_it_is_well() -> None:
    assert "HEALTHCHECK" in LAST_STAGE
    assert "/healthz" in LAST_STAGE
    assert re.search(r'^ENTRYPOINT \["chulin"\]$', LAST_STAGE, re.MULTILINE), "signals reach the process itself"


@pytest.mark.parametrize("name", list(COMPOSE["services"]))
def test_a_container_may_write_only_where_it_must(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert len(service["volumes"]) == 1
    assert service["tmpfs"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert "ports" not in service, "nothing listens to the outside"


def test_the_database_is_reached_from_inside_only_and_asked_whether_it_is_well() -> None:
    database = COMPOSE["services"]["database"]
    assert database["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert "pg_isready" in database["healthcheck"]["test"]
    assert re.search(r":\d", database["image"])


def test_the_bot_waits_for_the_upgrade_and_that_for_the_database() -> None:
    services = COMPOSE["services"]
    assert services["upgrade"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["upgrade"]["command"] == ["db", "upgrade"]
    assert services["bot"]["depends_on"]["upgrade"]["condition"] == "service_completed_successfully"
    assert int(services["bot"]["stop_grace_period"].removesuffix("s")) > 10


def test_only_the_upgrade_logs_in_as_the_owner() -> None:
    services, owner, app = COMPOSE["services"], "//chulin:", "//chulin_app:"
    for name in ("bot", "upgrade"):
        assert app in services[name]["environment"]["CHULIN_DATABASE_URL"]
    assert owner in services["upgrade"]["environment"]["CHULIN_DATABASE_OWNER_URL"]
    assert "CHULIN_DATABASE_OWNER_URL" not in services["bot"]["environment"]
    assert services["bot"]["environment"]["POSTGRES_PASSWORD"] == "", "what env_file has is not for the bot"


def test_the_image_of_the_database_makes_the_role_of_the_bot() -> None:
    database = COMPOSE["services"]["database"]
    [script] = database["configs"]
    assert script["target"].startswith("/docker-entrypoint-initdb.d/")
    assert script["target"].endswith(".sql"), "run by psql, in which \\getenv reads the environment"
    [named] = re.findall(r"\\getenv \w+ (\w+)", (DEPLOY / COMPOSE["configs"][script["source"]]["file"]).read_text())
    assert named in database["environment"]


# --- systemd -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "User=chulin", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
        "CapabilityBoundingSet=", "StateDirectory=chulin", "Restart=always", "SystemCallFilter=@system-service",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "MemoryDenyWriteExecute=yes", "UMask=0077",
        "StartLimitIntervalSec=0",
    ],
)  # fmt: skip
def test_the_unit_keeps_to_itself_and_keeps_trying(line: str) -> None:
    assert f"\n{line}\n" in UNIT


def test_a_unit_and_the_commands_beside_it_have_the_same_settings() -> None:
    """A setting of the unit's own would give the service another database than `chulin db upgrade` made."""
    assert not re.search(r"^Environment(File)?=.*(CHULIN_|\.env)", UNIT + BACKUP_UNIT, re.MULTILINE)
    folder = re.search(r"^WorkingDirectory=(.*)$", UNIT, re.MULTILINE)
    assert folder
    assert f"cd {folder[1]}" in GUIDE
    state = re.search(r"^StateDirectory=(.*)$", UNIT, re.MULTILINE)
    assert state
    for name in ("DATA_DIR=", "DATABASE_URL=sqlite:///", "BACKUP_DIR="):
        assert f"\n    CHULIN_{name}/var/lib/{state[1]}" in GUIDE, "what the unit may write is what the guide sets"


def test_the_unit_gives_time_to_stop() -> None:
    seconds = re.search(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert seconds
    assert int(seconds[1]) > 10


def test_the_unit_lets_reports_be_drawn_at_a_lower_priority() -> None:
    filters = re.findall(r"^SystemCallFilter=(.*)$", UNIT, re.MULTILINE)
    assert filters.index("setpriority") > filters.index("~@privileged @resources"), "the later line wins"


def test_the_backup_runs_daily_on_what_the_bot_has_with_no_more_rights() -> None:
    timer = (DEPLOY / "chulin-backup.timer").read_text()
    assert re.search(r"^OnCalendar=\*-\*-\* \d\d:\d\d$", timer, re.MULTILINE)
    assert "\nPersistent=true\n" in timer
    assert re.search(r"^ExecStart=\S+/chulin backup$", BACKUP_UNIT, re.MULTILINE)
    differ = {"Type", "ExecStart", "Description"}
    lines = [
        line for line in BACKUP_UNIT.splitlines() if re.match(r"\w+=", line) and line.partition("=")[0] not in differ
    ]
    assert [line for line in lines if line.replace("After=", "After=network-online.target ") not in UNIT] == []
    hardening = [
        line for line in UNIT.splitlines() if re.match(r"(Protect|Private|Restrict|No|Capability|UMask)", line)
    ]
    assert [line for line in hardening if line not in BACKUP_UNIT] == []
