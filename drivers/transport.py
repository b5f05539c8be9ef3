"""The wire itself: a serial port, a TCP connection, a pseudo-terminal of our own, or two queues in memory."""

from __future__ import annotations

import errno
import os
import queue
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

import serial

from drivers import Trouble
from drivers.core.profile import Serial
from drivers.identity import USB, Plugged, SerialPort, named, resolved
from drivers.links.files import FilesSettings

try:
    import termios

    # termios.error is no OSError: an unplugged port raises all three kinds.
    PORT_ERRORS: tuple[type[Exception], ...] = (serial.SerialException, OSError, termios.error)
except ImportError:  # Windows
    PORT_ERRORS = (serial.SerialException, OSError)

BROKEN: tuple[type[Exception], ...] = (*PORT_ERRORS, TypeError, ValueError)
"""What use of a port can raise; TypeError and ValueError when it is closed and its file number gone."""
WAIT_S = 0.1
"""A read returns after this long at the latest, so that whoever reads can stop and look at the time."""
SETTLE_S = 0.005
"""After the first byte a moment's rest: a frame then comes in a few pieces and not in sixty."""
CHUNK = 65_536
CONNECT_S = 2.0
WRITE_S = 2.0
"""Nobody at the other end takes our bytes for this long: it is gone."""
PTY = "pty"
"""The address that asks for a pseudo-terminal of our own."""


class Transport(Protocol):
    """An open wire. Every call raises Trouble `port-lost` when it is gone."""

    address: str
    """Where the other side is, or how it finds us."""

    def read(self) -> bytes:
        """Return what came, empty after WAIT_S without a byte."""

    def write(self, data: bytes) -> None:
        """Send all of *data*."""

    def close(self) -> None:
        """Close; a second time does nothing."""


@runtime_checkable
class Keeping(Transport, Protocol):
    """A wire whose other end keeps what was read (a folder): the port forgets what it could not journal, it is read again."""

    def knows(self, digests: set[str]) -> None:
        """Take note of the SHA-256 of everything that is in the journal already, as 64 hexadecimal digits each."""


def serial_ports() -> tuple[SerialPort, ...]:
    """Return the serial ports of this computer, each with the address that stays its own."""
    return named(_plugged())


def open_transport(address: str, line: Serial, settings: object = None) -> Transport:
    """Open a port name, `usb:...` (see identity), `socket://host:port`, `listen://host:port`, a folder (see folder) or `pty`; raises Trouble.

    *settings* are the link's, for wires that need some of them. `no-such-port`, `port-held`, `not-permitted`,
    `port-lost`, `settings-refused` by the device, or `wrong-kind` where the link reads files and this is no folder, or the other way round.
    """
    if address.startswith("folder://") or Path(address).is_dir():
        from drivers.folder import FolderTransport

        return FolderTransport(address, settings)
    if isinstance(settings, FilesSettings):
        raise Trouble("wrong-kind", port=address, detail="no folder")
    if address == PTY:
        return PtyTransport()
    try:
        if address.startswith("socket://"):
            return TcpTransport(address)
        if address.startswith("listen://"):
            return ListenTransport(address)
        return SerialTransport(_device(address), line)
    except ValueError as error:
        raise Trouble("settings-refused", port=address, detail=str(error)) from error
    except PORT_ERRORS as error:
        raise _trouble(address, error, _OPENING, "no-such-port") from error


def _device(address: str) -> str:
    """Return the device that bears a `usb:` address at this moment; any other address is its own device."""
    if not address.lower().startswith(USB):
        return address
    try:
        return resolved(address, _plugged())
    except LookupError as error:
        raise Trouble("no-such-port", port=address, detail=str(error)) from error


def _plugged() -> list[Plugged]:
    from serial.tools import list_ports

    return [Plugged(str(port.device), str(port.description or ""), port.vid, port.pid, port.serial_number, port.location) for port in list_ports.comports()]


