//! Both voices at the times at which they were heard: the trainee on the left, the persona on the right.

use std::collections::VecDeque;

use audio::{DUET_FRAME, Duet, SAMPLE_RATE, SegmentDecoder};
use bytes::Bytes;
use ports::{ObjectKey, ObjectStore, SegmentRecord, SpokenRecord, StoreError, Timestamp};

/// What arrives so much later than the audio before it ended was still recorded without a pause.
const JITTER_MS: i64 = 1_500;
/// What is encoded at a time.
const STRETCH: usize = SAMPLE_RATE as usize;
const _: () = assert!(STRETCH.is_multiple_of(DUET_FRAME));

/// Speech that goes on after `until` was not heard any more.
pub(super) async fn compose(
    objects: &dyn ObjectStore,
    segments: &[SegmentRecord],
    speeches: &[SpokenRecord],
    until: Timestamp,
) -> Result<Bytes, StoreError> {
    let heard = segments.iter().map(|segment| {
        let milliseconds = i64::try_from(segment.duration_ms).unwrap_or(i64::MAX);
        (&segment.object, segment.at.0.saturating_sub(milliseconds), milliseconds)
    });
    let spoken = speeches
        .iter()
        .map(|speech| (&speech.object, speech.at.0, i64::try_from(speech.duration_ms).unwrap_or(i64::MAX)));
    let origin = heard.clone().chain(spoken.clone()).map(|(_, begin, _)| begin).min().unwrap_or(0);
    let (mut left, mut right) = (Track::lay_out(heard, origin, JITTER_MS), Track::lay_out(spoken, origin, 0));
    if left.is_over() && right.is_over() {
        return Ok(Bytes::new());
    }
    let end = samples(until.0 - origin);
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

fn samples(milliseconds: i64) -> u64 {
    u64::try_from(milliseconds).unwrap_or(0) * u64::from(SAMPLE_RATE) / 1_000
}

/// One voice in time.
struct Track {
    pieces: VecDeque<Piece>,
    decoder: SegmentDecoder,
    decoded: VecDeque<i16>,
}

struct Piece {
    object: ObjectKey,
    /// In samples.
    begin: u64,
}

impl Track {
    /// Objects with when they begin and how long they are, in milliseconds.
    fn lay_out<'a>(objects: impl Iterator<Item = (&'a ObjectKey, i64, i64)>, origin: i64, jitter: i64) -> Self {
        let mut end = i64::MIN;
        let piece = |(object, begin, milliseconds): (&ObjectKey, i64, i64)| {
            let begin = if begin < end.saturating_add(jitter) { end } else { begin };
            end = begin.saturating_add(milliseconds);
            Piece { object: object.clone(), begin: samples(begin - origin) }
        };
        Self { pieces: objects.map(piece).collect(), decoder: SegmentDecoder::default(), decoded: VecDeque::new() }
    }

    fn is_over(&self) -> bool {
        self.pieces.is_empty() && self.decoded.is_empty()
    }

    /// What is heard from `position` on, with silence where nothing is.
    async fn stretch(&mut self, objects: &dyn ObjectStore, position: u64) -> Result<Vec<i16>, StoreError> {
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
            Ok(samples) => self.decoded.extend(samples),
            Err(error) => tracing::warn!(object = %piece.object, %error, "A piece of a recording cannot be read"),
        }
        Ok(())
    }
}
