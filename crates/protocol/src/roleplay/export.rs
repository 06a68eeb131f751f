//! The wire types for TypeScript, so that clients never write them a second time.

use std::collections::BTreeMap;

use ts_rs::{Config, TS};

use super::{Ack, client, server, voice};
use crate::{ErrorCode, WireError};

/// One TypeScript module with every type of the roleplay contract and the two maps from event names to payloads.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut types = BTreeMap::new();
    macro_rules! declare {
        ($($type:ty),* $(,)?) => {
            $(types.insert(<$type>::ident(&config), <$type>::decl(&config));)*
        };
    }
    declare!(
        WireError,
        ErrorCode,
        client::StartSession,
        client::TurnDetectionWish,
        client::Thresholds,
        client::AudioFormat,
        client::SpeechFormat,
        client::SpeechCodec,
        client::Practice,
        server::Head<'static>,
        server::Connected,
        server::SessionStarted<'static>,
        server::AudioConfig,
        server::HistoryLine,
        server::TurnDetectionInForce,
        server::LimitsInForce,
        server::Providers,
        server::ProviderLabel,
        server::SessionState<'static>,
        server::StateName,
        server::AudioReceived<'static>,
        server::TranscriptionPartial<'static>,
        server::Transcription<'static>,
        server::HeardAudio,
        server::AiResponseDelta<'static>,
        server::AiResponse<'static>,
        server::FinishReason,
        server::Usage,
        server::AvatarResponse<'static>,
        server::FaceKind,
        server::Viseme,
        server::ShapeName,
        server::Interrupted<'static>,
        server::InterruptedBy,
        server::SessionEnding<'static>,
        server::SessionEnded<'static>,
        server::SessionForceEnded<'static>,
        server::ForceEndedBy,
        server::ErrorEvent<'static>,
        server::AudioGap<'static>,
        server::CoachHint<'static>,
        server::Observer<'static>,
        server::Pong,
        Ack,
        voice::SpeechStarted<'static>,
        voice::SpeechStopped<'static>,
        voice::AudioFrame<'static>,
        voice::AudioEnd<'static>,
        voice::TurnLatency<'static>,
    );
    let mut module = String::from(HEADER);
    for declaration in types.values() {
        module.push_str("export ");
        module.push_str(declaration);
        module.push_str("\n\n");
    }
    module.push_str(EVENTS);
    module
}

const HEADER: &str = "// Generated from crates/protocol. Run `make generate` after a change there.\n\n";

const EVENTS: &str = "\
/** What the server sends, by event. */
export interface ServerEvents {
  connected: Connected;
  \"session-started\": SessionStarted;
  \"session-state\": SessionState;
  \"audio-received\": AudioReceived;
  \"audio-gap\": AudioGap;
  \"transcription-partial\": TranscriptionPartial;
  transcription: Transcription;
  \"ai-response-delta\": AiResponseDelta;
  \"ai-response\": AiResponse;
  \"avatar-response\": AvatarResponse;
  interrupted: Interrupted;
  \"speech-started\": SpeechStarted;
  \"speech-stopped\": SpeechStopped;
  \"audio-frame\": AudioFrame;
  \"audio-end\": AudioEnd;
  \"turn-latency\": TurnLatency;
  \"session-ending\": SessionEnding;
  \"session-ended\": SessionEnded;
  \"session-force-ended\": SessionForceEnded;
  \"coach-hint\": CoachHint;
  \"observer-joined\": Observer;
  \"observer-left\": Observer;
  error: ErrorEvent;
  pong: Pong;
}

/** What a client sends, by event. */
export interface ClientEvents {
  \"start-session\": StartSession;
  \"audio-chunk\": { sessionId: string; audioData: string | ArrayBuffer | Uint8Array; timestamp?: number; seq?: number; mimeType?: string };
  transcription: { sessionId: string; text: string; isFinal: boolean; confidence?: number; id?: string };
  \"end-turn\": { sessionId: string };
  interrupt: { sessionId: string; turnId?: string; playedMs?: number };
  \"playback-progress\": { sessionId: string; turnId: string; playedMs: number; done?: boolean };
  \"pause-session\": { sessionId: string };
  \"resume-session\": { sessionId: string };
  \"set-language\": { sessionId: string; language: string; voice?: string };
  \"end-session\": { sessionId: string };
  \"observe-session\": { sessionId: string; fromEventSeq?: number };
  \"stop-observing\": { sessionId: string };
  \"coach-hint\": { sessionId: string; text: string; to?: \"trainee\" };
  ping: { t?: number };
}
";
