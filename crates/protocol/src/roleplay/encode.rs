use session::{
    Animation, EndReason, Event, FailureKind, Finish, Heard, InterruptReason, Latency, Problem, Stage, TurnId,
};

use super::server::{
    AiResponse, AiResponseDelta, AudioReceived, AvatarResponse, ErrorEvent, FaceKind, FinishReason, ForceEndedBy, Head,
    HeardAudio, Interrupted, InterruptedBy, ServerEvent, SessionEnded, SessionEnding, SessionForceEnded, SessionState,
    Transcription, TranscriptionPartial, Usage, Viseme,
};
use super::voice::{SpeechStarted, SpeechStopped, TurnLatency};
use crate::{ErrorCode, WireError};

/// Which session, which number, when.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    pub session: &'a str,
    pub event_seq: u64,
    pub timestamp: i64,
}

/// What differs from client to client.
pub struct View<'a> {
    /// The client sent something that Repartee added to the old contract, so it knows that a URL may be null.
    pub extended: bool,
    pub addresses: &'a dyn Addresses,
}

/// Where a client fetches what belongs to a session.
pub trait Addresses {
    fn media(&self, object: &str) -> Option<String>;
    fn recording(&self, session: &str) -> String;
    fn report(&self, session: &str) -> String;
}

/// Every event of a session is exactly one message: `eventSeq` has no gap.
pub fn encode<'a>(stamp: Stamp<'a>, event: &'a Event, view: &View<'_>) -> ServerEvent<'a> {
    let head = Head { session_id: stamp.session, event_seq: stamp.event_seq, timestamp: stamp.timestamp };
    match event {
        Event::State { state, turn } => {
            ServerEvent::SessionState(SessionState { head, state: (*state).into(), turn_id: turn.map(turn_id) })
        }
        Event::AudioStored(stored) => ServerEvent::AudioReceived(AudioReceived {
            head,
            audio_size: stored.bytes,
            segment_id: stored.last_segment.to_string(),
            through_seq: stored.last_seq,
            duration_ms: stored.duration_ms,
        }),
        Event::Partial { turn, text, stable_chars } => ServerEvent::TranscriptionPartial(TranscriptionPartial {
            head,
            turn_id: turn_id(*turn),
            text,
            stable_chars: *stable_chars,
        }),
        Event::Transcript { turn, text, language, confidence, by, audio } => {
            ServerEvent::Transcription(Transcription {
                head,
                text,
                turn_id: turn_id(*turn),
                language,
                confidence: *confidence,
                provider: &by.provider,
                demo: by.demo,
                audio: audio.as_deref().copied().map(heard_audio),
            })
        }
        Event::Silence { turn } => {
            let message = "No speech was recognised. Please say it again, a little louder or closer to the microphone.";
            problem(head, Some(*turn), WireError::new(ErrorCode::SttFailed, message))
        }
        Event::ReplyDelta { turn, index, text } => {
            ServerEvent::AiResponseDelta(AiResponseDelta { head, turn_id: turn_id(*turn), index: *index, text })
        }
        Event::Reply { turn, text, count, max, by, finish, usage } => ServerEvent::AiResponse(AiResponse {
            head,
            text,
            turn_count: *count,
            max_turns: *max,
            turn_id: turn_id(*turn),
            provider: &by.provider,
            demo: by.demo,
            finish_reason: finish_reason(*finish),
            usage: usage.map(|usage| Usage { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }),
        }),
        Event::Face { turn, audio, duration_ms, animation, by } => {
            let audio_url = audio.as_deref().and_then(|object| view.addresses.media(object));
            let video_url = animation.as_ref().and_then(|animation| animation.video_url.clone());
            let absent = || (!view.extended).then(String::new);
            ServerEvent::AvatarResponse(AvatarResponse {
                head,
                kind: face_kind(animation.as_deref()),
                video_url: video_url.or_else(absent),
                audio_url: audio_url.or_else(absent),
                duration: *duration_ms,
                turn_id: turn_id(*turn),
                visemes: animation.as_deref().map(visemes).unwrap_or_default(),
                expression: animation.as_ref().and_then(|animation| animation.expression.as_deref()),
                provider: by.as_ref().map(|by| by.provider.as_str()),
                demo: by.as_ref().is_some_and(|by| by.demo),
            })
        }
        Event::Interrupted { turn, heard_ms, heard_text, reason } => ServerEvent::Interrupted(Interrupted {
            head,
            turn_id: turn_id(*turn),
            heard_ms: *heard_ms,
            heard_text,
            reason: match reason {
                InterruptReason::BargeIn => InterruptedBy::BargeIn,
                InterruptReason::Client => InterruptedBy::Client,
                InterruptReason::SessionEnd => InterruptedBy::SessionEnd,
            },
        }),
        Event::SpeechStarted { at_ms } => ServerEvent::SpeechStarted(SpeechStarted { head, at_ms: *at_ms }),
        Event::SpeechStopped { at_ms, end_of_turn } => {
            ServerEvent::SpeechStopped(SpeechStopped { head, at_ms: *at_ms, end_of_turn: *end_of_turn })
        }
        Event::Latency(latency) => ServerEvent::TurnLatency(turn_latency(head, latency)),
        Event::TurnsUsedUp { turns } => {
            ServerEvent::SessionEnding(SessionEnding { head, reason: "max_turns_reached", total_turns: *turns })
        }
        Event::Problem(Problem { stage, turn, failure }) => {
            let error = match failure.kind {
                FailureKind::Rejected => refused_stage(*stage),
                FailureKind::Unavailable | FailureKind::RateLimited | FailureKind::TimedOut | FailureKind::Garbled => {
                    stage_error(*stage)
                }
            };
            let error = match failure.retry_after_ms {
                Some(wait) => error.after(wait),
                None => error,
            };
            problem(head, *turn, error)
        }
        Event::AudioLost { bytes } => {
            let message = format!(
                "{bytes} bytes of what you said last could not be stored in time and are lost; what came before is safe. \
                 Tell whoever runs this server, and start a new session when the store works again."
            );
            problem(head, None, WireError::new(ErrorCode::StorageUnavailable, message).for_good())
        }
        Event::Ended { reason, turns, duration_ms } => ended(head, *reason, *turns, *duration_ms, view),
    }
}

