//! Between the machine's words and the ports' words.

use ports::{
    AnsweredRecord, CutShortRecord, EndedRecord, Fault, HeardRecord, ObjectKey, Provider, ProviderError, Record,
    SegmentPart, SpokenRecord, Timestamp,
};
use session::{
    Animation, EndReason, Fact, Failure, FailureKind, Finish, Line, MouthShape, Source, Speaker, Usage, Viseme,
};

pub(crate) fn source(provider: Provider) -> Source {
    Source { provider: provider.name, demo: provider.demo }
}

pub(crate) fn failure(error: &ProviderError) -> Failure {
    let kind = match error.fault {
        Fault::Unavailable => FailureKind::Unavailable,
        Fault::RateLimited => FailureKind::RateLimited,
        Fault::TimedOut => FailureKind::TimedOut,
        Fault::Rejected => FailureKind::Rejected,
        Fault::Garbled => FailureKind::Garbled,
    };
    let retry_after_ms = error.retry_after.and_then(|wait| u64::try_from(wait.as_millis()).ok());
    Failure { kind, retry_after_ms }
}

pub(crate) fn finish(reason: ports::FinishReason) -> Finish {
    match reason {
        ports::FinishReason::Stop => Finish::Stop,
        ports::FinishReason::Length => Finish::Length,
        ports::FinishReason::Filtered => Finish::Filtered,
    }
}

pub(crate) fn usage(usage: ports::Usage) -> Usage {
    Usage { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }
}

fn usage_record(usage: Usage) -> ports::Usage {
    ports::Usage { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }
}

pub(crate) fn line(line: Line) -> ports::Line {
    let speaker = match line.speaker {
        Speaker::User => ports::Speaker::User,
        Speaker::Persona => ports::Speaker::Persona,
    };
    ports::Line { speaker, text: line.text }
}

pub(crate) fn animation(animation: ports::Animation) -> Animation {
    let ports::Animation { video_url, visemes, expression } = animation;
    let visemes = visemes.into_iter().map(|viseme| Viseme { at_ms: viseme.at_ms, shape: shape(viseme.shape) });
    Animation { video_url, visemes: visemes.collect(), expression }
}

fn shape(shape: ports::MouthShape) -> MouthShape {
    match shape {
        ports::MouthShape::Closed => MouthShape::Closed,
        ports::MouthShape::Slight => MouthShape::Slight,
        ports::MouthShape::Open => MouthShape::Open,
        ports::MouthShape::Wide => MouthShape::Wide,
        ports::MouthShape::Round => MouthShape::Round,
        ports::MouthShape::Teeth => MouthShape::Teeth,
    }
}

pub(crate) fn end_reason(reason: EndReason) -> &'static str {
    match reason {
        EndReason::UserEnded => "user_ended",
        EndReason::Idle => "idle",
        EndReason::MaxLength => "max_length",
        EndReason::Disconnected => "client_disconnect",
        EndReason::Suspended => "suspended",
    }
}

/// How a fact is written down. Stored audio is not: its records are made where its bytes are.
pub(crate) fn record(fact: Fact, event_seq: u64, at: Timestamp) -> Option<Record> {
    Some(match fact {
        Fact::Stored { .. } => return None,
        Fact::Part { segment, part } => Record::Part { segment, part: segment_part(part) },
        Fact::Heard { turn, text, language, confidence, by, audio } => Record::Heard(HeardRecord {
            turn: turn.0,
            text,
            language,
            confidence,
            provider: by.provider,
            segments: audio.map(|heard| (heard.first_segment, heard.last_segment)),
            said_as: None,
            duration_ms: audio.map_or(0, |heard| heard.duration_ms),
            event_seq,
            at,
        }),
        Fact::Answered { turn, text, by, usage } => {
            let usage = usage.map(usage_record);
            Record::Answered(AnsweredRecord { turn: turn.0, text, provider: by.provider, usage, event_seq, at })
        }
        Fact::CutShort { turn, heard_text, heard_ms } => {
            Record::CutShort(CutShortRecord { turn: turn.0, heard_text, heard_ms, event_seq, at })
        }
        Fact::Spoken { turn, audio, duration_ms } => match ObjectKey::parse(&audio) {
            Ok(object) => Record::Spoken(SpokenRecord { turn: turn.0, object, duration_ms, event_seq, at }),
            Err(error) => {
                tracing::error!(%error, "The speech has no place in the store");
                return None;
            }
        },
        Fact::Ended { reason, turns, duration_ms } => {
            let reason = end_reason(reason).to_owned();
            Record::Ended(EndedRecord { reason, duration_ms, turns, event_seq, at })
        }
    })
}

pub(crate) fn segment_part(part: session::SegmentPart) -> SegmentPart {
    match part {
        session::SegmentPart::GoesOn => SegmentPart::GoesOn,
        session::SegmentPart::Closes => SegmentPart::Closes,
        session::SegmentPart::Leaves => SegmentPart::Leaves,
    }
}
