//! Both voices at the times at which they were heard: the trainee on the left, the persona on the right.

use audio::Duet;
use bytes::Bytes;
use ports::{ObjectStore, SegmentRecord, SpokenRecord, StoreError};

use super::{
    Layout,
    track::{STRETCH, Track, samples},
};

pub(super) async fn compose(
    objects: &dyn ObjectStore,
    segments: &[SegmentRecord],
    speeches: &[SpokenRecord],
    layout: &Layout,
) -> Result<Bytes, StoreError> {
    let mut left = Track::new(segments.iter().map(|segment| &segment.object).zip(layout.segments()));
    let mut right = Track::new(speeches.iter().map(|speech| &speech.object).zip(layout.speeches()));
    if left.is_over() && right.is_over() {
        return Ok(Bytes::new());
    }
    let end = samples(layout.end_ms());
    let (mut duet, mut file, mut position) = (Duet::new(), Vec::new(), 0);
    while !left.is_over() || (position < end && !right.is_over()) {
        let heard = left.stretch(objects, position).await?;
        let spoken = right.stretch(objects, position).await?;
        let encoded = tokio::task::spawn_blocking(move || {
            let piece = duet.push(&heard, &spoken);
            (piece, duet)
        });
        let piece;
        (piece, duet) = encoded.await.expect("encoding does not panic");
        file.extend(piece);
        position += STRETCH as u64;
    }
    file.extend(duet.finish());
    Ok(file.into())
}
