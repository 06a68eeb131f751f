//! One turn at a time, each step of it once and in its order, and nothing told that is not written down.

use session::{Briefing, Event, Fact, Latency, Stage, TurnId, Work};

use super::{Fault, ensure};

#[derive(Debug)]
pub(super) struct Turns {
    current: TurnId,
    so_far: SoFar,
    replied: u32,
    max: u32,
    is_used_up_told: bool,
}

/// What is known of the current turn.
#[derive(Debug, Default)]
struct SoFar {
    heard_written: bool,
    heard_told: bool,
    answered_written: bool,
    answered_told: bool,
    face_told: bool,
    latency_told: bool,
    is_over: bool,
    deltas: u32,
    reply: String,
}

impl Turns {
    pub(super) fn new(briefing: &Briefing) -> Self {
        Self {
            current: TurnId(briefing.last_turn),
            so_far: SoFar {
                is_over: !briefing.left_over.unanswered,
                heard_told: briefing.left_over.unanswered,
                ..SoFar::default()
            },
            replied: briefing.answered_turns,
            max: briefing.max_turns,
            is_used_up_told: false,
        }
    }

    pub(super) fn reply_so_far(&self) -> &str {
        &self.so_far.reply
    }

    pub(super) fn on_start(&mut self, work: &Work) -> Result<(), Fault> {
        match work {
            Work::Store { .. } => Ok(()),
            Work::Keep { turn, .. } => ensure(*turn == self.current && self.so_far.answered_written, || {
                format!("speech of {turn:?} is kept, and no answer is written down")
            }),
            // It is begun before anybody knows whether it is a turn.
            Work::Listen { turn, .. } => ensure(*turn > self.current, || format!("{turn:?} is heard again")),
            Work::Answer { turn, number, .. } => {
                self.go_on(*turn)?;
                ensure(self.so_far.heard_told, || format!("{turn:?} is answered before it is told"))?;
                ensure(*number == self.replied + 1, || format!("answer {} is asked for as {number}", self.replied + 1))
            }
            Work::Transcribe { turn, .. } | Work::Speak { turn, .. } | Work::Animate { turn, .. } => self.go_on(*turn),
        }
    }

    pub(super) fn on_fact(&mut self, fact: &Fact) {
        match fact {
            Fact::Heard { turn, .. } if *turn > self.current => self.begin(*turn),
            Fact::Answered { .. } => self.replied += 1,
            _ => (),
        }
        match fact {
            Fact::Heard { .. } => self.so_far.heard_written = true,
            Fact::Answered { .. } => self.so_far.answered_written = true,
            Fact::Stored { .. }
            | Fact::Part { .. }
            | Fact::CutShort { .. }
            | Fact::Spoken { .. }
            | Fact::Ended { .. } => (),
        }
    }

    pub(super) fn on_event(&mut self, event: &Event) -> Result<(), Fault> {
        match event {
            Event::Transcript { turn, .. } => {
                self.go_on(*turn)?;
                ensure(self.so_far.heard_written, || format!("{turn:?} is told before it is written down"))?;
                once(&mut self.so_far.heard_told, *turn, "transcript")
            }
            Event::Silence { turn } => self.end(*turn),
            Event::ReplyDelta { turn, index, text } => {
                self.go_on(*turn)?;
                ensure(*index == self.so_far.deltas, || format!("piece {index} of {turn:?} is out of order"))?;
                self.so_far.deltas += 1;
                self.so_far.reply.push_str(text);
                Ok(())
            }
            Event::Reply { turn, text, count, max, .. } => {
                self.go_on(*turn)?;
                ensure(self.so_far.answered_written, || format!("{turn:?} is told before it is written down"))?;
                ensure(*text == self.so_far.reply, || format!("{text:?} was told as {:?}", self.so_far.reply))?;
                ensure((*count, *max) == (self.replied, self.max), || format!("answers are counted: {event:?}"))?;
                once(&mut self.so_far.answered_told, *turn, "reply")
            }
            Event::Face { turn, .. } => {
                self.go_on(*turn)?;
                ensure(self.so_far.answered_told, || format!("{turn:?} has a face without words"))?;
                once(&mut self.so_far.face_told, *turn, "face")
            }
            Event::Interrupted { turn, .. } => {
                ensure(self.so_far.heard_told, || format!("{turn:?} is interrupted before it is answered"))?;
                self.end(*turn)
            }
            Event::Latency(latency) => {
                self.go_on(latency.turn)?;
                ensure(adds_up(latency), || format!("its parts are not the whole: {latency:?}"))?;
                once(&mut self.so_far.latency_told, latency.turn, "latency")
            }
            Event::Problem(problem) if matches!(problem.stage, Stage::Transcribe | Stage::Answer) => {
                let Some(turn) = problem.turn else {
                    return Err(format!("no turn has this problem: {problem:?}"));
                };
                self.end(turn)
            }
            Event::TurnsUsedUp { turns } => {
                self.is_used_up_told = true;
                ensure(*turns == self.replied, || format!("{turns} answers were not given, but {}", self.replied))
            }
            Event::Problem(_)
            | Event::AudioLost { .. }
            | Event::Partial { .. }
            | Event::State { .. }
            | Event::AudioStored(_)
            | Event::SpeechStarted { .. }
            | Event::SpeechStopped { .. }
            | Event::Ended { .. } => Ok(()),
        }
    }

    fn begin(&mut self, turn: TurnId) {
        self.current = turn;
        self.so_far = SoFar::default();
    }

    /// Something happens in this turn.
    fn go_on(&mut self, turn: TurnId) -> Result<(), Fault> {
        if turn > self.current {
            self.begin(turn);
        }
        ensure(turn == self.current && !self.so_far.is_over, || format!("{turn:?} is over, and goes on"))
    }

    fn end(&mut self, turn: TurnId) -> Result<(), Fault> {
        self.go_on(turn)?;
        self.so_far.is_over = true;
        Ok(())
    }
}

fn adds_up(latency: &Latency) -> bool {
    latency.parts() == latency.total_ms
}

fn once(told: &mut bool, turn: TurnId, what: &str) -> Result<(), Fault> {
    ensure(!std::mem::replace(told, true), || format!("{turn:?} has a second {what}"))
}
