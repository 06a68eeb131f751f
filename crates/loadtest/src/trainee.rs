//! One trainee: a connection, a session, a microphone.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    net::TcpStream,
    sync::{Notify, mpsc, watch},
    time::{sleep_until, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::{
    ledger::Ledger,
    recording::Recording,
    tally::Tally,
    tokens::Tokens,
    wire::{self, Heard},
};

/// What every trainee of a fleet has in common.
pub(crate) struct Load {
    /// `http://` or `https://`, without a slash at the end.
    pub(crate) url: String,
    pub(crate) peer: Peer,
    pub(crate) recording: Recording,
    pub(crate) segment_bytes: u64,
    pub(crate) binary: bool,
    pub(crate) numbered: bool,
    pub(crate) scenario: String,
    pub(crate) tokens: Tokens,
    /// Tells the sessions of one run from those of another.
    pub(crate) run: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Repartee,
    /// Sends every frame back: that settles the chunk in it.
    Echo,
}

/// What the trainees do at the moment.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stage {
    Quiet,
    /// A chunk every `interval`; the trainees are spread over it.
    Speaking {
        interval: Duration,
        trainees: usize,
    },
    /// As fast as the server takes it, with at most `window` chunks that are neither stored nor refused.
    Flooding {
        window: usize,
    },
    /// Ends the sessions.
    Leaving,
}

pub(crate) struct Trainee {
    load: Arc<Load>,
    number: usize,
    session: String,
    socket: Socket,
}

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const READ_BUFFER: usize = 8 << 10;
/// While flooding, so many bytes leave at once.
const WRITE_BUFFER: usize = 64 << 10;

impl Trainee {
    /// Connects and starts a session.
    pub(crate) async fn arrive(load: Arc<Load>, number: usize) -> anyhow::Result<Self> {
        let session = format!("load-{}-{number}", load.run);
        let arriving = async {
            let mut socket = connect(&address(&load)).await?;
            if load.peer == Peer::Repartee {
                start(&mut socket, &load.tokens.of(number)?, wire::start_session(&session, &load.scenario)).await?;
            }
            anyhow::Ok(socket)
        };
        let arrived = timeout(PATIENCE, arriving).await.unwrap_or_else(|late| Err(late.into()));
        let socket = arrived.with_context(|| format!("trainee {number}"))?;
        Ok(Self { load, number, session, socket })
    }

    /// Follows the stages until the session or the connection ends.
    pub(crate) async fn practise(self, stage: watch::Receiver<Stage>, tally: Arc<Tally>) {
        let Self { load, number, session, socket } = self;
        let (to_server, from_server) = socket.split();
        let (answer_pings, pings) = mpsc::unbounded_channel();
        let ledger = Mutex::new(Ledger::new(load.segment_bytes));
        let settled = Notify::new();
        let ear = Ear { load: &load, ledger: &ledger, settled: &settled, tally: &tally, answer_pings };
        let mouth = Mouth {
            load: &load,
            ledger: &ledger,
            settled: &settled,
            tally: &tally,
            pings,
            stage,
            to_server,
            number,
            session,
            said: 0,
            due: Instant::now(),
            unflushed: false,
        };
        let outcome = tokio::select! {
            outcome = ear.listen(from_server) => outcome,
            outcome = mouth.speak() => outcome,
        };
        if let Err(error) = outcome {
            tally.on_error(format!("connection lost: {error}"));
        }
    }
}

fn address(load: &Load) -> String {
    match load.peer {
        Peer::Repartee => socket_address(&load.url),
        Peer::Echo => load.url.replacen("http", "ws", 1),
    }
}

/// Where a server of this URL takes sockets.
pub(crate) fn socket_address(url: &str) -> String {
    format!("{}/socket.io/?EIO=4&transport=websocket", url.replacen("http", "ws", 1))
}

pub(crate) async fn connect(address: &str) -> anyhow::Result<Socket> {
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(WRITE_BUFFER);
    let connected = connect_async_with_config(address, Some(config), true).await;
    Ok(connected.with_context(|| format!("cannot connect to {address}"))?.0)
}

/// Signs in and sends the event that starts the session.
pub(crate) async fn start(socket: &mut Socket, token: &str, start_session: String) -> anyhow::Result<()> {
    let mut start_session = Some(start_session);
    while let Some(frame) = socket.next().await {
        let Message::Text(frame) = frame? else {
            continue;
        };
        let answer = match wire::read(&frame) {
            Heard::Open => wire::connect(token),
            Heard::Ping => wire::PONG.to_owned(),
            Heard::Ready => start_session.take().context("the server is ready twice")?,
            Heard::Started => return Ok(()),
            Heard::Refused(message) => bail!("not let in: {message}"),
            Heard::Failed { code, message } => bail!("cannot start a session: {code}: {message}"),
            _ => continue,
        };
        socket.send(Message::text(answer)).await?;
    }
    bail!("the server closed the connection")
}

struct Ear<'a> {
    load: &'a Load,
    ledger: &'a Mutex<Ledger>,
    settled: &'a Notify,
    tally: &'a Tally,
    answer_pings: mpsc::UnboundedSender<()>,
}