/// The Socket.IO event that carries it.
pub fn event_name(event: &ServerEvent<'_>) -> &'static str {
    match event {
        ServerEvent::SessionState(_) => "session-state",
        ServerEvent::AudioReceived(_) => "audio-received",
        ServerEvent::TranscriptionPartial(_) => "transcription-partial",
        ServerEvent::Transcription(_) => "transcription",
        ServerEvent::AiResponseDelta(_) => "ai-response-delta",
        ServerEvent::AiResponse(_) => "ai-response",
        ServerEvent::AvatarResponse(_) => "avatar-response",
        ServerEvent::Interrupted(_) => "interrupted",
        ServerEvent::SpeechStarted(_) => "speech-started",
        ServerEvent::SpeechStopped(_) => "speech-stopped",
        ServerEvent::TurnLatency(_) => "turn-latency",
        ServerEvent::SessionEnding(_) => "session-ending",
        ServerEvent::SessionEnded(_) => "session-ended",
        ServerEvent::SessionForceEnded(_) => "session-force-ended",
        ServerEvent::Error(_) => "error",
    }
}

fn ended<'a>(head: Head<'a>, reason: EndReason, turns: u32, duration_ms: u64, view: &View<'_>) -> ServerEvent<'a> {
    let force_ended =
        |reason, cause| ServerEvent::SessionForceEnded(SessionForceEnded { head, reason, cause, total_turns: turns });
    match reason {
        EndReason::UserEnded => {
            let recording_url = view.addresses.recording(head.session_id);
            ServerEvent::SessionEnded(SessionEnded {
                head,
                reason: "user_ended",
                total_turns: turns,
                duration: duration_ms,
                audio_url: recording_url.clone(),
                turns,
                recording_url,
                report_url: view.addresses.report(head.session_id),
            })
        }
        EndReason::Idle => force_ended("timeout", ForceEndedBy::Idle),
        EndReason::MaxLength => force_ended("timeout", ForceEndedBy::MaxLength),
        EndReason::Disconnected => force_ended("client_disconnect", ForceEndedBy::Disconnected),
        EndReason::Suspended => {
            let message = "The server is restarting. Reconnect in a few seconds and start the session again with the \
                           same sessionId: it goes on where it stopped.";
            problem(head, None, WireError::new(ErrorCode::ShuttingDown, message).after(5_000))
        }
    }
}

fn problem<'a>(head: Head<'a>, turn: Option<TurnId>, error: WireError) -> ServerEvent<'a> {
    ServerEvent::Error(ErrorEvent {
        error,
        session_id: Some(head.session_id),
        event_seq: Some(head.event_seq),
        turn_id: turn.map(turn_id),
        timestamp: head.timestamp,
    })
}

