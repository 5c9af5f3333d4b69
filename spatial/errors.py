"""The exception tree.

AisletwinError
├── BadDataError          a file or record is not what it must be         exit code 3
│   └── InvalidFacilityError   a facility.json breaks its form; names JSON paths
├── UndecidedError        the data do not allow an answer                 exit code 4
└── MissingToolError      a program or package this machine lacks         exit code 2

A wrong argument of a function raises ValueError or TypeError as usual.
"""

from __future__ import annotations


class AisletwinError(Exception):
    """Anything that aisletwin itself reports; the message is one sentence a user can act on."""

    exit_code = 1


class BadDataError(AisletwinError):
    """A file or record is not what it must be. The message names the file, the record and the remedy."""

    exit_code = 3


class InvalidFacilityError(BadDataError):
    """A facility breaks its form; the message starts with the JSON path of the first fault."""


class UndecidedError(AisletwinError):
    """The data do not allow an answer; the message says what is missing."""

    exit_code = 4


class MissingToolError(AisletwinError):
    """A program or package that this machine lacks; the message says how to install it."""

    exit_code = 2
