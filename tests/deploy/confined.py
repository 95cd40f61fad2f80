"""Runs a command as `deploy/catena-live-map@.service` confines it: `python confined.py COMMAND…`.

Which system calls it may make, what becomes of it if it makes another one, and that no memory is both written and run.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

UNIT = Path(__file__).parents[2] / "deploy" / "catena-live-map@.service"
NUMBERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
NO_NEW_PRIVILEGES, SECCOMP, MDWE = 38, 22, 65
LOAD, EQUAL, GIVE = 0x20, 0x15, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000


def members(group: str) -> set[str]:
    """The system calls of a group such as `@system-service`."""
    said = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r"^    ([-@\w]+)$", said, re.MULTILINE)
    inner = [members(name) for name in found if name.startswith("@")]
    return {name for name in found if not name.startswith("@")}.union(*inner)


def allowed(unit: str) -> set[str]:
    """The system calls that a unit may make."""
    found = members("@default")
    for denied, groups in re.findall(r"^SystemCallFilter=(~?)(.+)$", unit, re.MULTILINE):
        for group in groups.split():
            found = found - members(group) if denied else found | members(group)
    return found


def program(unit: str) -> bytes:
    """The filter of a unit, as the kernel reads it."""
    numbers = dict(re.findall(r"#define __NR_(\w+) (\d+)", NUMBERS.read_text()))
    refused = re.search(r"^SystemCallErrorNumber=(\w+)$", unit, re.MULTILINE)
    code = [(LOAD, 0, 0, 0)]
    for name in sorted(allowed(unit) & numbers.keys()):
        code += [(EQUAL, 0, 1, int(numbers[name])), (GIVE, 0, 0, ALLOW)]
    code.append((GIVE, 0, 0, REFUSE | getattr(errno, refused[1]) if refused else KILL))
    return b"".join(struct.pack("HBBI", *one) for one in code)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def confine(unit: str) -> None:
    """Confine this process, and what it becomes."""
    code = program(unit)
    held = ctypes.create_string_buffer(code, len(code))
    given = _Program(len(code) // 8, ctypes.cast(held, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    steps = [(NO_NEW_PRIVILEGES, 1, 0, 0, 0), (SECCOMP, 2, ctypes.byref(given), 0, 0)]
    if "MemoryDenyWriteExecute=yes" in unit:
        steps.insert(0, (MDWE, 1, 0, 0, 0))
    for step in steps:
        if libc.prctl(*step):
            sys.exit(f"prctl {step[0]}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    confine(UNIT.read_text())
    os.execvp(sys.argv[1], sys.argv[1:])
