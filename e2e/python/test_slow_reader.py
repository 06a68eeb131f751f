"""A client that stops reading is cleaned up: it must not hold its session and its memory for ever."""

import base64
import json
import os
import socket
import struct
import tempfile
import urllib.request

import pytest

from conftest import PATIENCE, Server, eventually

# Seconds after which who answers no heartbeat is let go of.
HEARTBEATS = 25 + 60


@pytest.fixture
def server():
    with tempfile.TemporaryDirectory(prefix="repartee-e2e-") as folder:
        server = Server(folder, RATE_EVENTS_PER_SECOND="0", RATE_BYTES_PER_SECOND="0", GRACE_MS="500")
        try:
            yield server
            server.stop()
        finally:
            server.process.kill()


def test_a_client_that_stops_reading_is_cleaned_up(server, session_id):
    connection = socket.socket()
    connection.settimeout(PATIENCE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    sign_in(connection, server.token("ann"))
    connection.sendall(frame("42" + json.dumps(["start-session", {"sessionId": session_id, "scenarioId": "test-scenario"}])))
    receive_until(connection, b'"session-started"')
    address = connection.getsockname()
    assert is_established(server, address)
    assert status(server, session_id) == "active"

    # Answers that nobody reads fill every buffer on the way.
    connection.settimeout(1)
    try:
        for _ in range(200):
            connection.sendall(frame('42["ping",{"t":1}]') * 500)
    except (TimeoutError, ConnectionError):
        pass  # The server takes no more from a client that takes nothing.

    eventually(lambda: not is_established(server, address), HEARTBEATS + PATIENCE, "the server to let go of the socket")
    eventually(lambda: status(server, session_id) == "completed", PATIENCE, "the session to end after the grace")
    connection.close()


def status(server, session_id):
    request = urllib.request.Request(f"{server.url}/api/roleplay/session/{session_id}")
    request.add_header("Authorization", f"Bearer {server.token('ann')}")
    return json.load(urllib.request.urlopen(request))["data"]["status"]


def sign_in(connection, token):
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    receive_until(connection, b'"pingInterval"')
    connection.sendall(frame("40" + json.dumps({"token": token})))
    receive_until(connection, b'"connected"')


def receive_until(connection, wanted):
    received = b""
    while wanted not in received:
        piece = connection.recv(4096)
        assert piece, received
        received += piece


def frame(text):
    """A masked text frame, as a client sends it."""
    payload = text.encode()
    mask = b"\0\0\0\0"
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
    return b"\x81" + length + mask + payload


def is_established(server, client):
    """Whether the server's end of this connection lives, as the kernel tells."""
    ends = (f":{server.port:04X}", f":{client[1]:04X}")
    with open("/proc/net/tcp") as table:
        rows = [row.split() for row in table.readlines()[1:]]
    return any(row[1].endswith(ends[0]) and row[2].endswith(ends[1]) and row[3] == "01" for row in rows)
