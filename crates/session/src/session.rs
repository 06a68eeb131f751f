mod admission;

pub use admission::Refusal;

use std::collections::VecDeque;

use crate::{
    Animation, Briefing, Command, Config, EndReason, Event, Fact, Failure, FailureKind, Finish, Heard, Input,
    InterruptReason, Link, OpEvent, OpId, Output, Problem, SessionTime, Source, Speaker, Stage, StageLimits, State,
    Timer, TurnDetection, TurnId, Usage, Work,
    degrading::retry_after_ms,
    history::History,
    listening::{Listening, Utterance},
    timers::Timers,
    turn::{Doing, Turn, Voice},
};

/// One user talking with one persona.
#[derive(Debug)]
pub struct Session {
    config: Config,
    language: String,
    voice: Option<String>,
    speaks: bool,
    max_turns: u32,
    now: SessionTime,
    phase: Phase,
    linked: bool,
    paused: bool,
    listening: Listening,
    turn: Option<Turn>,
    history: History,
    answered_turns: u32,
    last_turn: u32,
    last_op: u32,
    told_state: (State, Option<TurnId>),
    timers: Timers,
    outputs: VecDeque<Output>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// What was begun is finished.
    Ending(EndReason),
    /// That took too long: only the store is waited for.
    Closing(EndReason),
    Over,
}

impl Session {
    pub fn new(config: Config, briefing: Briefing, at: SessionTime) -> Self {
        let Briefing { language, voice, speaks, max_turns, history, last_turn, answered_turns } = briefing;
        let mut session = Self {
            history: History::new(history, config.history_lines),
            config,
            language,
            voice,
            speaks,
            max_turns,
            now: at,
            phase: Phase::Open,
            linked: true,
            paused: false,
            listening: Listening::default(),
            turn: None,
            answered_turns,
            last_turn,
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
        self.phase == Phase::Over
    }

    fn on_command(&mut self, command: Command) {
        if self.phase != Phase::Open {
            return;
        }
        self.stay_awake();
        match command {
            Command::Audio { bytes } => self.on_audio(bytes),
            Command::Said { text, confidence } => self.listening.on_text(text, confidence),
            Command::Saying { text } => self.tell(Event::Partial { turn: self.turn_to_come(), text, stable_chars: 0 }),
            Command::EndTurn => self.cut(true),
            Command::Interrupt => self.interrupt(InterruptReason::Client),
            Command::Played { .. } => (),
            Command::Pause => {
                self.cut(self.every_cut_closes_a_turn());
                self.paused = true;
            }
            Command::Resume => self.paused = false,
            Command::SetLanguage { language, voice } => {
                self.language = language;
                self.voice = voice;
            }
            Command::End => self.begin_ending(EndReason::UserEnded),
        }
    }

    fn on_audio(&mut self, bytes: u64) {
        self.listening.on_audio(bytes);
        if self.config.cutting.is_full(self.listening.uncut_bytes()) {
            self.cut(self.every_cut_closes_a_turn());
        } else {
            self.timers.arm(Timer::Silence, self.now + self.config.cutting.silence_ms);
        }
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
            Timer::Silence => self.cut(self.every_cut_closes_a_turn()),
            Timer::RetryStore => (), // `go_on` starts what is to be stored
            Timer::Stage => self.on_stage_overdue(),
            Timer::Idle => self.begin_ending(EndReason::Idle),
            Timer::Grace => self.begin_ending(EndReason::Disconnected),
            Timer::MaxLength => self.begin_ending(EndReason::MaxLength),
            Timer::Ending => self.stop_answering(),
            Timer::Patience => {
                if let Some(op) = self.listening.give_up_audio() {
                    self.outputs.push_back(Output::Cancel(op));
                }
            }
        }
    }

