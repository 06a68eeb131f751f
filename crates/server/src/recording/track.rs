use std::collections::VecDeque;

use audio::{DUET_FRAME, SAMPLE_RATE, SegmentDecoder};
use ports::{ObjectKey, ObjectStore, StoreError};

use super::Span;

/// One voice in time.
pub(super) struct Track {
    pieces: VecDeque<Piece>,
    decoder: SegmentDecoder,
    decoded: VecDeque<i16>,
}

struct Piece {
    object: ObjectKey,
    /// In samples.
    begin: u64,
    longest: usize,
}

/// What is read at a time.
pub(super) const STRETCH: usize = SAMPLE_RATE as usize;
const _: () = assert!(STRETCH.is_multiple_of(DUET_FRAME));

impl Track {
    /// Pieces that are as long as they are.
    pub(super) fn whole<'a>(pieces: impl Iterator<Item = (&'a ObjectKey, Span)>) -> Self {
        Self::new(pieces.map(|(object, span)| (object, span, usize::MAX)))
    }

    /// Pieces that are cut where their time is over.
    pub(super) fn cut<'a>(pieces: impl Iterator<Item = (&'a ObjectKey, Span)>) -> Self {
        let longest = |span: Span| usize::try_from(samples(span.duration_ms())).unwrap_or(usize::MAX);
        Self::new(pieces.map(|(object, span)| (object, span, longest(span))))
    }

    fn new<'a>(pieces: impl Iterator<Item = (&'a ObjectKey, Span, usize)>) -> Self {
        let piece = |(object, span, longest): (&ObjectKey, Span, usize)| Piece {
            object: object.clone(),
            begin: samples(span.begin_ms),
            longest,
        };
        Self { pieces: pieces.map(piece).collect(), decoder: SegmentDecoder::default(), decoded: VecDeque::new() }
    }

    pub(super) fn is_over(&self) -> bool {
        self.pieces.is_empty() && self.decoded.is_empty()
    }

    /// What is heard from `position` on, with silence where nothing is.
    pub(super) async fn stretch(&mut self, objects: &dyn ObjectStore, position: u64) -> Result<Vec<i16>, StoreError> {
        let mut samples = Vec::with_capacity(STRETCH);
        while samples.len() < STRETCH {
            let ready = self.decoded.len().min(STRETCH - samples.len());
            samples.extend(self.decoded.drain(..ready));
            let now = position + samples.len() as u64;
            match self.pieces.front() {
                _ if samples.len() == STRETCH => {}
                Some(piece) if piece.begin <= now => self.decode_next(objects).await?,
                Some(piece) => {
                    let silence = usize::try_from(piece.begin - now).unwrap_or(STRETCH);
                    samples.resize((samples.len() + silence).min(STRETCH), 0);
                }
                None => samples.resize(STRETCH, 0),
            }
        }
        Ok(samples)
    }

    async fn decode_next(&mut self, objects: &dyn ObjectStore) -> Result<(), StoreError> {
        let Some(piece) = self.pieces.pop_front() else { return Ok(()) };
        let Some(bytes) = super::kept(objects, &piece.object).await? else { return Ok(()) };
        match self.decoder.push(&bytes) {
            Ok(samples) => self.decoded.extend(samples.into_iter().take(piece.longest)),
            Err(error) => tracing::warn!(object = %piece.object, %error, "A piece of a recording cannot be read"),
        }
        Ok(())
    }
}

pub(super) fn samples(milliseconds: u64) -> u64 {
    milliseconds * u64::from(SAMPLE_RATE) / 1_000
}
