"""A message that its broker had kept: it tells the past, and when it came says nothing about when it happened."""

from __future__ import annotations

from server.feeds.feed import Message


class RetainedMessage(Message):
    """A decoder that knows no better time than the arrival's tells nothing from it."""
