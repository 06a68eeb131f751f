//! A turn, from the user's words to the persona's last one heard.

use super::{
    Phase, Session,
    turn::{Doing, Turn},
};
use crate::{
    Animation, Event, Fact, Failure, FailureKind, Finish, Heard, InterruptReason, Mouth, OpEvent, OpId, Output,
    Problem, Source, Speaker, Speech, Stage, Timer, TurnId, Usage, Work,
    hearing::{Hearing, Outcome, Understood},
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

    fn transcribe(&mut self, turn: TurnId, heard: Heard) -> OpId {
        self.start(Work::Transcribe { turn, heard, language: self.language.clone() })
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
                    self.on_stretch_over();
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
    fn on_failed(&mut self, stage: Stage, failure: Failure) {
        self.forget_work(stage);
        let Some(turn) = &mut self.turn else {
            return;
        };
        let problem = Event::Problem(Problem { stage, turn: Some(turn.id), failure });
        match (stage, &mut turn.doing) {
            (Stage::Speak, Doing::Replying(reply)) => {
                let complains = !std::mem::replace(&mut reply.is_voice_broken, true);
                let keeping = matches!(reply.face, Face::Keeping(_));
                if complains {
                    self.tell(problem);
                }
                if keeping { self.animate(None) } else { self.on_stretch_over() }
            }
            (Stage::Animate, Doing::Replying(_)) => {
                self.tell(problem);
                self.show_face(None);
            }
            _ => {
                self.tell(problem);
                self.drop_turn();
            }
        }
    }

    fn on_understood(&mut self, understood: Understood) {
        let Some(Turn { id, mut ledger, doing: Doing::Transcribing { spoken, .. } }) = self.turn.take() else {
            return;
        };
        for listen in spoken.listens {
            self.listeners.forget(listen);
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
            return;
        }
        let language = language.unwrap_or_else(|| self.language.clone());
        let (said, spoken_in, source) = (text.clone(), language.clone(), by.clone());
        let fact = Fact::Heard { turn, text: said, language: spoken_in, confidence, by: source, audio };
        self.outputs.push_back(Output::Record(fact));
        self.history.add(Speaker::User, text.clone());
        self.tell(Event::Transcript { turn, text, language, confidence, by, audio });
        let answer = self.start(Work::Answer {
            turn,
            number: self.answered_turns + 1,
            language: self.language.clone(),
            history: self.history.lines(),
        });
        let mut reply = Reply::new(answer, self.is_streamed());
        if self.manner().speech != Speech::Mute {
            self.outputs.push_back(Output::Mouth(Mouth::Begin(turn)));
        }
        if self.mouth_held {
            reply.playback.hold(self.now);
        }
        self.turn = Some(Turn { id: turn, ledger, doing: Doing::Replying(reply) });
        self.timers.arm(Timer::Stage, self.now + self.config.limits.answer_ms);
        // Whoever speaks already interrupts it by going on.
        if self.manner().barge_in && matches!(self.hearing, Hearing::Speaking(_)) {
            self.timers.arm(Timer::Confirm, self.now + self.config.interruption.confirm_ms);
        }
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
        let Answered { finish, usage, by } = answered;
        self.record_answer(turn, text.clone(), by.clone(), usage);
        let (count, max) = (self.answered_turns, self.max_turns);
        self.tell(Event::Reply { turn, text, count, max, by, finish, usage });
        self.speak_on();
    }

    fn record_answer(&mut self, turn: TurnId, text: String, by: Source, usage: Option<Usage>) {
        self.answered_turns += 1;
        self.outputs.push_back(Output::Record(Fact::Answered { turn, text, by, usage }));
    }

    /// Gives the voice what it may speak now: a streamed one is at most one stretch ahead of what sounds.
    pub(super) fn speak_on(&mut self) {
        let now = self.now;
        let (language, voice) = (self.language.clone(), self.voice.clone());
        let speaks = self.speaks();
        let Some(Turn { id, ledger, doing: Doing::Replying(reply) }) = &mut self.turn else {
            return;
        };
        if reply.voicing.is_some() || !matches!(reply.face, Face::NotYet) {
            return;
        }
        if !speaks {
            if reply.answer.is_none() {
                self.show_face(None);
            }
            return;
        }
        if !reply.has_waiting() {
            if reply.is_voiced() {
                self.finish_speaking();
            }
            return;
        }
        if let Some(begins_ms) = reply.newest_begins_ms().filter(|_| reply.streamed)
            && reply.playback.position_ms(now) < begins_ms
        {
            match reply.playback.reaches(begins_ms) {
                Some(at) if at > now => return self.timers.arm(Timer::Ahead, at),
                Some(_) => (),  // the client has stopped to say how far it is
                None => return, // it is held, and goes on from there
            }
        }
        let turn = *id;
        ledger.voice_asked.get_or_insert(now);
        let Some((stretch, text)) = reply.next_stretch() else {
            return;
        };
        let op = self.start(Work::Speak { turn, stretch, text, language, voice });
        if let Some(reply) = self.turn.as_mut().and_then(Turn::reply) {
            reply.voicing = Some(op);
        }
        self.timers.arm(Timer::Voice, now + self.config.limits.speak_ms);
    }

    /// Nobody plays pieces of speech in a session that ends.
    fn speaks(&self) -> bool {
        match self.manner().speech {
            Speech::Mute => false,
            Speech::Whole => true,
            Speech::Streamed => self.phase == Phase::Open,
        }
    }

    fn on_voiced(&mut self, ms: u64) {
        let now = self.now;
        if let Some(Turn { ledger, doing: Doing::Replying(reply), .. }) = &mut self.turn {
            ledger.first_audio.get_or_insert(now);
            reply.on_voiced(ms, now);
        }
        self.timers.arm(Timer::Voice, now + self.config.limits.speak_ms);
    }

    fn on_stretch_over(&mut self) {
        self.timers.disarm(Timer::Voice);
        if let Some(reply) = self.turn.as_mut().and_then(Turn::reply) {
            reply.on_stretch_over();
        }
        self.speak_on();
    }

    /// Everything is spoken: the whole is kept, and the face moves with it.
    fn finish_speaking(&mut self) {
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &self.turn else {
            return;
        };
        let (turn, is_silent) = (*id, reply.playback.total_ms() == 0);
        self.outputs.push_back(Output::Mouth(Mouth::Finish));
        if is_silent {
            return self.show_face(None);
        }
        let op = self.start(Work::Keep { turn, until_ms: None });
        self.set_face(Face::Keeping(op));
        self.timers.arm(Timer::Voice, self.now + self.config.limits.speak_ms);
    }

    fn on_kept(&mut self, turn: TurnId, kept: KeptSpeech) {
        let KeptSpeech { audio, duration_ms } = kept.clone();
        self.outputs.push_back(Output::Record(Fact::Spoken { turn, audio, duration_ms }));
        self.animate(Some(kept));
    }

    fn animate(&mut self, kept: Option<KeptSpeech>) {
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &self.turn else {
            return;
        };
        let work = Work::Animate { turn: *id, text: reply.text.clone(), language: self.language.clone() };
        let op = self.start(work);
        self.set_face(Face::Animating(op, kept));
        self.timers.arm(Timer::Voice, self.now + self.config.limits.animate_ms);
    }

    fn set_face(&mut self, face: Face) {
        if let Some(reply) = self.turn.as_mut().and_then(Turn::reply) {
            reply.face = face;
        }
    }

    fn show_face(&mut self, animated: Option<(Animation, Source)>) {
        self.timers.disarm(Timer::Voice);
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &mut self.turn else {
            return;
        };
        let turn = *id;
        let kept = match std::mem::replace(&mut reply.face, Face::Shown) {
            Face::Animating(_, kept) => kept,
            Face::NotYet | Face::Keeping(_) | Face::Shown => None,
        };
        let (animation, animator) = animated.unzip();
        let by = reply.voice.clone().filter(|_| kept.is_some()).or(animator);
        let (audio, duration_ms) = kept.map(|kept| (kept.audio, kept.duration_ms)).unzip();
        let duration_ms = duration_ms.unwrap_or(0);
        self.tell(Event::Face { turn, audio, duration_ms, animation, by });
    }

    pub(super) fn on_played(&mut self, turn: TurnId, played_ms: u64, done: bool) {
        let now = self.now;
        let Some(Turn { id, ledger, doing: Doing::Replying(reply) }) = &mut self.turn else {
            return;
        };
        if *id != turn || !reply.streamed {
            return;
        }
        if played_ms > 0 && ledger.first_audio.is_some() && ledger.played.is_none() {
            // It began so much earlier than it was reported, but not before there was something to play.
            let began = crate::SessionTime(now.0.saturating_sub(played_ms));
            ledger.played = ledger.first_audio.map(|first| began.max(first));
        }
        reply.playback.on_played(played_ms, done && reply.is_voiced(), now);
        self.speak_on();
    }

    /// The floor is held until the reply was heard, not until it was spoken.
    pub(super) fn end_what_was_said(&mut self) {
        let now = self.now;
        let Some(Turn { id, ledger, doing: Doing::Replying(reply) }) = &self.turn else {
            return;
        };
        if !matches!(reply.face, Face::Shown) {
            return;
        }
        if reply.streamed && reply.playback.total_ms() > 0 && self.phase == Phase::Open {
            match reply.playback.ends_at() {
                Some(at) if at > now => return self.timers.arm(Timer::Heard, at),
                Some(_) => (),
                None => return, // it is held
            }
        }
        let (latency, text) = (ledger.latency(*id), reply.text.clone());
        self.history.add(Speaker::Persona, text);
        if let Some(latency) = latency {
            self.tell(Event::Latency(latency));
        }
        self.drop_turn();
        if self.answered_turns >= self.max_turns {
            self.tell(Event::TurnsUsedUp { turns: self.answered_turns });
        }
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
        self.on_failed(stage, Failure::new(FailureKind::TimedOut));
    }

    pub(super) fn on_voice_overdue(&mut self) {
        let Some(reply) = self.turn.as_mut().and_then(Turn::reply) else {
            return;
        };
        let (stage, op) = match (&reply.voicing, &reply.face) {
            (Some(op), _) | (None, Face::Keeping(op)) => (Stage::Speak, *op),
            (None, Face::Animating(op, _)) => (Stage::Animate, *op),
            (None, Face::NotYet | Face::Shown) => return,
        };
        self.outputs.push_back(Output::Cancel(op));
        self.on_failed(stage, Failure::new(FailureKind::TimedOut));
    }

    /// A session that ends does not wait until what sounds is heard to its end.
    pub(super) fn interrupt_what_sounds(&mut self) {
        let Some(reply) = self.turn.as_mut().and_then(Turn::reply).filter(|reply| reply.streamed) else {
            return;
        };
        if reply.playback.has_begun() {
            return self.interrupt(InterruptReason::SessionEnd);
        }
        let voicing = reply.voicing.take();
        self.outputs.extend(voicing.map(Output::Cancel));
        self.timers.disarm(Timer::Voice);
    }

    /// Stops the persona. A turn that is still being transcribed is the user's and goes on.
    pub(super) fn interrupt(&mut self, reason: InterruptReason) {
        // What was heard to its end at this moment cannot be cut short any more.
        self.end_what_was_said();
        let now = self.now;
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &self.turn else {
            return;
        };
        let turn = *id;
        let (heard_ms, heard_text) = (reply.playback.position_ms(now), reply.heard_text(now));
        let (is_told, told, streamed) = (reply.answer.is_none(), reply.text.clone(), reply.streamed);
        let is_kept = !matches!(reply.face, Face::NotYet | Face::Keeping(_));
        let speaks = self.manner().speech != Speech::Mute;
        if !heard_text.is_empty() {
            if !is_told {
                let by = self.persona.clone();
                self.record_answer(turn, told, by, None);
            }
            self.history.add(Speaker::Persona, heard_text.clone());
        }
        if streamed && (is_told || !heard_text.is_empty()) {
            let heard_text = heard_text.clone();
            self.outputs.push_back(Output::Record(Fact::CutShort { turn, heard_text, heard_ms }));
        }
        if speaks {
            self.outputs.push_back(Output::Mouth(Mouth::Stop));
        }
        let latency = self.turn.as_ref().and_then(|turn| turn.ledger.latency(turn.id));
        self.drop_turn();
        self.tell(Event::Interrupted { turn, heard_ms, heard_text, reason });
        if let Some(latency) = latency {
            self.tell(Event::Latency(latency));
        }
        if streamed && heard_ms > 0 && !is_kept {
            let op = self.start(Work::Keep { turn, until_ms: Some(heard_ms) });
            self.keeping.push((op, turn));
        }
    }

    /// Forgets the turn, and everything that still works for it.
    pub(super) fn drop_turn(&mut self) {
        let Some(turn) = self.turn.take() else {
            return;
        };
        match turn.doing {
            Doing::Transcribing { spoken, op } => {
                self.outputs.extend(op.map(Output::Cancel));
                for listen in spoken.listens {
                    self.forget_listener(listen);
                }
            }
            Doing::Replying(reply) => self.outputs.extend(reply.running().map(Output::Cancel)),
        }
        for timer in [Timer::Stage, Timer::Voice, Timer::Ahead, Timer::Heard, Timer::Confirm, Timer::Settle] {
            self.timers.disarm(timer);
        }
        if std::mem::take(&mut self.mouth_held) {
            self.outputs.push_back(Output::Mouth(Mouth::GoOn));
        }
    }
}
