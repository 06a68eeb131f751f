//! Many live conversations at once, with providers that are simulated beside the load: how much time the server itself adds
//! between the end of a thought and the first piece of an answer, and between an interruption and silence.

mod microphone;
mod providers;
mod talker;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tokio::{task::JoinSet, time::sleep};

use self::{microphone::Microphone, providers::Providers, talker::Talker};
use super::phases::{Bench, SECRET};
use crate::{process::Process, tokens::Tokens};

/// What became of the conversations.
pub(super) struct Live {
    pub(super) seconds: f64,
    /// Percent of the server's core.
    pub(super) busy: f64,
    pub(super) heard: Heard,
}

/// What all talkers heard together; times in microseconds.
#[derive(Clone)]
pub(super) struct Heard {
    since: Instant,
    /// What begins later does not count.
    ends: Option<Instant>,
    /// From the news that a thought is over to the first piece of the answer, without what the providers took.
    pub(super) added: Histogram<u64>,
    /// Answers of which the providers alone seem to have taken longer: the news was read late.
    pub(super) unclear: u64,
    /// From the chunk with which one can know that somebody interrupts to the news that the persona is still.
    pub(super) to_silence: Histogram<u64>,
    pub(super) frames: u64,
    pub(super) errors: BTreeMap<String, u64>,
}

/// Shared by all talkers.
struct Conversation {
    url: String,
    tokens: Tokens,
    run: String,
    microphone: Microphone,
    providers: Arc<Providers>,
    heard: Mutex<Heard>,
}

/// So many talkers arrive at the same time.
const ARRIVING: usize = 16;
const LONGEST: Duration = Duration::from_secs(60);
/// An answer that takes longer is missing.
const LATEST: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

impl Bench<'_> {
    pub(super) async fn live(&self) -> anyhow::Result<Live> {
        let providers = Providers::serve().await?;
        let process = self.start_live_server(&providers.url)?;
        let conversation = Arc::new(Conversation {
            url: process.url.clone(),
            tokens: Tokens::signed_with(SECRET),
            run: crate::cli::run_name()?,
            microphone: Microphone::new()?,
            providers,
            heard: Mutex::new(Heard::nothing()),
        });
        let mut talkers = arrive(&conversation, self.plan.talkers).await?;
        // Everybody has said something and is being answered.
        sleep(self.plan.live_warm_up).await;
        conversation.heard().begin_again();
        let (began, cpu) = (Instant::now(), process.cpu()?);
        sleep(self.plan.live).await;
        let (seconds, cpu) = (began.elapsed().as_secs_f64(), process.cpu()? - cpu);
        conversation.heard().ends = Some(Instant::now());
        let rounds = self.plan.talkers as f64 * seconds / conversation.microphone.lasts().as_secs_f64();
        conversation.is_answered(rounds).await;
        let mut heard = conversation.heard().clone();
        talkers.abort_all();
        heard.expect(rounds);
        anyhow::ensure!(!heard.added.is_empty(), "nobody was answered: {:?}", heard.errors);
        anyhow::ensure!(!heard.to_silence.is_empty(), "nobody was interrupted: {:?}", heard.errors);
        Ok(Live { seconds, busy: cpu.as_secs_f64() * 100.0 / seconds, heard })
    }

    fn start_live_server(&self, providers: &str) -> anyhow::Result<Process> {
        let openai = [("LLM_PROVIDER", "openai"), ("TTS_PROVIDER", "openai"), ("OPENAI_BASE_URL", providers)];
        self.start_server_with("live", openai)
    }
}

/// Talkers begin one after the other, so that what they say is spread over the time.
async fn arrive(conversation: &Arc<Conversation>, talkers: usize) -> anyhow::Result<JoinSet<()>> {
    let mut arrived = Vec::with_capacity(talkers);
    let mut arriving = JoinSet::new();
    for number in 0..talkers {
        if arriving.len() == ARRIVING
            && let Some(talker) = arriving.join_next().await
        {
            arrived.push(talker??);
        }
        arriving.spawn(Talker::arrive(Arc::clone(conversation), number));
    }
    while let Some(talker) = arriving.join_next().await {
        arrived.push(talker??);
    }
    let began = Instant::now();
    let mut talking = JoinSet::new();
    for (number, talker) in arrived.into_iter().enumerate() {
        let begins = began + conversation.microphone.lasts().mul_f64(number as f64 / talkers as f64);
        talking.spawn(talker.talk(begins));
    }
    Ok(talking)
}

impl Conversation {
    /// Waits for the answers to what began in time, unless some never come.
    async fn is_answered(&self, rounds: f64) {
        let began = Instant::now();
        let is_missing = || {
            let heard = self.heard();
            (heard.added.len().min(heard.to_silence.len()) as f64) < rounds.floor()
        };
        while is_missing() && began.elapsed() < LATEST {
            sleep(BETWEEN_LOOKS).await;
        }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn nothing() -> Self {
        let histogram = || {
            Histogram::new_with_max(LONGEST.as_micros() as u64, 3)
                .expect("three digits fit into the range of a latency")
        };
        Self {
            since: Instant::now(),
            ends: None,
            added: histogram(),
            unclear: 0,
            to_silence: histogram(),
            frames: 0,
            errors: BTreeMap::new(),
        }
    }

    fn begin_again(&mut self) {
        *self = Self::nothing();
    }

    fn counts(&self, began: Instant) -> bool {
        began >= self.since && self.ends.is_none_or(|ends| began < ends)
    }

    fn on_frame(&mut self) {
        self.frames += u64::from(self.ends.is_none());
    }

    /// The first piece of an answer came.
    fn on_answered(&mut self, decided: Instant, providers_took: Duration) {
        if self.counts(decided) {
            let added = decided.elapsed().checked_sub(providers_took);
            self.unclear += u64::from(added.is_none());
            record(&mut self.added, added.unwrap_or_default());
        }
    }

    fn on_still(&mut self, onset: Instant) {
        if self.counts(onset) {
            record(&mut self.to_silence, onset.elapsed());
        }
    }

    /// Everybody says something in every round; what is missing would make the rest look better.
    fn expect(&mut self, rounds: f64) {
        const ENOUGH: f64 = 0.9;
        for (what, count) in [("answers", self.added.len()), ("silences", self.to_silence.len())] {
            let missing = rounds - count as f64;
            if (count as f64) < rounds.floor() * ENOUGH {
                self.on_error(format!("{missing:.0} of {rounds:.0} {what} are missing"));
            }
        }
    }

    fn on_error(&mut self, error: String) {
        *self.errors.entry(error).or_default() += 1;
    }
}

fn record(histogram: &mut Histogram<u64>, duration: Duration) {
    histogram.saturating_record(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
}
