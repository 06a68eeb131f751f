//! A turn, from the user's words to the persona's.

use super::{
    Phase, Session,
    turn::{Doing, Turn},
};
use crate::{
    Event, Fact, Failure, FailureKind, Finish, Heard, LeftOver, Mouth, OpEvent, OpId, Output, Problem, Source, Speaker,
    Stage, Timer, TurnDetection, TurnId, Usage, Work,
    hearing::{Outcome, Understood},
    latency::{Ledger, UserTimes},
    listening::Utterance,
    reply::{Answered, Face, KeptSpeech, Reply},
};

/// Less is a cough or a click, and nobody wants to be told that it was not understood.
const SHORTEST_COMPLAINT_MS: u64 = 600;

impl Session {
    pub(super) fn open_turn(&mut self, utterance: Utterance) {
        self.last_turn += 1;
        let id = TurnId(self.last_turn);
        let user = match &utterance {
            Utterance::Audio(spoken) => spoken.times,
            Utterance::Text { at, .. } => UserTimes { last_word: *at, decided: *at, stored: *at },
        };
        let mut ledger = Ledger { user, opened: Some(self.now), ..Ledger::default() };
        match utterance {
            Utterance::Audio(spoken) => {
                // The persona has said all, so it is an answer.
                self.doubtful.take_if(|listen| spoken.listens.contains(listen));
                let op = spoken.listens.is_empty().then(|| self.transcribe(id, spoken.heard));
                self.turn = Some(Turn { id, ledger, doing: Doing::Transcribing { spoken, op } });
                self.timers.arm(Timer::Stage, self.now + self.config.limits.transcribe_ms);
            }
            Utterance::Text { text, confidence, .. } => {
                ledger.transcribed = Some(self.now);
                let by = Source { provider: "client".to_owned(), demo: false };
                let understood = Understood { text, language: None, confidence, by };
                self.answer(id, ledger, understood, None, u64::MAX);
            }
        }
    }

    /// Another process had heard this, and did not come to an answer.
    pub(super) fn take_up_what_was_left(&mut self) {
        let Some(left_over) = self.left_over.take() else {
            return;
        };
        let LeftOver { unanswered, said, begun, unclear } = *left_over;
        if unanswered {
            let now = self.now;
            let user = UserTimes { last_word: now, decided: now, stored: now };
            let ledger = Ledger { user, opened: Some(now), transcribed: Some(now), ..Ledger::default() };
            self.ask_persona(TurnId(self.last_turn), ledger);
        }
        // Most of what an open microphone hears is silence.
        if let Some(heard) = unclear.filter(|_| !self.hears()) {
            self.listening.take_up(heard, self.now);
        }
        if let Some(heard) = said {
            self.listening.take_up(heard, self.now);
        }
        if let Some(heard) = begun {
            match self.manner().detection {
                TurnDetection::Threshold => self.listening.take_up(heard, self.now),
                TurnDetection::Manual => self.listening.reopen(heard),
                TurnDetection::Voice => {
                    self.listening.reopen(heard);
                    self.hear_on(heard.duration_ms);
                }
            }
        }
    }

    fn transcribe(&mut self, turn: TurnId, heard: Heard) -> OpId {
        self.start(Work::Transcribe { turn, heard, language: self.tongue.language.clone() })
    }

    /// A turn whose listeners have all said what they heard needs nobody to transcribe it.
    pub(super) fn end_what_was_heard(&mut self) {
        let Some(Turn { id, doing: Doing::Transcribing { spoken, op: None }, .. }) = &self.turn else {
            return;
        };
        let (id, heard) = (*id, spoken.heard);
        match self.listeners.outcome(&spoken.listens) {
            None => (),
            Some(Outcome::Heard(understood)) => self.on_understood(understood),
            Some(Outcome::Failed) => {
                let transcription = self.transcribe(id, heard);
                if let Some(Turn { doing: Doing::Transcribing { op, .. }, .. }) = &mut self.turn {
                    *op = Some(transcription);
                }
                self.timers.arm(Timer::Stage, self.now + self.config.limits.transcribe_ms);
            }
        }
    }

    /// Who listened says nothing: what is stored can still be transcribed.
    fn give_up_listeners(&mut self) -> bool {
        let Some(Turn { doing: Doing::Transcribing { spoken, .. }, .. }) = &self.turn else {
            return false;
        };
        if !matches!(self.phase, Phase::Open | Phase::Ending(_)) {
            return false;
        }
        for listen in spoken.listens.clone() {
            if self.listeners.is_listening(listen) {
                self.outputs.push_back(Output::Cancel(listen));
                self.listeners.on_outcome(listen, Outcome::Failed);
            }
        }
        true
    }

