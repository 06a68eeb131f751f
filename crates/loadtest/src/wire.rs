//! The frames of Engine.IO 4 and Socket.IO 5 that a trainee needs, over a WebSocket.

pub(crate) mod live;

use std::fmt::Write as _;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

/// What a text frame of the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    Open,
    Ping,
    Joined,
    Refused(String),
    Ready,
    Started,
    /// The object store has this audio.
    Stored {
        bytes: u64,
        segment: String,
    },
    /// These segments became a turn.
    Transcribed {
        turn: String,
        segments: Vec<String>,
    },
    Answered {
        turn: String,
    },
    Failed {
        code: String,
        message: String,
    },
    Ended,
    Other,
}

pub(crate) const PONG: &str = "3";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AudioReceived {
    audio_size: u64,
    segment_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transcription {
    turn_id: String,
    audio: Option<HeardAudio>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeardAudio {
    segment_ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AiResponse {
    turn_id: String,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    message: String,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

pub(crate) fn connect(token: &str) -> String {
    format!("40{}", json!({ "token": token }))
}

pub(crate) fn start_session(session: &str, scenario: &str) -> String {
    format!("42{}", json!(["start-session", { "sessionId": session, "scenarioId": scenario }]))
}

pub(crate) fn end_session(session: &str) -> String {
    format!("42{}", json!(["end-session", { "sessionId": session }]))
}

/// A chunk as base64 text.
pub(crate) fn text_chunk(session: &str, base64: &str, seq: Option<u64>) -> String {
    let mut frame = String::with_capacity(base64.len() + session.len() + 80);
    frame += r#"42["audio-chunk",{"sessionId":""#;
    frame += session;
    frame += r#"","audioData":""#;
    frame += base64;
    frame.push('"');
    close_chunk(&mut frame, seq);
    frame
}

/// A chunk whose bytes follow in a binary frame.
pub(crate) fn binary_chunk(session: &str, seq: Option<u64>) -> String {
    let mut frame = String::with_capacity(session.len() + 120);
    frame += r#"451-["audio-chunk",{"sessionId":""#;
    frame += session;
    frame += r#"","audioData":{"_placeholder":true,"num":0}"#;
    close_chunk(&mut frame, seq);
    frame
}

pub(crate) fn read(frame: &str) -> Heard {
    match frame.as_bytes() {
        [b'0', ..] => Heard::Open,
        [b'2'] => Heard::Ping,
        [b'4', b'0', ..] => Heard::Joined,
        [b'4', b'4', ..] => {
            let refusal = serde_json::from_str::<Refusal>(&frame[2..]);
            Heard::Refused(refusal.map_or_else(|_| frame.to_owned(), |refusal| refusal.message))
        }
        [b'4', b'2', ..] => event(&frame[2..]).unwrap_or(Heard::Other),
        _ => Heard::Other,
    }
}

fn close_chunk(frame: &mut String, seq: Option<u64>) {
    if let Some(seq) = seq {
        let _ = write!(frame, r#","seq":{seq}"#);
    }
    frame.push_str("}]");
}

/// Most events are only looked at by name: reading them would cost the load generator more than sending its chunks.
fn event(packet: &str) -> Option<Heard> {
    let (name, rest) = packet.strip_prefix("[\"")?.split_once('"')?;
    let payload = rest.strip_prefix(',')?.strip_suffix(']')?;
    Some(match name {
        "connected" => Heard::Ready,
        "session-started" => Heard::Started,
        "audio-received" => {
            let AudioReceived { audio_size, segment_id } = fields(payload)?;
            Heard::Stored { bytes: audio_size, segment: segment_id }
        }
        "transcription" => {
            let Transcription { turn_id, audio } = fields(payload)?;
            Heard::Transcribed { turn: turn_id, segments: audio.map_or_else(Vec::new, |audio| audio.segment_ids) }
        }
        "ai-response" => Heard::Answered { turn: fields::<AiResponse>(payload)?.turn_id },
        "error" => {
            let Problem { code, message } = fields(payload)?;
            Heard::Failed { code, message }
        }
        "audio-gap" => Heard::Failed { code: "AUDIO_GAP".to_owned(), message: payload.to_owned() },
        "session-ended" | "session-force-ended" => Heard::Ended,
        _ => Heard::Other,
    })
}

fn fields<T: DeserializeOwned>(payload: &str) -> Option<T> {
    serde_json::from_str(payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_text_chunk_is_an_event_in_json() {
        let frame = text_chunk("s-1", "AAAA", Some(7));
        let event: serde_json::Value = serde_json::from_str(frame.strip_prefix("42").unwrap()).unwrap();
        assert_eq!(event, json!(["audio-chunk", { "sessionId": "s-1", "audioData": "AAAA", "seq": 7 }]));
    }

    #[test]
    fn a_binary_chunk_announces_one_attachment() {
        let frame = binary_chunk("s-1", None);
        let event: serde_json::Value = serde_json::from_str(frame.strip_prefix("451-").unwrap()).unwrap();
        let placeholder = json!({ "_placeholder": true, "num": 0 });
        assert_eq!(event, json!(["audio-chunk", { "sessionId": "s-1", "audioData": placeholder }]));
    }

    #[test]
    fn what_the_server_says_about_audio_is_understood() {
        let stored = r#"42["audio-received",{"sessionId":"s","eventSeq":2,"audioSize":32000,"segmentId":"1"}]"#;
        assert_eq!(read(stored), Heard::Stored { bytes: 32_000, segment: "1".to_owned() });
        let turn = r#"42["transcription",{"text":"a \"b\"","turnId":"4","audio":{"segmentIds":["1","2"]}}]"#;
        let segments = vec!["1".to_owned(), "2".to_owned()];
        assert_eq!(read(turn), Heard::Transcribed { turn: "4".to_owned(), segments });
        assert_eq!(read(r#"42["ai-response",{"text":"x","turnId":"4"}]"#), Heard::Answered { turn: "4".to_owned() });
    }

    #[test]
    fn refusals_and_errors_keep_their_words() {
        assert_eq!(read(r#"44{"message":"no"}"#), Heard::Refused("no".to_owned()));
        let failed = Heard::Failed { code: "OVERLOADED".to_owned(), message: "later".to_owned() };
        assert_eq!(read(r#"42["error",{"code":"OVERLOADED","message":"later","type":"X"}]"#), failed);
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        for frame in ["", "6", "42", "42[]", r#"42["news"]"#, r#"42["audio-received",{}]"#, "é"] {
            assert_eq!(read(frame), Heard::Other, "{frame}");
        }
    }
}
