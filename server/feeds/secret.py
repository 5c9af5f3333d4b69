"""Passwords and tokens: named in a file of settings by where they are, never written into it, a message or a log."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from spatial.errors import BadDataError


class Secret(BaseModel):
    """Where a secret is: the environment variable `env`, or the first line of `file`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _in_one_place(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise ValueError("name one of env and file")
        return self

    def read(self) -> str:
        """The secret. Raises BadDataError, which says where it was looked for."""
        if self.env is not None:
            text = os.environ.get(self.env, "")
            where = f"environment variable {self.env}"
        else:
            where = f"file {self.file}"
            text = _first_line(Path(str(self.file)))
        if not text:
            raise BadDataError(f"{where} holds no secret: set it before the start")
        return text


def _first_line(path: Path) -> str:
    try:
        return next(iter(path.read_text(encoding="utf-8").splitlines()), "")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise BadDataError(f"file {path} cannot be read ({reason}): check the path") from error
