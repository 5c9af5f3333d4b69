"""Where alerts go, as it is written in a file. A webhook's address is the user's own choice, a private one too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, model_validator

from layouts.live.events import AlertStep
from server.alerts.rule import Part, Severity
from spatial.model_yaml import read_model

ALL_STEPS: tuple[AlertStep, ...] = ("raised", "cleared", "escalated", "unshelved")
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]


class Output(Part):
    """`name` is what rules call it in `to`. `is_default`: it gets alerts whose rule names nobody."""

    name: Name
    is_default: bool = True
    least_severity: Severity = "info"
    steps: tuple[AlertStep, ...] = ALL_STEPS


class WebhookOutput(Output):
    """POST of JSON to `url`, signed with HMAC-SHA256 and the secret in `secret_file`; redirects are not followed.

    Tried `attempts` times, `first_wait_s` apart and twice as long each time up to `longest_wait_s`; then it waits
    for the next round. What is refused with 4xx (but 408, 425 and 429) is given up at once and told in the log.
    """

    kind: Literal["webhook"]
    url: HttpUrl
    secret_file: Path | None = None
    timeout_s: float = Field(10, gt=0, le=60)
    attempts: int = Field(5, ge=1, le=20)
    first_wait_s: float = Field(1, gt=0, le=60)
    longest_wait_s: float = Field(60, gt=0, le=3600)

    @model_validator(mode="after")
    def _no_user(self) -> WebhookOutput:
        if self.url.username or self.url.password:
            raise ValueError("url holds a name or password, which would land in logs: use secret_file")
        return self


class MqttOutput(Output):
    """Published to `topic`, in which {site}, {rule}, {severity} and {step} are filled in."""

    kind: Literal["mqtt"]
    topic: str = Field("aisletwin/{site}/alerts/{rule}", min_length=1, max_length=200)

    @model_validator(mode="after")
    def _fills(self) -> MqttOutput:
        try:
            filled = self.topic.format(site="", rule="", severity="", step="")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError(
                f"topic '{self.topic}' names what is not known ({error}): {{site}}, {{rule}}, {{severity}} and "
                "{step} are"
            ) from error
        if "+" in filled or "#" in filled:
            raise ValueError(f"topic '{self.topic}' holds + or #, which are for subscribing: take them out")
        return self


class LogOutput(Output):
    """A line in the server's log."""

    kind: Literal["log"]


class OutputsFile(Part):
    """All ways out; only what happened within `oldest_s` before it is sent, so that a replay calls nobody."""

    outputs: tuple[Annotated[WebhookOutput | MqttOutput | LogOutput, Field(discriminator="kind")], ...] = ()
    oldest_s: float = Field(86_400, gt=0)

    @model_validator(mode="after")
    def _own_names(self) -> OutputsFile:
        names = [output.name for output in self.outputs]
        twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
        if twice is not None:
            raise ValueError(f"the name {twice} is there twice: give each output its own")
        return self


def read_outputs(path: Path) -> OutputsFile:
    """The ways out of a YAML file. Raises BadDataError, which names the field and the remedy."""
    return read_model(path, OutputsFile, start="outputs: [{name: log, kind: log}]", may_be_empty=True)
