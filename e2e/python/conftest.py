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
JWT_SECRET = "a secret that only these tests know, and long enough"


class Server:
    def __init__(self, folder, **env):
        self.log = (Path(folder) / "log").open("w+")
        settings = {"PORT": "0", "DATA_DIR": folder, "JWT_SECRET": JWT_SECRET, "LOG_FORMAT": "json", **env}
        self.process = subprocess.Popen(
            [BINARY, "serve"], cwd=folder, env={**os.environ, **settings}, stdout=self.log, stderr=subprocess.STDOUT
        )
        ready = eventually(lambda: re.search(r"Repartee is ready: (\S+)", self.read_log()), 15, "the server to be ready")
        self.url = ready[1]
        self.port = int(self.url.rsplit(":", 1)[1])

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
        self.process.wait(timeout=30)
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
