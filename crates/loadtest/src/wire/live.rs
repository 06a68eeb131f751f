//! The events of a live conversation.

use serde::Deserialize;
use serde_json::json;

use super::fields;

/// What a text frame of the server says in a live conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LiveEvent {
    Ping,
    /// The persona takes the floor.
    ThoughtIsOver,
    /// Of an answer's voice. Its bytes follow in a binary frame.
    FirstPiece {
        turn: String,
        text: String,
    },
    Piece,
    /// The persona hears the user and keeps still.
    Still,
    /// It speaks, or goes on to.
    Speaking,
    Interrupted,
    Failed {
        code: String,
    },
    Over,
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AudioFrame {
    turn_id: String,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
}

pub(crate) fn start_conversation(session: &str, scenario: &str) -> String {
    let wish = json!({
        "sessionId": session,
        "scenarioId": scenario,
        "turnDetection": "vad",
        "bargeIn": true,
        "audio": { "binary": true, "echoCancellation": true },
        "speech": { "enabled": true, "codec": "pcm16" },
    });
    format!("42{}", json!(["start-session", wish]))
}

pub(crate) fn played(session: &str, turn: &str, ms: u128) -> String {
    format!(r#"42["playback-progress",{{"sessionId":"{session}","turnId":"{turn}","playedMs":{ms}}}]"#)
}

pub(crate) fn read(frame: &str) -> LiveEvent {
    if frame == "2" {
        return LiveEvent::Ping;
    }
    event(frame).unwrap_or(LiveEvent::Other)
}

fn event(frame: &str) -> Option<LiveEvent> {
    let packet = frame.strip_prefix("42[\"").or_else(|| frame.strip_prefix("451-[\""))?;
    let (name, rest) = packet.split_once('"')?;
    let payload = rest.strip_prefix(',')?.strip_suffix(']')?;
    Some(match name {
        // Reading every one of these would cost the load generator more than anything else.
        "audio-frame" if !payload.contains(r#""frame":0,"#) => LiveEvent::Piece,
        "audio-frame" => {
            let AudioFrame { turn_id, text } = fields(payload)?;
            LiveEvent::FirstPiece { turn: turn_id, text }
        }
        "speech-stopped" if payload.contains(r#""endOfTurn":true"#) => LiveEvent::ThoughtIsOver,
        "session-state" if payload.contains(r#""state":"hearing""#) => LiveEvent::Still,
        "session-state" if payload.contains(r#""state":"speaking""#) => LiveEvent::Speaking,
        "interrupted" => LiveEvent::Interrupted,
        "error" => LiveEvent::Failed { code: fields::<Problem>(payload)?.code },
        "session-ended" | "session-force-ended" => LiveEvent::Over,
        _ => LiveEvent::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_piece_of_an_answer_tells_its_turn_and_its_words() {
        let first = r#"451-["audio-frame",{"sessionId":"s","turnId":"4","frame":0,"audioData":{"_placeholder":true,"num":0},"text":"Well"}]"#;
        assert_eq!(read(first), LiveEvent::FirstPiece { turn: "4".to_owned(), text: "Well".to_owned() });
        assert_eq!(read(&first.replace(r#""frame":0"#, r#""frame":10"#)), LiveEvent::Piece);
    }

    #[test]
    fn who_has_the_floor_is_understood() {
        let stopped = r#"42["speech-stopped",{"sessionId":"s","eventSeq":9,"atMs":5,"endOfTurn":false}]"#;
        assert_eq!(read(stopped), LiveEvent::Other);
        assert_eq!(read(&stopped.replace("false", "true")), LiveEvent::ThoughtIsOver);
        assert_eq!(read(r#"42["session-state",{"sessionId":"s","state":"hearing","turnId":"1"}]"#), LiveEvent::Still);
        assert_eq!(read(r#"42["session-state",{"sessionId":"s","state":"speaking"}]"#), LiveEvent::Speaking);
        assert_eq!(read(r#"42["interrupted",{"sessionId":"s"}]"#), LiveEvent::Interrupted);
    }

    #[test]
    fn what_goes_wrong_is_told_by_its_code() {
        let failed = LiveEvent::Failed { code: "TTS_FAILED".to_owned() };
        assert_eq!(read(r#"42["error",{"code":"TTS_FAILED","message":"no"}]"#), failed);
        assert_eq!(read(r#"42["session-ended",{"sessionId":"s"}]"#), LiveEvent::Over);
        assert_eq!((read("2"), read("nonsense")), (LiveEvent::Ping, LiveEvent::Other));
    }

    #[test]
    fn a_report_of_the_playing_is_an_event_in_json() {
        let report = played("s", "4", 250);
        let event: serde_json::Value = serde_json::from_str(report.strip_prefix("42").unwrap()).unwrap();
        assert_eq!(event, json!(["playback-progress", { "sessionId": "s", "turnId": "4", "playedMs": 250 }]));
    }
}
