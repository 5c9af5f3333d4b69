"""Ways out: signed, at least once across crashes, nobody called for what is shelved, old or not for them."""

from __future__ import annotations

import hashlib
import hmac

import httpx
import pytest

from layouts.live.events import Recorded
from layouts.live.state import TwinState
from server.alerts.life import alerts_of
from server.alerts.outputs.delivery import Cursors, Delivery, deliveries
from server.alerts.outputs.settings import MqttOutput, OutputsFile, WebhookOutput, read_outputs
from server.alerts.outputs.simple import Mqtt
from server.alerts.outputs.webhook import Webhook
from server.alerts.steps import shelve
from spatial.errors import BadDataError

RULES = """
rules:
  - {id: warm, kind: threshold, channel: temperature, above: 8 °C, to: [shift],
     escalate: [{after_s: 600, severity: critical, to: [boss]}]}
  - {id: damp, kind: threshold, channel: humidity, above: 70 %}
"""


class Store:
    """The reading end of a log."""

    def __init__(self, recorded: list[Recorded]) -> None:
        self._recorded = recorded

    def read(self, *, after: int = 0, **_: object):
        return iter(self._recorded[after:])


class Sent:
    """A sender that can fail."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.works = True

    def send(self, recorded: Recorded) -> bool:
        if self.works:
            self.texts.append(f"{recorded.event.body.step} {recorded.event.body.about}")
        return self.works


@pytest.fixture
def told(make_log, reading):
    log = make_log(RULES)
    log.tell(reading(0, 9))
    log.tell(reading(1, 0.9, "sensor/h", "humidity"))
    log.tick(700_000)
    log.tell(reading(800, 5))
    return log


def delivery(log, tmp_path, sender, name="shift", **fields):
    output = MqttOutput(kind="mqtt", name=name, **fields)
    return Delivery(
        output, sender, rules=log.engine.rules, state=log.state,
        cursors=Cursors(tmp_path / "cursors.json", "log-1"), oldest_s=1e6, begin_seq=0,
    )  # fmt: skip


def test_each_is_told_what_is_theirs(told, tmp_path):
    got = {}
    for name, fields in (("shift", {}), ("boss", {}), ("all", {"least_severity": "critical"})):
        sent = Sent()
        delivery(told, tmp_path, sent, name, is_default=name == "shift", **fields).deliver(
            Store(told.recorded), now_ms=900_000
        )
        got[name] = sent.texts
    assert got["shift"] == ["raised sensor/a", "raised sensor/h", "escalated sensor/a", "cleared sensor/a"]
    assert got["boss"] == ["escalated sensor/a", "cleared sensor/a"]
    assert got["all"] == []


def test_a_crash_or_a_failure_loses_nothing(told, tmp_path):
    sent = Sent()
    first = delivery(told, tmp_path, sent)
    sent.works = False
    assert first.deliver(Store(told.recorded), now_ms=900_000) == 0
    sent.works = True
    half = Store(told.recorded[:4])
    assert delivery(told, tmp_path, sent).deliver(half, now_ms=900_000) == 2
    assert delivery(told, tmp_path, sent).deliver(Store(told.recorded), now_ms=900_000) == 2
    assert delivery(told, tmp_path, sent).deliver(Store(told.recorded), now_ms=900_000) == 0
    assert sent.texts == ["raised sensor/a", "raised sensor/h", "escalated sensor/a", "cleared sensor/a"]
    (tmp_path / "cursors.json").write_text("x")
    with pytest.raises(BadDataError, match="delete it"):
        Cursors(tmp_path / "cursors.json", "log-1")


def test_what_is_shelved_or_old_calls_nobody(make_log, reading, tmp_path):
    log = make_log(RULES)
    log.tell(reading(0, 9))
    log.tell(shelve(alerts_of(log.state)[0], by="kim", until_ms=500_000, now_ms=10_000))
    log.tell(reading(60, 5))
    log.tell(reading(120, 9))
    sent = Sent()
    delivery(log, tmp_path, sent).deliver(Store(log.recorded), now_ms=130_000)
    assert sent.texts == ["raised sensor/a"]
    log.tick(500_000)
    delivery(log, tmp_path, sent).deliver(Store(log.recorded), now_ms=500_000)
    assert sent.texts == ["raised sensor/a", "unshelved sensor/a"]
    old = Sent()
    delivery(log, tmp_path, old, "other").deliver(Store(log.recorded), now_ms=10**12)
    assert old.texts == []


def webhook(tmp_path, answers):
    secret = tmp_path / "secret"
    secret.write_bytes(b"0123456789abcdef\n")
    requests, waits = [], []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        found = answers[min(len(requests), len(answers)) - 1]
        if found == 0:
            raise httpx.ConnectError("refused")
        return httpx.Response(found, headers={"location": "http://10.0.0.1/"} if found == 302 else {})

    output = WebhookOutput(
        kind="webhook", name="w", url="http://127.0.0.1:1/hook", secret_file=secret, attempts=4
    )
    return Webhook(output, transport=httpx.MockTransport(answer), wait=waits.append), requests, waits


def test_a_webhook_is_signed_and_tried_again_with_the_same_key(told, tmp_path):
    hook, requests, waits = webhook(tmp_path, [0, 503, 200])
    step = next(each for each in told.recorded if each.event.source == "alerts")
    assert hook.send(step)
    assert waits == [1, 2]
    assert {each.headers["Idempotency-Key"] for each in requests} == {step.event.id}
    mac = hmac.new(b"0123456789abcdef", requests[-1].content, hashlib.sha256).hexdigest()
    assert requests[-1].headers["X-Aisletwin-Signature"] == f"sha256={mac}"
    hook.close()


@pytest.mark.parametrize(
    ("answers", "is_done", "tries"), [([500], False, 4), ([404], True, 1), ([302], True, 1)]
)
def test_a_webhook_gives_up_what_cannot_help_and_follows_no_redirect(told, tmp_path, answers, is_done, tries):
    hook, requests, _ = webhook(tmp_path, answers)
    step = next(each for each in told.recorded if each.event.source == "alerts")
    assert hook.send(step) is is_done
    assert len(requests) == tries
    hook.close()


def test_mqtt_topics_are_filled_in_and_a_broker_that_is_down_is_tried_again(told):
    published = []

    def publish(topic: str, payload: bytes) -> None:
        if len(published) == 1:
            raise OSError("down")
        published.append((topic, payload))

    step = next(each for each in told.recorded if each.event.source == "alerts")
    sender = Mqtt(MqttOutput(kind="mqtt", name="m", topic="a/{site}/{rule}/{step}"), publish)
    assert (sender.send(step), sender.send(step)) == (True, False)
    assert published[0][0] == "a/S/warm/raised"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("outputs: [{name: a, kind: log}, {name: a, kind: log}]", "there twice"),
        ("outputs: [{name: a, kind: mqtt, topic: 'x/{sit}'}]", "names what is not known"),
        ("outputs: [{name: a, kind: mqtt, topic: 'x/#'}]", "for subscribing"),
        ("outputs: [{name: a, kind: webhook, url: 'http://u:p@h/'}]", "use secret_file"),
        ("outputs: [{name: a, kind: webhook, url: 'ftp://h/'}]", "url"),
    ],
)
def test_wrong_settings_are_told(tmp_path, text, told):
    path = tmp_path / "outputs.yaml"
    path.write_text(text)
    with pytest.raises(BadDataError, match=told):
        read_outputs(path)


def test_a_rule_sent_to_nowhere_is_told(make_rules, tmp_path):
    with pytest.raises(BadDataError, match="rule warm is sent to shift, which is no output"):
        deliveries(
            OutputsFile(), rules=make_rules(RULES), state=TwinState(),
            cursors=Cursors(tmp_path / "c", "1"), begin_seq=0, publish=None,
        )  # fmt: skip
