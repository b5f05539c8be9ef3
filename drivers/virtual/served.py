"""A virtual instrument on a real wire: a pseudo-terminal, a listening TCP port, or a port somebody else opened."""

from __future__ import annotations

import queue
import re
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, Self

from drivers import Trouble
from drivers.core.profile import Profile, Serial, Span
from drivers.transport import MemoryTransport, PtyTransport, TcpTransport, Transport, has_pty, open_transport
from drivers.virtual import UNPLUG, Device, Shown, compose, device

TAKEN_S = 0.15
"""The host has taken by then what was sent."""
AWAY_S = 0.3
"""For so long the plug is out."""
CONTROLS = ("QC-1", "QC1", "QC", "QC01", "CTRL-1", "CTRL1", "CTRL", "CONTROL", "CK", "CK1", "CK-1", "质控", "质控1", "对照", "对照1", "空白")
"""Sample numbers of controls as laboratories write them; the first that a profile takes for one is shown."""
RAW: Mapping[str, tuple[tuple[str, Decimal], ...]] = {
    "inhibition": (("absorbance change", Decimal("0.412")),),
    "line-ratio": (("test line", Decimal(152)), ("control line", Decimal(318))),
}
"""What a reader would send of its channels, by the kind of calculation."""


class Served:
    """A device on a wire with a thread of its own. *address* is what the host opens, and stays so when the plug was pulled."""

    def __init__(self, profile: Profile, instrument: Device, wire: Wire) -> None:
        self._profile, self._device, self._wire = profile, instrument, wire
        self._given: queue.Queue[list[list[str]]] = queue.Queue()
        self._stopping = threading.Event()
        self._sent = threading.Event()
        self._order = threading.Lock()
        self.address = wire.address
        self.bytes_sent = 0
        """Bytes written so far, those the plug was pulled on included."""
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
                    self._device.unplug()
                    self._wire.gone()
        finally:
            self._wire.close()

    def _turn(self) -> None:
        transport = self._wire.host()
        if transport is None:
            self._device.unplug()
            self._stopping.wait(0.02)
            return
        heard = transport.read()
        # What was given before the host spoke is there before it is heard: a balance asked at once weighs what was laid on it.
        while not self._given.empty():
            self._device.send(self._given.get())
        written = [*self._device.feed(heard, time.monotonic()), *self._device.poll(time.monotonic())]
        for data in written:
            if data == UNPLUG:
                self._unplug()
                break
            transport.write(data)
            self.bytes_sent += len(data)
        with self._order:
            if self._device.idle and self._given.empty():
                self._sent.set()

    def _unplug(self) -> None:
        # Time for the host to take what was sent before: pulled a moment earlier, the system would throw it away.
        self._stopping.wait(TAKEN_S)
        self._device.unplug()
        self._wire.pull()
        self._stopping.wait(AWAY_S)
        self._wire.plug()


class Wire(Protocol):
    """Where a virtual instrument is plugged in."""

    address: str

    def host(self) -> Transport | None:
        """Return the wire while a host is at its other end; raises Trouble."""

    def gone(self) -> None:
        """The host hung up."""

    def pull(self) -> None:
        """Take the wire away."""

    def plug(self) -> None:
        """Bring it back, at the same address."""

    def close(self) -> None:
        """Leave nothing behind."""


class OfPty:
    """A pseudo-terminal of our own. Where the plug will be pulled, the host is given a link to it, as udev names adapters."""

    def __init__(self, pulled: bool) -> None:
        self._pty: PtyTransport | None = PtyTransport()
        self.address = self._pty.address
        self._folder = TemporaryDirectory(prefix="shiyan-") if pulled else None
        if self._folder is not None:
            self.address = str(Path(self._folder.name) / "instrument")
            Path(self.address).symlink_to(self._pty.address)

    def host(self) -> Transport | None:
        """See Wire."""
        return self._pty if self._pty is not None and self._pty.connected() else None

    def gone(self) -> None:
        """See Wire."""

    def pull(self) -> None:
        """See Wire."""
        if self._folder is not None:
            # The link goes first: the number of a closed pseudo-terminal may be another's at once.
            Path(self.address).unlink(missing_ok=True)
        if self._pty is not None:
            self._pty.close()
            self._pty = None

    def plug(self) -> None:
        """See Wire."""
        if self._folder is not None:
            self._pty = PtyTransport()
            Path(self.address).symlink_to(self._pty.address)

    def close(self) -> None:
        """See Wire."""
        self.pull()
        if self._folder is not None:
            self._folder.cleanup()