    pub(super) fn on_turn(&mut self, op: OpId, event: OpEvent) {
        let Some(turn) = &mut self.turn else {
            return;
        };
        let id = turn.id;
        match &mut turn.doing {
            Doing::Transcribing { op: running, .. } if *running == Some(op) => match event {
                OpEvent::Heard { text, language, confidence, by } => {
                    self.on_understood(Understood { text, language, confidence, by });
                }
                other => self.give_up(op, Stage::Transcribe, other),
            },
            Doing::Replying(reply) if reply.answer == Some(op) => match event {
                OpEvent::Token(token) => self.on_token(id, token),
                OpEvent::Answered { finish, usage, by } => self.on_answered(Answered { finish, usage, by }),
                other => self.give_up(op, Stage::Answer, other),
            },
            Doing::Replying(reply) if reply.voicing == Some(op) => match event {
                OpEvent::Voiced { ms } => self.on_voiced(ms),
                OpEvent::Word { at_char, at_ms } => reply.on_word(at_char, at_ms),
                OpEvent::Spoken { by } => {
                    reply.voice = Some(by);
                    self.on_stretch_over(true);
                }
                other => self.give_up(op, Stage::Speak, other),
            },
            Doing::Replying(Reply { face: Face::Keeping(running), .. }) if *running == op => match event {
                OpEvent::Kept { audio, duration_ms } => self.on_kept(id, KeptSpeech { audio, duration_ms }),
                other => self.give_up(op, Stage::Speak, other),
            },
            Doing::Replying(Reply { face: Face::Animating(running, _), .. }) if *running == op => match event {
                OpEvent::Animated { animation, by } => self.show_face(Some((animation, by))),
                other => self.give_up(op, Stage::Animate, other),
            },
            Doing::Transcribing { .. } | Doing::Replying(_) => (),
        }
    }

    /// Work that reports what it was not asked for is broken, and its turn would hang: it failed.
    fn give_up(&mut self, op: OpId, stage: Stage, event: OpEvent) {
        let failure = if let OpEvent::Failed(failure) = event {
            failure
        } else {
            self.outputs.push_back(Output::Cancel(op));
            Failure::new(FailureKind::Garbled)
        };
        self.on_failed(stage, failure);
    }

    /// It will not report any more.
    fn forget_work(&mut self, stage: Stage) {
        match (stage, self.turn.as_mut().map(|turn| &mut turn.doing)) {
            (Stage::Transcribe, Some(Doing::Transcribing { op, .. })) => *op = None,
            (Stage::Answer, Some(Doing::Replying(reply))) => reply.answer = None,
            _ => (), // voice and face go on to the next thing
        }
    }

    /// Transcribing and answering are required; without a voice or a face the turn goes on.
    pub(super) fn on_failed(&mut self, stage: Stage, failure: Failure) {
        self.forget_work(stage);
        let Some(turn) = &mut self.turn else {
            return;
        };
        let problem = Problem { stage, turn: Some(turn.id), failure };
        match (stage, &mut turn.doing) {
            (Stage::Speak, Doing::Replying(reply)) => {
                let complains = !std::mem::replace(&mut reply.is_voice_broken, true);
                let keeping = matches!(reply.face, Face::Keeping(_));
                if complains {
                    self.tell(Event::Problem(problem));
                }
                if keeping { self.animate(None) } else { self.on_stretch_over(false) }
            }
            (Stage::Animate, Doing::Replying(_)) => {
                self.tell(Event::Problem(problem));
                self.show_face(None);
            }
            _ => self.break_off_failed(problem),
        }
    }

    fn on_understood(&mut self, understood: Understood) {
        let Some(Turn { id, mut ledger, doing: Doing::Transcribing { spoken, .. } }) = self.turn.take() else {
            return;
        };
        if understood.text.trim().is_empty() {
            self.listening.pass_over(&spoken);
        }
        for listen in spoken.listens {
            self.forget_listener(listen);
        }
        ledger.transcribed = Some(self.now);
        let spoken_ms = if self.hears() { spoken.spoken_ms } else { u64::MAX };
        self.answer(id, ledger, understood, Some(spoken.heard), spoken_ms);
    }

