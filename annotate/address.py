"""Where a server listens: on this machine alone, or open to a team, and what that exposes."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import closing, suppress

from wink.errors import ConfigError

LOOPBACK = "127.0.0.1"
#: Every address of this machine.
EVERYWHERE = "0.0.0.0"
#: An address of the documentation block (RFC 5737): asking which way leads there sends nothing.
_FAR_AWAY = ("192.0.2.1", 9)


def check_host(host: object) -> str:
    """An IPv4 address of this machine as a setting names it, by number or by name.

    Raises:
        ConfigError: this machine has no such address.
    """
    text = str(host)
    try:
        number = socket.gethostbyname(text)
        with socket.socket() as probe:
            probe.bind((number, 0))
    except (OSError, UnicodeError):
        raise ConfigError(
            f"host={text} is no address of this machine; it has {', '.join(own_addresses())}, and {EVERYWHERE} is all "
            "of them. From elsewhere only this machine can be reached by those; for one browser `ssh -L` is safer"
        ) from None
    return LOOPBACK if ipaddress.ip_address(number).is_loopback else number


def is_open(host: str) -> bool:
    """Whether others than this machine can reach a server that listens there."""
    return host != LOOPBACK


def local_address(host: str) -> str:
    """The address by which this machine reaches a server that listens at `host`."""
    return LOOPBACK if host in (LOOPBACK, EVERYWHERE) else host


def own_addresses() -> list[str]:
    """This machine's IPv4 addresses, as far as it knows them itself; the loopback first."""
    found = [LOOPBACK]
    with suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    with suppress(OSError), closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.connect(_FAR_AWAY)
        found.append(str(probe.getsockname()[0]))
    return [a for a in dict.fromkeys(found) if a == LOOPBACK or not a.startswith("127.")]


def allowed_hosts(host: str) -> list[str]:
    """The names browsers may call a server by that listens at `host`; every other is refused."""
    names = [LOOPBACK, "localhost"]
    if host == EVERYWHERE:
        names += [*own_addresses(), socket.gethostname(), socket.getfqdn()]
    elif is_open(host):
        names.append(host)
    return [name for name in dict.fromkeys(names) if name]


def exposure(host: str, port: int) -> str:
    """What opening a server at `host` exposes, in plain words."""
    outside = own_addresses()[1:] if host == EVERYWHERE else [host]
    pages = " or ".join(f"http://{name}:{port}" for name in outside) or f"http://THIS_MACHINE:{port}"
    return "\n".join(
        (
            f"open to others at {pages}. What that exposes:",
            "  - whoever reaches this machine sees the log-in page; only who is invited gets in (no uninvited sign-up)",
            "  - no encryption: passwords, clips and answers pass in the clear. Only on a network you trust, or behind",
            "    a proxy that adds TLS, or instead: ssh -L 8080:127.0.0.1:PORT THIS_MACHINE",
            "  - no roles: every log-in sees all clips, projects and answers of others, and may change or delete them",
            "  - faces and voices in filmed clips are shown to every log-in; see to their consent",
            "  close it again: wink annotate stop=true",
        )
    )
