//! A session's task: one mailbox, one machine, one room.

mod effects;
mod parting;
mod seats;

use std::{
    collections::BTreeMap,
    future::poll_fn,
    sync::{Arc, atomic::AtomicBool},
    task::Poll,
    time::Duration,
};

use audio::{Declared, SpeechCodec};
use ports::{Record, Role, SegmentRecord, StoreError};
use session::{
    Briefing, Command, Failure, FailureKind, Input, LeftOver, Line, OpEvent, OpId, Session, SessionTime, TurnDetection,
    TurnId,
};
use tokio::{
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, Sleep, sleep_until},
};

use crate::{
    Charge, Chunk, Engine, Member, MemberId, Meter, Opening, Recorder, Rejection, Reply, Told, Wish, chronicle,
    ears::{Ears, Taken},
    hearing::Hearing,
    left_behind::LeftBehind,
    live::parting::Lost,
    mouth::Mouth,
    outbox::Outbox,
    recorder::{Beginning, Tape},
    room::Room,
    spans::Spans,
    translate,
    words::Words,
    work::{Desk, Happened, Report},
};

/// Work reports wait here until the session takes them; more than this makes the work wait.
const REPORTS: usize = 32;
/// A session that is over but cannot be written down is given up after so many attempts.
const LAST_ATTEMPTS: u32 = 100;
const FAR: Duration = Duration::from_secs(24 * 3_600);

/// What a transport asks of a session, on behalf of one of its members.
pub struct Envelope {
    pub from: Arc<dyn Member>,
    pub ask: Ask,
    pub reply: Option<Box<dyn Reply>>,
    /// Held until the session has dealt with it.
    pub charge: Option<Charge>,
}

pub enum Ask {
    /// Come into the room. A trainee takes the session over from another connection of the same user.
    Join {
        seat: Seat,
        resume_from: Option<u64>,
        declared: Option<Declared>,
        wish: Wish,
    },
    /// The connection is gone, or goes on without this session.
    Leave,
    /// Said of themselves by whoever only watches.
    StopObserving,
    Audio(Chunk),
    /// A whole turn in words. One with an id that came before is taken already.
    Say {
        id: Option<String>,
        text: String,
        confidence: Option<f32>,
    },
    Command(Command),
    /// An observer whispers to the trainee.
    Hint {
        text: String,
    },
}

/// What somebody is in the room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    Trainee,
    Observer { role: Role },
}

pub(crate) enum Letter {
    /// Boxed, so that an empty mailbox is small.
    From(Box<Envelope>),
    End,
    Suspend,
    /// Another process has the session.
    LetGo,
}

pub(crate) struct LiveSession {
    desk: Desk,
    mailbox: mpsc::Receiver<Letter>,
    reports: mpsc::Receiver<Report>,
    machine: Session,
    tape: Option<Tape>,
    ears: Ears,
    /// Where the session hears when somebody speaks.
    hearing: Option<Box<Hearing>>,
    mouth: Mouth,
    codec: SpeechCodec,
    echo_is_cancelled: Option<bool>,
    room: Room,
    outbox: Outbox,
    spans: Spans,
    running: BTreeMap<OpId, AbortHandle>,
    /// Work has begun that may be done at once.
    has_begun: bool,
    /// Stored, but not written down yet.
    segments: Vec<SegmentRecord>,
    words: Words,
    /// The newest connection that ever had the session.
    newest: MemberId,
    is_new: bool,
    lost: Option<Lost>,
    /// For those who find the session in the hub.
    has_moved: Arc<AtomicBool>,
    /// No event is told beyond this number before a higher one is written down.
    numbered: u64,
    began: Instant,
    /// Where the session's time stood when this process took it up.
    offset_ms: u64,
}

