//! Both voices at the times at which they were heard: the trainee on the left, the persona on the right.

use audio::Duet;
use bytes::Bytes;
use ports::{ObjectStore, SegmentRecord, StoreError, TurnRecord};

use super::{
    Layout,
    track::{STRETCH, Track, samples},
    voice::{Listener, Voice},
};

/// The file, and when the trainee speaks in it.
pub(super) async fn compose(
    objects: &dyn ObjectStore,
    segments: &[SegmentRecord],
    turns: &[TurnRecord],
    layout: &Layout,
) -> Result<(Bytes, Voice), StoreError> {
    let mut left = Track::whole(segments.iter().map(|segment| &segment.object).zip(layout.segments()));
    let speeches = turns.iter().filter_map(|turn| turn.spoken.as_ref());
    let mut right = Track::cut(speeches.map(|speech| &speech.object).zip(layout.speeches()));
    if left.is_over() && right.is_over() {
        return Ok((Bytes::new(), Voice::default()));
    }
    let end = samples(layout.end_ms());
    let (mut duet, mut listener, mut file, mut position) = (Duet::new(), Listener::default(), Vec::new(), 0);
    while !left.is_over() || (position < end && !right.is_over()) {
        let heard = left.stretch(objects, position).await?;
        let spoken = right.stretch(objects, position).await?;
        let encoded = tokio::task::spawn_blocking(move || {
            listener.hear(&heard);
            let piece = duet.push(&heard, &spoken);
            (piece, duet, listener)
        });
        let piece;
        (piece, duet, listener) = encoded.await.expect("encoding does not panic");
        file.extend(piece);
        position += STRETCH as u64;
    }
    file.extend(duet.finish());
    Ok((file.into(), listener.finish()))
}

/// When the trainee speaks in a recording that is copied.
pub(super) async fn listen(
    objects: &dyn ObjectStore,
    segments: &[SegmentRecord],
    layout: &Layout,
) -> Result<Voice, StoreError> {
    let mut track = Track::whole(segments.iter().map(|segment| &segment.object).zip(layout.segments()));
    let (mut listener, mut position) = (Listener::default(), 0);
    while !track.is_over() {
        let heard = track.stretch(objects, position).await?;
        let listening = tokio::task::spawn_blocking(move || {
            listener.hear(&heard);
            listener
        });
        listener = listening.await.expect("listening does not panic");
        position += STRETCH as u64;
    }
    Ok(listener.finish())
}
