mod admission;
mod ending;
mod hearing;
mod replying;
mod silencing;
mod speaking;
mod turn;

pub use admission::Refusal;

use std::collections::VecDeque;

use crate::{
    Briefing, Command, Config, EndReason, Event, Fact, Input, InterruptReason, LeftOver, Link, Manner, Mouth, OpEvent,
    OpId, Output, Problem, SessionTime, Source, Speech, Stage, State, Timer, TurnDetection, TurnId, Work,
    degrading::retry_after_ms,
    hearing::{Hearing, Listeners},
    history::History,
    listening::{Closing, Listening, Then},
    reply::Tongue,
    timers::Timers,
};
use turn::{Doing, Turn};

/// One user talking with one persona.
#[derive(Debug)]
pub struct Session {
    config: Config,
    tongue: Tongue,
    persona: Source,
    max_turns: u32,
    now: SessionTime,
    phase: Phase,
    linked: bool,
    paused: bool,
    listening: Listening,
    hearing: Hearing,
    listeners: Listeners,
    /// How much of the user's audio was heard, and when that was.
    heard: (u64, SessionTime),
    /// What is heard of speech up to here belongs to what was said before.
    heeded_ms: u64,
    /// What was said over the persona and may be no turn.
    doubtful: Option<OpId>,
    promise: Promise,
    turn: Option<Turn>,
    /// The persona keeps still, though it has something to say.
    mouth_held: bool,
    /// Speech of replies that were cut short, on its way into the store.
    keeping: Vec<(OpId, TurnId)>,
    history: History,
    answered_turns: u32,
    last_turn: u32,
    /// Until the first thing happens.
    left_over: Option<Box<LeftOver>>,
    last_op: u32,
    told_state: (State, Option<TurnId>),
    timers: Timers,
    outputs: VecDeque<Output>,
}

/// What was told of a turn that is still being said, and will not change.
#[derive(Debug, Default)]
struct Promise {
    turn: Option<TurnId>,
    /// Who understood it last.
    listen: Option<OpId>,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// What was begun is finished.
    Ending(EndReason),
    /// That took too long: only the store is waited for.
    Closing(EndReason),
    Over(EndReason),
}

impl Session {
    pub fn new(config: Config, briefing: Briefing, at: SessionTime) -> Self {
        let Briefing { language, voice, persona, max_turns, history, last_turn, answered_turns, left_over } = briefing;
        let mut session = Self {
            history: History::new(history, config.history_lines),
            config,
            tongue: Tongue { language, voice },
            persona,
            max_turns,
            now: at,
            phase: Phase::Open,
            linked: true,
            paused: false,
            listening: Listening::default(),
            hearing: Hearing::default(),
            listeners: Listeners::default(),
            heard: (0, at),
            heeded_ms: 0,
            doubtful: None,
            promise: Promise::default(),
            turn: None,
            mouth_held: false,
            keeping: Vec::new(),
            answered_turns,
            last_turn,
            left_over: Some(Box::new(left_over)),
            last_op: 0,
            told_state: (State::Listening, None),
            timers: Timers::default(),
            outputs: VecDeque::new(),
        };
        session.tell(Event::State { state: State::Listening, turn: None });
        session.timers.arm(Timer::MaxLength, at + session.config.max_session_ms);
        session.stay_awake();
        session
    }

    /// Lets one thing happen at `at`. Drain [`Self::poll`] before the next.
    pub fn handle(&mut self, at: SessionTime, input: Input) {
        debug_assert!(self.outputs.is_empty(), "drain `poll` before the next `handle`");
        self.now = self.now.max(at);
        if self.is_over() {
            return;
        }
        // How the client wants to be listened to comes first.
        if !matches!(input, Input::Client(Command::Adopt(_))) {
            self.take_up_what_was_left();
        }
        match input {
            Input::Client(command) => self.on_command(command),
            Input::Op(op, event) => self.on_op(op, event),
            Input::Link(link) => self.on_link(link),
            Input::Suspend => self.begin_ending(EndReason::Suspended),
            Input::Tick => (),
        }
        while let Some(timer) = self.timers.take_due(self.now) {
            self.on_timer(timer);
        }
        self.go_on();
        self.tell_state();
    }

    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to wake the session if nothing happens before, and why.
    pub fn deadline(&self) -> Option<(SessionTime, Timer)> {
        self.timers.next()
    }

