use std::borrow::Cow;

use bytes::Bytes;
use session::{Command, TurnId};

use super::{
    arguments::{Arguments, bad_event},
    client::{
        AudioChunkIn, AudioData, HintIn, InterruptIn, LanguageIn, ObserveIn, PingIn, PlaybackIn, SessionIn,
        StartSession, TranscriptionIn,
    },
    cut::Cut,
};
use crate::{ErrorCode, WireError};

/// What a client asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    Start(StartSession),
    Audio {
        session: String,
        chunk: AudioChunk,
    },
    Command {
        session: String,
        command: Command,
    },
    /// A whole turn in words.
    Say {
        session: String,
        text: String,
        confidence: Option<f32>,
        /// What the client calls it, to say it again where it is not sure that it arrived.
        id: Option<String>,
    },
    Observe {
        session: String,
        from_event_seq: Option<u64>,
    },
    StopObserving {
        session: String,
    },
    /// A coach whispers to the trainee.
    Hint {
        session: String,
        text: String,
    },
    Ping {
        t: Option<f64>,
    },
}

impl Request {
    /// A client of the old contract sends nothing of what Repartee added.
    pub fn is_extended(&self) -> bool {
        match self {
            Self::Start(wish) => wish.is_extended(),
            Self::Audio { chunk, .. } => chunk.seq.is_some() || chunk.mime_type.is_some(),
            Self::Command { command, .. } => *command != Command::End,
            Self::Say { confidence, id, .. } => confidence.is_some() || id.is_some(),
            Self::Observe { .. } | Self::StopObserving { .. } | Self::Hint { .. } => true,
            Self::Ping { .. } => false,
        }
    }
}

/// A piece of a recording, as it came out of the recorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioChunk {
    pub audio: Bytes,
    pub seq: Option<u64>,
    pub mime_type: Option<String>,
}

/// How much one event may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub max_chunk_bytes: usize,
    /// Of a typed turn.
    pub max_text_chars: usize,
}

/// Reads one event: its text `["name", {...}]` and its binary attachments.
pub fn decode(text: &str, attachments: &[Bytes], limits: &Limits) -> Result<Request, WireError> {
    // From most clients nearly every event is one of these.
    if let Some(request) = audio_in_text(text, limits) {
        return Ok(request);
    }
    let arguments = Arguments::read(text)?;
    let command = |session: String, command: Command| Ok(Request::Command { session, command });
    match arguments.name.as_ref() {
        "audio-chunk" => audio(arguments.parse()?, attachments, limits),
        "start-session" => arguments.parse().map(Request::Start),
        "transcription" => {
            let TranscriptionIn { session_id: session, text, is_final, confidence, id } = arguments.parse()?;
            check_text("transcription.text", &text, limits.max_text_chars)?;
            check_text("transcription.id", id.as_deref().unwrap_or_default(), MAX_ID_CHARS)?;
            // Not every database keeps it.
            let text = text.replace('\0', "");
            if is_final {
                Ok(Request::Say { session, text, confidence, id })
            } else {
                command(session, Command::Saying { text })
            }
        }
        "playback-progress" => {
            let PlaybackIn { session_id, turn_id, played_ms, done } = arguments.parse()?;
            let turn = turn_id_of(&turn_id)?;
            command(session_id, Command::Played { turn, played_ms: milliseconds(played_ms), done })
        }
        "set-language" => {
            let LanguageIn { session_id, language, voice } = arguments.parse()?;
            check_language(&language)?;
            command(session_id, Command::SetLanguage { language, voice })
        }
        "end-turn" => command(arguments.parse::<SessionIn>()?.session_id, Command::EndTurn),
        "interrupt" => {
            let InterruptIn { session_id, turn_id, played_ms } = arguments.parse()?;
            let turn = turn_id.as_deref().map(turn_id_of).transpose()?;
            command(session_id, Command::Interrupt { played: turn.zip(played_ms.map(milliseconds)) })
        }
        "pause-session" => command(arguments.parse::<SessionIn>()?.session_id, Command::Pause),
        "resume-session" => command(arguments.parse::<SessionIn>()?.session_id, Command::Resume),
        "end-session" => command(arguments.parse::<SessionIn>()?.session_id, Command::End),
        "observe-session" => {
            let ObserveIn { session_id, from_event_seq } = arguments.parse()?;
            Ok(Request::Observe { session: session_id, from_event_seq })
        }
        "stop-observing" => Ok(Request::StopObserving { session: arguments.parse::<SessionIn>()?.session_id }),
        "coach-hint" => {
            let HintIn { session_id, text } = arguments.parse()?;
            check_text("coach-hint.text", &text, limits.max_text_chars)?;
            Ok(Request::Hint { session: session_id, text: text.replace('\0', "") })
        }
        "ping" => Ok(Request::Ping { t: arguments.parse_or_default::<PingIn>()?.t }),
        unknown => Err(bad_event(format!(
            "there is no event {:?}; this server takes start-session, audio-chunk, transcription, end-turn, interrupt, \
             playback-progress, pause-session, resume-session, set-language, end-session, observe-session, \
             stop-observing, coach-hint and ping",
            unknown.chars().take(64).collect::<String>()
        ))),
    }
}

/// Of a turn in words; a UUID has 36.
const MAX_ID_CHARS: usize = 64;

/// A language tag such as `en`, `zh-TW` or `nan-Hant-TW`.
pub fn check_language(language: &str) -> Result<(), WireError> {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    if language.len() <= 35 && language.split('-').all(part) {
        return Ok(());
    }
    let found: String = language.chars().take(40).collect();
    Err(bad_event(format!("language: {found:?} is no language tag; send one such as en-US, zh-CN or nan-TW")))
}

