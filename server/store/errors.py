"""What a store reports when it cannot do its work."""

from __future__ import annotations

from spatial.errors import AisletwinError


class StoreError(AisletwinError):
    """The store could not do it; nothing of what was asked is done. The message says why, and the remedy."""

    exit_code = 3
