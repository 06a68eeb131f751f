use std::{sync::Arc, vec::IntoIter};

use audio::{AudioError, Composer, Format};
use futures_util::{Stream, stream};
use ports::{ObjectStore, SegmentRecord, StoreError};

use crate::aside::aside;

/// The trainee's voice as one file, put together while it is read: nothing is held but the piece at hand.
pub struct Trainee {
    composer: Composer,
    segments: Vec<SegmentRecord>,
}

impl Trainee {
    pub fn new(segments: Vec<SegmentRecord>) -> Self {
        Self { composer: composer(&segments), segments }
    }

    /// Of the file.
    pub fn format(&self) -> Format {
        self.composer.format()
    }

    /// The file, piece by piece. A store that goes away breaks it off; what the store lost is left out.
    pub fn stream(self, objects: Arc<dyn ObjectStore>) -> impl Stream<Item = Result<Vec<u8>, StoreError>> {
        let composing = Composing { composer: self.composer, segments: self.segments.into_iter() };
        stream::try_unfold(Some(composing), move |composing| {
            let objects = Arc::clone(&objects);
            async move {
                let Some(mut composing) = composing else { return Ok(None) };
                let Some(segment) = composing.segments.next() else {
                    return Ok(Some((composing.composer.finish(), None)));
                };
                let Some(bytes) = super::kept(&*objects, &segment.object).await? else {
                    return Ok(Some((Vec::new(), Some(composing))));
                };
                let composed = aside(move || {
                    let piece = composing.composer.push(&bytes);
                    (piece, composing)
                });
                let (piece, composing) = composed.await;
                Ok(Some((piece_or_nothing(piece, &segment), Some(composing))))
            }
        })
    }
}

/// Nothing is encoded again.
pub(super) fn is_copied(segments: &[SegmentRecord]) -> bool {
    composer(segments).format() == Format::OggOpus
}

/// What is of an unknown kind cannot be copied as it is; the composer will look into it.
fn composer(segments: &[SegmentRecord]) -> Composer {
    Composer::new(segments.iter().map(|segment| Format::of_media_type(&segment.media_type).unwrap_or(Format::Wav)))
}

struct Composing {
    composer: Composer,
    segments: IntoIter<SegmentRecord>,
}

fn piece_or_nothing(piece: Result<Vec<u8>, AudioError>, segment: &SegmentRecord) -> Vec<u8> {
    piece.unwrap_or_else(|error| {
        tracing::warn!(object = %segment.object, %error, "A segment of a recording cannot be read");
        Vec::new()
    })
}
