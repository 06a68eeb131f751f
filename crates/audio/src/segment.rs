use bytes::Bytes;

/// A stretch of audio as a file that any player opens by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub format: Format,
    pub bytes: Bytes,
    /// What a player plays, rounded down.
    pub duration_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    OggOpus,
    Wav,
    AacAdts,
}

impl Format {
    /// The one that [`Self::media_type`] names.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        [Self::OggOpus, Self::Wav, Self::AacAdts].into_iter().find(|format| format.media_type() == media_type)
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::OggOpus => "audio/ogg; codecs=opus",
            Self::Wav => "audio/wav",
            Self::AacAdts => "audio/aac",
        }
    }

    /// Without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::OggOpus => "ogg",
            Self::Wav => "wav",
            Self::AacAdts => "aac",
        }
    }
}
