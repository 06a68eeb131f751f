//! One task per connection: lets it in, takes its events in order, and passes them on to its sessions.

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use audio::Declared;
use ports::StoreError;
use protocol::{
    ErrorCode, WireError,
    roleplay::{Connected, Pong, Request, StartSession},
};
use runtime::{Ask, Chunk, Envelope, Handle, Member, Rejection, Reply, Seat, Wish};
use session::{Command, Refusal};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};

use super::{
    acknowledgement::Acknowledgement,
    intake::{Arrival, Event},
    member::SocketMember,
    pace::Pace,
    registry::FAREWELL,
    told::wire_error,
};
use crate::{
    auth::{Account, AuthError, TokenError},
    clock,
    sessions::Sessions,
};

/// How long a connection may take between being accepted and being ready.
const BECOMING_READY: Duration = Duration::from_secs(10);

pub(super) struct Connection {
    pub(super) sessions: Arc<Sessions>,
    pub(super) member: Arc<SocketMember>,
    pub(super) account: Account,
    pub(super) mailbox: mpsc::UnboundedReceiver<Arrival>,
    pub(super) pace: Pace,
    pub(super) pace_of_user: Arc<Mutex<Pace>>,
    /// Sessions that this connection has spoken with, the last one first.
    pub(super) known: Vec<Handle>,
    /// The client was told that it is too fast, and still is.
    pub(super) slowed: bool,
}

/// The messages are literals of the old contract.
pub(super) fn authentication_error(error: &AuthError) -> WireError {
    match error {
        AuthError::Token(TokenError::Missing) => {
            WireError::new(ErrorCode::Unauthenticated, "Missing authentication token")
        }
        AuthError::Token(TokenError::Expired) => WireError::new(ErrorCode::TokenExpired, "Authentication failed"),
        AuthError::Token(_) => WireError::new(ErrorCode::Unauthenticated, "Authentication failed"),
        AuthError::UnknownUser | AuthError::Inactive => WireError::new(ErrorCode::Unauthenticated, "User not found"),
        AuthError::Store(error) => {
            match error {
                StoreError::Unavailable(_) => {
                    tracing::warn!(%error, "A connection could not be authenticated yet; it may come back");
                }
                StoreError::Refused(_) | StoreError::NotFound(_) | StoreError::Conflict(_) => {
                    tracing::error!(%error, "A connection could not be authenticated");
                }
            }
            WireError::new(ErrorCode::DatabaseUnavailable, "Authentication failed").after(2_000)
        }
    }
}

/// Waits until the client may be spoken to; `false` when it is gone before.
pub(super) async fn becomes_ready(ready: oneshot::Receiver<()>) -> bool {
    matches!(tokio::time::timeout(BECOMING_READY, ready).await, Ok(Ok(())))
}

/// Says why, and closes the connection. A client that is told to leave does not come back by itself, so only those are told for
/// whom it would be in vain.
pub(super) async fn send_away(member: &SocketMember, error: WireError) {
    tracing::info!(code = ?error.code, "A connection is sent away");
    let may_come_back = error.retryable;
    member.emit_error(error, None);
    if !may_come_back && let Err(error) = member.socket.clone().disconnect() {
        tracing::debug!(%error, "A connection could not be told to go");
    }
    tokio::time::sleep(FAREWELL).await;
    member.gate.shut();
}

impl Connection {
    pub(super) async fn run(mut self) {
        let message = "Connected to real-time server";
        self.member.emit("connected", &Connected { message, timestamp: clock::now().0 });
        let expiry = sleep_until(Instant::now() + self.token_lasts());
        let gate = Arc::clone(&self.member.gate);
        let hung_up = gate.was_shut();
        tokio::pin!(expiry, hung_up);
        loop {
            tokio::select! {
                biased;
                () = &mut expiry => {
                    let message = "Your token has expired. Sign in again and reconnect: the session goes on where it was.";
                    send_away(&self.member, WireError::new(ErrorCode::TokenExpired, message)).await;
                    break;
                }
                arrival = self.mailbox.recv() => match arrival {
                    Some(Arrival::Event(event)) => self.on_event(*event).await,
                    Some(Arrival::Gone) | None => break,
                },
                // Once all is handled that came before. Of whoever polls the library says only later that they are gone.
                () = &mut hung_up => break,
            }
        }
        self.leave().await;
    }

    fn token_lasts(&self) -> Duration {
        /// Timers need not reach further; no connection lasts so long.
        const LONGEST: Duration = Duration::from_secs(365 * 24 * 3_600);
        let left = self.account.expires_at.0.saturating_sub(clock::now().0);
        Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(LONGEST)
    }

