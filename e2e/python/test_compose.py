"""What `docker compose up` does, without Docker: the same environment over a real PostgreSQL and a real S3 server."""

import glob
import os
import re
import shutil
import socket
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import pytest
import socketio
import yaml
from moto.server import ThreadedMotoServer

from conftest import PATIENCE, Server, eventually

ROOT = Path(__file__).parents[2]


def test_a_session_lives_in_the_database_and_the_object_store_alone(postgres_port, s3_port, session_id):
    environment = compose_environment(postgres_port, s3_port)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, **environment)
        try:
            with socketio.SimpleClient() as client:
                client.connect(server.url, auth={"token": server.token("ann")}, wait_timeout=PATIENCE)
                start(client, session_id)
                client.emit("audio-chunk", {"sessionId": session_id, "audioData": bytes(range(250)) * 128})
                until(client, "avatar-response")
                client.emit("transcription", {"sessionId": session_id, "text": "Written down.", "isFinal": True})
                until(client, "avatar-response")
            server.stop()
        finally:
            server.process.kill()

    objects = urllib.request.urlopen(f"http://127.0.0.1:{s3_port}/repartee").read().decode()
    assert session_id.replace("-", "--") in objects

    # Another machine, as it were: nothing of the first one's folder is left.
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, **environment)
        try:
            with socketio.SimpleClient() as client:
                client.connect(server.url, auth={"token": server.token("ann")}, wait_timeout=PATIENCE)
                started = start(client, session_id)
                assert started["resumed"] is True
                assert "Written down." in [line["text"] for line in started["history"]]
            server.stop()
        finally:
            server.process.kill()


def start(client, session_id):
    client.emit("start-session", {"sessionId": session_id, "scenarioId": "test-scenario"})
    return until(client, "session-started")


def until(client, wanted):
    while True:
        name, *arguments = client.receive(timeout=PATIENCE)
        assert name != "error", arguments
        if name == wanted:
            return arguments[0]


def compose_environment(postgres_port, s3_port):
    """The server's environment of docker-compose.yml; only addresses differ. It takes a free port, and tells which."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    server = compose["services"]["server"]
    assert server["env_file"] == [{"path": ".env", "required": False}]
    defaults = {name: by_default(value) for name, value in server["environment"].items() if value is not None}
    for place in ["HOST", "PORT", "DATA_DIR"]:
        del defaults[place]
    # Browsers find the server where they asked for it, which nginx passes on.
    assert server["environment"]["PUBLIC_URL"] is None
    defaults["DATABASE_URL"] = defaults["DATABASE_URL"].replace("@postgres/", f"@127.0.0.1:{postgres_port}/")
    defaults["S3_ENDPOINT"] = defaults["S3_ENDPOINT"].replace("minio:9000", f"127.0.0.1:{s3_port}")
    return defaults


def by_default(value):
    """Where nothing is set; a default may hold another one."""
    while (inner := re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", value)) != value:
        value = inner
    return value


@pytest.fixture
def postgres_port():
    programs = shutil.which("initdb") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))), None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    programs = Path(programs).resolve().parent
    # PostgreSQL refuses to run as root.
    owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if owner:
            shutil.chown(folder, "postgres", "postgres")
        data = f"{folder}/data"
        initdb = [programs / "initdb", "--username=repartee", "--auth=trust", "--no-sync", data]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **owner)
        settings = ["-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *settings], cwd=folder, stderr=subprocess.DEVNULL, **owner
        )
        try:
            create = [programs / "createdb", "-h", folder, "-p", str(port), "-U", "repartee", "repartee"]
            eventually(
                lambda: subprocess.run(create, stderr=subprocess.DEVNULL).returncode == 0,
                PATIENCE,
                "PostgreSQL to be ready",
            )
            yield port
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


@pytest.fixture
def s3_port():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        bucket = urllib.request.Request(f"http://127.0.0.1:{port}/repartee", method="PUT")
        assert urllib.request.urlopen(bucket).status == 200
        yield port
    finally:
        server.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
