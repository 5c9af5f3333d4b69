"""The plain peer of the ledger: it sorts all that it keeps, and adds up and forgets all at once."""

from __future__ import annotations

from layouts.inventory.account import Account, Stamp, stamp_of
from layouts.inventory.ledger import Ledger


class SweptAtOnce(Ledger):
    """Comes to the book of `Ledger`, to the byte."""

    def _sweep(self) -> None:
        self._since_sweep = 0
        until, most = self._until(), self._patience.most_kept
        stamps = sorted(stamp for stamp in map(stamp_of, self._kept.values()) if stamp >= until)
        if len(stamps) > most:
            self._swept = stamps[-most]
        self._settle()

    def _settle_share(self) -> None:
        """Nothing is left to be done."""

    def _add_up(self, account: Account, until: Stamp, *, most: int | None = None) -> None:
        del most  # all at once
        super()._add_up(account, until)
