//! A server in a box: processes come and go over one journal and one object store, people come and go over one session.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use audio::Declared;
use ports::{SessionId, Timestamp, UserId, scenario_file};
use runtime::{
    Ask, Chunk, Clock, Engine, Envelope, Handle, HistoryLine, Hub, Member as _, Opening, Rejection, Seat, Wish,
};
use session::{
    Command, Config, Cutting, Endpointing, Interruption, Manner, Speaker, Speech, StageLimits, TurnDetection,
};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinHandle,
};

use crate::{
    journal::{self, Book},
    objects::{self, Objects},
    people::Person,
    providers::{Persona, Recogniser},
};

/// Whether an outside thing works at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Fine,
    Failing,
    Hanging,
}

/// What a process finds outside; once it is dead it reaches nothing any more.
pub(crate) struct Weather {
    condition: Mutex<Condition>,
    changed: Notify,
    dead: AtomicBool,
    calls: AtomicU64,
}

impl Weather {
    fn fine() -> Arc<Self> {
        let condition = Mutex::new(Condition::Fine);
        Arc::new(Self { condition, changed: Notify::new(), dead: AtomicBool::new(false), calls: AtomicU64::new(0) })
    }

    pub(crate) fn now(&self) -> Condition {
        *self.condition.lock().unwrap()
    }

    pub(crate) fn turns(&self, condition: Condition) {
        *self.condition.lock().unwrap() = condition;
        self.changed.notify_waiters();
    }

    /// How often anything was asked of it.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// On the way in: every call takes two milliseconds, one before it has an effect and one after.
    pub(crate) async fn before(&self) -> Result<(), ()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        loop {
            let changed = self.changed.notified();
            match self.now() {
                Condition::Fine => break,
                Condition::Failing => return Err(()),
                Condition::Hanging => changed.await,
            }
        }
        self.way().await;
        Ok(())
    }

    pub(crate) async fn after(&self) {
        self.way().await;
    }

    async fn way(&self) {
        tokio::time::sleep(Duration::from_millis(1)).await;
        if self.dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}

pub(crate) struct World {
    pub(crate) book: Arc<Book>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) config: Config,
    process: Process,
    /// The highest event number that anybody was ever told.
    told: Arc<AtomicU64>,
    /// The same of the processes that are dead.
    used_up: u64,
    connections: AtomicU64,
    processes: u64,
}