    /// Nothing happens any more; drain [`Self::poll`] and forget it.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_))
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn language(&self) -> &str {
        &self.tongue.language
    }

    pub fn voice(&self) -> Option<&str> {
        self.tongue.voice.as_deref()
    }

    fn on_command(&mut self, command: Command) {
        if self.phase != Phase::Open {
            return;
        }
        if !is_silence(&command) {
            self.stay_awake();
        }
        match command {
            Command::Audio { bytes, sound } => {
                self.on_audio(bytes);
                if let Some(sound) = sound {
                    self.on_sound(&sound);
                }
            }
            Command::Said { text, confidence } => self.listening.on_text(text, confidence, self.now),
            // Who listens here knows better.
            Command::Saying { .. } if self.promise.turn == Some(self.turn_to_come()) => (),
            Command::Saying { text } => self.tell(Event::Partial { turn: self.turn_to_come(), text, stable_chars: 0 }),
            Command::EndTurn => self.close_user_turn(),
            Command::Interrupt { played } => {
                if let Some((turn, played_ms)) = played {
                    self.on_played(turn, played_ms, false);
                }
                self.interrupt(InterruptReason::Client);
            }
            Command::Played { turn, played_ms, done } => self.on_played(turn, played_ms, done),
            Command::Pause => {
                self.fall_silent();
                self.paused = true;
            }
            Command::Resume => self.paused = false,
            Command::SetLanguage { language, voice } => self.tongue = Tongue { language, voice },
            Command::Adopt(manner) => self.adopt(manner),
            Command::End => self.begin_ending(EndReason::UserEnded),
        }
    }

    fn on_audio(&mut self, bytes: u64) {
        self.listening.on_audio(bytes, self.now);
        let uncut_for_ms = self.listening.uncut_for_ms(self.now);
        if self.manner().cutting.is_full(self.listening.uncut_bytes(), uncut_for_ms) {
            self.cut_a_segment();
        } else {
            self.timers.arm(Timer::Silence, self.now + self.manner().cutting.silence_ms);
        }
    }

    /// Another way to tell turns apart leaves nothing half said behind.
    fn adopt(&mut self, manner: Manner) {
        if manner.detection != self.manner().detection {
            self.fall_silent();
        }
        self.config.manner = manner;
        // Whoever takes over and plays no pieces hears no more of them, and can read them.
        if !self.is_heard_by(manner.speech) {
            self.interrupt(InterruptReason::Client);
        }
    }

    fn is_heard_by(&self, speech: Speech) -> bool {
        let is_streamed = matches!(&self.turn, Some(Turn { doing: Doing::Replying(reply), .. })
            if reply.is_streamed() && reply.playback.has_begun());
        !is_streamed || speech == Speech::Streamed
    }

    fn on_link(&mut self, link: Link) {
        self.linked = link == Link::Up;
        if self.phase != Phase::Open {
            return;
        }
        match link {
            Link::Up => {
                self.timers.disarm(Timer::Grace);
                self.stay_awake();
            }
            Link::Down => self.timers.arm(Timer::Grace, self.now + self.config.grace_ms),
        }
    }

    fn on_timer(&mut self, timer: Timer) {
        match timer {
            Timer::Silence => self.cut_a_segment(),
            Timer::RetryStore => (), // `go_on` starts what is to be stored
            Timer::Stage => self.on_stage_overdue(),
            Timer::Voice => self.on_voice_overdue(),
            Timer::Stall => self.on_stall(),
            Timer::EndOfTurn => self.on_end_of_turn(),
            Timer::Confirm => self.on_confirm(),
            Timer::Settle => (),             // `go_on` lets the persona speak
            Timer::Ahead => self.speak_on(), // and the reply ends there when it was heard
            Timer::Heard => (),
            Timer::Idle => self.begin_ending(EndReason::Idle),
            Timer::Grace => self.begin_ending(EndReason::Disconnected),
            Timer::MaxLength => self.begin_ending(EndReason::MaxLength),
            Timer::Ending => self.stop_answering(),
            Timer::Patience => {
                let bytes = self.listening.unstored_bytes();
                if bytes > 0 {
                    self.tell(Event::AudioLost { bytes });
                }
                if let Some(op) = self.listening.give_up_audio() {
                    self.outputs.push_back(Output::Cancel(op));
                }
            }
        }
    }