    fn answer(&mut self, turn: TurnId, ledger: Ledger, understood: Understood, audio: Option<Heard>, spoken_ms: u64) {
        let Understood { text, language, confidence, by } = understood;
        let text = text.trim().to_owned();
        self.timers.disarm(Timer::Stage);
        if text.is_empty() {
            if spoken_ms >= SHORTEST_COMPLAINT_MS {
                self.tell(Event::Silence { turn });
            }
            return self.release_mouth();
        }
        let language = language.unwrap_or_else(|| self.tongue.language.clone());
        let (said, spoken_in, source) = (text.clone(), language.clone(), by.clone());
        let fact = Fact::Heard { turn, text: said, language: spoken_in, confidence, by: source, audio };
        self.outputs.push_back(Output::Record(fact));
        self.history.add(Speaker::User, &text);
        let audio = audio.map(Box::new);
        self.tell(Event::Transcript { turn, text, language, confidence, by, audio });
        self.ask_persona(turn, ledger);
    }

    fn ask_persona(&mut self, turn: TurnId, ledger: Ledger) {
        let answer = self.start(Work::Answer {
            turn,
            number: self.answered_turns + 1,
            language: self.tongue.language.clone(),
            history: self.history.lines(),
        });
        let mut reply = Reply::new(answer, self.tongue.clone(), self.manner().speech);
        if reply.is_mouth_open {
            self.outputs.push_back(Output::Mouth(Mouth::Begin(turn)));
        }
        if self.mouth_held {
            reply.playback.hold(self.now);
        }
        self.turn = Some(Turn { id: turn, ledger, doing: Doing::Replying(reply) });
        self.timers.arm(Timer::Stage, self.now + self.config.limits.answer_ms);
    }

    fn on_token(&mut self, turn: TurnId, mut token: String) {
        let (now, limit) = (self.now, self.config.max_reply_chars);
        let Some(Turn { ledger, doing: Doing::Replying(reply), .. }) = &mut self.turn else {
            return;
        };
        let room = limit.saturating_sub(reply.text.chars().count());
        let is_full = token.chars().count() > room;
        if is_full {
            token = token.chars().take(room).collect();
        }
        ledger.first_token.get_or_insert(now);
        let index = reply.deltas;
        reply.on_token(&token);
        if reply.has_waiting() {
            ledger.first_sentence.get_or_insert(now);
        }
        let answer = reply.answer;
        self.timers.arm(Timer::Stage, now + self.config.limits.answer_ms);
        self.tell(Event::ReplyDelta { turn, index, text: token });
        if is_full {
            self.outputs.extend(answer.map(Output::Cancel));
            let by = self.persona.clone();
            return self.on_answered(Answered { finish: Finish::Length, usage: None, by });
        }
        self.speak_on();
    }

    fn on_answered(&mut self, answered: Answered) {
        let now = self.now;
        self.timers.disarm(Timer::Stage);
        let Some(Turn { id, ledger, doing: Doing::Replying(reply) }) = &mut self.turn else {
            return;
        };
        let (turn, text) = (*id, reply.text.clone());
        reply.on_last_token();
        ledger.first_token.get_or_insert(now);
        ledger.first_sentence.get_or_insert(now);
        if text.trim().is_empty() {
            return self.on_failed(Stage::Answer, Failure::new(FailureKind::Garbled));
        }
        reply.is_told = true;
        let Answered { finish, usage, by } = answered;
        self.record_answer(turn, text.clone(), by.clone(), usage);
        let (count, max) = (self.answered_turns, self.max_turns);
        self.tell(Event::Reply { turn, text, count, max, by, finish, usage });
        self.speak_on();
    }

    pub(super) fn record_answer(&mut self, turn: TurnId, text: String, by: Source, usage: Option<Usage>) {
        self.answered_turns += 1;
        self.outputs.push_back(Output::Record(Fact::Answered { turn, text, by, usage }));
    }

    pub(super) fn on_stage_overdue(&mut self) {
        let Some(turn) = &self.turn else {
            return;
        };
        let (stage, op) = match &turn.doing {
            Doing::Transcribing { op, .. } => (Stage::Transcribe, *op),
            Doing::Replying(reply) => (Stage::Answer, reply.answer),
        };
        self.outputs.extend(op.map(Output::Cancel));
        if (stage, op) == (Stage::Transcribe, None) && self.give_up_listeners() {
            return;
        }
        self.on_failed(stage, Failure::new(FailureKind::TimedOut));
    }
}
