//! What tracing shows of a session: a tree of spans for every turn, without a word of what was said. Where nobody listens
//! to it, it is not made.

use std::collections::BTreeMap;

use ports::{Provider, SessionId};
use session::{Event, Latency, OpId, State, TurnId, Work};
use tracing::{Level, Span, field::Empty};

use crate::Engine;

/// The target of these spans, and of nothing else.
pub const SPANS: &str = "turns";

pub(crate) struct Spans {
    session: SessionId,
    /// The turns that something is done for.
    turns: BTreeMap<TurnId, Span>,
    /// The one that is being answered.
    current: Option<TurnId>,
    last: TurnId,
}

impl Spans {
    /// `last` is the turn before the next one.
    pub(crate) fn new(session: SessionId, last: TurnId) -> Self {
        Self { session, turns: BTreeMap::new(), current: None, last }
    }

    /// For work that begins. What is stored belongs to the turn that is being said, and to none where the session can
    /// hear that nobody speaks.
    pub(crate) fn begin(&mut self, op: OpId, work: &Work, engine: &Engine, hears: bool) -> Span {
        if !tracing::span_enabled!(target: SPANS, Level::INFO) {
            return Span::none();
        }
        self.last = work.turn().map_or(self.last, |turn| self.last.max(turn));
        let turn = work.turn().or_else(|| self.turn_to_come(hears));
        let parent = turn.map_or_else(Span::none, |turn| self.turn(turn));
        tracing::info_span!(
            target: SPANS,
            parent: &parent,
            "work",
            otel.name = name(work),
            otel.status_code = Empty,
            error.type = Empty,
            session.id = %self.session,
            turn.id = turn.map(|turn| i64::from(turn.0)),
            op.id = i64::from(op.0),
            provider = provider(work, engine).map(|provider| provider.name).as_deref(),
            stretch = stretch(work),
        )
    }

    /// What is told of a turn ends its tree, or says where its time went.
    pub(crate) fn on_event(&mut self, event: &Event, hears: bool) {
        match event {
            Event::Latency(latency) => self.on_latency(latency),
            Event::Interrupted { turn, reason, .. } => {
                if let Some(span) = self.turns.get(turn) {
                    span.record("interrupted", tracing::field::debug(reason));
                }
            }
            Event::State { turn: Some(turn), .. } => {
                self.current = Some(*turn);
                self.last = self.last.max(*turn);
                self.turns.retain(|other, _| other >= turn);
            }
            // Nobody speaks: what seemed to become a turn becomes none.
            Event::State { state: State::Listening, turn: None } if hears => {
                self.current = None;
                self.turns.clear();
            }
            Event::State { turn: None, .. } => {
                if let Some(over) = self.current.take() {
                    self.turns.retain(|other, _| *other > over);
                }
            }
            _ => (),
        }
    }

    /// The turn that facts are written down of.
    pub(crate) fn newest(&self) -> Option<(TurnId, Span)> {
        let answered = self.current.and_then(|current| self.turns.get_key_value(&current));
        answered.or_else(|| self.turns.last_key_value()).map(|(turn, span)| (*turn, span.clone()))
    }

    fn turn(&mut self, turn: TurnId) -> Span {
        let session = &self.session;
        let span = self.turns.entry(turn).or_insert_with(|| {
            tracing::info_span!(
                target: SPANS,
                parent: None,
                "turn",
                session.id = %session,
                turn.id = i64::from(turn.0),
                interrupted = Empty,
                end_of_turn_ms = Empty,
                stored_ms = Empty,
                transcribed_ms = Empty,
                first_token_ms = Empty,
                first_sentence_ms = Empty,
                first_audio_ms = Empty,
                played_ms = Empty,
                unaccounted_ms = Empty,
                total_ms = Empty,
            )
        });
        span.clone()
    }

    fn turn_to_come(&self, hears: bool) -> Option<TurnId> {
        if hears {
            let said = self.turns.last_key_value().map(|(turn, _)| *turn);
            return said.filter(|turn| Some(*turn) > self.current);
        }
        Some(TurnId(self.last.0.saturating_add(1)))
    }

    fn on_latency(&self, latency: &Latency) {
        let Some(span) = self.turns.get(&latency.turn) else {
            return;
        };
        for (part, ms) in [
            ("end_of_turn_ms", latency.end_of_turn_ms),
            ("stored_ms", latency.stored_ms),
            ("transcribed_ms", latency.transcribed_ms),
            ("first_token_ms", latency.first_token_ms),
            ("first_sentence_ms", latency.first_sentence_ms),
            ("first_audio_ms", latency.first_audio_ms),
            ("played_ms", latency.played_ms),
            ("unaccounted_ms", latency.unaccounted_ms),
            ("total_ms", latency.total_ms),
        ] {
            span.record(part, i64::try_from(ms).unwrap_or(i64::MAX));
        }
    }
}

/// For records that are written down.
pub(crate) fn commit(session: &SessionId, of: Option<&(TurnId, Span)>, records: usize) -> Span {
    let Some((turn, span)) = of else {
        return Span::none();
    };
    let (turn, records) = (i64::from(turn.0), i64::try_from(records).unwrap_or(i64::MAX));
    tracing::info_span!(target: SPANS, parent: span, "commit", session.id = %session, turn.id = turn, records)
}

/// Of the work that is going on.
pub(crate) fn happened(what: &'static str) {
    tracing::info!(target: SPANS, "{what}");
}

/// The work that is going on comes to nothing.
pub(crate) fn failed(kind: session::FailureKind) {
    let span = Span::current();
    span.record("otel.status_code", "ERROR");
    span.record("error.type", tracing::field::debug(kind));
}

fn name(work: &Work) -> &'static str {
    match work {
        Work::Store { .. } => "store",
        Work::Transcribe { .. } => "transcribe",
        Work::Listen { .. } => "listen",
        Work::Answer { .. } => "answer",
        Work::Speak { .. } => "speak",
        Work::Keep { .. } => "keep",
        Work::Animate { .. } => "animate",
    }
}

fn provider(work: &Work, engine: &Engine) -> Option<Provider> {
    match work {
        Work::Store { .. } | Work::Keep { .. } => None,
        Work::Transcribe { .. } | Work::Listen { .. } => Some(engine.recogniser.provider()),
        Work::Answer { .. } => Some(engine.persona.provider()),
        Work::Speak { .. } => engine.voice.as_ref().map(|voice| voice.provider()),
        Work::Animate { .. } => engine.face.as_ref().map(|face| face.provider()),
    }
}

fn stretch(work: &Work) -> Option<i64> {
    match work {
        Work::Speak { stretch, .. } => Some(i64::from(*stretch)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The turns that something is shown of, after nobody spoke any more.
    fn turns_after_silence(hears: bool) -> Option<TurnId> {
        let mut spans = Spans::new(SessionId::parse("s").unwrap(), TurnId(0));
        spans.turn(TurnId(1));
        spans.on_event(&Event::State { state: State::Listening, turn: None }, hears);
        spans.newest().map(|(turn, _)| turn)
    }

    #[test]
    fn a_cough_leaves_no_turn_open_that_a_later_one_would_seem_to_begin_with() {
        assert_eq!(turns_after_silence(true), None);
    }

    #[test]
    fn what_is_stored_of_a_turn_that_is_not_over_stays_with_it() {
        assert_eq!(turns_after_silence(false), Some(TurnId(1)));
    }
}