    fn on_op(&mut self, op: OpId, event: OpEvent) {
        if self.listening.is_storing(op) {
            self.on_store(event);
        } else if self.listeners.is_listening(op) {
            self.on_listener(op, event);
        } else if let Some(place) = self.keeping.iter().position(|(keeping, _)| *keeping == op) {
            let (_, turn) = self.keeping.swap_remove(place);
            match event {
                OpEvent::Kept { audio, duration_ms } => {
                    self.outputs.push_back(Output::Record(Fact::Spoken { turn, audio, duration_ms }));
                }
                OpEvent::Failed(_) => (), // the turn is told, and its text is there
                _ => self.outputs.push_back(Output::Cancel(op)),
            }
        } else if self.turn.is_some() {
            self.on_turn(op, event);
        }
    }

    fn on_store(&mut self, event: OpEvent) {
        match event {
            OpEvent::Stored(stored) => {
                let part = self.listening.on_stored(stored, self.now);
                if let Some((audio, part)) = stored.zip(part) {
                    self.outputs.push_back(Output::Record(Fact::Stored { audio, part }));
                    self.tell(Event::AudioStored(audio));
                }
            }
            OpEvent::Failed(failure) => {
                let failures = self.listening.on_store_failed();
                let wait = failure.retry_after_ms.unwrap_or(0).max(retry_after_ms(failures));
                self.timers.arm(Timer::RetryStore, self.now + wait);
                if failures == 1 {
                    self.tell(Event::Problem(Problem { stage: Stage::Store, turn: None, failure }));
                }
            }
            _ => (), // a store reports nothing else
        }
    }

    /// Whatever may begin now, begins.
    fn go_on(&mut self) {
        if self.listening.has_cut_to_store() && !self.timers.is_armed(Timer::RetryStore) {
            let op = self.next_op();
            if let Some(cut) = self.listening.next_to_store(op) {
                self.outputs.push_back(Output::Start(op, Work::Store { cut }));
            }
        }
        self.watch_intruder();
        self.hold_or_release();
        loop {
            self.end_what_was_heard();
            self.end_what_was_said();
            if self.turn.is_some() || matches!(self.phase, Phase::Closing(_) | Phase::Over(_)) {
                break;
            }
            let goes_on = !self.hearing.is_quiet() || self.listening.stores_its_rest();
            let Some(utterance) = self.listening.take_turn(goes_on) else {
                break;
            };
            self.open_turn(utterance);
            self.watch_intruder();
            self.hold_or_release();
        }
        while let Some(op) = self.listening.take_needless() {
            self.pass_over(op);
        }
        let parts = self.listening.take_parts().into_iter();
        self.outputs.extend(parts.map(|(segment, part)| Output::Record(Fact::Part { segment, part })));
        self.close_if_done();
    }

    /// Whoever speaks over the persona interrupts it by going on.
    fn watch_intruder(&mut self) {
        if self.hearing.is_speaking() && self.can_be_interrupted() && !self.timers.is_armed(Timer::Confirm) {
            self.timers.arm(Timer::Confirm, self.now + self.config.interruption.confirm_ms);
        }
    }

    /// Nothing is heard while the user speaks over it, nobody is there, or both agreed on a pause.
    fn hold_or_release(&mut self) {
        let interrupted = self.manner().barge_in && self.may_be_interrupting();
        let hold = self.turn.is_some() && self.phase == Phase::Open && (interrupted || self.paused || !self.linked);
        if hold == self.mouth_held {
            return;
        }
        self.mouth_held = hold;
        self.outputs.push_back(Output::Mouth(if hold { Mouth::Hold } else { Mouth::GoOn }));
        let now = self.now;
        if let Some(reply) = self.turn.as_mut().and_then(Turn::reply) {
            if hold { reply.playback.hold(now) } else { reply.playback.go_on(now) }
        }
        if !hold {
            self.speak_on();
        }
    }

