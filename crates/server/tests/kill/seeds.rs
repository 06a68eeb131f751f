//! `kill -9` at seeded moments. A failure names its seed; `REPARTEE_SEEDS` tries more of them.

use std::{path::Path, time::Duration};

use testkit::{SocketEvent, postgres, s3};
use tokio::{sync::watch, time::sleep};

use crate::{
    book::Kept,
    place::{Place, Server},
    recorder::{Line, Recorder},
};

const DEATHS: u64 = 3;
const EVENTS: [&str; 6] =
    ["audio-received", "session-state", "transcription", "ai-response-delta", "ai-response", "avatar-response"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_embedded_stores_nothing_is_lost_wherever_the_server_is_killed() {
    for seed in 0..seeds(20) {
        Tale::new(seed).play(Place::embedded()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_postgresql_and_s3_nothing_is_lost_wherever_the_server_is_killed() {
    let (Some(postgres), Some(s3)) = (postgres(), s3()) else { return };
    for seed in 0..seeds(8) {
        Tale::new(seed).play(Place::services(&postgres, &s3).await).await;
    }
}

fn seeds(normally: u64) -> u64 {
    std::env::var("REPARTEE_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(normally)
}

/// Everything that the seed decides.
struct Tale {
    seed: u64,
    dice: Dice,
    recording: Recording,
}

enum Recording {
    /// Samples, which come out byte for byte.
    Samples(Vec<u8>),
    /// A container, which comes out packet for packet.
    WebM(Vec<u8>),
}

/// When the server dies.
enum Moment {
    Chunk { sent: usize, after: Duration },
    Event { name: &'static str, count: usize, after: Duration },
}

/// Says which seed it was when a test fails.
struct Named(u64);

impl Drop for Named {
    #[expect(clippy::print_stdout, reason = "the harness shows it with the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("seed {}", self.0);
        }
    }
}

impl Tale {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let recording = if dice.below(3) == 0 {
            let fixture = "../audio/tests/fixtures/chromium.webm";
            Recording::WebM(std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture)).unwrap())
        } else {
            let samples = (0..30_000_u32).flat_map(|n| ((n * 7 + n / 251) as u16).to_le_bytes());
            Recording::Samples(samples.collect())
        };
        Self { seed, dice, recording }
    }

    async fn play(mut self, place: Place) {
        let _named = Named(self.seed);
        let chunks = self.chunks();
        let mut recorder = Recorder::new(&place, &format!("practice-{}", self.seed), chunks);
        for _ in 0..DEATHS {
            let server = place.serve();
            let moment = self.moment(recorder.chunks.len());
            self.live(&mut recorder, server, moment).await;
        }
        let server = place.serve();
        let line = recorder.arrive(&server).await.expect("this server lives");
        self.send(&recorder, &line, &watch::Sender::new(0)).await;
        line.client.emit("end-session", &recorder.about_session());
        line.client.wait_for(|event| event.name == "session-ended").await.expect("this server lives");
        recorder.hang_up(line);
        server.kill();
        self.check(&Kept::of(&place, &recorder).await);
    }

    /// One life of the server, until the moment comes or nothing is left to do.
    async fn live(&mut self, recorder: &mut Recorder, server: Server, moment: Moment) {
        let Some(line) = recorder.arrive(&server).await else { return };
        let sent = watch::Sender::new(0);
        let death = async {
            moment.comes(&line, sent.subscribe()).await;
            tokio::task::block_in_place(|| server.kill());
        };
        let life = async {
            self.send(recorder, &line, &sent).await;
            line.client.gone().await;
        };
        // A moment that never comes is the end of what there is to tell.
        let both = async { tokio::join!(death, life) };
        if tokio::time::timeout(Duration::from_millis(400), both).await.is_err() {
            server.kill();
        }
        recorder.hang_up(line);
    }

    async fn send(&mut self, recorder: &Recorder, line: &Line, sent: &watch::Sender<usize>) {
        for seq in line.next_chunk()..recorder.chunks.len() {
            line.client.emit("audio-chunk", &recorder.chunk(seq));
            sent.send_modify(|sent| *sent += 1);
            sleep(Duration::from_micros(self.dice.below(4_000))).await;
        }
        line.client.emit("end-turn", &recorder.about_session());
        if matches!(self.recording, Recording::Samples(_)) {
            recorder.all_stored(line).await;
        }
    }

    fn chunks(&mut self) -> Vec<Vec<u8>> {
        let (Recording::Samples(bytes) | Recording::WebM(bytes)) = &self.recording;
        let mut rest = &bytes[..];
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            let size = 1 + self.dice.below(3_000) as usize;
            let (chunk, later) = rest.split_at(size.min(rest.len()));
            chunks.push(chunk.to_vec());
            rest = later;
        }
        chunks
    }

    fn moment(&mut self, chunks: usize) -> Moment {
        let after = Duration::from_micros(self.dice.below(3_000));
        if self.dice.below(2) == 0 {
            return Moment::Chunk { sent: self.dice.below(chunks as u64 / 2) as usize, after };
        }
        let name = EVENTS[self.dice.below(EVENTS.len() as u64) as usize];
        Moment::Event { name, count: 1 + self.dice.below(4) as usize, after }
    }

    fn check(&self, kept: &Kept) {
        match &self.recording {
            Recording::Samples(samples) => {
                assert!(kept.samples() == *samples, "{:#?}", kept.segments);
            }
            Recording::WebM(file) => {
                let mut intake = audio::Intake::new(audio::Limits::default());
                intake.push(file, &audio::Declared::unknown()).unwrap();
                let recorded = audio::decode(intake.cut().into_iter().map(|segment| segment.bytes())).unwrap();
                assert!(audio::decode(&kept.files).unwrap() == recorded, "{:#?}", kept.segments);
            }
        }
    }
}

impl Moment {
    async fn comes(&self, line: &Line, mut sent: watch::Receiver<usize>) {
        match self {
            Self::Chunk { sent: wanted, after } => {
                let _ = sent.wait_for(|sent| sent >= wanted).await;
                sleep(*after).await;
            }
            Self::Event { name, count, after } => {
                let seen = std::cell::Cell::new(0);
                let is_it = |event: &SocketEvent| {
                    seen.set(seen.get() + usize::from(event.name == *name));
                    seen.get() >= *count
                };
                line.client.wait_for(is_it).await;
                sleep(*after).await;
            }
        }
    }
}

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}