    async fn leave(&mut self) {
        for handle in std::mem::take(&mut self.known) {
            let _ = handle.send(self.envelope(Ask::Leave)).await;
        }
    }

    async fn on_event(&mut self, event: Event) {
        let Event { request, acknowledgement, bytes, charge } = event;
        self.keep_pace(bytes).await;
        if request.as_ref().is_ok_and(Request::is_extended) {
            self.member.extended.store(true, Ordering::Relaxed);
        }
        let session = request.as_ref().ok().and_then(session_of).map(str::to_owned);
        let outcome = match request {
            Err(error) => Err(error),
            Ok(Request::Ping { t }) => {
                self.member.emit("pong", &Pong { t, timestamp: clock::now().0 });
                Ok(())
            }
            // What is rare is boxed, so that a connection that only listens or sends audio is small.
            Ok(Request::Start(wish)) => {
                let session = wish.session_id.clone();
                let joining = Box::pin(self.start(wish)).await;
                return self.join(&session, joining, acknowledgement).await;
            }
            Ok(Request::Observe { session, from_event_seq }) => {
                let joining = Box::pin(self.observe(&session, from_event_seq)).await;
                return self.join(&session, joining, acknowledgement).await;
            }
            Ok(Request::StopObserving { session }) => {
                return Box::pin(self.stop_observing(&session, acknowledgement)).await;
            }
            Ok(Request::Audio { session, chunk }) => {
                let declared = chunk.mime_type.as_deref().map(Declared::parse);
                let chunk = Chunk { audio: chunk.audio, seq: chunk.seq, declared };
                return self.pass_on(&session, Ask::Audio(chunk), acknowledgement, charge).await;
            }
            Ok(Request::Hint { session, text }) => {
                return self.pass_on(&session, Ask::Hint { text }, acknowledgement, charge).await;
            }
            Ok(Request::Say { session, text, confidence, id }) => {
                return self.pass_on(&session, Ask::Say { id, text, confidence }, acknowledgement, charge).await;
            }
            Ok(Request::Command { session, command }) => {
                return self.pass_on(&session, Ask::Command(command), acknowledgement, charge).await;
            }
        };
        match (outcome, acknowledgement) {
            (Ok(()), None) => (),
            (Ok(()), Some(acknowledgement)) => acknowledgement.good(),
            (Err(error), Some(acknowledgement)) => acknowledgement.bad(error),
            (Err(error), None) => self.member.emit_error(error, session.as_deref()),
        }
    }

    /// Whoever sends too fast waits, is told so once, and then feels a slow network.
    async fn keep_pace(&mut self, bytes: usize) {
        let wait = self.pace.count_with(&self.pace_of_user, bytes);
        if wait.is_zero() {
            self.slowed = false;
            return;
        }
        if !std::mem::replace(&mut self.slowed, true) {
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
            let message = "You send faster than this server takes; what you sent is kept and handled in turn";
            self.member.emit_error(WireError::new(ErrorCode::RateLimited, message).after(wait_ms), None);
        }
        tokio::time::sleep(wait).await;
    }

    async fn start(&mut self, wish: StartSession) -> Result<(Handle, Ask), WireError> {
        let declared = wish.audio.as_ref().and_then(declared);
        let resume_from = wish.resume_from;
        if let Some(binary) = wish.audio.as_ref().and_then(|audio| audio.binary) {
            self.member.binary.store(binary, Ordering::Relaxed);
        }
        let manner = self.sessions.wish(&wish)?;
        let handle = self.sessions.start(&self.account, wish).await?;
        Ok((handle, Ask::Join { seat: Seat::Trainee, resume_from, declared, wish: manner }))
    }

    async fn observe(&self, session: &str, from_event_seq: Option<u64>) -> Result<(Handle, Ask), WireError> {
        let handle = self.sessions.to_observe(&self.account, session).await?;
        let seat = Seat::Observer { role: self.account.role };
        let wish = Wish::default();
        Ok((handle, Ask::Join { seat, resume_from: from_event_seq, declared: None, wish }))
    }

    async fn join(
        &mut self,
        session: &str,
        joining: Result<(Handle, Ask), WireError>,
        acknowledgement: Option<Acknowledgement>,
    ) {
        match joining {
            Ok((handle, ask)) => {
                self.know(&handle);
                self.hand_over(&handle, ask, acknowledgement, None).await;
            }
            Err(error) => self.refuse(error, acknowledgement, session),
        }
    }

