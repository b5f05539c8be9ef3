"""A virtual instrument on a real wire: a pseudo-terminal, a listening TCP port, or a port somebody else opened."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Self

from drivers import Trouble
from drivers.core.profile import Profile, Serial
from drivers.transport import PtyTransport, TcpTransport, Transport, has_pty, open_transport
from drivers.virtual import Device, Shown, compose, device


class Served:
    """A device on a wire with a thread of its own. *address* is what the host opens."""

    def __init__(self, profile: Profile, instrument: Device, port: str | None, tcp: bool) -> None:
        self._profile, self._device = profile, instrument
        self._given: queue.Queue[list[list[str]]] = queue.Queue()
        self._stopping = threading.Event()
        self._sent = threading.Event()
        self._order = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0)) if port is None and tcp else None
        self._transport: Transport | None = None
        if self._listener is not None:
            self._listener.settimeout(0.1)
            self.address = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        else:
            self._transport = open_transport(port, Serial()) if port is not None else PtyTransport()
            self.address = self._transport.address
        self._thread = threading.Thread(target=self._run, name=f"virtual {profile.name}", daemon=True)
        self._thread.start()

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """Send messages as soon as a host is there."""
        with self._order:
            self._sent.clear()
            self._given.put([list(message) for message in messages])

    def show(self, results: Sequence[Shown]) -> None:
        """Send results; tests and units may be the instrument's words or ours."""
        self.send(compose(self._profile, [_in_its_words(shown, self._profile) for shown in results]))

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until everything is sent; False when it is not after *seconds*."""
        return self._sent.wait(seconds)

    def close(self) -> None:
        """Switch it off."""
        self._stopping.set()
        self._thread.join(3.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._turn()
                except Trouble:
                    self._hung_up()
        finally:
            for wire in (self._transport, self._listener):
                if wire is not None:
                    wire.close()

    def _turn(self) -> None:
        transport = self._connected()
        if transport is None:
            return
        written = self._device.feed(transport.read(), time.monotonic())
        if not self._given.empty():
            self._device.send(self._given.get())
        written += self._device.poll(time.monotonic())
        for data in written:
            transport.write(data)
        with self._order:
            if self._device.idle and self._given.empty():
                self._sent.set()

    def _connected(self) -> Transport | None:
        """Return the wire once a host is at its other end."""
        if self._transport is None and self._listener is not None:
            try:
                self._transport = TcpTransport(self.address, self._listener.accept()[0])
            except TimeoutError:
                return None
        if isinstance(self._transport, PtyTransport) and not self._transport.connected():
            self._device.unplug()
            self._stopping.wait(0.02)
            return None
        return self._transport

    def _hung_up(self) -> None:
        self._device.unplug()
        if self._listener is not None and self._transport is not None:
            self._transport.close()
            self._transport = None
        else:
            self._stopping.wait(0.5)


def serve(
    profile: Profile,
    *,
    port: str | None = None,
    messages: Sequence[Sequence[str]] = (),
    fault: str | None = None,
    haste: float = 1.0,
    tcp: bool = False,
) -> Served:
    """Switch on the virtual instrument of *profile*.

    It is on a pseudo-terminal; with *tcp*, or where there are none, on a listening `socket://127.0.0.1:port`; or on
    *port*, opened as a host would. *messages* go out when a host connects. *haste* shortens the protocol's timers.
    Raises Trouble when *port* cannot be opened, ValueError for an unknown *fault*.
    """
    served = Served(profile, device(profile, fault, haste), port, tcp or not has_pty())
    if messages:
        served.send(messages)
    return served


def example(profile: Profile, at: datetime) -> list[Shown]:
    """Return an invented result for each test of *profile*, all of one invented sample; *at* is local time."""
    unit = next(iter(profile.units), "")
    return [Shown("DEMO-1", test, f"0.{place}0", unit, at) for place, test in enumerate(profile.tests, start=1)]


def _in_its_words(shown: Shown, profile: Profile) -> Shown:
    return replace(shown, test=_sent_as(profile.tests, shown.test), unit=_sent_as(profile.units, shown.unit))


def _sent_as(names: Mapping[str, str], ours: str) -> str:
    """Return the first spelling the profile knows for our name, the name itself where it knows none."""
    return next((sent for sent, name in names.items() if name == ours), ours)