class OfTcp:
    """A TCP port that listens here: the host calls; one host at a time."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.address = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._caller: TcpTransport | None = None

    def host(self) -> Transport | None:
        """See Wire."""
        if self._caller is None:
            try:
                self._caller = TcpTransport(self.address, self._listener.accept()[0])
            except TimeoutError:
                return None
        return self._caller

    def gone(self) -> None:
        """See Wire."""
        self.pull()

    def pull(self) -> None:
        """See Wire."""
        if self._caller is not None:
            self._caller.close()
            self._caller = None

    def plug(self) -> None:
        """Nothing: the next caller is welcome."""

    def close(self) -> None:
        """See Wire."""
        self.pull()
        self._listener.close()


class OfMemory:
    """The other end of a wire in this program, which the host holds."""

    def __init__(self, held: MemoryTransport) -> None:
        self.address = held.address
        self._held, self._mine = held, held.other_end()

    def host(self) -> Transport | None:
        """See Wire."""
        return self._mine

    def gone(self) -> None:
        """See Wire."""

    def pull(self) -> None:
        """See Wire."""
        self._held.broken = True

    def plug(self) -> None:
        """See Wire."""
        self._held.broken = False

    def close(self) -> None:
        """See Wire."""


class OfPort:
    """A port that somebody else has made, opened as a host would. It cannot be pulled: the plug is at the other end."""

    def __init__(self, port: str) -> None:
        self._transport = open_transport(port, Serial())
        self.address = self._transport.address
        self._away = 0.0

    def host(self) -> Transport | None:
        """See Wire."""
        return self._transport if time.monotonic() >= self._away else None

    def gone(self) -> None:
        """See Wire."""
        self._away = time.monotonic() + 0.5

    def pull(self) -> None:
        """See Wire."""

    def plug(self) -> None:
        """See Wire."""

    def close(self) -> None:
        """See Wire."""
        self._transport.close()


def serve(
    profile: Profile,
    *,
    port: str | None = None,
    messages: Sequence[Sequence[str]] = (),
    fault: str | None = None,
    haste: float = 1.0,
    tcp: bool = False,
    held: MemoryTransport | None = None,
) -> Served:
    """Switch on the virtual instrument of *profile*.

    One that leaves files has a folder of its own. Any other is on a pseudo-terminal; with *tcp*, or where there are none,
    on a listening `socket://127.0.0.1:port`; on *port*, opened as a host would; or in memory, at the other end of what the
    host has *held*. *messages* go out when a host connects. *haste* shortens the protocol's timers. Raises Trouble when
    *port* cannot be opened, ValueError for an unknown *fault*.
    """
    instrument = device(profile, fault, haste)
    served = Served(profile, instrument, _wire(profile, port, tcp, held, pulled=fault == "unplug"))
    if messages:
        served.send(messages)
    return served


def _wire(profile: Profile, port: str | None, tcp: bool, held: MemoryTransport | None, pulled: bool) -> Wire:
    if profile.link == "files":
        from drivers.virtual.folder import OfFolder

        return OfFolder()
    if held is not None:
        return OfMemory(held)
    if port is not None:
        return OfPort(port)
    return OfTcp() if tcp or not has_pty() else OfPty(pulled)


def example(profile: Profile, at: datetime) -> list[Shown]:
    """Return an invented result for each test of *profile*, all of one invented sample, and for each control that can be named.

    Numbers lie within the ranges; a profile without tests (a balance, a scanner) shows one result without a test, which
    its composer takes as an example of whatever it measures. A place measures by itself. *at* is local time.
    """
    if profile.about in ("nothing", "places"):
        return []
    shown = [_result(profile, "DEMO-1", test, item, place, at) for place, (test, item) in enumerate(profile.tests.items(), start=1)]
    return (shown or [_result(profile, "DEMO-1", "", "", 1, at)]) + _controls(profile, at)


def _controls(profile: Profile, at: datetime) -> list[Shown]:
    shown: list[Shown] = []
    for control in profile.controls:
        sample = next((name for name in (control.sample, *CONTROLS) if re.fullmatch(control.sample, name)), None)
        tests = [(test, item) for test, item in profile.tests.items() if control.test in ("*", item)]
        if sample and tests:
            one = _result(profile, sample, *tests[0], 1, at)
            shown.append(replace(one, control=True, value=_within(one.value, Span(control.low, control.high))))
    return shown


def _result(profile: Profile, sample: str, test: str, item: str, place: int, at: datetime) -> Shown:
    span = profile.ranges.get(item, Span())
    unit = _sent_as(profile.units, span.unit) if span.unit else next(iter(profile.units), "")
    words = [sent for sent, outcome in profile.words.items() if outcome == "negative"] or list(profile.words)
    return Shown(sample, test, _within(f"0.{place}0", span), unit, at, position=str(place), words=words[0] if words else "", raw=_raw(profile))


def _raw(profile: Profile) -> tuple[tuple[str, Decimal], ...]:
    kind = profile.calculation.kind if profile.calculation else ""
    return RAW.get(kind, ())


def _within(value: str, span: Span) -> str:
    """Return *value*, or where it lies outside *span* the middle of it or its one end."""
    if span.holds(Decimal(value)):
        return value
    ends = [end for end in (span.low, span.high) if end is not None]
    return format(sum(ends, Decimal()) / len(ends), "f")


def _in_its_words(shown: Shown, profile: Profile) -> Shown:
    return replace(shown, test=_sent_as(profile.tests, shown.test), unit=_sent_as(profile.units, shown.unit))


def _sent_as(names: Mapping[str, str], ours: str) -> str:
    """Return the first spelling the profile knows for our name, the name itself where it knows none."""
    return next((sent for sent, name in names.items() if name == ours), ours)
