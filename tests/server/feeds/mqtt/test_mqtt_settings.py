"""Settings, topic filters and the order of acknowledgements."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from server.feeds.mqtt.acks import Acks
from server.feeds.mqtt.settings import MqttSettings
from server.feeds.mqtt.topics import filter_fault, fits, overlap
from spatial.errors import BadDataError
from spatial.model_yaml import validated

GOOD: dict[str, Any] = {
    "name": "hall", "site": "HALL", "decoder": "mapping", "host": "broker", "client_id": "twin-1",
    "subscriptions": ["hall/#"],
}  # fmt: skip

LEVELS = ("a", "b", "+", "#", "$SYS", "")
TOPICS = [
    "/".join(levels) for n in (1, 2, 3) for levels in itertools.product(("a", "b", "$SYS", ""), repeat=n)
]
TOPICS.remove("")
FILTERS = [
    pattern
    for n in (1, 2, 3)
    for levels in itertools.product(LEVELS, repeat=n)
    if (pattern := "/".join(levels)) and filter_fault(pattern) is None
]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"colour": "red"}, "colour: there is no such field"),
        ({"subscriptions": ["a/#/b"]}, "# stands only at the end"),
        ({"subscriptions": ["a+/b"]}, "stands for a whole level"),
        ({"subscriptions": ["$share/g"]}, r"write \$share/GROUP/FILTER"),
        ({"subscriptions": ["$share/g/a"], "protocol": "3.1.1"}, "need protocol '5'"),
        ({"subscriptions": ["a", "a"]}, "written twice"),
        ({"password": {"env": "X"}}, "a password needs a user"),
        ({"user": "u", "password": "plain"}, "password"),
        ({"user": "u", "password": {"env": "X", "file": "y"}}, "one of env and file"),
        ({"tls": {"cert": "c.pem"}}, "cert and key go together"),
        ({"window": 70_000}, "window"),
        ({"first_retry_s": 40}, "above longest_retry_s 30"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(BadDataError, match=said):
        validated({**GOOD, **changed}, MqttSettings, source="twin.yaml")


def test_filters_fit_what_the_client_library_says_they_fit() -> None:
    for pattern, topic in itertools.product(FILTERS, TOPICS):
        assert fits(pattern, topic) == topic_matches_sub(pattern, topic), (pattern, topic)


def test_filters_overlap_where_one_topic_fits_both() -> None:
    for one, other in itertools.product(FILTERS[::9], FILTERS):
        both = any(topic_matches_sub(one, topic) and topic_matches_sub(other, topic) for topic in TOPICS)
        assert (overlap(one, other) is not None) == both, (one, other)


@given(st.permutations(range(8)))
def test_acknowledgements_keep_the_order_of_arrival(order: list[int]) -> None:
    acks = Acks()
    tickets = [acks.came(mid) for mid in range(8)]
    sent: list[int] = []
    for finished in order:
        tickets[finished].is_done = True
        sent += acks.due()
        assert sent == list(range(len(sent)))
        assert all(tickets[mid].is_done for mid in sent)
    assert sent == list(range(8))
