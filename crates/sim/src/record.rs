//! What happened, for people and for machines: a timeline, and lines that replay.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use session::{Command, Event, Fact, Input, Mouth, OpEvent, Output, Refusal, SessionTime, Work};

/// One thing that happened to a session: a session is a file of such lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub at: SessionTime,
    pub input: Input,
}

#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Only what was asked for is kept.
    timeline: Option<String>,
    lines: Option<Vec<Line>>,
    outputs: Option<Vec<(SessionTime, Output)>>,
    pub(crate) shows: Shows,
    /// Goes on after the session's end.
    goes_on: bool,
}

/// What a timeline is about.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shows {
    pub(crate) storing: bool,
    pub(crate) partials: bool,
    pub(crate) speaking: bool,
    pub(crate) history: bool,
    pub(crate) latency: bool,
    pub(crate) inputs: bool,
    /// Nothing that happens before.
    pub(crate) from_ms: u64,
}

impl Record {
    pub(crate) fn timeline(shows: Shows) -> Self {
        Self { timeline: Some(String::new()), shows, goes_on: true, ..Self::default() }
    }

    /// All that can be shown.
    pub(crate) fn told() -> Self {
        let shows = Shows {
            storing: false,
            partials: true,
            speaking: true,
            history: true,
            latency: true,
            inputs: true,
            from_ms: 0,
        };
        Self { timeline: Some(String::new()), shows, ..Self::default() }
    }

    pub(crate) fn everything() -> Self {
        Self { lines: Some(Vec::new()), outputs: Some(Vec::new()), ..Self::default() }
    }

    pub(crate) fn is_over(&self) -> bool {
        !self.goes_on
    }

    pub(crate) fn take_timeline(&mut self) -> String {
        self.timeline.take().unwrap_or_default()
    }

    pub(crate) fn take_lines(&mut self) -> (Vec<Line>, Vec<(SessionTime, Output)>) {
        (self.lines.take().unwrap_or_default(), self.outputs.take().unwrap_or_default())
    }

    pub(crate) fn input(&mut self, now: u64, input: &Input) {
        if self.shows.inputs && is_telling(input) {
            self.note(now, &format!("<- {input:?}"));
        }
        if let Some(lines) = &mut self.lines {
            lines.push(Line { at: SessionTime(now), input: input.clone() });
        }
    }

    pub(crate) fn refusal(&mut self, now: u64, refusal: Refusal) {
        if self.shows.storing {
            self.note(now, &format!("refused: {refusal:?}"));
        }
    }

    pub(crate) fn output(&mut self, now: u64, output: &Output) {
        if let Some(outputs) = &mut self.outputs {
            outputs.push((SessionTime(now), output.clone()));
        }
        if self.timeline.is_some()
            && let Some(text) = self.shows.text(output)
        {
            self.note(now, &text);
        }
    }

    fn note(&mut self, now: u64, text: &str) {
        if let Some(timeline) = self.timeline.as_mut().filter(|_| now >= self.shows.from_ms) {
            writeln!(timeline, "{}  {text}", SessionTime(now)).expect("writing to a String");
        }
    }
}

/// Not one of the many that are like the one before.
fn is_telling(input: &Input) -> bool {
    match input {
        Input::Client(Command::Audio { sound, .. }) => sound.as_ref().is_some_and(|sound| !sound.changes.is_empty()),
        Input::Op(_, event) => !matches!(event, OpEvent::Token(_) | OpEvent::Partial { .. } | OpEvent::Word { .. }),
        Input::Tick => false,
        Input::Client(_) | Input::Link(_) | Input::Suspend => true,
    }
}

