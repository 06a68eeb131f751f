//! A session's task: one mailbox, one machine, one room.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use audio::Declared;
use ports::{HintRecord, Record, SegmentRecord, StoreError};
use session::{Briefing, Command, Fact, Input, Line, Link, OpEvent, OpId, Output, Session, SessionTime, Work};
use tokio::{
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, Sleep, sleep_until},
};

use crate::{
    Charge, Chunk, Engine, Joined, Member, MemberId, Meter, Opening, Rejection, Reply, RoomEvent, Told, chronicle,
    ears::{Ears, Taken},
    outbox::Outbox,
    room::Room,
    translate,
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
    },
    Leave,
    Audio(Chunk),
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
    Observer { role: &'static str },
}

pub(crate) enum Letter {
    /// Boxed, so that an empty mailbox is small.
    From(Box<Envelope>),
    End,
    Suspend,
}

pub(crate) struct LiveSession {
    desk: Desk,
    mailbox: mpsc::Receiver<Letter>,
    reports: mpsc::Receiver<Report>,
    machine: Session,
    config: session::Config,
    ears: Ears,
    room: Room,
    outbox: Outbox,
    running: BTreeMap<OpId, AbortHandle>,
    /// Stored, but not written down yet.
    segments: Vec<SegmentRecord>,
    /// Of the reply that is being animated.
    speech: Arc<[i16]>,
    /// The newest connection that ever had the session.
    newest: MemberId,
    is_new: bool,
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
        mailbox: mpsc::Receiver<Letter>,
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
            speaks,
            history,
            resumption,
        } = opening;
        let offset_ms = u64::try_from(engine.clock.now().0 - started_at.0).unwrap_or(0);
        let lines = history.iter().map(|line| Line { speaker: line.speaker, text: line.text.clone() });
        let briefing = Briefing {
            language,
            voice,
            speaks: speaks && engine.voice.is_some(),
            max_turns: scenario.max_turns,
            history: lines.collect(),
            last_turn: resumption.as_ref().map_or(0, |resumption| resumption.last_turn),
            answered_turns: resumption.as_ref().map_or(0, |resumption| resumption.answered_turns),
        };
        let (report, reports) = mpsc::channel(REPORTS);
        let last_seq = resumption.as_ref().map_or(0, |resumption| resumption.last_event_seq);
        Self {
            mailbox,
            reports,
            machine: Session::new(config.clone(), briefing, SessionTime(offset_ms)),
            config,
            ears: Ears::new(session.clone(), audio_limits, declared, resumption.as_ref()),
            room: Room::new(session.clone(), last_seq, history),
            outbox: Outbox::new(session.clone(), Arc::clone(&engine.journal), Arc::clone(&meter)),
            running: BTreeMap::new(),
            segments: Vec::new(),
            speech: Arc::default(),
            newest: MemberId(0),
            is_new: resumption.is_none(),
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
                self.number_events().await;
                self.on_envelope(*envelope);
            }
            Some(Letter::End | Letter::Suspend) | None => return,
        }
        let mut alarm = std::pin::pin!(sleep_until(Instant::now() + FAR));
        loop {
            self.carry_out();
            let gave_up = self.machine.is_over() && self.outbox.failures() > LAST_ATTEMPTS;
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
                },
                () = alarm.as_mut() => {
                    alarm.as_mut().reset(Instant::now() + FAR);
                    self.handle(Input::Tick);
                }
            }
        }
        self.close().await;
    }

    /// Even the first event's number must not be used again after a crash.
    async fn number_events(&mut self) {
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
        let Some((at, _)) = self.machine.deadline() else {
            return;
        };
        let at = self.began + Duration::from_millis(at.0.saturating_sub(self.offset_ms));
        if at < alarm.deadline() {
            alarm.reset(at);
        }
    }

    async fn close(mut self: Box<Self>) {
        self.mailbox.close();
        while let Some(letter) = self.mailbox.recv().await {
            if let Letter::From(envelope) = letter {
                self.reject(envelope.from.as_ref(), envelope.reply, Rejection::Ended);
            }
        }
    }

    fn on_envelope(&mut self, envelope: Envelope) {
        let Envelope { from, ask, reply, charge } = envelope;
        let outcome = match ask {
            Ask::Join { seat, resume_from, declared } => self.join(&from, seat, resume_from, declared),
            Ask::Leave => self.leave(from.id()),
            Ask::Audio(chunk) => self.seat(&from).and_then(|()| self.on_audio(&chunk)),
            Ask::Command(command) => self.seat(&from).and_then(|()| self.on_command(command)),
            Ask::Hint { text } => self.whisper(from.as_ref(), text),
        };
        drop(charge);
        match outcome {
            Ok(()) => {
                if let Some(reply) = reply {
                    reply.answer(Ok(self.ears.through_seq()));
                }
            }
            Err(rejection) => self.reject(from.as_ref(), reply, rejection),
        }
    }

    /// Lets somebody speak who is the trainee, or whose connection is newer than the one that was.
    fn seat(&mut self, from: &Arc<dyn Member>) -> Result<(), Rejection> {
        match self.room.seat_of(from.id()) {
            Some(Seat::Trainee) => Ok(()),
            Some(Seat::Observer { .. }) => Err(Rejection::ReadOnly),
            None if from.id() > self.newest || self.room.trainee().is_none() => {
                self.take_over(from);
                Ok(())
            }
            None => Err(Rejection::TakenOver),
        }
    }

    fn join(
        &mut self,
        from: &Arc<dyn Member>,
        seat: Seat,
        resume_from: Option<u64>,
        declared: Option<Declared>,
    ) -> Result<(), Rejection> {
        if let Some(declared) = declared {
            self.ears.declare(declared);
        }
        let event_seq = self.is_new.then(|| self.room.take_seq());
        let resumed = !std::mem::replace(&mut self.is_new, false);
        from.tell(Told::Joined(Joined {
            session: &self.desk.session,
            scenario: &self.desk.scenario,
            event_seq,
            resumed,
            through_seq: self.ears.through_seq(),
            last_event_seq: self.room.seq(),
            history: self.room.history(),
            config: &self.config,
        }));
        if let Some(seq) = resume_from {
            self.room.replay(from, seq);
        }
        match seat {
            Seat::Trainee => self.take_over(from),
            Seat::Observer { role } => {
                self.room.admit(Arc::clone(from), seat);
                self.tell(RoomEvent::ObserverJoined { user: from.user().clone(), role });
            }
        }
        Ok(())
    }

    fn take_over(&mut self, from: &Arc<dyn Member>) {
        let before = self.room.trainee().filter(|member| member.id() != from.id()).cloned();
        if let Some(before) = before {
            self.room.dismiss(before.id());
            before.tell(Told::Rejected { session: &self.desk.session, rejection: &Rejection::TakenOver });
        }
        self.room.admit(Arc::clone(from), Seat::Trainee);
        self.newest = self.newest.max(from.id());
        // Nobody watches unseen, not even whoever came before this connection.
        for (user, role) in self.room.observers() {
            self.tell(RoomEvent::ObserverJoined { user, role });
        }
        self.handle(Input::Link(Link::Up));
    }

    fn leave(&mut self, id: MemberId) -> Result<(), Rejection> {
        match self.room.seat_of(id) {
            Some(Seat::Trainee) => {
                self.room.dismiss(id);
                self.handle(Input::Link(Link::Down));
            }
            Some(Seat::Observer { role }) => {
                let observer = self.room.member(id).map(|member| member.user().clone());
                self.room.dismiss(id);
                if let Some(user) = observer {
                    self.tell(RoomEvent::ObserverLeft { user, role });
                }
            }
            None => (),
        }
        Ok(())
    }

    fn on_audio(&mut self, chunk: &Chunk) -> Result<(), Rejection> {
        let bytes = chunk.audio.len() as u64;
        if self.ears.expects(chunk)? {
            self.machine.admit_audio(bytes).map_err(Rejection::Refused)?;
        }
        match self.ears.hear(chunk) {
            Taken::Again => Ok(()),
            Taken::New(left_out) => {
                self.desk.meter.chunks.add(1);
                self.desk.meter.audio_bytes.add(bytes);
                self.handle(Input::Client(Command::Audio { bytes }));
                left_out.map_or(Ok(()), |error| Err(Rejection::Audio(error)))
            }
        }
    }

    fn on_command(&mut self, command: Command) -> Result<(), Rejection> {
        if let Command::Said { .. } = command {
            self.machine.admit_text().map_err(Rejection::Refused)?;
        }
        self.handle(Input::Client(command));
        Ok(())
    }

    /// Only the trainee hears it; it is kept for the report.
    fn whisper(&mut self, from: &dyn Member, text: String) -> Result<(), Rejection> {
        let Some(Seat::Observer { .. }) = self.room.seat_of(from.id()) else {
            return Err(Rejection::NotObserving);
        };
        let (coach, at) = (from.user().clone(), self.desk.engine.clock.now());
        if let Some(trainee) = self.room.trainee() {
            trainee.tell(Told::Hint { session: &self.desk.session, coach: &coach, text: &text, at });
        }
        self.outbox.record(Record::Hint(HintRecord { coach, text, at }));
        Ok(())
    }

    fn on_report(&mut self, report: Report) {
        let (op, what) = (report.op, *report.what);
        if !self.running.contains_key(&op) {
            return;
        }
        let goes_on = matches!(what, Happened::Machine(OpEvent::Token(_)));
        if !goes_on {
            self.running.remove(&op);
        }
        let event = match what {
            Happened::Machine(event) => event,
            Happened::Stored => OpEvent::Stored(self.on_stored()),
            Happened::Spoken { event, speech } => {
                self.speech = speech;
                event
            }
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
        if let Err(error) = written {
            tracing::error!(session.id = %self.desk.session, %error, "The session cannot be written down; trying again");
            if self.outbox.failures() == 1
                && let Some(trainee) = self.room.trainee()
            {
                trainee.tell(Told::Rejected { session: &self.desk.session, rejection: &Rejection::DatabaseDown });
            }
        }
    }

    /// Lets the machine hear of something, and gathers what it wants done.
    fn handle(&mut self, input: Input) {
        // The first handling comes with outputs of the opening; they are carried out in order.
        self.drain();
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.machine.handle(SessionTime(self.offset_ms.saturating_add(elapsed)), input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.machine.poll() {
            match output {
                Output::Event(event) => self.tell(RoomEvent::Session(event)),
                Output::Record(fact) => self.record(fact),
                Output::Cut(_) => self.ears.cut(),
                Output::Start(op, work) => self.start(op, work),
                Output::Cancel(op) => {
                    if let Some(task) = self.running.remove(&op) {
                        task.abort();
                    }
                }
            }
        }
    }

    /// Tells whatever may be told.
    fn carry_out(&mut self) {
        self.drain();
        while let Some(event) = self.outbox.next_event() {
            self.room.tell(self.desk.engine.clock.now(), event);
        }
    }

    fn start(&mut self, op: OpId, work: Work) {
        let desk = self.desk.clone();
        let task = match work {
            Work::Store { .. } => tokio::spawn(desk.store(op, self.ears.to_store())),
            Work::Transcribe { turn, heard, language } => {
                let utterance = self.ears.utterance(heard, &self.desk.engine.objects);
                tokio::spawn(desk.transcribe(op, turn, heard.duration_ms, language, utterance))
            }
            Work::Answer { turn, number, language, history } => {
                tokio::spawn(desk.answer(op, turn, number, language, history))
            }
            Work::Speak { turn, text, language, voice } => tokio::spawn(desk.speak(op, turn, text, language, voice)),
            Work::Animate { turn, text, language } => {
                let speech = std::mem::take(&mut self.speech);
                tokio::spawn(desk.animate(op, turn, text, language, speech))
            }
        };
        self.running.insert(op, task.abort_handle());
    }

    fn tell(&mut self, event: RoomEvent) {
        if let RoomEvent::Session(event) = &event {
            chronicle::told(&self.desk.meter, &self.desk.session, event);
        }
        if self.room.seq() + self.outbox.waiting_events() >= self.numbered {
            let event_seq = self.reserve_numbers();
            self.outbox.record(Record::Numbered { event_seq });
        }
        self.outbox.tell(event);
    }

    fn record(&mut self, fact: Fact) {
        let (at, event_seq) = (self.desk.engine.clock.now(), self.reserve_numbers());
        if let Fact::Stored(_) = fact {
            for segment in std::mem::take(&mut self.segments) {
                self.outbox.record(Record::Segment(segment));
            }
        } else if let Some(record) = translate::record(fact, event_seq, at) {
            self.outbox.record(record);
        }
    }

    /// For the next record. Whoever goes on after a crash counts from here, so no event may go beyond it.
    fn reserve_numbers(&mut self) -> u64 {
        /// Events that may follow before the next record.
        const MARGIN: u64 = 1_000;
        self.numbered = self.room.seq() + self.outbox.waiting_events() + MARGIN;
        self.numbered
    }

    fn reject(&self, from: &dyn Member, reply: Option<Box<dyn Reply>>, rejection: Rejection) {
        match reply {
            Some(reply) => reply.answer(Err(&rejection)),
            None => from.tell(Told::Rejected { session: &self.desk.session, rejection: &rejection }),
        }
    }
}

impl Drop for LiveSession {
    fn drop(&mut self) {
        for task in self.running.values() {
            task.abort();
        }
    }
}
