//! The roleplay contract: the Socket.IO events of existing front ends, and what Repartee adds.

mod ack;
mod arguments;
mod client;
mod cut;
mod decode;
mod encode;
mod export;
mod refusals;
mod server;
mod voice;

pub use ack::Ack;
pub use client::{AudioFormat, Practice, SpeechCodec, SpeechFormat, StartSession, Thresholds, TurnDetectionWish};
pub use decode::{AudioChunk, Limits, Request, check_language, decode};
pub use encode::{Addresses, Stamp, View, encode, event_name};
pub use export::typescript;
pub use refusals::{refused, unknown_session};
pub use server::{
    AiResponse, AudioConfig, AudioGap, AvatarResponse, CoachHint, Connected, ErrorEvent, Head, HistoryLine,
    LimitsInForce, Observer, Pong, ProviderLabel, Providers, ServerEvent, SessionStarted, TurnDetectionInForce,
};
pub use voice::{AudioEnd, AudioFrame, FrameData};