impl LiveSession {
    pub(crate) fn new(
        engine: Arc<Engine>,
        meter: Arc<Meter>,
        opening: Opening,
        has_moved: Arc<AtomicBool>,
        mailbox: mpsc::Receiver<Letter>,
        recorder: Option<&Recorder>,
    ) -> Self {
        let Opening {
            session,
            owner: _,
            private: _,
            scenario,
            started_at,
            config,
            audio_limits,
            declared,
            language,
            voice,
            lead,
            history,
            resumption,
        } = opening;
        let untranscribed = resumption.as_ref().map_or(&[][..], |resumption| &resumption.untranscribed);
        let left_behind = LeftBehind::of(untranscribed);
        let offset_ms = u64::try_from(engine.clock.now().0 - started_at.0).unwrap_or(0);
        let lines = history.iter().map(|line| Line { speaker: line.speaker, text: line.text.as_str().into() });
        let briefing = Briefing {
            language,
            voice,
            persona: translate::source(engine.persona.provider()),
            max_turns: scenario.max_turns,
            history: lines.collect(),
            last_turn: resumption.as_ref().map_or(0, |resumption| resumption.last_turn),
            answered_turns: resumption.as_ref().map_or(0, |resumption| resumption.answered_turns),
            left_over: LeftOver {
                unanswered: resumption.as_ref().is_some_and(|resumption| resumption.is_unanswered),
                said: left_behind.said(),
                begun: left_behind.begun(),
                unclear: left_behind.unclear(),
            },
        };
        let (now, at) = (engine.clock.now(), SessionTime(offset_ms));
        let beginning = Beginning { started_at, now, at, config: &config, briefing: &briefing };
        let tape = recorder.map(|recorder| recorder.begin(&session, beginning));
        let spans = Spans::new(session.clone(), TurnId(briefing.last_turn));
        let (report, reports) = mpsc::channel(REPORTS);
        let last_seq = resumption.as_ref().map_or(0, |resumption| resumption.last_event_seq);
        Self {
            mailbox,
            reports,
            machine: Session::new(config, briefing, at),
            tape,
            hearing: None,
            mouth: Mouth::new(lead),
            codec: SpeechCodec::Pcm16,
            echo_is_cancelled: None,
            ears: Ears::new(
                session.clone(),
                Arc::clone(&engine.holder),
                audio_limits,
                declared,
                resumption.as_ref(),
                &left_behind,
            ),
            room: Room::new(
                session.clone(),
                last_seq,
                history,
                resumption.as_ref().map_or(&[], |resumption| &resumption.hints),
            ),
            outbox: Outbox::new(session.clone(), Arc::clone(&engine.journal), Arc::clone(&meter)),
            spans,
            running: BTreeMap::new(),
            has_begun: false,
            segments: Vec::new(),
            words: Words::after(resumption.as_ref().map_or(&[], |resumption| &resumption.said_as)),
            newest: MemberId(0),
            is_new: resumption.is_none(),
            lost: None,
            has_moved,
            numbered: 0,
            began: Instant::now(),
            offset_ms,
            desk: Desk { max_turns: scenario.max_turns, engine, meter, session, scenario, reports: report },
        }
    }

    /// Runs until the session is over and everything that was said of it is written down.
    pub(crate) async fn run(mut self: Box<Self>) {
        // The one who opens the session is told so before anything that happens in it.
        match self.mailbox.recv().await {
            Some(Letter::From(envelope)) => {
                chronicle::opened(&self.desk.meter, &self.desk.session, &self.desk.scenario.id, !self.is_new);
                self.begin_to_count().await;
                match self.lost {
                    None => self.on_envelope(*envelope),
                    Some(_) => self.reject(envelope.from.as_ref(), envelope.reply, &self.farewell()),
                }
            }
            // Whoever opened it asks for it next, and is told so.
            Some(Letter::Suspend) => {
                self.handle(Input::Suspend);
                return self.close().await;
            }
            Some(Letter::LetGo) => {
                self.let_go(Lost::Moved);
                return self.close().await;
            }
            Some(Letter::End) | None => return self.close().await,
        }
        let mut alarm = std::pin::pin!(sleep_until(Instant::now() + FAR));
        while self.lost.is_none() {
            self.gather().await;
            self.carry_out();
            let gave_up = self.machine.is_over() && self.outbox.failures() > LAST_ATTEMPTS;
            if gave_up {
                tracing::error!(session.id = %self.desk.session, "The end of a session is lost: the database was away for too long");
            }
            if self.machine.is_over() && (self.outbox.is_empty() || gave_up) {
                break;
            }
            self.set(alarm.as_mut());
            tokio::select! {
                biased;
                Some(report) = self.reports.recv() => self.on_report(report),
                written = self.outbox.committed(), if self.outbox.is_committing() => self.on_written(&written),
                letter = self.mailbox.recv(), if self.outbox.has_room() => match letter {
                    Some(Letter::From(envelope)) => self.on_envelope(*envelope),
                    Some(Letter::End) => self.handle(Input::Client(Command::End)),
                    Some(Letter::Suspend) | None => self.handle(Input::Suspend),
                    Some(Letter::LetGo) => self.let_go(Lost::Moved),
                },
                () = alarm.as_mut() => {
                    alarm.as_mut().reset(Instant::now() + FAR);
                    self.handle(Input::Tick);
                }
            }
        }
        self.close().await;
    }

