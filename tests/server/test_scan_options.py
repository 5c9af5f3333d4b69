"""scan and tiles take the columns of text files and the axis that points up, and say what is wrong with them."""

import json

import numpy as np
import pytest

SIZE = np.array([14.0, 9.0, 5.0])


def lying_room(path, *, order):
    """A room with floor and walls as text, six columns without a header; y points up in the file."""
    rng = np.random.default_rng(0)
    parts = [rng.uniform(0, [*SIZE[:2], 0.004], (12000, 3))]
    for axis in (0, 1):
        for at in (0.0, SIZE[axis]):
            wall = rng.uniform(0, SIZE, (3000, 3))
            wall[:, axis] = at
            parts.append(wall)
    x, y, z = np.concatenate(parts).T
    values = {"x": x, "y": z, "z": -y, "_": np.full(len(x), 1.5), "t": x * 2, "heat": 20 + z}
    np.savetxt(path, np.column_stack([values[name] for name in order]), fmt="%.3f")
    return path


def test_columns_and_up_bring_a_lying_text_file_into_a_site_with_tiles(aisletwin, tmp_path):
    order = ("heat", "z", "_", "x", "y", "t")
    path = lying_room(tmp_path / "room.txt", order=order)
    site = tmp_path / "site"
    options = ("--columns", ",".join(order), "--up", "y")
    report = json.loads(aisletwin("scan", path, "-o", site, *options, "--json").out)
    assert report["points"]["read"] == 24000
    assert report["found"]["walls"] == 4
    assert report["notes"] == ["room.txt: columns heat z _ x y t: as given, separated by blanks"]
    outline = json.loads((site / "facility.json").read_text())["levels"][0]["outline"]
    assert np.ptp(np.array(outline), axis=0) == pytest.approx(SIZE[:2], abs=0.1)
    told = json.loads(aisletwin("tiles", path, "-o", site, *options, "--json").out)
    assert told["points"] == 24000
    assert "heat" in told["numbers"]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 3, "line 1 has 6 columns"),
        (("--columns", "_,z,_,x,y,_"), 3, "its floor lies across y, not across z: pass --up y"),
        (("--columns", "x,y"), 2, "lack z"),
        (("--columns", "x,y,z"), 3, "3 columns are named as given, but line 1 has 6"),
        (("--up", "down"), 2, "--up"),
    ],
)
def test_what_the_options_must_say_is_told(aisletwin, tmp_path, options, code, message):
    path = lying_room(tmp_path / "room.txt", order=("heat", "z", "_", "x", "y", "t"))
    done = aisletwin("scan", path, "-o", tmp_path / "site", *options)
    assert done.code == code
    assert message in done.err
    assert not (tmp_path / "site").exists()


def test_an_axis_that_points_down_is_given_with_its_minus(aisletwin, tmp_path):
    order = ("x", "y", "z", "t", "heat", "_")
    room = lying_room(tmp_path / "room.txt", order=order)
    values = np.loadtxt(room) * [1, -1, -1, 1, 1, 1]  # half a turn about x: y points down
    np.savetxt(room, values, fmt="%.3f")
    done = aisletwin(
        "scan", room, "-o", tmp_path / "site", "--columns", ",".join(order), "--up", "-y", "--json"
    )
    assert done.code == 0, done.err
    assert json.loads(done.out)["found"]["walls"] == 4


def test_when_it_was_scanned_is_written_in_utc_and_nothing_where_nobody_says(aisletwin, tmp_path):
    path = lying_room(tmp_path / "room.txt", order=("x", "y", "z"))
    told = [(), ("--taken", "2026-11-27T07:00:00+01:00")]
    at = []
    for options in told:
        aisletwin("scan", path, "-o", tmp_path / "site", "--columns", "x,y,z", "--up", "y", *options)
        (one,) = json.loads((tmp_path / "site" / "facility.json").read_text())["provenance"]
        at.append(one.get("at"))
    assert at == [None, "2026-11-27T06:00:00.000Z"]
    wrong = aisletwin("scan", path, "-o", tmp_path / "site", "--taken", "2026-11-27 07:00")
    assert wrong.code == 2
    assert "whose time" in wrong.err


def test_two_processes_make_the_site_of_one_and_a_missing_cluster_is_told(aisletwin, tmp_path, monkeypatch):
    monkeypatch.setattr("spatial.tasks.cluster.REACHED_WITHIN_S", 1)
    path = lying_room(tmp_path / "room.txt", order=("x", "y", "z"))
    options = ("--name", "room", "--columns", "x,y,z", "--up", "y")
    made = []
    for workers in ("1", "2"):
        done = aisletwin("scan", path, "-o", tmp_path / workers, *options, "--workers", workers)
        assert done.code == 0, done.err
        made.append((tmp_path / workers / "facility.json").read_bytes())
    assert made[0] == made[1]
    done = aisletwin("scan", path, "-o", tmp_path / "none", *options, "--cluster", "tcp://127.0.0.1:9")
    assert done.code != 0
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.err or "pip install" in done.err
    assert not (tmp_path / "none").exists()
