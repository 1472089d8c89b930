"""A piece of our own work done in a process of its own, with an end to its time and its memory.

It is for files that come from outside: whatever a library makes of one, the portal is not taken along. The
process sets its own limits before it looks at anything, and is told nothing of the portal's environment.
"""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from importlib import import_module
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from core.disk import DiskFull, is_full
from core.refusals import N_, Refusal

MEGABYTE = 1024 * 1024
# So many at a time in one process of the portal; the others wait for their turn.
TOGETHER = 2
# By the clock and not by the processor: for a machine that has more to do than this.
PATIENCE_SECONDS = 300
_ROOT = Path(__file__).resolve().parents[1]
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
_REFUSED, _TOO_MUCH, _NO_ROOM = 90, 91, 92
_turns = BoundedSemaphore(TOGETHER)

# What the other process does first. Each limit is set as far as the machine lets it.
_BEGIN = """
import resource, sys
root, module, task, *most = sys.argv[1:7]
kinds = resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE
for kind, limit in zip(kinds, [*map(int, most), 0]):
    hard = resource.getrlimit(kind)[1]
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (limit, limit))
sys.path.insert(0, root)
from core.apart import answer
answer(module, task, sys.argv[7:])
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the other process may use: seconds of processor, bytes of memory, bytes in what it writes."""

    cpu_seconds: int
    memory: int
    written: int


class TooMuchWork(Refusal):
    """The work came to no end within its allowance."""

    sentence = N_("This file takes too much time or memory to read. Split it into smaller files.")


class NotDone(Exception):
    """The other process failed in a way nobody foresaw; its last words say how."""


def do_apart(
    task: Callable[[Sequence[str]], None],
    *arguments: str,
    allowance: Allowance,
    into: BinaryIO | int,
    given: bytes = b"",
) -> None:
    """Call a function of a module with these arguments in a process of its own, and wait for it.

    It reads `given` from its standard input and writes its answer to its standard output, the file `into`.
    Raises what the function refuses, TooMuchWork, DiskFull, and NotDone for anything else.
    """
    call = [str(_ROOT), task.__module__, task.__name__, *map(str, astuple(allowance)), *arguments]
    with _turns:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", _BEGIN, *call],
                input=given,
                stdout=into,
                stderr=subprocess.PIPE,
                cwd=os.sep,
                env={name: os.environ[name] for name in _INHERITED if name in os.environ},
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise TooMuchWork from error
    if done.returncode:
        raise _fault(done.returncode, done.stderr.decode(errors="replace").strip())


def answer(module: str, task: str, arguments: Sequence[str]) -> None:
    """Do the work; called in the other process. Its exit code says how it ended, its last line why."""
    try:
        getattr(import_module(module), task)(arguments)
        sys.stdout.flush()
    except Refusal as refusal:
        said = {"module": type(refusal).__module__, "name": type(refusal).__name__, "values": refusal.values}
        sys.stderr.write(json.dumps(said))
        sys.stderr.flush()
        os._exit(_REFUSED)
    except MemoryError:
        os._exit(_TOO_MUCH)
    except OSError as error:
        if not is_full(error):
            raise
        os._exit(_TOO_MUCH if error.errno == errno.EFBIG else _NO_ROOM)


def _fault(code: int, words: str) -> Exception:
    last = words.splitlines()[-1] if words else ""
    if code == _REFUSED:
        return _refusal(last)
    if code == _NO_ROOM:
        return DiskFull()
    # A signal: time was up, or a library could do nothing but give up where it got no more memory.
    if code == _TOO_MUCH or code < 0:
        return TooMuchWork()
    return NotDone(last or f"exit {code}")


def _refusal(said: str) -> Exception:
    """Return the refusal of this name, as it would have been raised here."""
    told = json.loads(said)
    kind = getattr(sys.modules.get(told["module"]), told["name"], None)
    if isinstance(kind, type) and issubclass(kind, Refusal):
        return kind(**told["values"])
    return NotDone(said)
