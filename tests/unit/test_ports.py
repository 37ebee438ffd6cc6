"""Ports for programs that are about to start."""

import socket

import pytest

from shared import ports
from shared.ports import NoFreePort, free_port, free_ports
from shared.runtime import listen


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()
    with listen("127.0.0.1", port) as listening:
        assert listening.getsockname()[1] == port


def test_no_outgoing_connection_is_given_one() -> None:
    with (
        listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()) as outgoing,
    ):
        assert outgoing.getsockname()[1] >= ports.LAST
    assert free_port() < ports.LAST


def test_ports_asked_for_together_differ() -> None:
    assert len(set(free_ports(50))) == 50


def test_a_taken_port_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_port()
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(ports, "LAST", first + 1)
    with listen("127.0.0.1", first), pytest.raises(NoFreePort, match=str(first)):
        free_port()
    assert free_port() == first
