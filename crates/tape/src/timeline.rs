//! A session as a person reads it: what was told, what the people did, and what was given up.

use std::fmt;

use session::{Command, Event, Input, Link, Output};

use crate::Moment;

impl Moment<'_> {
    /// `None` where a reader would miss nothing.
    pub fn describe(&self) -> Option<String> {
        match self {
            Self::Input(Input::Client(command)) => of_command(command),
            Self::Input(Input::Link(Link::Up)) => Some("> is there".to_owned()),
            Self::Input(Input::Link(Link::Down)) => Some("> is gone".to_owned()),
            Self::Input(Input::Suspend) => Some("> the server stops".to_owned()),
            Self::Input(Input::Op(..) | Input::Tick) => None,
            Self::Output(Output::Event(event)) => of_event(event),
            Self::Output(Output::Cancel(op)) => Some(format!("cancelled: work {}", op.0)),
            Self::Output(
                Output::Cut(_) | Output::Mouth(_) | Output::Finish(_) | Output::Start(..) | Output::Record(_),
            ) => None,
        }
    }
}

fn of_command(command: &Command) -> Option<String> {
    Some(match command {
        Command::Audio { .. } | Command::Saying { .. } | Command::Played { .. } => return None,
        Command::Said { text, .. } => format!("> says: {text}"),
        Command::EndTurn => "> ends the turn".to_owned(),
        Command::Interrupt { .. } => "> interrupts".to_owned(),
        Command::Pause => "> pauses".to_owned(),
        Command::Resume => "> goes on".to_owned(),
        Command::SetLanguage { language, .. } => format!("> speaks {language}"),
        Command::Adopt(manner) => format!("> converses by {:?}, speech {:?}", manner.detection, manner.speech),
        Command::End => "> ends the session".to_owned(),
    })
}

fn of_event(event: &Event) -> Option<String> {
    Some(match event {
        Event::ReplyDelta { .. } => return None,
        Event::State { state, turn } => format!("  is {state:?}{}", in_turn(turn.map(|turn| turn.0))),
        Event::AudioStored(stored) => format!("stored segment {}: {} bytes", stored.last_segment, stored.bytes),
        Event::SpeechStarted { at_ms } => format!("speech at {at_ms} ms"),
        Event::SpeechStopped { at_ms, end_of_turn } => {
            format!("silence at {at_ms} ms{}", if *end_of_turn { ", end of turn" } else { "" })
        }
        Event::Partial { turn, text, stable_chars } => {
            let stable: String = text.chars().take(*stable_chars as usize).collect();
            format!("user (turn {}) …: {stable}|{}", turn.0, &text[stable.len()..])
        }
        Event::Transcript { turn, text, audio, .. } => {
            let segments = audio.as_ref().map(|audio| format!(" [{}..{}]", audio.first_segment, audio.last_segment));
            format!("user (turn {}): {text}{}", turn.0, segments.unwrap_or_default())
        }
        Event::Silence { turn } => format!("silence (turn {})", turn.0),
        Event::Reply { turn, text, count, max, .. } => format!("persona (turn {}, {count}/{max}): {text}", turn.0),
        Event::Face { turn, audio, duration_ms, .. } => {
            let audio = audio.as_deref().unwrap_or("-");
            format!("face (turn {}): {audio}, {duration_ms} ms", turn.0)
        }
        Event::Interrupted { turn, heard_ms, heard_text, reason } => {
            format!("interrupted (turn {}): {reason:?} after {heard_ms} ms: {heard_text}", turn.0)
        }
        Event::Latency(latency) => {
            format!(
                "latency (turn {}): {} ms, {} of them unaccounted",
                latency.turn.0, latency.total_ms, latency.unaccounted_ms
            )
        }
        Event::TurnsUsedUp { turns } => format!("turns used up: {turns}"),
        Event::Problem(problem) => {
            let turn = in_turn(problem.turn.map(|turn| turn.0));
            format!("problem: {:?} {:?}{turn}", problem.stage, problem.failure.kind)
        }
        Event::AudioLost { bytes } => format!("audio lost: {bytes} bytes"),
        Event::Ended { reason, turns, .. } => format!("ended: {reason:?} after {turns}"),
    })
}

fn in_turn(turn: Option<u32>) -> impl fmt::Display {
    turn.map(|turn| format!(" in turn {turn}")).unwrap_or_default()
}