impl Ear<'_> {
    async fn listen(self, mut from_server: SplitStream<Socket>) -> anyhow::Result<()> {
        while let Some(frame) = from_server.next().await {
            match (self.load.peer, frame?) {
                (Peer::Repartee, Message::Text(frame)) => {
                    let heard = wire::read(&frame);
                    if heard == Heard::Ended {
                        return Ok(());
                    }
                    self.on_heard(heard);
                }
                (Peer::Echo, Message::Text(_)) if !self.load.binary => self.on_echo(),
                (Peer::Echo, Message::Binary(_)) => self.on_echo(),
                _ => (),
            }
        }
        bail!("the server closed it")
    }

    fn on_heard(&self, heard: Heard) {
        match heard {
            Heard::Ping => {
                let _ = self.answer_pings.send(());
            }
            Heard::Stored { bytes, segment } => self.on_stored(bytes, segment),
            Heard::Transcribed { turn, segments } => self.ledger().on_transcribed(turn, &segments),
            Heard::Answered { turn } => {
                if let Some(filled) = self.ledger().on_answered(&turn) {
                    self.tally.on_answered(filled);
                }
            }
            Heard::Failed { code, .. } => {
                if matches!(code.as_str(), "OVERLOADED" | "BAD_AUDIO" | "AUDIO_TOO_LARGE") {
                    let _ = self.ledger().settle_oldest();
                    self.settled.notify_one();
                }
                self.tally.on_error(code);
            }
            Heard::Open
            | Heard::Joined
            | Heard::Refused(_)
            | Heard::Ready
            | Heard::Started
            | Heard::Ended
            | Heard::Other => (),
        }
    }

    fn on_stored(&self, bytes: u64, segment: String) {
        let filled = self.ledger().on_stored(segment, bytes);
        self.tally.on_stored(bytes, filled);
        self.settled.notify_one();
    }

    fn on_echo(&self) {
        if let Some((bytes, sent)) = self.ledger().settle_oldest() {
            self.tally.on_stored(bytes, Some(sent));
            self.settled.notify_one();
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Mouth<'a> {
    load: &'a Load,
    ledger: &'a Mutex<Ledger>,
    settled: &'a Notify,
    tally: &'a Tally,
    pings: mpsc::UnboundedReceiver<()>,
    stage: watch::Receiver<Stage>,
    to_server: SplitSink<Socket, Message>,
    number: usize,
    session: String,
    said: u64,
    /// When the next chunk is to be sent.
    due: Instant,
    /// Chunks wait to leave together.
    unflushed: bool,
}

/// What to do now.
enum Next {
    Pong,
    Stage,
    /// And so long after it the next one.
    Chunk(Duration),
    Flush,
}

impl Mouth<'_> {
    async fn speak(mut self) -> anyhow::Result<()> {
        self.begin().await?;
        loop {
            match self.next().await {
                Next::Pong => self.to_server.send(Message::text(wire::PONG)).await?,
                Next::Stage => self.begin().await?,
                Next::Chunk(pause) => {
                    self.due += pause;
                    self.say().await?;
                }
                Next::Flush => self.flush().await?,
            }
        }
    }

    async fn begin(&mut self) -> anyhow::Result<()> {
        let stage = *self.stage.borrow_and_update();
        match stage {
            Stage::Quiet | Stage::Flooding { .. } => return self.flush().await,
            Stage::Speaking { interval, trainees } => {
                self.due = Instant::now() + interval.mul_f64(self.number as f64 / trainees as f64);
            }
            Stage::Leaving => {
                let goodbye = wire::end_session(&self.session);
                return Ok(self.to_server.send(Message::text(goodbye)).await?);
            }
        }
        for _ in 0..self.head_start() {
            self.say().await?;
        }
        Ok(())
    }

    /// Segments of different trainees fill at different times, as they would in a house that is always open.
    fn head_start(&self) -> u64 {
        let chunks_per_segment = self.load.segment_bytes / self.load.recording.chunk(0).bytes.len().max(1) as u64;
        if self.said == 0 { self.number as u64 % chunks_per_segment.max(1) } else { 0 }
    }

    async fn next(&mut self) -> Next {
        let turn = Turn {
            stage: *self.stage.borrow(),
            due: self.due,
            unflushed: self.unflushed,
            ledger: self.ledger,
            settled: self.settled,
        };
        tokio::select! {
            biased;
            Some(()) = self.pings.recv() => Next::Pong,
            Ok(()) = self.stage.changed() => Next::Stage,
            next = turn.comes() => next,
        }
    }

    async fn say(&mut self) -> anyhow::Result<()> {
        let chunk = self.load.recording.chunk(self.said);
        let seq = self.load.numbered.then_some(self.said);
        let bytes = chunk.bytes.len() as u64;
        self.said += 1;
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).on_sent(bytes, Instant::now());
        self.tally.on_sent(bytes);
        if self.load.binary {
            self.to_server.feed(Message::text(wire::binary_chunk(&self.session, seq))).await?;
            self.to_server.feed(Message::binary(chunk.bytes.clone())).await?;
        } else {
            self.to_server.feed(Message::text(wire::text_chunk(&self.session, &chunk.base64, seq))).await?;
        }
        self.unflushed = true;
        let flooding = matches!(*self.stage.borrow(), Stage::Flooding { .. });
        if flooding { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> anyhow::Result<()> {
        self.unflushed = false;
        Ok(self.to_server.flush().await?)
    }
}

/// Waits for the moment at which a chunk is to be sent.
struct Turn<'a> {
    stage: Stage,
    due: Instant,
    unflushed: bool,
    ledger: &'a Mutex<Ledger>,
    settled: &'a Notify,
}

impl Turn<'_> {
    async fn comes(self) -> Next {
        match self.stage {
            Stage::Quiet | Stage::Leaving => std::future::pending().await,
            Stage::Speaking { interval, .. } => {
                sleep_until(self.due.into()).await;
                Next::Chunk(interval)
            }
            Stage::Flooding { window } => {
                if self.unflushed && self.open_chunks() >= window {
                    return Next::Flush;
                }
                while self.open_chunks() >= window {
                    self.settled.notified().await;
                }
                Next::Chunk(Duration::ZERO)
            }
        }
    }

    fn open_chunks(&self) -> usize {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).open_chunks()
    }
}