struct Process {
    name: Arc<str>,
    hub: Arc<Hub>,
    recogniser: Arc<Recogniser>,
    persona: Arc<Persona>,
    store: Arc<Weather>,
    database: Arc<Weather>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: Config) -> Self {
        let (book, objects) = (Arc::default(), Arc::default());
        let process = Process::start(&book, &objects, 1);
        let (told, connections) = (Arc::default(), AtomicU64::new(0));
        Self { book, objects, config, process, told, used_up: 0, connections, processes: 1 }
    }

    pub(crate) fn store(&self) -> &Weather {
        &self.process.store
    }

    pub(crate) fn database(&self) -> &Weather {
        &self.process.database
    }

    pub(crate) fn recogniser(&self) -> &Recogniser {
        &self.process.recogniser
    }

    pub(crate) fn persona(&self) -> &Persona {
        &self.process.persona
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.process.hub
    }

    /// As a service manager tells it; done when every session is suspended.
    pub(crate) fn begins_to_stop(&self) -> JoinHandle<()> {
        let hub = Arc::clone(self.hub());
        tokio::spawn(async move { hub.suspend().await })
    }

    /// As `kill -9` does: what the process had begun has happened or not, and nobody hears of it.
    pub(crate) fn kill(&mut self) {
        let Process { store, database, .. } = &self.process;
        store.dead.store(true, Ordering::Relaxed);
        database.dead.store(true, Ordering::Relaxed);
        self.used_up = self.told.load(Ordering::Relaxed);
        self.processes += 1;
        self.process = Process::start(&self.book, &self.objects, self.processes);
    }

    /// A new connection that is not in the session's room yet.
    pub(crate) fn connect(&self) -> Client {
        let number = self.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let (book, objects) = (Arc::clone(&self.book), Arc::clone(&self.objects));
        let person = Person::new(number, book, objects, Arc::clone(&self.told), self.used_up);
        Client { person, handle: self.open() }
    }

    /// A new connection that has started the session, or come back to it.
    pub(crate) async fn arrive(&self) -> Client {
        let client = self.connect();
        client.join(None).await;
        client
    }

    /// The stored audio, file by file.
    pub(crate) fn stored_files(&self) -> Vec<bytes::Bytes> {
        let segments = self.book.segments();
        assert!(segments.iter().map(|segment| segment.number).eq(1..=segments.len() as u64), "{segments:?}");
        segments.iter().map(|segment| self.objects.read(&segment.object)).collect()
    }

    /// The stored samples, where samples were sent.
    pub(crate) fn stored_samples(&self) -> Vec<u8> {
        const WAV_HEADER: usize = 44;
        self.stored_files().iter().flat_map(|file| file[WAV_HEADER..].to_vec()).collect()
    }

    fn open(&self) -> Handle {
        self.book.is_taken_by(&self.process.name);
        self.process.hub.open(self.opening()).expect("nobody has too many sessions")
    }

    pub(crate) fn opening(&self) -> Opening {
        let scenario = scenario_file::shipped().into_iter().find(|scenario| scenario.id == "test-scenario");
        let scenario = Arc::new(scenario.expect("it ships"));
        let resumption = self.book.resumption();
        let opening =
            HistoryLine { speaker: Speaker::Persona, text: scenario.opening.clone(), at: Timestamp(0), turn: 0 };
        let said = self.book.turns().into_iter().flat_map(|turn| {
            let number = turn.heard.turn;
            let line = |speaker, text, at| HistoryLine { speaker, text, at, turn: number };
            let user = line(Speaker::User, turn.heard.text, turn.heard.at);
            let persona = turn.answered.map(|answered| line(Speaker::Persona, answered.text, answered.at));
            std::iter::once(user).chain(persona)
        });
        Opening {
            session: session_id(),
            owner: user_id(),
            private: false,
            started_at: self.process.hub.engine().clock.now(),
            config: self.config.clone(),
            audio_limits: audio::Limits::default(),
            declared: Declared::unknown(),
            language: scenario.language.clone(),
            voice: None,
            lead: Duration::from_secs(2),
            history: std::iter::once(opening).chain(said).collect(),
            resumption,
            scenario,
        }
    }
}

impl Process {
    fn start(book: &Arc<Book>, objects: &Arc<Objects>, number: u64) -> Self {
        let name: Arc<str> = format!("process-{number}").into();
        let (store, database, recogniser) = (Weather::fine(), Weather::fine(), Arc::new(Recogniser::default()));
        let persona: Arc<Persona> = Arc::default();
        let engine = Engine {
            clock: Clock::starting_at(Timestamp(1_000_000)),
            recogniser: Arc::clone(&recogniser) as _,
            persona: Arc::clone(&persona) as _,
            voice: None,
            face: None,
            holder: Arc::clone(&name),
            objects: Arc::new(objects::Reached { objects: Arc::clone(objects), weather: Arc::clone(&store) }),
            journal: Arc::new(journal::Reached {
                book: Arc::clone(book),
                weather: Arc::clone(&database),
                process: Arc::clone(&name),
            }),
        };
        Self { name, hub: Arc::new(Hub::new(Arc::new(engine), 5)), recogniser, persona, store, database }
    }
}

/// A connection of the trainee.
pub(crate) struct Client {
    pub(crate) person: Arc<Person>,
    pub(crate) handle: Handle,
}

impl Client {
    pub(crate) async fn join(&self, resume_from: Option<u64>) {
        self.ask(Ask::Join { seat: Seat::Trainee, resume_from, declared: None, wish: Wish::default() }).await;
        self.person.joined().await;
    }

    pub(crate) async fn leave(&self) {
        self.ask(Ask::Leave).await;
    }

    pub(crate) async fn command(&self, command: Command) {
        self.ask(Ask::Command(command)).await;
    }

    /// Answers what became of it.
    pub(crate) async fn try_command(&self, command: Command) -> Outcome {
        self.try_ask(Ask::Command(command)).await
    }

