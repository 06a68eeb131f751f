//! What the machine asks for is done, in its order.

use ports::{HeardRecord, Record, SegmentRecord, Timestamp};
use session::{Fact, Input, Mouth as Order, OpId, Output, SessionTime, Speech, Work};
use tokio::{task::AbortHandle, time::Instant};
use tracing::{Instrument as _, Span};

use super::LiveSession;
use crate::{RoomEvent, chronicle, hearing::Hearing, outbox::Due, translate};

impl LiveSession {
    /// Lets the machine hear of something, and gathers what it wants done.
    pub(super) fn handle(&mut self, input: Input) {
        // The first handling comes with outputs of the opening; they are carried out in order.
        self.drain();
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let at = SessionTime(self.offset_ms.saturating_add(elapsed));
        if let Some(tape) = &mut self.tape {
            tape.on_input(at, &input);
        }
        self.machine.handle(at, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.machine.poll() {
            if let Some(tape) = &mut self.tape {
                tape.on_output(&output);
            }
            match output {
                Output::Event(event) => self.tell(RoomEvent::Session(event)),
                Output::Record(fact) => self.record(fact),
                Output::Cut(_) => self.ears.cut(),
                Output::Mouth(order) => self.order(order),
                Output::Finish(op) => {
                    if let Some(hearing) = &mut self.hearing {
                        hearing.finish(op);
                    }
                }
                Output::Start(op, work) => self.start(op, work),
                Output::Cancel(op) => {
                    if let Some(task) = self.running.remove(&op) {
                        task.abort();
                    }
                }
            }
        }
        if let Some(tape) = &mut self.tape {
            tape.pass_on();
        }
        self.outbox.follow(self.spans.newest());
    }

    /// Tells whatever may be told.
    pub(super) fn carry_out(&mut self) {
        self.drain();
        while self.outbox.has_room()
            && let Some(event) = self.mouth.next(Instant::now())
        {
            if let Some(hearing) = &mut self.hearing {
                hearing.play(self.mouth.let_out());
            }
            self.tell(event);
        }
        while let Some(due) = self.outbox.next_due() {
            match due {
                Due::Event(event) => self.room.tell(self.desk.engine.clock.now(), event),
                Due::Hint(hint) => self.room.whisper(hint),
                Due::Answer(reply) => reply.answer(Ok(self.ears.through_seq())),
            }
        }
    }

    fn order(&mut self, order: Order) {
        let now = Instant::now();
        match order {
            Order::Begin(turn) => {
                let streamed = self.machine.config().manner.speech == Speech::Streamed;
                self.mouth.begin(turn, streamed.then_some(self.codec));
            }
            Order::Hold => {
                self.mouth.hold(now);
                self.stop_playing();
            }
            Order::GoOn => self.mouth.go_on(now),
            Order::Finish => self.mouth.finish(),
            Order::Stop => {
                self.mouth.stop();
                self.stop_playing();
            }
        }
    }

    fn stop_playing(&mut self) {
        if let Some(hearing) = &mut self.hearing {
            hearing.stop_playing();
        }
    }

    fn start(&mut self, op: OpId, work: Work) {
        let desk = self.desk.clone();
        let span = self.spans.begin(op, &work, &desk.engine, self.hearing.is_some());
        let task = match work {
            Work::Store { .. } => spawn(span, desk.store(op, self.ears.to_store())),
            Work::Transcribe { turn, heard, language } => {
                let utterance = self.ears.utterance(heard, &self.desk.engine.objects);
                spawn(span, desk.transcribe(op, turn, heard.duration_ms, language, utterance))
            }
            Work::Listen { turn, language } => {
                let hearing = self.hearing.get_or_insert_with(|| Box::new(Hearing::new(self.echo_is_cancelled)));
                spawn(span, desk.listen(op, turn, language, hearing.begin(op)))
            }
            Work::Answer { turn, number, language, history } => {
                spawn(span, desk.answer(op, turn, number, language, history))
            }
            Work::Speak { turn, stretch: _, text, language, voice } => {
                self.mouth.on_stretch(&text);
                spawn(span, desk.speak(op, turn, text, language, voice))
            }
            Work::Keep { turn, until_ms } => spawn(span, desk.keep(op, turn, self.mouth.speech(turn, until_ms))),
            Work::Animate { turn, text, language } => {
                let speech = self.mouth.speech(turn, None);
                self.mouth.forget();
                spawn(span, desk.animate(op, turn, text, language, speech))
            }
        };
        self.running.insert(op, task);
        self.has_begun = true;
    }

    pub(super) fn tell(&mut self, event: RoomEvent) {
        if let RoomEvent::Session(event) = &event {
            chronicle::told(&self.desk.meter, &self.desk.session, event);
            self.spans.on_event(event, self.hearing.is_some());
        }
        if self.room.seq() + self.outbox.waiting_events() >= self.numbered {
            let event_seq = self.reserve_numbers();
            self.outbox.record(Record::Numbered { event_seq });
        }
        self.outbox.tell(event);
    }

    fn record(&mut self, fact: Fact) {
        let (now, event_seq) = (self.desk.engine.clock.now(), self.reserve_numbers());
        let at = match &fact {
            Fact::Spoken { turn, .. } => {
                self.mouth.began(*turn).map_or(now, |began| Timestamp(now.0 - milliseconds(began)))
            }
            _ => now,
        };
        if let Fact::Stored { part, .. } = fact {
            for segment in std::mem::take(&mut self.segments) {
                let part = Some(translate::segment_part(part));
                self.outbox.record(Record::Segment(SegmentRecord { part, ..segment }));
            }
            return;
        }
        let in_words = matches!(fact, Fact::Heard { audio: None, .. });
        let said = in_words.then(|| self.words.become_a_turn()).flatten();
        let (said_as, reply) = said.map_or((None, None), |said| (said.id, said.reply));
        match translate::record(fact, event_seq, at) {
            Some(Record::Heard(heard)) => self.outbox.record(Record::Heard(HeardRecord { said_as, ..heard })),
            Some(record) => self.outbox.record(record),
            None => (),
        }
        if let Some(reply) = reply {
            self.outbox.answer(reply);
        }
    }

    /// For the next record. Whoever goes on after a crash counts from here, so no event may go beyond it.
    pub(super) fn reserve_numbers(&mut self) -> u64 {
        /// Events that may follow before the next record.
        const MARGIN: u64 = 1_000;
        self.numbered = self.room.seq() + self.outbox.waiting_events() + MARGIN;
        self.numbered
    }
}

/// Since then.
fn milliseconds(then: Instant) -> i64 {
    i64::try_from(then.elapsed().as_millis()).unwrap_or(0)
}

fn spawn(span: Span, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    tokio::spawn(work.instrument(span)).abort_handle()
}
