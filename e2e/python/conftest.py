"""The real server on a free port, for the tests in Python."""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest

BINARY = os.environ.get("SERVER_BINARY", str(Path(__file__).parents[2] / "target/debug/repartee"))
# Seconds, for what only takes the time that the machine takes for it.
PATIENCE = 60
JWT_SECRET = "a secret that only these tests know, and long enough"


class Server:
    def __init__(self, folder, **env):
        self.log = (Path(folder) / "log").open("w+")
        settings = {"PORT": "0", "DATA_DIR": folder, "JWT_SECRET": JWT_SECRET, "LOG_FORMAT": "json", **env}
        self.process = subprocess.Popen(
            [BINARY, "serve"], cwd=folder, env={**os.environ, **settings}, stdout=self.log, stderr=subprocess.STDOUT
        )
        try:
            self.url = eventually(self.address, PATIENCE, "the server to be ready")
        except AssertionError:
            self.process.kill()
            raise
        self.port = int(self.url.rsplit(":", 1)[1])

    def address(self):
        """Where it can be reached, once it can."""
        assert self.process.poll() is None, self.read_log()
        ready = re.search(r"Repartee is ready: (\S+)", self.read_log())
        return ready and ready[1]

    def read_log(self):
        return Path(self.log.name).read_text()

    def token(self, user, **claims):
        def part(value):
            return base64.urlsafe_b64encode(value).rstrip(b"=")

        body = {"userId": user, "exp": int(time.time()) + 3600, **claims}
        signed = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(body).encode())
        return (signed + b"." + part(hmac.digest(JWT_SECRET.encode(), signed, hashlib.sha256))).decode()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        wrong = ["ERROR", "panicked at", "stopped before everybody had left"]
        assert [line for line in self.read_log().splitlines() if any(sign in line for sign in wrong)] == []


def eventually(look, seconds, what):
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def server():
    with tempfile.TemporaryDirectory(prefix="repartee-e2e-") as folder:
        server = Server(folder, RATE_EVENTS_PER_SECOND="0", RATE_BYTES_PER_SECOND="0")
        try:
            yield server
            server.stop()
        finally:
            server.process.kill()


@pytest.fixture
def session_id():
    return f"e2e-{uuid.uuid4()}"
