"""Notices go where they may go, signed."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import pytest

from api.errors import InvalidInput
from api.service import webhooks
from api.service.webhooks import Target, call, signature, target_of
from tests.service.receivers import receiver_of

if TYPE_CHECKING:
    from collections.abc import Callable


def at(*addresses: str) -> Callable[[str, int], tuple[str, ...]]:
    """Return a lookup that finds the addresses."""

    def lookup(host: str, port: int) -> tuple[str, ...]:
        return addresses

    return lookup


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "https://user:word@example.org/",
        "https:///x",
        "https://example.org/#part",
        "ftp://example.org",
        "https://example.org:99999/",
        "https://example.org/" + "x" * 3_000,
        "https://exa\nmple.org/",
        "https://xn--\u2603.example/",
        "https://-\u00ad.example/",
        "https://[::1",
    ],
)
def test_only_plain_https_addresses_are_taken(url: str) -> None:
    with pytest.raises(InvalidInput, match="E676"):
        target_of(url, lookup=at("93.184.216.34"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.9", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1",
        "::1", "fe80::1%eth0", "fd00::1", "fec0::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_no_address_inside_is_called_however_it_is_written(address: str) -> None:
    with pytest.raises(InvalidInput, match="E678"):
        target_of("https://example.org/x", lookup=at("93.184.216.34", address))


def test_a_public_address_is_called_as_it_was_checked() -> None:
    found = target_of("https://example.org:8443/x?y=1", lookup=at("93.184.216.34"))
    assert (found.host, found.port, found.address) == ("example.org", 8443, "93.184.216.34")


def test_a_host_in_chinese_is_looked_up_and_called_in_ascii() -> None:
    """Past bug: its name went into a header as it was, which cannot be sent."""
    asked: list[str] = []

    def lookup(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("93.184.216.34",)

    found = target_of("https://县域.example/x", lookup=lookup)
    assert [found.host] == asked == ["县域.example".encode("idna").decode()]
    assert target_of("https://县域.example/x", ["县域.example"], lookup=at("10.1.2.3")).address == "10.1.2.3"


@pytest.mark.parametrize("host", ["县域.example", "a\nb"])
def test_a_target_that_cannot_be_called_gives_no_status(host: str) -> None:
    """Past bug: the error left the sender and held up every other notice."""
    assert call(Target(url="https://x.example/", host=host, port=9, address="127.0.0.1"), "secret", {}, 1) == 0
    assert call(Target(url=f"https://{host}:x/", host="x", port=9, address="127.0.0.1"), "secret", {}, 1) == 0


def test_the_operator_may_allow_a_host_of_the_house() -> None:
    assert target_of("https://hub.county/x", ["hub.county"], lookup=at("10.1.2.3")).address == "10.1.2.3"
    with pytest.raises(InvalidInput, match="E678"):
        target_of("https://other.county/x", ["hub.county"], lookup=at("10.1.2.3"))


def test_a_host_that_is_not_found_is_named() -> None:
    def lost(host: str, port: int) -> list[str]:
        raise OSError

    with pytest.raises(InvalidInput, match=r"E677.*nowhere\.example"):
        target_of("https://nowhere.example/", lookup=lost)


def test_the_signature_is_what_the_documentation_says() -> None:
    expected = hmac.new(b"secret", b'1700000000.{"a":1}', hashlib.sha256).hexdigest()
    assert signature("secret", 1_700_000_000, b'{"a":1}') == expected


def test_a_receiver_that_does_not_answer_gives_no_status() -> None:
    nowhere = Target(url="https://localhost:9/x", host="localhost", port=9, address="127.0.0.1")
    assert call(nowhere, "secret", {"job": "job_1"}, 1) == 0


def test_a_receiver_is_called_at_the_address_that_was_checked_and_its_status_returned() -> None:
    with receiver_of() as receiver:
        target = target_of(receiver.url, ["localhost"], lookup=at("127.0.0.1"))
        assert call(target, "secret", {"job": "job_1"}, 1, trust=receiver.trust) == 204


@pytest.mark.parametrize("mode", ["silent", "dribbling", "mute"])
def test_a_call_ends_in_its_time_whatever_the_receiver_does(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past bug: a line of the answer every 4 s held a call that may take 5 s for 42 s, and could for ever."""
    monkeypatch.setattr(webhooks, "CALL_S", 0.4)
    with receiver_of(mode) as receiver:
        target = target_of(receiver.url, ["localhost"], lookup=at("127.0.0.1"))
        assert call(target, "secret", {"job": "job_1"}, 1, trust=receiver.trust) == 0
        assert receiver.calls == 1
        assert mode == "silent" or receiver.is_cut.wait(10)
