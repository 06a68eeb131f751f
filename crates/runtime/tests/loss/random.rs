//! Any order of cuts, repeats, losses, outages, disconnects and crashes ends with the audio that was recorded.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{FileFailurePersistence, RngSeed},
};
use session::{Command, Event};

use crate::{
    recordings::{recording, uninterrupted},
    world::{Client, Condition, World, config, let_pass, samples},
};

#[derive(Debug, Clone)]
enum Step {
    /// Sends the next chunks.
    Send(usize),
    /// Sends chunks again that were sent before.
    Repeat(usize),
    /// Forgets to send some.
    Skip(usize),
    /// Comes back on a new connection, before or after the old one is gone.
    Reconnect {
        old_one_leaves: bool,
    },
    Kill,
    StoreFails(u64),
    JournalFails(u64),
    /// Both stop answering for a while.
    Hangs(u64),
    EndTurn,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..12_usize).prop_map(Step::Send),
        1 => (1..6_usize).prop_map(Step::Repeat),
        1 => (1..4_usize).prop_map(Step::Skip),
        1 => any::<bool>().prop_map(|old_one_leaves| Step::Reconnect { old_one_leaves }),
        2 => Just(Step::Kill),
        1 => (0..15_000_u64).prop_map(Step::StoreFails),
        1 => (0..15_000_u64).prop_map(Step::JournalFails),
        1 => (0..15_000_u64).prop_map(Step::Hangs),
        1 => Just(Step::EndTurn),
        4 => (0..12_u64).prop_map(Step::Wait),
    ]
}

/// A client as the wire page describes it: it keeps what is not acknowledged and sends it again.
struct Recorder {
    chunks: Vec<Vec<u8>>,
    next: usize,
    client: Client,
}

impl Recorder {
    async fn send(&mut self, count: usize) {
        for _ in 0..count {
            let Some(chunk) = self.chunks.get(self.next) else { return };
            match self.client.chunk(self.next as u64, chunk).await {
                Ok(_) => self.next += 1,
                Err(runtime::Rejection::Refused(_)) => let_pass(100).await,
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    async fn repeat(&self, count: usize) {
        for seq in self.next.saturating_sub(count)..self.next {
            self.client.chunk(seq as u64, &self.chunks[seq]).await.unwrap();
        }
    }

    async fn skip(&self, count: usize) {
        if let Some(chunk) = self.chunks.get(self.next + count) {
            // After coming back, the session may have more than it acknowledged, and then this is a repeat.
            match self.client.chunk((self.next + count) as u64, chunk).await {
                Ok(_) | Err(runtime::Rejection::Gap { .. }) => (),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    async fn come_back(&mut self, world: &World) {
        self.client = world.arrive().await;
        let through = self.client.person.joined().await.through_seq;
        self.next = through.map_or(0, |seq| seq as usize + 1);
    }
}

async fn play(recording: &[u8], sizes: &[usize], steps: Vec<Step>) -> (World, Recorder) {
    let mut world = World::with(session::Config { max_buffered_bytes: 1 << 20, ..config() });
    let client = world.arrive().await;
    let mut recorder = Recorder { chunks: cut(recording, sizes), next: 0, client };
    for step in steps {
        match step {
            Step::Send(count) => recorder.send(count).await,
            Step::Repeat(count) => recorder.repeat(count).await,
            Step::Skip(count) => recorder.skip(count).await,
            Step::Reconnect { old_one_leaves } => {
                if old_one_leaves {
                    recorder.client.leave().await;
                }
                recorder.come_back(&world).await;
            }
            Step::Kill => {
                world.kill();
                recorder.come_back(&world).await;
            }
            Step::StoreFails(ms) => during(&world, &mut recorder, ms, Some(Condition::Failing), None).await,
            Step::JournalFails(ms) => during(&world, &mut recorder, ms, None, Some(Condition::Failing)).await,
            Step::Hangs(ms) => {
                let hanging = Some(Condition::Hanging);
                during(&world, &mut recorder, ms, hanging, hanging).await;
            }
            Step::EndTurn => recorder.client.command(Command::EndTurn).await,
            Step::Wait(ms) => let_pass(ms).await,
        }
    }
    recorder.send(recorder.chunks.len()).await;
    recorder.client.command(Command::End).await;
    recorder.client.person.hears(|event| matches!(event, Event::Ended { .. })).await;
    (world, recorder)
}

async fn during(
    world: &World,
    recorder: &mut Recorder,
    ms: u64,
    store: Option<Condition>,
    database: Option<Condition>,
) {
    store.inspect(|condition| world.store().turns(*condition));
    database.inspect(|condition| world.database().turns(*condition));
    // Even a chunk that nobody answers meanwhile does not make the outage longer.
    let passes = async {
        let_pass(ms).await;
        world.store().turns(Condition::Fine);
        world.database().turns(Condition::Fine);
    };
    tokio::join!(recorder.send(3), passes);
}

fn cut(recording: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = recording;
    let mut chunks = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, later) = rest.split_at((*size).min(rest.len()));
        chunks.push(chunk.to_vec());
        rest = later;
    }
    chunks
}

fn simulate<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(work)
}

fn proptest_config(cases: u32) -> ProptestConfig {
    let widened = std::env::var("REPARTEE_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let persistence = FileFailurePersistence::Direct("tests/loss/random.regressions");
    ProptestConfig {
        cases: widened.unwrap_or(cases),
        // The same lives on every machine, unless somebody looks further.
        rng_seed: if widened.is_some() { RngSeed::Random } else { RngSeed::Fixed(2) },
        max_shrink_iters: 500,
        failure_persistence: Some(Box::new(persistence)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(proptest_config(150))]

    #[test]
    fn samples_are_stored_byte_for_byte(sizes in vec(1..1_500_usize, 1..20), steps in vec(step(), 0..30)) {
        let recording = samples(12_000);
        let (world, recorder) = simulate(play(&recording, &sizes, steps));
        prop_assert_eq!(world.stored_samples(), recording);
        let received: u64 = world.book.segments().iter().map(|segment| segment.received_bytes).sum();
        prop_assert_eq!(received, 12_000);
        prop_assert_eq!(recorder.client.person.through_seq(), Some(recorder.chunks.len() as u64 - 1));
    }

    #[test]
    fn a_recording_is_stored_packet_for_packet(sizes in vec(1..3_000_usize, 1..20), steps in vec(step(), 0..30)) {
        let recording = recording("chromium.webm");
        let (world, _) = simulate(play(&recording, &sizes, steps));
        let heard = audio::decode(world.stored_files()).unwrap();
        prop_assert!(heard == uninterrupted(&recording));
    }
}