    /// The client says that the turn is over.
    fn close_user_turn(&mut self) {
        if self.hears() {
            return self.close_saying();
        }
        let now = self.now;
        self.cut(Then::Closes(Closing::unheard(now)));
    }

    /// What is half said is all that will be said.
    fn fall_silent(&mut self) {
        if self.hears() {
            self.close_saying();
        }
        self.cut(self.at_a_full_segment());
    }

    fn cut(&mut self, then: Then) {
        self.timers.disarm(Timer::Silence);
        if let Some(cut) = self.listening.cut(then, self.now) {
            self.outputs.push_back(Output::Cut(cut));
        }
    }

    /// What a segment that was cut for its size or its age is to the user's turn.
    fn at_a_full_segment(&self) -> Then {
        let now = self.now;
        match self.manner().detection {
            TurnDetection::Threshold => Then::Closes(Closing::unheard(now)),
            TurnDetection::Voice if self.hearing.is_quiet() => Then::Leaves,
            TurnDetection::Manual | TurnDetection::Voice => Then::GoesOn,
        }
    }

    /// It is full, or nothing came for a while. Whoever speaks on after a turn that is long enough does so in the next one.
    fn cut_a_segment(&mut self) {
        self.cut(self.at_a_full_segment());
        if !self.listening.is_long_enough() {
            return;
        }
        match self.manner().detection {
            TurnDetection::Threshold => (),
            TurnDetection::Manual => self.cut(Then::Closes(Closing::unheard(self.now))),
            TurnDetection::Voice => self.begin_another_saying(),
        }
    }

    fn manner(&self) -> &Manner {
        &self.config.manner
    }

    fn hears(&self) -> bool {
        self.manner().detection == TurnDetection::Voice
    }

    fn next_op(&mut self) -> OpId {
        self.last_op += 1;
        OpId(self.last_op)
    }

    fn start(&mut self, work: Work) -> OpId {
        let op = self.next_op();
        self.outputs.push_back(Output::Start(op, work));
        op
    }

    /// The turn that what is being said now will be.
    fn turn_to_come(&self) -> TurnId {
        self.turn_after(self.listening.turns_before_the_next())
    }

    /// The one that comes after so many that wait.
    fn turn_after(&self, turns: usize) -> TurnId {
        TurnId(self.last_turn.saturating_add(1).saturating_add(u32::try_from(turns).unwrap_or(u32::MAX)))
    }

    fn stay_awake(&mut self) {
        self.timers.arm(Timer::Idle, self.now + self.config.idle_ms);
    }

    fn state(&self) -> (State, Option<TurnId>) {
        let turn = self.turn.as_ref().map(|turn| turn.id);
        let state = match (&self.phase, &self.turn) {
            (Phase::Ending(_) | Phase::Closing(_) | Phase::Over(_), _) => State::Ending,
            (Phase::Open, _) if self.paused => State::Paused,
            (Phase::Open, _) if !self.linked => State::Reconnecting,
            (Phase::Open, Some(_)) if self.mouth_held => State::Hearing,
            (Phase::Open, Some(turn)) => turn.state(),
            (Phase::Open, None) if self.is_hearing() => State::Hearing,
            (Phase::Open, None) => State::Listening,
        };
        (state, turn)
    }

    /// An open microphone brings audio all the time; only speech counts there.
    fn is_hearing(&self) -> bool {
        if self.hears() {
            !self.hearing.is_quiet() || self.listening.has_closed_turn()
        } else {
            !self.listening.is_stored()
        }
    }

    fn tell_state(&mut self) {
        let state = self.state();
        if self.is_over() || state == self.told_state {
            return;
        }
        self.told_state = state;
        self.tell(Event::State { state: state.0, turn: state.1 });
    }

    fn tell(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }
}

/// A microphone that was left open keeps no session alive.
fn is_silence(command: &Command) -> bool {
    matches!(command, Command::Audio { sound: Some(sound), .. } if !sound.speaking && sound.changes.is_empty())
}
