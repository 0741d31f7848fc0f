"""Requests come from the studio's own page: those of other sites are refused.

Any site that a user visits can send requests to a server on the user's machine. A browser says
where a request comes from (Origin, Sec-Fetch-Site), and by which name the server was called (Host):
a site that lets its own name point to this machine (DNS rebinding) is told by that name.
Starlette's TrustedHostMiddleware knows neither IPv6 nor the Origin, and does not say what to do.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from dpst.studio.refusals import App, Receive, Refused, Scope, Send, header_values, refuse

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\s]+)(?::(\d{1,5}))?", re.ASCII)
_PORTS = {"http": 80, "https": 443}


def served_names(host: str, allowed_hosts: Collection[str] = ()) -> frozenset[str]:
    """Return the names and addresses by which a server may be called.

    Args:
        host: what it serves at; for all addresses (0.0.0.0, ::) the machine's name counts, and
            `OwnSiteOnly` takes the address of this machine at which a request came in.
        allowed_hosts: further names, such as a proxy's.
    """
    names = {host, *allowed_hosts}
    if is_any_address(host):
        own_name = socket.gethostname()
        names |= {own_name, f"{own_name}.local"}
    return _LOCAL_NAMES | {_plain(name) for name in names}


def is_any_address(host: str) -> bool:
    """Return whether a host stands for all addresses of the machine."""
    return _plain(host) in ("0.0.0.0", "::")  # noqa: S104


def is_local(host: str) -> bool:
    """Return whether a host is reached from this machine alone."""
    try:
        return ipaddress.ip_address(_plain(host)).is_loopback
    except ValueError:
        return _plain(host) == "localhost"


def page_address(host: str, port: int) -> str:
    """Return the address that a browser opens; an IPv6 address stands in brackets."""
    name = _plain(host)
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


class OwnSiteOnly:
    """Refuses requests with a foreign Host or from a foreign site, also those for WebSockets.

    Args:
        app: what serves the other requests.
        host: what the server serves at.
        allowed_hosts: names by which it may be called besides.
    """

    def __init__(self, app: App, host: str, allowed_hosts: Collection[str] = ()) -> None:
        """Keep what is given."""
        self._app = app
        self._names = served_names(host, allowed_hosts)
        self._further_names = {_plain(name) for name in allowed_hosts}
        self._is_any = is_any_address(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] in ("http", "websocket"):
            try:
                self._check(scope)
            except Refused as refused:
                await refuse(scope, send, refused)
                return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        hosts = header_values(scope, b"host")
        host = _parsed(hosts[0]) if len(hosts) == 1 else None
        server = scope.get("server") or ("", None)
        names = self._names | ({_plain(server[0])} if self._is_any else set())
        if host is None or host[0] not in names:
            raise Refused(
                403,
                f"the request is for the host {', '.join(hosts)[:80]!r}, must be for one that the "
                "studio serves: open the address that it printed, or start it with "
                "--allowed_hosts=NAME.",
            )
        for origin in header_values(scope, b"origin"):
            if not self._is_own(origin, host):
                raise Refused(
                    403,
                    f"the request comes from {origin[:80]!r}, must come from the studio's own "
                    "page: open the address that it printed.",
                )
        _check_fetch(scope)

    def _is_own(self, origin: str, host: tuple[str, int | None]) -> bool:
        """Return whether an origin is the studio's page, as it is called with this host."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        parsed = _parsed(parts.netloc)
        if parts.scheme not in _PORTS or parsed is None or origin.count("/") != 2:
            return False
        if parsed[0] in self._further_names:
            return True
        port = _PORTS[parts.scheme]
        return parsed[0] == host[0] and (parsed[1] or port) == (host[1] or port)


def _check_fetch(scope: Scope) -> None:
    """Refuse what another site loads without an Origin, unless a link to the page was followed."""
    site, mode, target = (
        "".join(header_values(scope, name))
        for name in (b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest")
    )
    is_followed_link = (
        scope.get("method") in ("GET", "HEAD") and mode == "navigate" and target == "document"
    )
    if site in ("cross-site", "same-site") and not is_followed_link:
        raise Refused(
            403,
            "the request comes from another site, must come from the studio's own page: open the "
            "address that it printed.",
        )


def _parsed(authority: str) -> tuple[str, int | None] | None:
    """Return the plain host and the port of `host:port`, or None where it is neither."""
    match = _AUTHORITY.fullmatch(authority)
    return (_plain(match[1]), int(match[2]) if match[2] else None) if match else None


def _plain(host: str) -> str:
    """Return a host in the one form in which it is compared."""
    host = host.strip().strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(getattr(address, "ipv4_mapped", None) or address)