def has_pty() -> bool:
    """Say whether this system has pseudo-terminals."""
    return hasattr(os, "openpty")


class SerialTransport:
    """A serial port by its name; a virtual one ignores line settings, which a pseudo-terminal may refuse."""

    def __init__(self, address: str, line: Serial) -> None:
        self.address = address
        self.settings = line = Serial() if is_virtual(address) else line
        self._port = serial.Serial(
            port=None,
            baudrate=line.baudrate,
            bytesize=line.bytesize,
            parity=line.parity,
            stopbits=line.stopbits,
            xonxoff=line.xonxoff,
            rtscts=line.rtscts,
            timeout=WAIT_S,
            write_timeout=WRITE_S,
            exclusive=True if os.name == "posix" else None,
        )
        # What waits in the port when we open it is journalled like everything else, not flushed away.
        self._port._reset_input_buffer = lambda: None  # type: ignore[attr-defined]  # noqa: SLF001  (pyserial has no option for it)
        self._port.port = address
        self._port.open()

    def read(self) -> bytes:
        """See Transport."""
        with _watched(self.address):
            data: bytes = self._port.read(1)
        if data:
            time.sleep(SETTLE_S)
            # Unplugged at this very moment: what came before is returned, the next read says it.
            with suppress(*PORT_ERRORS):
                data += self._port.read(self._port.in_waiting)
        return data

    def write(self, data: bytes) -> None:
        """See Transport."""
        with _watched(self.address):
            self._port.write(data)

    def close(self) -> None:
        """See Transport."""
        with suppress(*PORT_ERRORS):
            self._port.close()


class TcpTransport:
    """A TCP connection to an instrument or to a converter between serial line and network."""

    def __init__(self, address: str, connected: socket.socket | None = None) -> None:
        self.address = address
        parts = urlsplit(address)
        if connected is None and (parts.hostname is None or parts.port is None):
            raise ValueError("socket://host:port")
        self._socket = connected or socket.create_connection((parts.hostname, parts.port), timeout=CONNECT_S)
        self._socket.settimeout(CONNECT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self) -> bytes:
        """See Transport."""
        with _watched(self.address):
            if not select.select((self._socket,), (), (), WAIT_S)[0]:
                return b""
            data = self._socket.recv(CHUNK)
            if not data:
                raise OSError(errno.EPIPE, "the other side hung up")
            return data

    def write(self, data: bytes) -> None:
        """See Transport."""
        with _watched(self.address):
            self._socket.sendall(data)

    def close(self) -> None:
        """See Transport."""
        self._socket.close()


class ListenTransport:
    """A TCP port instruments connect to, one at a time; `listen://:6661` hears on every network, port 0 takes a free one that *address* then says.

    When the instrument hangs up, the next may come: a read without one is merely empty, and what is written then goes nowhere.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.port is None:
            raise ValueError("listen://host:port")
        self._listener = socket.create_server((parts.hostname or "", parts.port))
        self._instrument: TcpTransport | None = None
        self.address = f"listen://{parts.hostname or ''}:{self._listener.getsockname()[1]}"

    def read(self) -> bytes:
        """See Transport."""
        if self._instrument is None:
            with _watched(self.address):
                if not select.select((self._listener,), (), (), WAIT_S)[0]:
                    return b""
                self._instrument = TcpTransport(self.address, _kept_alive(self._listener.accept()[0]))
        try:
            return self._instrument.read()
        except Trouble:
            self._hang_up()
            return b""

    def write(self, data: bytes) -> None:
        """See Transport."""
        try:
            if self._instrument is not None:
                self._instrument.write(data)
        except Trouble:
            self._hang_up()

    def close(self) -> None:
        """See Transport."""
        self._hang_up()
        self._listener.close()

    def _hang_up(self) -> None:
        if self._instrument is not None:
            self._instrument.close()
            self._instrument = None


def _kept_alive(connected: socket.socket) -> socket.socket:
    """Let the system find out within half a minute that an instrument was switched off: the next one would wait for ever."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return connected


