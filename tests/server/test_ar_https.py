"""HTTPS on the local network: the certificate script, and the server that takes what it made."""

from __future__ import annotations

import shutil
import ssl
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.answers.shown import Shown
from server.app import create_app
from server.listening import Certificate, checked_certificate, listen, web_server
from server.sites import load_site
from spatial.errors import BadDataError

SCRIPT = Path(__file__).parents[2] / "scripts" / "certificate.sh"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="skipped: there is no openssl")


def make(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, folder, *names], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates") / "made"
    done = make(folder, "localhost", "127.0.0.1", "twin.local")
    assert done.returncode == 0, done.stderr
    for wanted in (
        "--https-certificate",
        "sha256",
        "Android",
        "tokens make",
        "https://localhost:8443/ar.html",
    ):
        assert wanted in done.stdout
    return folder


def test_devices_that_trust_the_authority_reach_the_server_and_others_do_not(
    certificates: Path, hall_site: Path
) -> None:
    ready = threading.Event()
    addresses: list[str] = []

    def tell(address: str) -> None:
        addresses.append(address)
        ready.set()

    https = Certificate(certificates / "server.pem", certificates / "server.key")
    server = web_server(create_app(Shown(site=load_site(hall_site))), on_ready=tell, https=https)
    thread = threading.Thread(target=server.run, args=([listen("127.0.0.1", 0)],))
    thread.start()
    try:
        assert ready.wait(10)
        address = addresses[0]
        assert address.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(certificates / "ca.crt"))
        for host in ("127.0.0.1", "localhost"):
            told = httpx.get(
                address.replace("127.0.0.1", host) + "api/site", verify=trusting, trust_env=False
            )
            assert told.json()["id"] == "HALL"
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            httpx.get(address, trust_env=False)
        with pytest.raises(httpx.HTTPError):
            httpx.get(address.replace("https", "http"), trust_env=False)
    finally:
        server.should_exit = True
        thread.join()


def test_keys_are_for_their_owner_and_the_authority_stays(certificates: Path) -> None:
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((certificates / name).stat().st_mode) == 0o600, name
    before = [(certificates / name).read_bytes() for name in ("ca.crt", "server.pem")]
    assert make(certificates, "localhost", "192.168.7.20").returncode == 0
    after = [(certificates / name).read_bytes() for name in ("ca.crt", "server.pem")]
    assert (after[0], after[1] != before[1]) == (before[0], True)


def test_the_authority_signs_for_no_name_in_the_world_but_its_own(certificates: Path) -> None:
    before = (certificates / "server.pem").read_bytes()
    for name in ("bank.example", "8.8.8.8", "twin.local.evil.example"):
        done = make(certificates, name)
        assert (done.returncode, "may not sign for" in done.stderr) == (2, True), name
    for name in ("https://twin.local", "a b", ""):
        assert make(certificates, name).returncode == 2, name
    assert (certificates / "server.pem").read_bytes() == before


def test_files_that_are_no_certificate_are_told_with_the_remedy(certificates: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert make(other, "localhost").returncode == 0
    with pytest.raises(BadDataError, match=r"certificate\.sh"):
        checked_certificate(Certificate(certificates / "server.pem", other / "server.key"))
    with pytest.raises(BadDataError, match="no certificate with its key"):
        checked_certificate(Certificate(tmp_path / "nowhere.pem", other / "server.key"))


def test_serve_takes_both_files_or_none_and_still_asks_for_tokens(
    certificates: Path, hall_site: Path, aisletwin: Any, tmp_path: Path
) -> None:
    files = ("--https-certificate", certificates / "server.pem")
    alone = aisletwin("serve", hall_site, *files)
    assert (alone.code, "--https-key" in alone.err) == (2, True)
    told = aisletwin("serve", hall_site, *files, "--https-key", tmp_path / "none.key")
    assert (told.code, "certificate.sh" in told.err) == (3, True)
    outside = aisletwin(
        "serve", hall_site, *files, "--https-key", certificates / "server.key", "--host", "0.0.0.0"
    )
    assert outside.code != 0
    assert "no token is set up" in outside.err
