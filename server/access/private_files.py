"""Files that only their owner may read: written whole or not at all, and refused when others may read them."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spatial.errors import BadDataError

KEY_BYTES = 32


def write_private(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, mode 0600, on disk when it returns; after a crash it holds the old or the new."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    _sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """What `path` holds. Raises BadDataError when others may read or change it, FileNotFoundError without it."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & 0o077:
            raise BadDataError(f"{path} has mode {mode:04o}, more than 0600: run `chmod 600 {path}`")
        return file.read()


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Holds off other processes that change `path`; a lock file beside it stays, for `path` itself is replaced."""
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read_or_make_key(path: Path) -> bytes:
    """The key in `path`, 32 random bytes in hexadecimal; made when it is not there. Processes get the same one."""
    if not path.exists():
        with changing(path):
            if not path.exists():
                write_private(path, secrets.token_hex(KEY_BYTES).encode() + b"\n")
    text = read_private(path)
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadDataError(
            f"{path} holds no key of {2 * KEY_BYTES} hexadecimal digits: restore it or remove it"
        )
    return key


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