class PtyTransport:
    """The near end of a pseudo-terminal made here; *address* is the path the other side opens. POSIX only.

    When the other side closes it, this end waits for the next one: a read is then merely empty.
    """

    def __init__(self) -> None:
        if not has_pty():
            raise Trouble("no-such-port", port=PTY, detail="no pseudo-terminals here")
        import tty

        self._near, far = os.openpty()
        tty.setraw(far)
        self.address = os.ttyname(far)
        os.close(far)
        os.set_blocking(self._near, False)
        self._poll = select.poll()
        self._poll.register(self._near, select.POLLIN)

    def connected(self) -> bool:
        """Say whether somebody has the other end open."""
        return not any(event & select.POLLHUP for _, event in self._poll.poll(0))

    def read(self) -> bytes:
        """See Transport."""
        found = self._poll.poll(WAIT_S * 1000)
        if not found or not found[0][1] & select.POLLIN:
            if found:
                time.sleep(WAIT_S)
            return b""
        with _watched(self.address):
            try:
                return os.read(self._near, CHUNK)
            except BlockingIOError:
                return b""

    def write(self, data: bytes) -> None:
        """See Transport."""
        with _watched(self.address):
            end = time.monotonic() + WRITE_S
            while data:
                try:
                    data = data[os.write(self._near, data) :]
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(SETTLE_S)

    def close(self) -> None:
        """See Transport."""
        if self._near >= 0:
            os.close(self._near)
            self._near = -1


class MemoryTransport:
    """One end of a wire inside this program."""

    def __init__(self, address: str = "memory") -> None:
        self.address = address
        self.inbox: queue.Queue[bytes] = queue.Queue()
        self.outbox: queue.Queue[bytes] = queue.Queue()
        self.broken = False
        """The plug is pulled: reading and writing fail."""

    def other_end(self) -> MemoryTransport:
        """Return the end that hears what this one writes."""
        end = MemoryTransport(self.address)
        end.inbox, end.outbox = self.outbox, self.inbox
        return end

    def read(self) -> bytes:
        """See Transport."""
        self._check()
        try:
            data = self.inbox.get(timeout=WAIT_S)
            while not self.inbox.empty():
                data += self.inbox.get()
        except queue.Empty:
            return b""
        return data

    def write(self, data: bytes) -> None:
        """See Transport."""
        self._check()
        self.outbox.put(data)

    def close(self) -> None:
        """See Transport."""

    def _check(self) -> None:
        if self.broken:
            raise Trouble("port-lost", port=self.address, detail="broken")


def is_virtual(address: str) -> bool:
    """Say whether *address* is a pseudo-terminal."""
    real = str(Path(address).resolve())
    return real.startswith(("/dev/pts/", "/dev/ttys0", "/dev/ttys1"))


_OPENING = {
    errno.ENOENT: "no-such-port",
    errno.ENXIO: "no-such-port",
    errno.ENODEV: "no-such-port",
    errno.EIO: "no-such-port",
    errno.ECONNREFUSED: "no-such-port",
    errno.EADDRINUSE: "port-held",
    errno.EBUSY: "port-held",
    errno.EAGAIN: "port-held",
    errno.EACCES: "not-permitted",
    errno.EPERM: "not-permitted",
}


def _trouble(address: str, error: Exception, codes: dict[int, str], otherwise: str) -> Trouble:
    number = getattr(error, "errno", None)
    # On Windows the port's own error comes as text: access denied there means that somebody has it.
    held = number is None and "PermissionError" in str(error)
    code = "port-held" if held else codes.get(number or 0, otherwise)
    return Trouble(code, port=address, detail=str(error))


@contextmanager
def _watched(address: str) -> Iterator[None]:
    """Turn every way a port can break into Trouble `port-lost`."""
    try:
        yield
    except BROKEN as error:
        raise _trouble(address, error, {}, "port-lost") from error