    pub(crate) async fn try_ask(&self, ask: Ask) -> Outcome {
        let (reply, answered) = reply();
        self.send(ask, Some(reply)).await;
        answered.await.expect("every request is answered")
    }

    pub(crate) async fn say(&self, text: &str) {
        self.ask(Ask::Say { id: None, text: text.to_owned(), confidence: None }).await;
    }

    /// Answers what became of it.
    pub(crate) async fn say_as(&self, id: &str, text: &str) -> Result<Option<u64>, Rejection> {
        self.begin_to_say(id, text).await.await.expect("every request is answered")
    }

    /// Answers where it will be said what became of it.
    pub(crate) async fn begin_to_say(&self, id: &str, text: &str) -> oneshot::Receiver<Outcome> {
        let (reply, answered) = reply();
        let ask = Ask::Say { id: Some(id.to_owned()), text: text.to_owned(), confidence: None };
        self.send(ask, Some(reply)).await;
        answered
    }

    /// Answers what became of it.
    pub(crate) async fn hint(&self, text: &str) -> Result<Option<u64>, Rejection> {
        let (reply, answered) = reply();
        self.send(Ask::Hint { text: text.to_owned() }, Some(reply)).await;
        answered.await.expect("every request is answered")
    }

    /// Sends numbered audio and answers what became of it.
    pub(crate) async fn chunk(&self, seq: u64, audio: &[u8]) -> Result<Option<u64>, Rejection> {
        let (reply, answered) = reply();
        let audio = bytes::Bytes::copy_from_slice(audio);
        let ask = Ask::Audio(Chunk { audio, seq: Some(seq), declared: None });
        self.send(ask, Some(reply)).await;
        answered.await.expect("every request is answered")
    }

    pub(crate) async fn ask(&self, ask: Ask) {
        self.send(ask, None).await;
    }

    async fn send(&self, ask: Ask, reply: Option<Box<dyn runtime::Reply>>) {
        let from = Arc::clone(&self.person) as _;
        let envelope = Envelope { from, ask, reply, charge: None };
        let sent = self.handle.send(envelope).await;
        assert!(sent.is_ok(), "{:?} reaches a session that is over", self.person.id());
    }
}

pub(crate) type Outcome = Result<Option<u64>, Rejection>;

struct Answer(oneshot::Sender<Outcome>);

impl runtime::Reply for Answer {
    fn answer(self: Box<Self>, outcome: Result<Option<u64>, &Rejection>) {
        let _ = self.0.send(outcome.map_err(Clone::clone));
    }
}

fn reply() -> (Box<dyn runtime::Reply>, oneshot::Receiver<Outcome>) {
    let (sender, receiver) = oneshot::channel();
    (Box::new(Answer(sender)), receiver)
}

/// Simulated time: everything that can happen meanwhile happens.
pub(crate) async fn let_pass(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

pub(crate) fn session_id() -> SessionId {
    SessionId::parse("practice").unwrap()
}

pub(crate) fn user_id() -> UserId {
    UserId::parse("ann").unwrap()
}

/// Segments of 2000 bytes, so that little audio makes many.
pub(crate) fn config() -> Config {
    Config {
        manner: Manner {
            detection: TurnDetection::Threshold,
            cutting: Cutting { bytes: 2_000, silence_ms: 2_000 },
            endpointing: Endpointing::default(),
            barge_in: true,
            speech: Speech::Mute,
        },
        interruption: Interruption::default(),
        stall_ms: 600,
        max_buffered_bytes: 20_000,
        idle_ms: 1_800_000,
        grace_ms: 120_000,
        max_session_ms: 7_200_000,
        ending_ms: 10_000,
        store_patience_ms: 600_000,
        limits: StageLimits { transcribe_ms: 30_000, answer_ms: 30_000, speak_ms: 30_000, animate_ms: 30_000 },
        max_waiting_texts: 8,
        history_lines: 40,
        max_reply_chars: 6_000,
    }
}

/// Samples that are all different, so that none can stand for another.
pub(crate) fn samples(bytes: usize) -> Vec<u8> {
    (0..bytes as u32 / 2).flat_map(|n| ((n * 7 + n / 251) as u16).to_le_bytes()).collect()
}