    fn on_op(&mut self, op: OpId, event: OpEvent) {
        if self.listening.is_storing(op) {
            return self.on_store(event);
        }
        let Some(turn) = self.turn.take_if(|turn| turn.op == op) else {
            return;
        };
        let Turn { id, doing, .. } = turn;
        match (doing, event) {
            (Doing::Transcribing { heard }, OpEvent::Heard { text, language, confidence, by }) => {
                let language = language.unwrap_or_else(|| self.language.clone());
                self.on_heard(id, text, language, confidence, by, Some(heard));
            }
            (Doing::Answering { text, deltas }, OpEvent::Token(token)) => self.on_token(id, op, text, deltas, token),
            (Doing::Answering { text, .. }, OpEvent::Answered { finish, usage, by }) => {
                self.on_answered(id, text, finish, usage, by);
            }
            (Doing::Speaking { text }, OpEvent::Spoken { audio, duration_ms, by }) => {
                self.tell_spoken(id, &audio, duration_ms);
                self.animate(id, text, Some(Voice { audio, duration_ms, by }));
            }
            (Doing::Animating { voice }, OpEvent::Animated { animation, by }) => {
                self.show_face(id, voice, Some((animation, by)));
            }
            (doing, OpEvent::Failed(failure)) => self.on_failed(id, doing, failure),
            // Work that reports what it was not asked for is broken, and its turn would hang: it failed.
            (doing, _) => {
                self.outputs.push_back(Output::Cancel(op));
                self.on_failed(id, doing, Failure::new(FailureKind::Garbled));
            }
        }
    }