    async fn stop_observing(&mut self, session: &str, acknowledgement: Option<Acknowledgement>) {
        let known = self.known.iter().find(|handle| handle.session().as_str() == session).cloned();
        let Some(handle) = known else {
            return self.refuse(protocol::roleplay::unknown_session(), acknowledgement, session);
        };
        // Whoever practises in it has it on, whatever becomes of this.
        if *handle.owner() != self.account.user.id {
            self.known.retain(|known| known.session() != handle.session());
        }
        self.hand_over(&handle, Ask::StopObserving, acknowledgement, None).await;
    }

    async fn pass_on(
        &mut self,
        session: &str,
        ask: Ask,
        acknowledgement: Option<Acknowledgement>,
        charge: runtime::Charge,
    ) {
        match self.handle(session).await {
            Ok(handle) => self.hand_over(&handle, ask, acknowledgement, Some(charge)).await,
            Err(error) => self.refuse(in_words_of(&ask, error), acknowledgement, session),
        }
    }

    /// The session answers it, or says later why not.
    async fn hand_over(
        &mut self,
        handle: &Handle,
        ask: Ask,
        acknowledgement: Option<Acknowledgement>,
        charge: Option<runtime::Charge>,
    ) {
        let reply = acknowledgement.map(|acknowledgement| Box::new(acknowledgement) as Box<dyn Reply>);
        let envelope = Envelope { from: self.from(), ask, reply, charge };
        if let Err(envelope) = handle.send(envelope).await {
            // Whoever wants it back says so with start-session.
            if !handle.has_moved() {
                self.known.retain(|known| known.session() != handle.session());
            }
            let gone = self.gone(handle);
            match envelope.reply {
                Some(reply) => reply.answer(Err(&gone)),
                None => self.member.emit_error(wire_error(&gone), Some(handle.session().as_str())),
            }
        }
    }

    /// Why a session that was known is not there.
    fn gone(&self, handle: &Handle) -> Rejection {
        if handle.has_moved() {
            return Rejection::TakenOver;
        }
        if self.sessions.hub().is_stopping() { Rejection::Refused(Refusal::Suspended) } else { Rejection::Ended }
    }

    fn refuse(&self, error: WireError, acknowledgement: Option<Acknowledgement>, session: &str) {
        match acknowledgement {
            Some(acknowledgement) => acknowledgement.bad(error),
            None => self.member.emit_error(error, Some(session)),
        }
    }

    /// The session that the client means; after a restart of the server it is taken up again.
    async fn handle(&mut self, session: &str) -> Result<Handle, WireError> {
        if let Some(known) = self.known.iter().find(|handle| handle.session().as_str() == session) {
            return Ok(known.clone());
        }
        let handle = Box::pin(self.sessions.to_speak_with(&self.account, session)).await?;
        self.know(&handle);
        Ok(handle)
    }

    fn know(&mut self, handle: &Handle) {
        self.known.retain(|known| known.session() != handle.session());
        self.known.insert(0, handle.clone());
    }

    fn envelope(&self, ask: Ask) -> Envelope {
        Envelope { from: self.from(), ask, reply: None, charge: None }
    }

    fn from(&self) -> Arc<dyn Member> {
        Arc::clone(&self.member) as Arc<dyn Member>
    }
}

/// The old contract has a text for each of its events, which says nothing of databases.
fn in_words_of(ask: &Ask, error: WireError) -> WireError {
    let message = match ask {
        Ask::Audio(_) => "Failed to process audio",
        Ask::Command(Command::End) => "Failed to end session",
        _ => return error,
    };
    match error.code {
        ErrorCode::DatabaseUnavailable => WireError { message: message.to_owned(), ..error },
        _ => error,
    }
}

fn session_of(request: &Request) -> Option<&str> {
    match request {
        Request::Start(wish) => Some(&wish.session_id),
        Request::Audio { session, .. }
        | Request::Say { session, .. }
        | Request::Command { session, .. }
        | Request::Observe { session, .. }
        | Request::StopObserving { session }
        | Request::Hint { session, .. } => Some(session),
        Request::Ping { .. } => None,
    }
}

fn declared(format: &protocol::roleplay::AudioFormat) -> Option<Declared> {
    let (rate, channels) = (format.sample_rate, format.channels);
    let named = match (&format.mime_type, rate) {
        (Some(mime), _) => Declared::parse(mime),
        // Only samples without a header have a rate that must be told.
        (None, Some(_)) => Declared::parse("audio/pcm"),
        (None, None) => Declared::unknown(),
    };
    let says_something = format.mime_type.is_some() || rate.is_some() || channels.is_some();
    says_something.then(|| named.with(rate, channels))
}