/// The first two messages are literals of the old contract.
fn stage_error(stage: Stage) -> WireError {
    let (code, message) = match stage {
        Stage::Transcribe => (ErrorCode::SttFailed, "Failed to process audio"),
        Stage::Answer => (ErrorCode::LlmFailed, "Failed to generate response"),
        Stage::Speak => (ErrorCode::TtsFailed, "The reply could not be spoken; it is shown as text"),
        Stage::Animate => (ErrorCode::AvatarFailed, "The avatar could not be animated; the reply is not affected"),
        Stage::Store => (
            ErrorCode::StorageUnavailable,
            "Failed to process audio: the recording cannot be stored at the moment; it is kept and tried again",
        ),
    };
    WireError::new(code, message)
}

/// Whoever does this work refuses it, and will again: only the operator can help. A store is tried again all the same, and what
/// it does not take in the end is [`Event::AudioLost`].
fn refused_stage(stage: Stage) -> WireError {
    let error = stage_error(stage);
    let who = match stage {
        Stage::Transcribe => "the speech recogniser",
        Stage::Answer => "the language model",
        Stage::Speak => "the voice",
        Stage::Animate => "the avatar",
        Stage::Store => return error,
    };
    let remedy =
        "tell whoever runs this server to check its address, key, model and quota; the log says what it refuses";
    WireError { message: format!("{}: {who} refuses; {remedy}", error.message), ..error }.for_good()
}

fn turn_id(turn: TurnId) -> String {
    turn.0.to_string()
}

fn heard_audio(heard: Heard) -> HeardAudio {
    let Heard { first_segment, last_segment, duration_ms, first_seq, last_seq } = heard;
    let segment_ids = (first_segment..=last_segment).map(|segment| segment.to_string()).collect();
    HeardAudio { first_seq, last_seq, duration_ms, segment_ids }
}

fn turn_latency<'a>(head: Head<'a>, latency: &Latency) -> TurnLatency<'a> {
    TurnLatency {
        head,
        turn_id: turn_id(latency.turn),
        end_of_speech_ms: latency.end_of_turn_ms,
        stored_ms: latency.stored_ms,
        transcribed_ms: latency.transcribed_ms,
        first_token_ms: latency.first_token_ms,
        first_sentence_ms: latency.first_sentence_ms,
        first_audio_ms: latency.first_audio_ms,
        played_ms: latency.played_ms,
        total_ms: latency.total_ms,
        unaccounted_ms: latency.unaccounted_ms,
    }
}

fn finish_reason(finish: Finish) -> FinishReason {
    match finish {
        Finish::Stop => FinishReason::Stop,
        Finish::Length => FinishReason::Length,
        Finish::Filtered => FinishReason::Filtered,
    }
}

fn face_kind(animation: Option<&Animation>) -> FaceKind {
    match animation {
        Some(Animation { video_url: Some(_), .. }) => FaceKind::Video,
        Some(Animation { visemes, .. }) if !visemes.is_empty() => FaceKind::Visemes,
        _ => FaceKind::None,
    }
}

fn visemes(animation: &Animation) -> Vec<Viseme> {
    animation.visemes.iter().map(|viseme| Viseme { at_ms: viseme.at_ms, shape: viseme.shape.into() }).collect()
}
