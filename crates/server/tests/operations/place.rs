//! A server process in a folder of its own, asked over HTTP and over Socket.IO.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use testkit::{Process, SocketClient, TempDir};

/// What does not become so by then never does.
const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
const SECRET: &str = "a secret of the tests that is long enough";

pub(crate) struct Place {
    pub(crate) process: Process,
    pub(crate) address: String,
    folder: TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Place {
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        let folder = TempDir::new();
        let mut command = repartee(&folder);
        command.env("PORT", "0").env("TTS_PROVIDER", "none").envs(variables.iter().copied());
        let mut process = Process::start(command, folder.path().join("server.log"));
        process.wait_for_print("Ctrl+C stops it");
        let log = process.log();
        let (_, ready) = log.split_once("Repartee is ready: http://").expect("it says where");
        let address = ready.lines().next().expect("there is an address").to_owned();
        Self { process, address, folder }
    }

    pub(crate) fn token(&self, user: &str, role: &str) -> String {
        let output = repartee(&self.folder).args(["token", "--user", user, "--role", role]).output();
        String::from_utf8(output.expect("the binary starts").stdout).expect("a token is text").trim().to_owned()
    }

    pub(crate) async fn connect(&self, token: &str) -> SocketClient {
        let client = SocketClient::connect(&self.address, &json!({ "token": token })).await;
        client.expect("the server lets anybody connect")
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request("GET", path, headers, "")
    }

    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [headers, &[("Content-Type", "application/json")]].concat();
        self.request("POST", path, &headers, &body.to_string())
    }

    pub(crate) fn stats(&self) -> Value {
        self.get("/stats", &[]).json()
    }

    /// Waits until the figures are so, and answers them.
    pub(crate) async fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let stats = self.stats();
            if is_so(&stats) {
                return stats;
            }
            assert!(began.elapsed() < PATIENCE, "never {what}: {stats:#}\n{}", self.process.log());
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Waits until it is answered so, and answers the answer.
    pub(crate) async fn until_status(&self, path: &str, status: u16) -> Answer {
        let began = Instant::now();
        loop {
            let answer = self.get(path, &[]);
            if answer.status == status {
                return answer;
            }
            assert!(began.elapsed() < PATIENCE, "never {status}: {}", answer.body);
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// What the binary prints when it is run there, and its status.
    pub(crate) fn run(&self, arguments: &[&str]) -> (String, ExitStatus) {
        let output = repartee(&self.folder).args(arguments).output().expect("the binary starts");
        (String::from_utf8(output.stdout).expect("it prints text"), output.status)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the objects are, unless a variable says otherwise.
    pub(crate) fn objects(&self) -> PathBuf {
        self.path("data/objects")
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("it accepts connections");
        let length = body.len();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("Content-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a head has a status");
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

fn repartee(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repartee"));
    command.current_dir(folder.path()).env_clear().env("JWT_SECRET", SECRET);
    command
}

pub(crate) fn start_session(id: &str) -> Value {
    json!({ "sessionId": id, "scenarioId": "test-scenario", "audio": { "sampleRate": 16_000, "channels": 1 } })
}

/// By an open microphone and a loudspeaker that plays pieces of speech.
pub(crate) fn start_live_session(id: &str) -> Value {
    json!({
        "sessionId": id,
        "scenarioId": "test-scenario",
        "turnDetection": "vad",
        "bargeIn": true,
        "audio": { "sampleRate": 16_000, "channels": 1, "echoCancellation": true },
        "speech": { "enabled": true, "codec": "pcm16", "sampleRate": 24_000 },
    })
}

/// Somebody says the beginning of a sentence, and is silent for a while: chunk by chunk, as a microphone tells it.
pub(crate) fn speech(id: &str, first_seq: u64) -> impl Iterator<Item = Value> + '_ {
    const SENTENCE: &[u8] = include_bytes!("../../../audio/tests/fixtures/sentence.wav");
    const HEADER: usize = 44;
    const SECOND: usize = 32_000;
    let mut samples = SENTENCE[HEADER..][..SECOND * 13 / 10].to_vec();
    samples.resize(samples.len() + SECOND * 2, 0);
    let chunks: Vec<String> =
        samples.chunks(SECOND / 10).map(|chunk| base64_simd::STANDARD.encode_to_string(chunk)).collect();
    (first_seq..).zip(chunks).map(move |(seq, audio)| json!({ "sessionId": id, "audioData": audio, "seq": seq }))
}

pub(crate) fn said(id: &str, text: &str) -> Value {
    json!({ "sessionId": id, "text": text, "isFinal": true })
}

pub(crate) fn session(id: &str) -> Value {
    json!({ "sessionId": id })
}

/// As much as fills a segment.
pub(crate) fn chunk(id: &str, seq: u64) -> Value {
    chunk_of(16_000, id, seq)
}

/// A tenth of a second.
pub(crate) fn short_chunk(id: &str, seq: u64) -> Value {
    chunk_of(1_600, id, seq)
}

fn chunk_of(samples: i32, id: &str, seq: u64) -> Value {
    let samples: Vec<u8> = (0..samples).flat_map(|at| ((at * 37 % 8_000) as i16).to_le_bytes()).collect();
    let audio = base64_simd::STANDARD.encode_to_string(samples);
    json!({ "sessionId": id, "audioData": audio, "seq": seq })
}
