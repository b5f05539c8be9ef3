"""What the drivers say, in words: they know codes and facts only, and no language."""

from __future__ import annotations

from collections.abc import Mapping

import drivers
from lims.i18n import N_, _

TROUBLES: Mapping[str, str] = {
    "no-such-port": N_("There is no port {port}. Check the cable and choose the port again."),
    "port-held": N_("The port {port} is held by another program. Close that program and try again."),
    "not-permitted": N_("This account may not use the port {port}. On Linux add it to the group dialout."),
    "port-lost": N_("The port {port} was lost. Everything received is safe; it is opened again by itself."),
    "settings-refused": N_("The port {port} does not take the instrument's line settings. Choose another adapter."),
    "wrong-kind": N_("{port} does not go with how the instrument speaks: programs that write files want a folder, instruments a port. Choose the other."),
    "disk-full": N_("The disk is full: the instrument is not answered until there is room. Everything received is safe."),
    "journal-held": N_("The journal {path} is held by another program. Close that program and try again."),
    "journal-foreign": N_("{path} is not a journal of this program. Choose another file."),
    "journal-unusable": N_("The journal {path} cannot be used. Check the disk and the rights of the folder."),
    "no-such-journal": N_("There is no journal {path}. Check the name."),
    "profile-unreadable": N_("The profile {file} cannot be read. Check its rights."),
    "profile-broken": N_("The profile {file} is no TOML: {detail}. Mend the file."),
    "profile-doubled": N_("The profile {file} bears a name that {other} has already. Rename one of them."),
    "profile-unknown-key": N_("The profile {file} holds {key}, which nothing reads. Mend the file."),
    "profile-missing-key": N_("The profile {file} lacks {key}. Mend the file."),
    "profile-wrong-type": N_("In the profile {file}, {key} should be of type {expected}. Mend the file."),
    "profile-unknown-value": N_("In the profile {file}, {key} cannot be {value}. Mend the file."),
    "plugin-broken": N_("The extension {name} cannot be used. Its maker can mend it; the log has the reason."),
    "bug": N_("The port stopped on a fault of the program: {detail}. Everything received is safe; connect again."),
}
"""What a driver says, in words; a test holds that every code has some."""

EXPECTED: Mapping[str, str] = {
    "text": N_("text"),
    "whole number": N_("whole number"),
    "number": N_("decimal number"),
    "true or false": N_("true or false"),
    "number as text": N_("number as text"),
    "table": N_("table"),
    "list": N_("list"),
}
"""Kinds of value, by what the drivers' form calls them."""

HINTS: Mapping[str, str] = {
    "speed": N_("The bytes look like another speed. Compare the baud rate of instrument and profile."),
    "parity": N_("The bytes look like another parity or number of data bits. Compare the line settings of instrument and profile."),
    "echo": N_("What is sent comes back. Switch the echo of the adapter off, or say in the profile that it echoes."),
}
"""What the bytes say about a line, by the drivers' word for it."""

FAILED: Mapping[str, str] = {
    "no-answer": N_("{name} does not answer. Check the cable and that it is switched on, and read again."),
    "busy": N_("{name} is busy. Wait a moment and read again."),
    "refused": N_("{name} refused what it was sent. Check its settings."),
    "interrupted": N_("{name} interrupted to send something itself. Try again in a moment."),
    "lost": N_("The line to {name} was lost. It is opened again by itself; then read again."),
    "one-way": N_("{name} cannot be asked. Press its print key."),
    "not-stable": N_("{name} has not settled. Wait until it is still, and read again."),
    "over-range": N_("{name} is overloaded. Take something off and read again."),
    "under-range": N_("{name} reads below its range. Put the pan on and read again."),
    "garbled": N_("{name} did not understand what it was sent. Check speed and parity."),
    "not-read": N_("{name} sent no value. Read again."),
}
"""Why something did not reach an instrument, or no answer came, by the drivers' word for it."""

PORT_WORDS: Mapping[str, str] = {
    "opening": N_("opening"),
    "live": N_("connected"),
    "lost": N_("lost, trying again"),
    "held": N_("held by another program"),
    "stopped": N_("not connected"),
}


QUARANTINED: Mapping[str, str] = {
    "ended-early": N_("The instrument ended before the message was whole."),
    "timed-out": N_("The instrument fell silent in the middle of a message."),
    "started-again": N_("The instrument began anew before the message was whole."),
    "lost": N_("The line was lost in the middle of a message."),
    "too-long": N_("The message is longer than any this instrument should send."),
    "undecodable": N_("The message is whole, but its profile cannot read it."),
}
"""Why a message was kept for a person, by the drivers' word for it."""

LEFT: Mapping[str, str] = {
    "too-long": N_("The file is too large to be taken."),
    "held": N_("Another program has the file open. It is tried again by itself."),
    "unreadable": N_("The file cannot be read. Check its rights; it is tried again by itself."),
}
"""Why a file stays untaken in a watched folder, by the drivers' word for it."""


def said(trouble: drivers.Trouble) -> str:
    """Put what a driver says into words."""
    facts = {name: _(EXPECTED[str(fact)]) if name == "expected" else fact for name, fact in trouble.facts.items()}
    return _(TROUBLES[trouble.code]).format(**facts)