impl Shows {
    fn text(self, output: &Output) -> Option<String> {
        match output {
            Output::Event(event) => self.event(event),
            Output::Cancel(op) => Some(format!("cancelled: work {}", op.0)).filter(|_| self.inputs || !self.speaking),
            Output::Finish(op) if self.inputs => Some(format!("    finish: work {}", op.0)),
            Output::Start(op, Work::Listen { .. }) if self.inputs => Some(format!("    listens: work {}", op.0)),
            Output::Start(_, Work::Speak { text, language, .. }) if self.speaking => {
                let tongue = if language == "en-US" { String::new() } else { format!(" ({language})") };
                Some(format!("    says{tongue}: {}", text.trim_end()))
            }
            Output::Start(_, Work::Answer { history, .. }) if self.history => {
                let lines = history.iter().map(|line| format!("{:?}: {}", line.speaker, line.text));
                Some(format!("    remembers: {}", lines.collect::<Vec<_>>().join(" | ")))
            }
            Output::Start(_, Work::Transcribe { heard, .. }) if self.speaking => {
                Some(format!("    is transcribed from the store, {} ms", heard.duration_ms))
            }
            Output::Mouth(order) if self.speaking => Some(match order {
                Mouth::Begin(turn) => format!("    mouth: begins turn {}", turn.0),
                Mouth::Hold => "    mouth: is held".to_owned(),
                Mouth::GoOn => "    mouth: goes on".to_owned(),
                Mouth::Finish => "    mouth: has said all".to_owned(),
                Mouth::Stop => "    mouth: stops".to_owned(),
            }),
            Output::Record(Fact::Part { segment, part }) if self.storing || self.history => {
                Some(format!("    segment {segment} {part:?} its turn"))
            }
            Output::Cut(_) | Output::Mouth(_) | Output::Finish(_) | Output::Start(..) | Output::Record(_) => None,
        }
    }

    fn event(self, event: &Event) -> Option<String> {
        let text = match event {
            Event::State { state, turn: Some(turn) } => format!("  is {state:?} in turn {}", turn.0),
            Event::State { state, turn: None } => format!("  is {state:?}"),
            Event::AudioStored(stored) if self.storing => {
                format!("stored segment {}: {} bytes", stored.last_segment, stored.bytes)
            }
            Event::SpeechStarted { .. } => "user begins to speak".to_owned(),
            Event::SpeechStopped { end_of_turn: false, .. } => "user falls silent".to_owned(),
            Event::SpeechStopped { end_of_turn: true, .. } => "user has spoken".to_owned(),
            Event::Partial { turn, text, stable_chars } if self.partials => {
                let stable: String = text.chars().take(*stable_chars as usize).collect();
                let rest: String = text.chars().skip(*stable_chars as usize).collect();
                format!("user (turn {}) …: {stable}{}{rest}", turn.0, if stable.is_empty() { "" } else { "|" })
            }
            Event::Transcript { turn, text, audio: Some(audio), .. } if self.storing => {
                format!("user (turn {}): {text} [{}..{}]", turn.0, audio.first_segment, audio.last_segment)
            }
            Event::Transcript { turn, text, .. } => format!("user (turn {}): {text}", turn.0),
            Event::Silence { turn } => format!("silence (turn {})", turn.0),
            Event::Reply { turn, text, count, max, .. } => format!("persona (turn {}, {count}/{max}): {text}", turn.0),
            Event::Face { turn, audio, .. } => format!("face (turn {}): {}", turn.0, audio.as_deref().unwrap_or("-")),
            Event::Interrupted { turn, reason, heard_text, .. } if heard_text.is_empty() => {
                format!("interrupted (turn {}): {reason:?}", turn.0)
            }
            Event::Interrupted { turn, reason, heard_text, heard_ms } => {
                format!("interrupted (turn {}): {reason:?} after {heard_ms} ms: {heard_text}", turn.0)
            }
            Event::TurnsUsedUp { turns } => format!("turns used up: {turns}"),
            Event::Latency(latency) if self.latency => format!(
                "latency (turn {}): {} = {} silence + {} stored + {} transcribed + {} token + {} sentence + {} audio + \
                 {} played + {} other",
                latency.turn.0,
                latency.total_ms,
                latency.end_of_turn_ms,
                latency.stored_ms,
                latency.transcribed_ms,
                latency.first_token_ms,
                latency.first_sentence_ms,
                latency.first_audio_ms,
                latency.played_ms,
                latency.unaccounted_ms
            ),
            Event::Problem(problem) => {
                format!("problem: {:?} {:?} {:?}", problem.stage, problem.failure.kind, problem.turn.map(|turn| turn.0))
            }
            Event::AudioLost { bytes } => format!("audio lost: {bytes} bytes"),
            Event::Ended { reason, turns, .. } => format!("ended: {reason:?} after {turns}"),
            Event::AudioStored(_) | Event::Partial { .. } | Event::ReplyDelta { .. } | Event::Latency(_) => {
                return None;
            }
        };
        Some(text)
    }
}