    /// Work that is done at once reports before what it follows from is written down: one write then holds both.
    async fn gather(&mut self) {
        while std::mem::take(&mut self.has_begun) && self.outbox.has_records() {
            let_others_go_first().await;
            while let Ok(report) = self.reports.try_recv() {
                self.on_report(report);
            }
        }
    }

    /// Even the first event's number must not be used again after a crash.
    async fn begin_to_count(&mut self) {
        let event_seq = self.reserve_numbers();
        self.outbox.record(Record::Numbered { event_seq });
        self.outbox.commit();
        while self.outbox.is_committing() {
            let written = self.outbox.committed().await;
            self.on_written(&written);
        }
    }

    /// An alarm that rings too early costs nothing, so it is only ever brought forward.
    fn set(&self, alarm: std::pin::Pin<&mut Sleep>) {
        let machine = self
            .machine
            .deadline()
            .map(|(at, _)| self.began + Duration::from_millis(at.0.saturating_sub(self.offset_ms)));
        // A room that cannot be told anything yet is not spoken to either.
        let mouth = self.mouth.wants_to_speak(Instant::now()).filter(|_| self.outbox.has_room());
        if let Some(at) = machine.into_iter().chain(mouth).min().filter(|at| *at < alarm.deadline()) {
            alarm.reset(at);
        }
    }

    fn on_envelope(&mut self, envelope: Envelope) {
        let Envelope { from, ask, reply, charge } = envelope;
        let outcome = match ask {
            Ask::Join { seat, resume_from, declared, wish } => self.join(&from, seat, resume_from, declared, &wish),
            Ask::Leave => {
                self.leave(from.id());
                Ok(())
            }
            Ask::StopObserving => self.stop_observing(from.id()),
            Ask::Audio(chunk) => self.seat(&from).and_then(|()| self.on_audio(chunk)),
            Ask::Say { id, text, confidence } => return self.on_said(&from, id, text, confidence, reply),
            Ask::Command(command) => self.seat(&from).and_then(|()| self.on_command(command)),
            Ask::Hint { text } => return self.whisper(from.as_ref(), text, reply),
        };
        drop(charge);
        match outcome {
            Ok(()) => {
                if let Some(reply) = reply {
                    reply.answer(Ok(self.ears.through_seq()));
                }
            }
            Err(rejection) => self.reject(from.as_ref(), reply, &rejection),
        }
    }

    fn on_audio(&mut self, chunk: Chunk) -> Result<(), Rejection> {
        let bytes = chunk.audio.len() as u64;
        if self.ears.expects(&chunk)? {
            self.machine.admit_audio(bytes).map_err(Rejection::Refused)?;
        }
        let decoder = self.hearing.as_mut().map(|hearing| hearing.decoder());
        match self.ears.hear(chunk, decoder) {
            Taken::Again => Ok(()),
            Taken::New(left_out) => {
                self.desk.meter.chunks.add(1);
                self.desk.meter.audio_bytes.add(bytes);
                let sound = self.hearing.as_mut().map(|hearing| hearing.take());
                self.handle(Input::Client(Command::Audio { bytes, sound }));
                self.leave_behind();
                left_out.map_or(Ok(()), |error| Err(Rejection::Audio(error)))
            }
        }
    }

