//! Somebody who talks with the persona as a browser does: an open microphone, and a loudspeaker that says how far it is.

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{Conversation, microphone::PIECE};
use crate::{
    trainee::{PATIENCE, Socket, connect, socket_address, start},
    wire::{
        self,
        live::{self, LiveEvent},
    },
};

const SCENARIO: &str = "test-scenario";
/// Pieces between two reports of how far the playing is.
const REPORTED: u64 = 3;

pub(super) struct Talker {
    conversation: Arc<Conversation>,
    session: String,
    socket: Socket,
    /// Pieces said so far.
    said: u64,
    /// When the persona could have heard that it is interrupted.
    onset: Option<Instant>,
    /// When it was decided that a thought is over.
    decided: Option<Instant>,
    /// What sounds now.
    playing: Option<Playing>,
    /// The persona said that it keeps still.
    is_still: bool,
}

struct Playing {
    turn: String,
    since: Instant,
}

impl Talker {
    pub(super) async fn arrive(conversation: Arc<Conversation>, number: usize) -> anyhow::Result<Self> {
        let session = format!("live-{}-{number}", conversation.run);
        let token = conversation.tokens.of(number)?;
        let arriving = async {
            let mut socket = connect(&socket_address(&conversation.url)).await?;
            start(&mut socket, &token, live::start_conversation(&session, SCENARIO)).await?;
            anyhow::Ok(socket)
        };
        let arrived = timeout(PATIENCE, arriving).await.unwrap_or_else(|late| Err(late.into()));
        let socket = arrived.with_context(|| format!("talker {number}"))?;
        Ok(Self { conversation, session, socket, said: 0, onset: None, decided: None, playing: None, is_still: false })
    }

    /// Talks until it is told to stop, or something goes wrong.
    pub(super) async fn talk(mut self, begins: Instant) {
        let mut ticks = interval_at(begins.into(), PIECE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            let done = tokio::select! {
                biased;
                tick = ticks.tick() => self.say(tick.into()).await,
                frame = self.socket.next() => match frame {
                    Some(Ok(Message::Text(frame))) => self.on_frame(&frame).await,
                    Some(Ok(_)) => Ok(()),
                    Some(Err(error)) => Err(error.into()),
                    None => Err(anyhow::anyhow!("the server closed it")),
                },
            };
            if let Err(error) = done {
                return self.conversation.heard().on_error(format!("connection lost: {error}"));
            }
        }
    }

    /// Says what is to be said at this time, however late it is.
    async fn say(&mut self, due: Instant) -> anyhow::Result<()> {
        let Self { conversation, session, said, .. } = self;
        let piece = conversation.microphone.piece(*said);
        let is_onset = conversation.microphone.is_onset(*said);
        let chunk = wire::binary_chunk(session, Some(*said));
        let report = self.playing.as_ref().filter(|_| *said % REPORTED == 0);
        let report = report.map(|playing| live::played(session, &playing.turn, playing.since.elapsed().as_millis()));
        *said += 1;
        if is_onset && self.onset.replace(due).is_some() && self.playing.is_some() {
            self.conversation.heard().on_error("an interruption that nobody noticed".to_owned());
        }
        self.socket.feed(Message::text(chunk)).await?;
        self.socket.feed(Message::binary(piece)).await?;
        if let Some(report) = report {
            self.socket.feed(Message::text(report)).await?;
        }
        Ok(self.socket.flush().await?)
    }

    async fn on_frame(&mut self, frame: &str) -> anyhow::Result<()> {
        match live::read(frame) {
            LiveEvent::Ping => self.socket.send(Message::text(wire::PONG)).await?,
            LiveEvent::ThoughtIsOver => self.on_thought(),
            LiveEvent::FirstPiece { turn, text } => self.on_first_piece(turn, &text),
            LiveEvent::Piece => self.on_piece(),
            LiveEvent::Still => self.on_still(),
            LiveEvent::Speaking => self.is_still = false,
            LiveEvent::Interrupted => self.playing = None,
            LiveEvent::Failed { code } => self.conversation.heard().on_error(code),
            LiveEvent::Over => bail!("the session is over"),
            LiveEvent::Other => (),
        }
        Ok(())
    }

    fn on_thought(&mut self) {
        if self.decided.replace(Instant::now()).is_some() {
            self.conversation.heard().on_error("a thought without an answer".to_owned());
        }
    }

    fn on_piece(&mut self) {
        let mut heard = self.conversation.heard();
        heard.on_frame();
        if self.is_still {
            heard.on_error("a piece of speech where there should be silence".to_owned());
        }
    }

    fn on_first_piece(&mut self, turn: String, text: &str) {
        let took = self.conversation.providers.took(text);
        let mut heard = self.conversation.heard();
        heard.on_frame();
        match (self.decided.take(), took) {
            (Some(decided), Some(took)) => heard.on_answered(decided, took),
            _ => heard.on_error(format!("an answer to no question: {text}")),
        }
        drop(heard);
        self.playing = Some(Playing { turn, since: Instant::now() });
        self.is_still = false;
    }

    fn on_still(&mut self) {
        let onset = self.onset.take();
        self.is_still = self.playing.is_some();
        if let Some(onset) = onset.filter(|_| self.is_still) {
            self.conversation.heard().on_still(onset);
        }
    }
}
