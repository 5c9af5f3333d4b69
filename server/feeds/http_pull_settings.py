"""What a pull needs to know of its source."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class HttpPullSettings(BaseModel):
    """One source. `token_env` names the environment variable that holds a bearer token. The body's `cursor_field`
    is sent back as `cursor_param`; its `next_field`, or a Link header, is the URL of the next page.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Annotated[str, Field(min_length=1, max_length=100)]
    source: Annotated[str, Field(min_length=1, max_length=60)]
    url: str
    token_env: str | None = None
    cursor_param: str = "since"
    cursor_field: str = "cursor"
    next_field: str = "next"
    interval_s: Annotated[float, Field(gt=0, le=86_400)] = 30
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 10
    first_backoff_s: Annotated[float, Field(gt=0, le=600)] = 1
    longest_backoff_s: Annotated[float, Field(gt=0, le=86_400)] = 300
    most_bytes: Annotated[int, Field(ge=1_000, le=2_000_000_000)] = 50_000_000

    @model_validator(mode="after")
    def _keeps_its_token(self) -> HttpPullSettings:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url '{self.url}' is no http or https URL")
        if self.token_env is not None and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError(f"url '{self.url}' would send the token in the clear: use https")
        return self
