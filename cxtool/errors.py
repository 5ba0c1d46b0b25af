"""The problems a user can meet. Each is one message, an optional hint, and an exit code.

Exit codes: 1 data or file problem, 2 usage, 3 a gate missed, 130 interrupted.
"""


class CxtoolError(Exception):
    """A problem with files or data, told in one line (exit code 1)."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotInExportError(CxtoolError):
    """A table or column that a report stands on is not in the export (exit code 1)."""


class UsageError(CxtoolError):
    """An option, argument or setting that cannot be used as given (exit code 2)."""

    exit_code = 2


class GateMissedError(CxtoolError):
    """A ``--fail-under`` or ``--fail-over`` gate that the figures missed (exit code 3)."""

    exit_code = 3


def nearest(word: str, known: list[str]) -> str | None:
    """The known word most like ``word``, or None where none is close.

    >>> nearest("treshold", ["threshold", "clock"])
    'threshold'
    """
    from difflib import get_close_matches

    found = get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else None
