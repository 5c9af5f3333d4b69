"""What access control tells of itself.

AisletwinError
├── UnguardedError   the server would be open to whom it should not be   exit code 2
├── AuditError       the audit log cannot be written                     exit code 1
└── ForgottenError   somebody is named of a time that was forgotten      exit code 1
"""

from __future__ import annotations

from spatial.errors import AisletwinError


class UnguardedError(AisletwinError):
    """The server would be open to whom it should not be."""

    exit_code = 2


class AuditError(AisletwinError):
    """What was done could not be written in the audit log."""


class ForgottenError(AisletwinError):
    """An event names somebody and happened in a period of which no names are known any more."""