/// `None` for every other event, and for audio that is not quite as it should be: that needs a second look.
fn audio_in_text(text: &str, limits: &Limits) -> Option<Request> {
    let cut = Cut::out_of(text)?;
    let arguments = Arguments::read(&cut.event).ok().filter(|arguments| arguments.name == "audio-chunk")?;
    let AudioChunkIn { session_id, audio_data, seq, mime_type } = arguments.parse().ok()?;
    match audio_data {
        AudioData::Text(Cow::Borrowed(quotes)) if cut.is_between(quotes) => (),
        AudioData::Text(_) | AudioData::Attachment(_) => return None,
    }
    let audio = without_data_url(&cut.audio);
    // What is left out of it must be what JSON allows, too.
    let head = &cut.audio[..cut.audio.len() - audio.len()];
    if decoded_length(audio) > limits.max_chunk_bytes || head.contains(char::is_control) {
        return None;
    }
    let audio = base64_simd::STANDARD.decode_to_vec(audio).ok()?.into();
    let chunk = AudioChunk { audio, seq, mime_type: mime_type.map(Cow::into_owned) };
    Some(Request::Audio { session: session_id.into_owned(), chunk })
}

fn audio(chunk: AudioChunkIn<'_>, attachments: &[Bytes], limits: &Limits) -> Result<Request, WireError> {
    let AudioChunkIn { session_id, audio_data, seq, mime_type } = chunk;
    let audio = audio_bytes(audio_data, attachments, limits.max_chunk_bytes)?;
    let chunk = AudioChunk { audio, seq, mime_type: mime_type.map(Cow::into_owned) };
    Ok(Request::Audio { session: session_id.into_owned(), chunk })
}

fn audio_bytes(data: AudioData<'_>, attachments: &[Bytes], limit: usize) -> Result<Bytes, WireError> {
    let audio = match data {
        AudioData::Attachment(number) => attachments.get(number).cloned().ok_or_else(|| {
            bad_event(format!("audio-chunk.audioData: attachment {number} did not come with the event"))
        })?,
        AudioData::Text(text) => {
            let text = without_data_url(&text);
            // Refused before it is decoded.
            if decoded_length(text) > limit.saturating_add(3) {
                return Err(too_large(decoded_length(text), limit));
            }
            decode_base64(text)?
        }
    };
    if audio.len() > limit {
        return Err(too_large(audio.len(), limit));
    }
    Ok(audio)
}

/// Looks for `data:...;base64,` only where it can be: the audio behind it is long.
fn without_data_url(text: &str) -> &str {
    const LONGEST: usize = 256;
    let head = text.get(..LONGEST).unwrap_or(text);
    head.split_once("base64,").map_or(text, |(head, _)| &text[head.len() + "base64,".len()..])
}

/// Nearly: four characters hold three bytes, and the last four may hold fewer.
fn decoded_length(base64: &str) -> usize {
    base64.len() / 4 * 3
}

/// With line breaks in it, or without its end, it is read as browsers read it.
fn decode_base64(text: &str) -> Result<Bytes, WireError> {
    base64_simd::STANDARD
        .decode_to_vec(text)
        .or_else(|_| base64_simd::forgiving_decode_to_vec(text.as_bytes()))
        .map(Bytes::from)
        .map_err(|_| {
            let message = "Failed to process audio: audioData is neither base64 nor a binary attachment; send the \
                           recorder's bytes as one of these";
            WireError::new(ErrorCode::BadAudio, message)
        })
}

fn too_large(found: usize, limit: usize) -> WireError {
    let message = format!(
        "Failed to process audio: the chunk holds {found} bytes and may hold {limit}; send smaller pieces more often \
         (a recorder timeslice of 250 ms is a good choice)"
    );
    WireError::new(ErrorCode::AudioTooLarge, message)
}

fn check_text(field: &str, text: &str, limit: usize) -> Result<(), WireError> {
    let length = text.chars().count();
    if length <= limit {
        return Ok(());
    }
    Err(bad_event(format!("{field}: it has {length} characters and may have {limit}")))
}

fn turn_id_of(text: &str) -> Result<TurnId, WireError> {
    text.parse().map(TurnId).map_err(|_| {
        let found: String = text.chars().take(40).collect();
        bad_event(format!("turnId: {found:?} is no turn of this session; send the turnId of the server's event"))
    })
}

/// Clients measure in fractions; negative and endless ones count as nothing.
fn milliseconds(value: f64) -> u64 {
    if value.is_finite() && value > 0.0 { value as u64 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_chunk_bytes: 6, max_text_chars: 20 };

    #[test]
    fn a_chunk_as_clients_send_it_is_read_without_its_audio() {
        for audio in ["", "aGVsbG8/", r"aGVsbG8\/", "data:audio/webm;base64,aGVsbG8/"] {
            let text = format!(r#"["audio-chunk",{{"sessionId":"s","audioData":"{audio}","seq":1}}]"#);
            assert!(audio_in_text(&text, &LIMITS).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_unusual_is_read_whole() {
        for audio in ["aGVsbG8_", "aGVsbG8", r"aGVs\nbG8/", "data:\n;base64,aGVs", "aGVsbG8/aGVs"] {
            let text = format!(r#"["audio-chunk",{{"sessionId":"s","audioData":"{audio}"}}]"#);
            assert!(audio_in_text(&text, &LIMITS).is_none(), "{text}");
        }
    }
}
