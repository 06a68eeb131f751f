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
        Ok(Self { conversation, session, socket, said: 0, onset: None, decided: None, playing: None })
    }

    /// Talks until it is told to stop, or something goes wrong.
    pub(super) async fn talk(mut self, begins: Instant) {
        let mut ticks = interval_at(begins.into(), PIECE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            let done = tokio::select! {
                biased;
                _ = ticks.tick() => self.say().await,
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

    async fn say(&mut self) -> anyhow::Result<()> {
        let Self { conversation, session, said, .. } = self;
        let piece = conversation.microphone.piece(*said);
        let is_onset = conversation.microphone.is_onset(*said);
        let chunk = wire::binary_chunk(session, Some(*said));
        let report = self.playing.as_ref().filter(|_| *said % REPORTED == 0);
        let report = report.map(|playing| live::played(session, &playing.turn, playing.since.elapsed().as_millis()));
        *said += 1;
        self.onset = is_onset.then(Instant::now).or(self.onset);
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
            LiveEvent::ThoughtIsOver => self.decided = Some(Instant::now()),
            LiveEvent::FirstPiece { turn, text } => self.on_first_piece(turn, &text),
            LiveEvent::Piece => self.conversation.heard().frames += 1,
            LiveEvent::Still => self.on_still(),
            LiveEvent::Interrupted => self.playing = None,
            LiveEvent::Failed { code } => self.conversation.heard().on_error(code),
            LiveEvent::Over => bail!("the session is over"),
            LiveEvent::Other => (),
        }
        Ok(())
    }

    fn on_first_piece(&mut self, turn: String, text: &str) {
        let took = self.conversation.providers.took(text);
        let mut heard = self.conversation.heard();
        heard.frames += 1;
        match (self.decided.take(), took) {
            (Some(decided), Some(took)) => heard.on_answered(decided, took),
            _ => heard.on_error(format!("an answer to no question: {text}")),
        }
        self.playing = Some(Playing { turn, since: Instant::now() });
    }

    fn on_still(&mut self) {
        if let Some(onset) = self.onset.take().filter(|_| self.playing.is_some()) {
            self.conversation.heard().on_still(onset);
        }
    }
}