    /// Acknowledged once it is written down.
    fn on_said(
        &mut self,
        from: &Arc<dyn Member>,
        id: Option<String>,
        text: String,
        confidence: Option<f32>,
        reply: Option<Box<dyn Reply>>,
    ) {
        let is_known = self.words.are_known(id.as_deref());
        let admitted = self.seat(from).and_then(|()| match is_known {
            true => Ok(()),
            false => self.machine.admit_text().map_err(Rejection::Refused),
        });
        match admitted {
            Err(rejection) => self.reject(from.as_ref(), reply, &rejection),
            Ok(()) if is_known => {
                if let Some(reply) = self.words.say_again(id.as_deref(), reply) {
                    self.outbox.answer(reply);
                }
            }
            Ok(()) => {
                if !text.trim().is_empty() {
                    self.words.say(id, reply);
                } else if let Some(reply) = reply {
                    // Nothing said is no turn, so nothing is written down first.
                    reply.answer(Ok(self.ears.through_seq()));
                }
                self.handle(Input::Client(Command::Said { text, confidence }));
            }
        }
    }

    fn on_command(&mut self, command: Command) -> Result<(), Rejection> {
        match command {
            // Reports, which are worth nothing later.
            Command::Played { .. } | Command::Saying { .. } => Ok(()),
            _ => self.machine.admit_command(),
        }
        .map_err(Rejection::Refused)?;
        self.handle(Input::Client(command));
        Ok(())
    }

    /// Hearing costs something, so it is done only where turns are told apart by it.
    fn listen_along(&mut self) {
        if self.machine.config().manner.detection != TurnDetection::Voice {
            self.hearing = None;
        } else if self.hearing.is_none() {
            self.hearing = Some(Box::new(Hearing::new(self.echo_is_cancelled)));
        }
    }

    fn leave_behind(&mut self) {
        let Some(op) = self.hearing.as_mut().and_then(|hearing| hearing.take_left_behind()) else {
            return;
        };
        tracing::warn!(session.id = %self.desk.session, op.id = op.0, "The recogniser cannot keep up with the speaker");
        if let Some(task) = self.running.remove(&op) {
            task.abort();
            self.handle(Input::Op(op, OpEvent::Failed(Failure::new(FailureKind::Unavailable))));
        }
    }

    fn on_report(&mut self, report: Report) {
        let (op, what) = (report.op, *report.what);
        if !self.running.contains_key(&op) {
            return;
        }
        if !what.goes_on() {
            self.running.remove(&op);
        }
        let event = match what {
            Happened::Machine(event) => event,
            Happened::Stored => OpEvent::Stored(self.on_stored()),
            Happened::Voice(samples) => OpEvent::Voiced { ms: self.mouth.voice(&samples) },
        };
        self.handle(Input::Op(op, event));
    }

    fn on_stored(&mut self) -> Option<session::Stored> {
        let event_seq = self.reserve_numbers();
        let (stored, records) = self.ears.on_stored(event_seq, self.desk.engine.clock.now())?;
        self.segments.extend(records);
        Some(stored)
    }

    fn on_written(&mut self, written: &Result<(), StoreError>) {
        self.outbox.on_committed(written);
        match written {
            Ok(()) => return,
            Err(StoreError::Conflict(_)) => return self.let_go(Lost::Moved),
            Err(StoreError::NotFound(_)) => return self.let_go(Lost::Deleted),
            Err(error @ StoreError::Unavailable(_)) => {
                tracing::warn!(session.id = %self.desk.session, %error, "The session cannot be written down; trying again");
            }
            Err(error @ StoreError::Refused(_)) => {
                tracing::error!(session.id = %self.desk.session, %error, "The session cannot be written down; trying again");
            }
        }
        self.desk.meter.failed_commits.add(1);
        if self.outbox.failures() == 1
            && let Some(trainee) = self.room.trainee()
        {
            trainee.tell(Told::Rejected { session: &self.desk.session, rejection: &Rejection::DatabaseDown });
        }
    }

    fn reject(&self, from: &dyn Member, reply: Option<Box<dyn Reply>>, rejection: &Rejection) {
        match reply {
            Some(reply) => reply.answer(Err(rejection)),
            None => from.tell(Told::Rejected { session: &self.desk.session, rejection }),
        }
    }
}

/// Those that are ready; the runtime's own way asks the system for news first, which takes longer than most of them.
async fn let_others_go_first() {
    let mut have_gone = false;
    poll_fn(|context| {
        if std::mem::replace(&mut have_gone, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
