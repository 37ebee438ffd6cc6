"""docker-compose.yml as it is written: complete, closed, made of settings we have."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.settings import Settings
from tests.deployment.composition import (
    COMPOSE_FILE,
    DOCKERFILE,
    OUR_CONTAINERS,
    PROJECT,
    SECRETS,
    SERVICES,
    composition,
    container,
)

ALL = sorted(composition()["services"])
LONG_LIVED = [name for name in ALL if name != "migrate"]
ALARMS = PROJECT / "deploy" / "prometheus" / "alarms.yml"
ENVIRONMENT_EXAMPLE = PROJECT / "deploy" / "env.example"
OPERATIONS = PROJECT / "docs" / "operations.md"
OF_NO_USE_HERE = {"TONGHOP_DATA_DIRECTORY", "TONGHOP_PG_BIN", "TONGHOP_DEMO"}
"""They are of the embedded PostgreSQL, and of the demonstration."""


@pytest.fixture
def compose() -> list[str]:
    """The program that reads the file, where it is installed."""
    for words in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(words[0]):
            known = subprocess.run([*words, "version"], capture_output=True, check=False)  # noqa: S603
            if known.returncode == 0:
                return words
    pytest.skip("no docker-compose: run scripts/install-system-packages deployment")


def read_by(compose: list[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [*compose, "--file", str(COMPOSE_FILE), "--project-directory", str(PROJECT), "config"]
    return subprocess.run(  # noqa: S603
        command,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def service(name: str) -> dict[str, Any]:
    described: dict[str, Any] = composition()["services"][name]
    return described


def test_docker_compose_accepts_the_file_and_understands_it_as_these_tests_do(
    compose: list[str],
) -> None:
    read = read_by(compose, **SECRETS)
    assert read.returncode == 0, read.stderr
    understood = yaml.safe_load(read.stdout)["services"]
    for name in OUR_CONTAINERS:
        assert understood[name]["command"] == service(name)["command"]
        named = {key: str(value or "") for key, value in understood[name]["environment"].items()}
        assert named == container(name).environment


def test_without_a_password_nothing_starts_and_the_way_out_is_told(compose: list[str]) -> None:
    read = read_by(compose)
    assert read.returncode != 0
    assert "POSTGRES_PASSWORD" in read.stderr
    assert "openssl rand -hex 24" in read.stderr


def test_no_secret_has_a_default() -> None:
    with pytest.raises(KeyError, match="POSTGRES_PASSWORD"):
        composition({})


@pytest.mark.parametrize("name", OUR_CONTAINERS)
def test_every_setting_in_it_is_a_setting_of_the_product(name: str) -> None:
    known = {f"TONGHOP_{field.upper()}" for field in Settings.model_fields}
    named = {key for key in container(name).environment if key.startswith("TONGHOP_")}
    assert named
    assert named <= known


def test_every_setting_of_the_product_reaches_the_services() -> None:
    known = {f"TONGHOP_{field.upper()}" for field in Settings.model_fields}
    given = {key for name in SERVICES for key in container(name).environment}
    assert known - given == OF_NO_USE_HERE


def test_what_is_left_empty_has_the_products_default_and_the_example_tells_it() -> None:
    left_empty = re.findall(r"TONGHOP_(\w+): \$\{TONGHOP_\1:-\}", COMPOSE_FILE.read_text())
    assert Settings.model_config["env_ignore_empty"]
    told = ENVIRONMENT_EXAMPLE.read_text()
    for name in left_empty:
        field = Settings.model_fields[name.lower()]
        default = "" if field.default is None else str(field.default)
        assert re.search(rf"^# TONGHOP_{name}={re.escape(default)}$", told, re.MULTILINE), name


@pytest.mark.parametrize("file", [COMPOSE_FILE, ENVIRONMENT_EXAMPLE, DOCKERFILE], ids=str)
def test_no_setting_that_is_gone_is_named(file: Path) -> None:
    known = {f"TONGHOP_{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(r"TONGHOP_[A-Z_]+", file.read_text())) <= known


def test_every_variable_that_may_be_set_is_in_the_example() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE_FILE.read_text()))
    offered = set(re.findall(r"^(?:# )?([A-Z_]+)=", ENVIRONMENT_EXAMPLE.read_text(), re.MULTILINE))
    assert asked <= offered
    assert offered <= asked | {"COMPOSE_PROJECT_NAME"}


@pytest.mark.parametrize("name", LONG_LIVED)
def test_every_service_is_watched_limited_and_started_again(name: str) -> None:
    described = service(name)
    assert described["healthcheck"]["test"][0] == "CMD"
    assert described["mem_limit"]
    assert described["restart"] == "unless-stopped"
    assert described["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", [name for name in ALL if name not in OUR_CONTAINERS])
def test_images_of_others_are_pinned(name: str) -> None:
    repository, _, tag = service(name)["image"].rpartition(":")
    assert repository
    assert re.search(r"\d+\.\d+", tag)


def test_only_the_one_address_is_open_to_others() -> None:
    published = [
        (name, port) for name in ALL for port in service(name).get("ports", ()) if name != "caddy"
    ]
    assert published
    assert all(port.startswith("127.0.0.1:") for _, port in published)
    assert service("caddy")["ports"] == ["80:80", "443:443"]


@pytest.mark.parametrize("name", OUR_CONTAINERS)
def test_our_containers_have_no_powers(name: str) -> None:
    described = service(name)
    assert described["read_only"]
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER 10001", DOCKERFILE.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_services_have_longer_to_stop_than_they_take(name: str) -> None:
    grace = int(service(name)["stop_grace_period"].removesuffix("s"))
    assert grace > int(container(name).environment["TONGHOP_SHUTDOWN_SECONDS"])


@pytest.mark.parametrize("name", SERVICES)
def test_services_believe_the_proxy_about_who_asks(name: str) -> None:
    assert container(name).environment["FORWARDED_ALLOW_IPS"] == "*"
    assert service(name)["networks"][0] == "inside"
    assert "ports" not in service(name)


@pytest.mark.parametrize("name", SERVICES)
def test_services_wait_for_the_schema(name: str) -> None:
    waits = service(name)["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert waits["postgres"]["condition"] == "service_healthy"


def test_what_is_acknowledged_is_on_disk_and_kept() -> None:
    assert "synchronous_commit=on" in service("postgres")["command"]
    kafka = service("kafka")["environment"]
    assert kafka["KAFKA_LOG_RETENTION_MS"] == kafka["KAFKA_LOG_RETENTION_BYTES"] == "-1"
    volumes = composition()["volumes"]
    for name in ("postgres", "kafka"):
        kept, _, _ = service(name)["volumes"][0].partition(":")
        assert volumes[kept]["name"] == f"tonghop-{name}"


def test_the_pools_of_all_services_fit_into_postgresql() -> None:
    command = " ".join(service("postgres")["command"])
    most = re.search(r"max_connections=(\d+)", command)
    assert most is not None
    pools = [int(container(name).environment["TONGHOP_DATABASE_POOL_SIZE"]) for name in SERVICES]
    spare = 20
    assert sum(pools) + spare <= int(most[1])


def test_the_image_takes_only_pinned_packages() -> None:
    written = DOCKERFILE.read_text()
    assert "--require-hashes" in written
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.11-slim", written, re.MULTILINE)


def test_every_alarm_is_about_a_metric_we_have_and_is_explained() -> None:
    declared = set(
        re.findall(r'"(tonghop_\w+)"', (PROJECT / "shared/observability/metrics.py").read_text())
    )
    rules = yaml.safe_load(ALARMS.read_text())["groups"][0]["rules"]
    for rule in rules:
        for metric in re.findall(r"tonghop_\w+", rule["expr"].replace('job="tonghop"', "")):
            assert metric.removesuffix("_bucket") in declared
        assert f"**{rule['alert']}**" in OPERATIONS.read_text()
