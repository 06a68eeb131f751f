use std::sync::Arc;

use bytes::Bytes;

/// A stretch of audio as a file that any player opens by itself.
#[derive(Debug, Clone)]
pub struct Segment {
    pub format: Format,
    /// The file, in the parts that it was made of: to store it they need not be put together.
    pub parts: Arc<[Bytes]>,
    /// What a player plays, rounded down.
    pub duration_ms: u64,
}

impl Segment {
    /// The whole file.
    pub fn bytes(&self) -> Bytes {
        match &*self.parts {
            [whole] => whole.clone(),
            parts => parts.concat().into(),
        }
    }

    pub fn size(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }
}

/// However the file is parted.
impl PartialEq for Segment {
    fn eq(&self, other: &Self) -> bool {
        (self.format, self.duration_ms, self.bytes()) == (other.format, other.duration_ms, other.bytes())
    }
}

impl Eq for Segment {}

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
