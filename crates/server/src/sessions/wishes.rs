//! What `start-session` asks for, within what this server allows.

use audio::SpeechCodec;
use ports::SPEECH_RATE;
use protocol::{
    WireError,
    roleplay::{self, SpeechFormat, StartSession, Thresholds, TurnDetectionWish},
};
use runtime::Wish;
use session::{Cutting, Endpointing, Speech, TurnDetection};

pub(super) fn of(start: &StartSession, usual: Cutting, most_bytes: u64) -> Result<Wish, WireError> {
    let thresholds = start.thresholds;
    Ok(Wish {
        language: start.language.clone(),
        voice: start.voice.clone(),
        detection: start.turn_detection.map(detection),
        cutting: thresholds.map(|thresholds| cutting(thresholds, usual, most_bytes)).transpose()?,
        endpointing: thresholds.and_then(|thresholds| thresholds.end_of_turn_ms).map(endpointing).transpose()?,
        barge_in: start.barge_in,
        speech: start.speech.map(speech).transpose()?,
        codec: start.speech.and_then(|speech| speech.codec).map(codec),
        echo_is_cancelled: start.audio.as_ref().and_then(|audio| audio.echo_cancellation),
    })
}

fn detection(wish: TurnDetectionWish) -> TurnDetection {
    match wish {
        TurnDetectionWish::Threshold => TurnDetection::Threshold,
        TurnDetectionWish::Manual => TurnDetection::Manual,
        TurnDetectionWish::Vad => TurnDetection::Voice,
    }
}

fn cutting(thresholds: Thresholds, usual: Cutting, most_bytes: u64) -> Result<Cutting, WireError> {
    let Thresholds { bytes, silence_ms, end_of_turn_ms: _ } = thresholds;
    Ok(Cutting {
        bytes: within("bytes", bytes, usual.bytes, 1_000, most_bytes)?,
        silence_ms: within("silenceMs", silence_ms, usual.silence_ms, 100, 60_000)?,
    })
}

/// The words still make the wait shorter or longer.
fn endpointing(end_of_turn_ms: u64) -> Result<Endpointing, WireError> {
    let unclear_ms = within("endOfTurnMs", Some(end_of_turn_ms), 0, 200, 10_000)?;
    let Endpointing { finished_ms, unfinished_ms, unclear_ms: usual_ms } = Endpointing::default();
    let scaled = |ms: u64| ms * unclear_ms / usual_ms;
    Ok(Endpointing { finished_ms: scaled(finished_ms), unclear_ms, unfinished_ms: scaled(unfinished_ms) })
}

fn speech(format: SpeechFormat) -> Result<Speech, WireError> {
    match format {
        SpeechFormat { enabled: false, .. } => Ok(Speech::Mute),
        SpeechFormat { sample_rate: Some(rate), .. } if rate != SPEECH_RATE => {
            Err(super::bad(format!("start-session.speech.sampleRate: it is {rate} and may be {SPEECH_RATE}")))
        }
        SpeechFormat { .. } => Ok(Speech::Streamed),
    }
}

fn codec(codec: roleplay::SpeechCodec) -> SpeechCodec {
    match codec {
        roleplay::SpeechCodec::Pcm16 => SpeechCodec::Pcm16,
        roleplay::SpeechCodec::Opus => SpeechCodec::Opus,
    }
}

fn within(field: &str, wish: Option<u64>, default: u64, least: u64, most: u64) -> Result<u64, WireError> {
    match wish {
        None => Ok(default),
        Some(value) if (least..=most).contains(&value) => Ok(value),
        Some(value) => {
            Err(super::bad(format!("start-session.thresholds.{field}: it is {value} and may be {least} to {most}")))
        }
    }
}
