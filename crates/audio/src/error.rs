use thiserror::Error;

/// Why audio was not taken. The text reaches the person who speaks: it says what was wrong and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AudioError {
    #[error("this is {found}, not a recording; send WebM, Ogg, MP4 or WAV audio, or 16-bit PCM")]
    NotAudio { found: String },
    #[error(
        "the audio was announced as {declared} but begins with {found}; \
         start a new recording, its first chunk carries the header"
    )]
    NoHeader { declared: String, found: String },
    #[error("the recording uses {what}, which is not supported; record audio/webm;codecs=opus or send 16-bit PCM")]
    Unsupported { what: String },
    #[error(
        "this MP4 is not fragmented, so it cannot be read while it arrives; \
         record with a timeslice, or use audio/webm;codecs=opus"
    )]
    NotFragmented,
    #[error("a damaged part of the {container} recording was left out; if this repeats, start a new recording")]
    Damaged { container: &'static str },
    #[error("the {container} recording cannot be followed any further; start a new recording")]
    Lost { container: &'static str },
    #[error("these bytes continue a recording that was refused; start a new recording")]
    Refused,
    #[error("an element of {bytes} bytes was left out, the limit is {limit}; record with a shorter timeslice")]
    TooLarge { bytes: u64, limit: usize },
    #[error("too much audio is waiting to be stored, the newest was left out; send no faster than you speak")]
    Overflow,
    #[error("a packet that is not {codec} was left out; if this repeats, start a new recording")]
    BadPacket { codec: &'static str },
    #[error("what was kept of the recording cannot be read; start a new recording")]
    BadState,
    #[error("the stored audio is not a file of ours: it begins with {found}")]
    UnknownFile { found: String },
}
