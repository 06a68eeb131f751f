"""python-socketio's unmodified client plays whole sessions over every transport."""

import base64
from collections import Counter
from pathlib import Path

import pytest
import socketio

from conftest import PATIENCE

RECORDINGS = Path(__file__).parents[2] / "crates/audio/tests/fixtures"
SEGMENT_BYTES = 32_000
TRANSPORTS = {
    "websocket only": ["websocket"],
    "polling only": ["polling"],
    "polling, then upgrade": ["polling", "websocket"],
}


@pytest.mark.parametrize("transports", TRANSPORTS.values(), ids=TRANSPORTS.keys())
@pytest.mark.parametrize("encode", [lambda chunk: base64.b64encode(chunk).decode(), bytes], ids=["base64", "binary"])
def test_a_whole_session_is_played(server, session_id, transports, encode):
    with socketio.SimpleClient() as client:
        client.connect(server.url, auth={"token": server.token("ann")}, transports=transports, wait_timeout=PATIENCE)
        events = Events(client)
        assert events.until("connected")["message"] == "Connected to real-time server"
        client.emit("start-session", {"sessionId": session_id, "scenarioId": "test-scenario"})
        started = events.until("session-started")
        assert started["sessionId"] == session_id
        assert started["audioConfig"] == {"sampleRate": 16000, "channels": 1, "format": "pcm"}

        sent = uncut = turns = 0
        for chunk in chunks_of("chromium.webm"):
            client.emit("audio-chunk", {"sessionId": session_id, "audioData": encode(chunk)})
            sent += len(chunk)
            uncut += len(chunk)
            if uncut >= SEGMENT_BYTES:
                turns += 1
                assert events.until("audio-received")["audioSize"] == uncut
                assert events.until("transcription")["text"]
                assert events.until("ai-response")["turnCount"] == turns
                assert events.until("avatar-response")["audioUrl"]
                uncut = 0
        client.emit("end-session", {"sessionId": session_id})
        assert events.until("session-ended")["reason"] == "user_ended"

        assert sum(body["audioSize"] for name, body in events.seen if name == "audio-received") == sent
        numbers = [body["eventSeq"] for _, body in events.seen if "eventSeq" in body]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("transports", TRANSPORTS.values(), ids=TRANSPORTS.keys())
def test_events_are_acknowledged(server, session_id, transports):
    with socketio.SimpleClient() as client:
        client.connect(server.url, auth={"token": server.token("bea")}, transports=transports, wait_timeout=PATIENCE)
        start = {"sessionId": session_id, "scenarioId": "test-scenario"}
        assert client.call("start-session", start, timeout=PATIENCE)["ok"] is True
        stray = {"sessionId": "nobody-started-this", "audioData": "AAAA"}
        refused = client.call("audio-chunk", stray, timeout=PATIENCE)
        assert refused["ok"] is False
        assert refused["error"]["code"] == "SESSION_NOT_FOUND"


@pytest.mark.parametrize("transports", TRANSPORTS.values(), ids=TRANSPORTS.keys())
def test_a_client_without_a_token_is_told_and_disconnected(server, transports):
    with socketio.SimpleClient() as client:
        client.connect(server.url, transports=transports, wait_timeout=PATIENCE)
        error = Events(client).until("error")
        assert (error["message"], error["code"]) == ("Missing authentication token", "UNAUTHENTICATED")


class Events:
    """Keeps what arrives. This client hands each event to a thread of its own, so neighbours may swap places."""

    def __init__(self, client):
        self.client = client
        self.seen = []
        self.taken = Counter()

    def until(self, wanted):
        """The next event of this name that was not taken before."""
        place = self.taken[wanted]
        self.taken[wanted] += 1
        while len(found := [body for name, body in self.seen if name == wanted]) <= place:
            name, *arguments = self.client.receive(timeout=PATIENCE)
            assert name == wanted or name != "error", arguments
            self.seen.append((name, arguments[0]))
        return found[place]


def chunks_of(name):
    stream = (RECORDINGS / name).read_bytes()
    arrivals = (RECORDINGS / "arrivals.txt").read_text().splitlines()
    sizes = next(line.split()[1:] for line in arrivals if line.startswith(f"{name} "))
    chunks = []
    for size in map(int, sizes):
        chunks.append(stream[:size])
        stream = stream[size:]
    return chunks
