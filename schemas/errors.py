"""Every error of newsbeam, one tree with one base.

    NewsbeamError
    ├── ConfigError          a settings, feeds, rules or site file is wrong (exit 4)
    ├── UsageError           the command was called wrongly (exit 2)
    ├── LedgerHeld           another process holds the ledger (exit 5)
    ├── UnitLost             a unit no longer holds the leases it wants to settle
    ├── Unbalanced           entries leased and outcomes settled differ (exit 1)
    ├── ModelMissing         the configured model is not installed (exit 4)
    ├── MachineError         this machine fails us, not an entry: the pass ends, nothing is counted against its entries
    │   ├── LedgerError      the ledger's database is locked, full or away
    │   │   └── Deadlock     it broke a deadlock of two transactions; ours is made again
    │   └── Unwritable       a segment cannot be written (an ArchiveError, too)
    ├── ArchiveError         a segment cannot be written or read
    └── GuardError           a guarded call did not come back
        ├── GuardTimeout     it ran past its time
        └── GuardCrash       its process died, or ran out of memory

An error renders its cause to text when it is made, so that it survives pickling between processes.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from contextlib import contextmanager


class NewsbeamError(Exception):
    """Base of every error we raise on purpose; `str()` is a sentence for the person who reads it."""

    exit_code = 1


class ConfigError(NewsbeamError):
    """A file that a person wrote is wrong: where, what, and how to mend it."""

    exit_code = 4

    def __init__(self, what: str, *, file: str = "", line: int = 0, remedy: str = "") -> None:
        self.what, self.file, self.line, self.remedy = what, file, line, remedy
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{place}{what}" + (f" ({remedy})" if remedy else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return _config_error, (self.what, self.file, self.line, self.remedy)


def _config_error(what: str, file: str, line: int, remedy: str) -> ConfigError:
    return ConfigError(what, file=file, line=line, remedy=remedy)


class UsageError(NewsbeamError):
    exit_code = 2


class LedgerHeld(NewsbeamError):
    exit_code = 5


class UnitLost(NewsbeamError):
    pass


class Unbalanced(NewsbeamError):
    pass


class ModelMissing(NewsbeamError):
    exit_code = 4


class MachineError(NewsbeamError):
    pass


class LedgerError(MachineError):
    pass


class Deadlock(LedgerError):
    pass


class ArchiveError(NewsbeamError):
    pass


class Unwritable(ArchiveError, MachineError):
    pass


class GuardError(NewsbeamError):
    pass


class GuardTimeout(GuardError):
    pass


class GuardCrash(GuardError):
    pass


_OF_THE_MACHINE = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM
}  # fmt: skip


def of_the_machine(error: BaseException) -> bool:
    """Whether the disk, the ledger or a limit of this machine is at fault, so that no entry may be blamed."""
    return isinstance(error, MachineError) or (isinstance(error, OSError) and error.errno in _OF_THE_MACHINE)


@contextmanager
def on_this_machine(what: str) -> Iterator[None]:
    """Turn an OSError that is of the machine into a MachineError: `what` could not be done, and why."""
    try:
        yield
    except OSError as error:
        if not of_the_machine(error):
            raise
        raise MachineError(f"{what}: {error}") from error


TRACE_CHARS = 4_000


def trace_of(error: BaseException) -> str:
    """Its traceback as a dead letter keeps it: the last part, where the cause stands."""
    return "".join(traceback.format_exception(error))[-TRACE_CHARS:]