    fn on_store(&mut self, event: OpEvent) {
        match event {
            OpEvent::Stored(stored) => {
                self.listening.on_stored(stored);
                if let Some(stored) = stored {
                    self.outputs.push_back(Output::Record(Fact::Stored(stored)));
                    self.tell(Event::AudioStored(stored));
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
            OpEvent::Heard { .. }
            | OpEvent::Token(_)
            | OpEvent::Answered { .. }
            | OpEvent::Spoken { .. }
            | OpEvent::Animated { .. } => (),
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
        while self.turn.is_none()
            && !matches!(self.phase, Phase::Closing(_))
            && let Some(utterance) = self.listening.take_turn()
        {
            self.open_turn(utterance);
        }
        match self.phase {
            Phase::Ending(reason) if self.turn.is_none() && self.listening.is_at_rest() => self.close(reason),
            Phase::Closing(reason) if self.listening.is_stored() => self.close(reason),
            Phase::Open | Phase::Ending(_) | Phase::Closing(_) | Phase::Over => (),
        }
    }

    fn open_turn(&mut self, utterance: Utterance) {
        self.last_turn += 1;
        let turn = TurnId(self.last_turn);
        match utterance {
            Utterance::Audio(heard) => {
                let work = Work::Transcribe { turn, heard, language: self.language.clone() };
                self.begin(turn, work, Doing::Transcribing { heard }, |limits| limits.transcribe_ms);
            }
            Utterance::Text { text, confidence } => {
                let by = Source { provider: "client".to_owned(), demo: false };
                self.on_heard(turn, text, self.language.clone(), confidence, by, None);
            }
        }
    }

    fn on_heard(
        &mut self,
        turn: TurnId,
        text: String,
        language: String,
        confidence: Option<f32>,
        by: Source,
        audio: Option<Heard>,
    ) {
        let text = text.trim().to_owned();
        if text.is_empty() {
            self.tell(Event::Silence { turn });
            return self.end_turn();
        }
        let (said, spoken_in, source) = (text.clone(), language.clone(), by.clone());
        let fact = Fact::Heard { turn, text: said, language: spoken_in, confidence, by: source, audio };
        self.outputs.push_back(Output::Record(fact));
        self.history.add(Speaker::User, text.clone());
        self.tell(Event::Transcript { turn, text, language, confidence, by, audio });
        let work = Work::Answer {
            turn,
            number: self.answered_turns + 1,
            language: self.language.clone(),
            history: self.history.lines(),
        };
        self.begin(turn, work, Doing::Answering { text: String::new(), deltas: 0 }, |limits| limits.answer_ms);
    }

    fn on_token(&mut self, turn: TurnId, op: OpId, mut text: String, deltas: u32, token: String) {
        text.push_str(&token);
        self.turn = Some(Turn { id: turn, op, doing: Doing::Answering { text, deltas: deltas + 1 } });
        self.timers.arm(Timer::Stage, self.now + self.config.limits.answer_ms);
        self.tell(Event::ReplyDelta { turn, index: deltas, text: token });
    }

    fn on_answered(&mut self, turn: TurnId, text: String, finish: Finish, usage: Option<Usage>, by: Source) {
        if text.trim().is_empty() {
            return self.fail_turn(turn, Stage::Answer, Failure::new(FailureKind::Garbled));
        }
        self.answered_turns += 1;
        self.history.add(Speaker::Persona, text.clone());
        self.outputs.push_back(Output::Record(Fact::Answered { turn, text: text.clone(), by: by.clone(), usage }));
        let (count, max) = (self.answered_turns, self.max_turns);
        self.tell(Event::Reply { turn, text: text.clone(), count, max, by, finish, usage });
        if !self.speaks {
            return self.show_face(turn, None, None);
        }
        let (language, voice) = (self.language.clone(), self.voice.clone());
        let work = Work::Speak { turn, text: text.clone(), language, voice };
        self.begin(turn, work, Doing::Speaking { text }, |limits| limits.speak_ms);
    }

    fn tell_spoken(&mut self, turn: TurnId, audio: &str, duration_ms: u64) {
        self.outputs.push_back(Output::Record(Fact::Spoken { turn, audio: audio.to_owned(), duration_ms }));
    }

    fn animate(&mut self, turn: TurnId, text: String, voice: Option<Voice>) {
        let work = Work::Animate { turn, text, language: self.language.clone() };
        self.begin(turn, work, Doing::Animating { voice }, |limits| limits.animate_ms);
    }

    fn show_face(&mut self, turn: TurnId, voice: Option<Voice>, animated: Option<(Animation, Source)>) {
        let (animation, animator) = animated.unzip();
        let (audio, duration_ms, by) = match voice {
            Some(Voice { audio, duration_ms, by }) => (Some(audio), duration_ms, Some(by)),
            None => (None, 0, animator),
        };
        self.tell(Event::Face { turn, audio, duration_ms, animation, by });
        self.end_turn();
        if self.answered_turns >= self.max_turns {
            self.tell(Event::TurnsUsedUp { turns: self.answered_turns });
        }
    }

    /// Transcribing and answering are required; without a voice or a face the turn goes on.
    fn on_failed(&mut self, turn: TurnId, doing: Doing, failure: Failure) {
        match doing {
            Doing::Transcribing { .. } => self.fail_turn(turn, Stage::Transcribe, failure),
            Doing::Answering { .. } => self.fail_turn(turn, Stage::Answer, failure),
            Doing::Speaking { .. } => {
                self.tell(Event::Problem(Problem { stage: Stage::Speak, turn: Some(turn), failure }));
                self.show_face(turn, None, None);
            }
            Doing::Animating { voice } => {
                self.tell(Event::Problem(Problem { stage: Stage::Animate, turn: Some(turn), failure }));
                self.show_face(turn, voice, None);
            }
        }
    }

    fn on_stage_overdue(&mut self) {
        let Some(Turn { id, op, doing }) = self.turn.take() else {
            return;
        };
        self.outputs.push_back(Output::Cancel(op));
        self.on_failed(id, doing, Failure::new(FailureKind::TimedOut));
    }

    fn fail_turn(&mut self, turn: TurnId, stage: Stage, failure: Failure) {
        self.tell(Event::Problem(Problem { stage, turn: Some(turn), failure }));
        self.end_turn();
    }

    /// The ending has taken long enough. What the store does not have yet is still waited for.
    fn stop_answering(&mut self) {
        if let Phase::Ending(reason) = self.phase {
            self.phase = Phase::Closing(reason);
        }
        self.interrupt(InterruptReason::SessionEnd);
        self.on_stage_overdue();
    }

    /// Stops the persona. A turn that is still being transcribed is the user's and goes on.
    fn interrupt(&mut self, reason: InterruptReason) {
        if self.turn.as_ref().is_none_or(|turn| turn.stage() == Stage::Transcribe) {
            return;
        }
        let Some(turn) = self.drop_turn() else {
            return;
        };
        self.tell(Event::Interrupted { turn, heard_ms: 0, heard_text: String::new(), reason });
    }

    fn drop_turn(&mut self) -> Option<TurnId> {
        let Turn { id, op, .. } = self.turn.take()?;
        self.outputs.push_back(Output::Cancel(op));
        self.end_turn();
        Some(id)
    }

    fn end_turn(&mut self) {
        self.turn = None;
        self.timers.disarm(Timer::Stage);
    }

    /// Nothing new is taken; what was said is stored and, within a bound, answered.
    fn begin_ending(&mut self, reason: EndReason) {
        if self.phase != Phase::Open {
            return;
        }
        self.phase = Phase::Ending(reason);
        for timer in [Timer::Idle, Timer::Grace, Timer::MaxLength] {
            self.timers.disarm(timer);
        }
        self.timers.arm(Timer::Ending, self.now + self.config.ending_ms);
        self.timers.arm(Timer::Patience, self.now + self.config.store_patience_ms);
        self.cut(true);
    }

    fn close(&mut self, reason: EndReason) {
        let (turns, duration_ms) = (self.answered_turns, self.now.0);
        self.phase = Phase::Over;
        self.timers.disarm_all();
        if reason != EndReason::Suspended {
            self.outputs.push_back(Output::Record(Fact::Ended { reason, turns, duration_ms }));
        }
        self.tell(Event::Ended { reason, turns, duration_ms });
    }

    fn cut(&mut self, closes_turn: bool) {
        self.timers.disarm(Timer::Silence);
        if let Some(cut) = self.listening.cut(closes_turn) {
            self.outputs.push_back(Output::Cut(cut));
        }
    }

    fn begin(&mut self, turn: TurnId, work: Work, doing: Doing, limit: fn(&StageLimits) -> u64) {
        let op = self.next_op();
        self.outputs.push_back(Output::Start(op, work));
        self.turn = Some(Turn { id: turn, op, doing });
        self.timers.arm(Timer::Stage, self.now + limit(&self.config.limits));
    }

    fn next_op(&mut self) -> OpId {
        self.last_op += 1;
        OpId(self.last_op)
    }

    fn every_cut_closes_a_turn(&self) -> bool {
        self.config.detection == TurnDetection::Threshold
    }

    /// The turn that what is being said now will be.
    fn turn_to_come(&self) -> TurnId {
        TurnId(self.last_turn + 1 + u32::try_from(self.listening.waiting_turns()).unwrap_or(u32::MAX - 1))
    }

    fn stay_awake(&mut self) {
        self.timers.arm(Timer::Idle, self.now + self.config.idle_ms);
    }

    fn state(&self) -> (State, Option<TurnId>) {
        let turn = self.turn.as_ref().map(|turn| turn.id);
        let state = match (&self.phase, &self.turn) {
            (Phase::Ending(_) | Phase::Closing(_) | Phase::Over, _) => State::Ending,
            (Phase::Open, _) if self.paused => State::Paused,
            (Phase::Open, _) if !self.linked => State::Reconnecting,
            (Phase::Open, Some(turn)) => turn.state(),
            (Phase::Open, None) if self.listening.is_stored() => State::Listening,
            (Phase::Open, None) => State::Hearing,
        };
        (state, turn)
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
