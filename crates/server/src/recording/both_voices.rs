//! Both voices at the times at which they were heard: the trainee on the left, the persona on the right.

use audio::Duet;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use ports::{ObjectStore, Pieces, SegmentRecord, StoreError, TurnRecord};

use super::{
    Layout,
    track::{STRETCH, Track, samples},
    voice::{Listener, Voice},
};
use crate::aside::aside;

/// A file that is being made. Nothing of it is held but what is heard at the same time.
pub(super) struct Composing<'a> {
    objects: &'a dyn ObjectStore,
    left: Track,
    right: Track,
    /// In samples, as `end`.
    position: u64,
    end: u64,
    /// `None` where there is nothing to encode, or no longer.
    duet: Option<Duet>,
    listener: Listener,
}

impl<'a> Composing<'a> {
    pub(super) fn new(
        objects: &'a dyn ObjectStore,
        segments: &[SegmentRecord],
        turns: &[TurnRecord],
        layout: &Layout,
    ) -> Self {
        let left = Track::whole(segments.iter().map(|segment| &segment.object).zip(layout.segments()));
        let speeches = turns.iter().filter_map(|turn| turn.spoken.as_ref());
        let right = Track::cut(speeches.map(|speech| &speech.object).zip(layout.speeches()));
        let has_voices = !left.is_over() || !right.is_over();
        let end = samples(layout.end_ms());
        let (duet, listener) = (has_voices.then(Duet::new), Listener::default());
        Self { objects, left, right, position: 0, end, duet, listener }
    }

    /// The file, piece by piece.
    pub(super) fn pieces(&mut self) -> Pieces<'_> {
        let pieces = stream::try_unfold(self, |composing| async move {
            let piece = composing.next().await?;
            Ok(piece.map(|piece| (piece, composing)))
        });
        pieces.boxed()
    }

    /// When the trainee speaks in what was made.
    pub(super) fn voice(self) -> Voice {
        self.listener.finish()
    }

    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let Some(mut duet) = self.duet.take() else { return Ok(None) };
        if self.left.is_over() && (self.position >= self.end || self.right.is_over()) {
            return Ok(Some(duet.finish().into()));
        }
        let heard = self.left.stretch(self.objects, self.position).await?;
        let spoken = self.right.stretch(self.objects, self.position).await?;
        self.position += STRETCH as u64;
        let mut listener = std::mem::take(&mut self.listener);
        let encoded = aside(move || {
            listener.hear(&heard);
            let piece = duet.push(&heard, &spoken);
            (piece, duet, listener)
        });
        let (piece, duet, listener) = encoded.await;
        (self.duet, self.listener) = (Some(duet), listener);
        Ok(Some(piece.into()))
    }
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
        let listening = aside(move || {
            listener.hear(&heard);
            listener
        });
        listener = listening.await;
        position += STRETCH as u64;
    }
    Ok(listener.finish())
}
