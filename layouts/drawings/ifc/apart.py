"""Reading an IFC file in a process of its own, so that a file that kills ifcopenshell kills nothing else."""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from layouts.drawings.ifc.raw_model import RawModel
from spatial.errors import AisletwinError, BadDataError
from spatial.progress import Progress, silent

MODULE = "layouts.drawings.ifc.apart"
ANSWER, TEXT, MARK = "answer.pickle", "model.ifc", "aisletwin-progress"
LIMIT_S = 300.0
"""No single body takes minutes; what tells of no progress for so long is stuck."""


def read_apart(
    text: bytes,
    source: str,
    *,
    unit: str | None = None,
    progress: Progress = silent,
    limit_s: float = LIMIT_S,
) -> RawModel:
    """The model of an IFC file's `text`, whose name for messages is `source`.

    Raises BadDataError when the process says so, is killed by what it reads, or gets nowhere for `limit_s`.
    """
    with tempfile.TemporaryDirectory(prefix="aisletwin-ifc-") as folder:
        (Path(folder) / TEXT).write_bytes(text)
        command = [sys.executable, "-m", MODULE, folder, unit or ""]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
        said = Path(folder) / "stderr"
        with (
            said.open("wb") as errors,
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environment
            ) as process,
        ):
            try:
                _pass_on(process, progress, limit_s)
                code = process.wait()
            finally:
                process.kill()
        if code == 0:
            found = pickle.loads((Path(folder) / ANSWER).read_bytes())
        else:
            found = _ending(code, limit_s, said.read_text("utf-8", "replace"))
    if isinstance(found, RawModel):
        return found
    raise BadDataError(f"{source}: {found}")


def _pass_on(process: subprocess.Popen[bytes], progress: Progress, limit_s: float) -> None:
    """Tell what the process tells of its progress, until it ends; end it when it says nothing for `limit_s`."""
    pipe = process.stdout
    rest = b""
    while pipe is not None:
        if not select.select([pipe], [], [], limit_s)[0]:
            process.kill()
            return
        chunk = os.read(pipe.fileno(), 1 << 16)
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            mark, _, told = line.decode("utf-8", "replace").partition(" ")
            if mark == MARK:  # compiled code prints other lines
                share, _, what = told.partition(" ")
                progress(what, float(share))


def _ending(code: int, limit_s: float, said: str) -> str:
    """How the process was ended instead of answering; raises AisletwinError when it failed by itself."""
    if code > 0:
        why = said.strip().splitlines() or [f"exit {code}"]
        raise AisletwinError(f"the process that reads IFC files failed: {why[-1]}")
    if code == -signal.SIGKILL:
        return f"ifcopenshell got nowhere in {limit_s:g} s, or ran out of memory: split or simplify it"
    return f"ifcopenshell broke down over it ({signal.Signals(-code).name}): repair it or export it again"


def _answer(folder: Path, unit: str | None) -> RawModel | str:
    """What the other process finds: the model, or what is wrong with the file.

    The schema's types are not enforced by the parser, so a broken file may hold nothing, or a text, where
    an attribute must be a record: that is the file's fault.
    """
    from layouts.drawings.ifc.read_model import read_model

    def tell(what: str, share: float) -> None:
        sys.stdout.write(f"{MARK} {share:.3f} {what}\n")
        sys.stdout.flush()

    try:
        return read_model(folder / TEXT, unit=unit, progress=tell)
    except BadDataError as error:
        return str(error)
    except MemoryError:
        return "it needs more memory than there is: split or simplify it"
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return f"a record does not hold what its class must ({error}): validate the file and export it again"


if __name__ == "__main__":
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))  # one absurd radius could ask for all there is
    place = Path(sys.argv[1])
    (place / ANSWER).write_bytes(pickle.dumps(_answer(place, sys.argv[2] or None)))
