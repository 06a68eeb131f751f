//! Audio as bytes: what a microphone's chunks contain, how to cut them into files that play by themselves, and how to hear them.
//!
//! [`Intake`] takes the chunks of one session and gives back [`Segment`]s without transcoding; [`decode`] turns stored segments into
//! samples, a [`Composer`] puts them together again. A [`LiveDecoder`] hears while chunks arrive, [`vad`] tells when somebody speaks, and a
//! [`FrameCutter`] cuts the answer into what is sent. Everything is pushed: nothing here reads, waits, or asks what time it is. The crate deliberately does not know sessions,
//! turns, storage, or where the bytes came from, and nothing in it grows beyond its [`Limits`].

mod aac;
mod compose;
mod declared;
mod decode;
mod duet;
mod echo;
mod error;
mod intake;
mod limits;
mod live;
mod magic;
mod mp4;
mod ogg;
mod opus;
mod pending;
mod preroll;
pub mod resample;
mod segment;
mod sink;
mod speech;
pub mod vad;
pub mod wav;
mod webm;

pub use compose::Composer;
pub use declared::Declared;
pub use decode::{SAMPLE_RATE, SegmentDecoder, decode};
pub use duet::{DUET_FRAME, Duet};
pub use echo::EchoDetector;
pub use error::AudioError;
pub use intake::Intake;
pub use limits::Limits;
pub use live::LiveDecoder;
pub use preroll::Preroll;
pub use segment::{Format, Segment};
pub use speech::{FrameCutter, SPEECH_FRAME, SPEECH_RATE, SpeechCodec, SpeechFrame};
