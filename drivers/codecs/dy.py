"""Data of the modules of Guangzhou Dayuan's DY readers: the two lines of a strip, the change of absorbance in each channel of a photometer.

Source: github wangzhenxiong/HuiBiao_F80, SerialDataService.java.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal

from drivers.core.form import unknown_value
from drivers.core.reading import Reading


@dataclass(frozen=True, slots=True)
class DySettings:
    """What the data are of, and the limits of the method. A module knows neither sample nor test."""

    module: Literal["strip", "photometer", "dry"] = "strip"
    """As in the link's settings."""
    test: str = "strip"
    """The test every reading is given."""
    control_trough: tuple[int, ...] = (10, 20)
    test_trough: tuple[int, ...] = (30, 40)
    """Strip: first and last point, from 0 on, between which the darkest point of a line lies."""
    wavelength: Literal[1, 2, 3, 4] = 1
    """Photometer: which of the four lights of a channel; 1 is 410 nm."""
    present_below: Decimal = Decimal("0.97")
    """Photometer: transmittance against the empty channel, below which a cuvette is there."""
    fault_above: Decimal = Decimal("1.01")
    """Photometer: transmittance above which the channel is not to be believed."""
    printed: Decimal = Decimal("0.0001")
    """Photometer: the last digit of a change of absorbance."""

    def __post_init__(self) -> None:
        places = (*self.control_trough, *self.test_trough)
        if len(self.control_trough) != 2 or len(self.test_trough) != 2 or list(places) != sorted(set(places)) or places[0] < 0:
            raise unknown_value("control_trough", list(places))
        for name in ("present_below", "fault_above", "printed"):
            if not getattr(self, name).is_finite() or not Decimal("1e-9") <= getattr(self, name) <= 10:
                raise unknown_value(name, str(getattr(self, name)))
        if self.present_below > self.fault_above:
            raise unknown_value("present_below", str(self.present_below))


def readings(data: bytes, encoding: str, settings: DySettings) -> list[Reading]:
    """Return the readings in the data of one message, each with its raw channels; data of an unknown form are a reading without any."""
    return {"strip": _strip, "photometer": _photometer, "dry": _dry}[settings.module](data, settings)


def _strip(data: bytes, settings: DySettings) -> list[Reading]:
    points = _words(data)
    if len(data) % 2 or len(points) <= settings.test_trough[1]:
        return [_reading(settings, result=_unread(data))]
    control, test = (_trough(points, span) for span in (settings.control_trough, settings.test_trough))
    peak = max(points[control : test + 1])
    lines = (("test line", Decimal(peak - points[test])), ("control line", Decimal(peak - points[control])))
    return [_reading(settings, raw=lines)]


def _trough(points: Sequence[int], span: Sequence[int]) -> int:
    return min(range(span[0], span[1] + 1), key=points.__getitem__)


def _photometer(data: bytes, settings: DySettings) -> list[Reading]:
    """Three answers, of the empty channels, the begin and the end of the reaction; a channel has four lights in each.

    The empty channel cancels out of the change of absorbance, lg(begin / end); it shows where a cuvette is.
    """
    if not data or len(data) % 24:
        return [_reading(settings, result=_unread(data))]
    third = len(data) // 3
    lights = [_words(data[answer * third :][:third])[settings.wavelength - 1 :: 4] for answer in range(3)]
    return [reading for place, channel in enumerate(zip(*lights, strict=True), start=1) for reading in _channel(str(place), channel, settings)]


def _channel(position: str, lights: Sequence[int], settings: DySettings) -> list[Reading]:
    """Return no reading of a channel that is not built in, all noughts, or has no cuvette."""
    empty, begin, end = map(Decimal, lights)
    if not any(lights):
        return []
    if not all(lights) or max(begin, end) > settings.fault_above * empty:
        return [_reading(settings, position=position, status="failed", flags=("channel fault",))]
    there = [light < settings.present_below * empty for light in (begin, end)]
    if there != [True, True]:
        return [_reading(settings, position=position, status="failed", flags=("cuvette moved",))] if any(there) else []
    with localcontext(prec=30):
        change = (begin / end).log10().quantize(settings.printed)
    return [_reading(settings, position=position, raw=(("absorbance change", change),))]


def _dry(data: bytes, settings: DySettings) -> list[Reading]:
    """Red, green and blue of each channel, a byte each."""
    if not data or len(data) % 3:
        return [_reading(settings, result=_unread(data))]
    names = ("red", "green", "blue")
    channels = [tuple(zip(names, map(Decimal, data[at : at + 3]), strict=True)) for at in range(0, len(data), 3)]
    return [_reading(settings, position=str(place), raw=colours) for place, colours in enumerate(channels, start=1)]


def _reading(
    settings: DySettings,
    *,
    raw: tuple[tuple[str, Decimal], ...] = (),
    position: str | None = None,
    result: str | None = None,
    status: Literal["final", "failed"] = "final",
    flags: tuple[str, ...] = (),
) -> Reading:
    return Reading(instrument="", sample=None, test=settings.test, position=position, raw=raw, result=result, text=result or "", status=status, flags=flags)


def _unread(data: bytes) -> str:
    return f"{len(data)} bytes"


def _words(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])
