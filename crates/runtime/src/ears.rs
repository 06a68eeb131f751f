//! The bytes behind the machine's numbers: what was heard, numbered, cut and not transcribed yet.

use std::{collections::VecDeque, sync::Arc};

use async_trait::async_trait;
use audio::{Declared, Intake, LiveDecoder, Segment};
use bytes::Bytes;
use ports::{
    Fault, ObjectKey, ObjectStore, ProviderError, Resumption, SegmentRecord, SessionId, Timestamp, UtteranceSource,
};
use session::Heard;

use crate::{Rejection, left_behind::LeftBehind};

/// Stored audio that waits for its turn is kept in memory up to this size; beyond it is fetched again.
const HELD_BYTES: usize = 1 << 20;

/// A chunk as a transport received it.
#[derive(Debug, Clone)]
pub struct Chunk {
    pub audio: Bytes,
    /// 0, 1, 2 ... for a client that numbers its chunks.
    pub seq: Option<u64>,
    pub declared: Option<Declared>,
}

/// What became of a chunk that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It counts; with an error where something in it was left out.
    New(Option<audio::AudioError>),
    /// It was taken before.
    Again,
}

/// A cut piece on its way into the store.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) number: u64,
    pub(crate) key: ObjectKey,
    pub(crate) segment: Segment,
}

pub(crate) struct Ears {
    session: SessionId,
    holder: Arc<str>,
    intake: Intake,
    declared: Declared,
    /// The number that the next numbered chunk should have.
    next_seq: u64,
    uncut: Uncut,
    /// Cut, and not stored yet, in order.
    cuts: VecDeque<Cutting>,
    held: VecDeque<HeldPiece>,
    next_number: u64,
    through_seq: Option<u64>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Uncut {
    bytes: u64,
    first_seq: Option<u64>,
    last_seq: Option<u64>,
}

/// What lies between two cuts; without pieces where no whole packet did.
struct Cutting {
    pieces: Arc<[Piece]>,
    uncut: Uncut,
    state: Vec<u8>,
}

#[derive(Debug, Clone)]
struct HeldPiece {
    number: u64,
    key: ObjectKey,
    segment: Option<Segment>,
}

impl Ears {
    pub(crate) fn new(
        session: SessionId,
        holder: Arc<str>,
        limits: audio::Limits,
        declared: Declared,
        resumption: Option<&Resumption>,
        left_behind: &LeftBehind<'_>,
    ) -> Self {
        let last = resumption.and_then(|resumption| resumption.last_segment.as_ref());
        let through_seq = resumption.and_then(|resumption| resumption.through_seq);
        let held =
            |segment: &SegmentRecord| HeldPiece { number: segment.number, key: segment.object.clone(), segment: None };
        let intake = last.and_then(|segment| match Intake::restore(&segment.intake_state, limits) {
            Ok(intake) => Some(intake),
            Err(error) => {
                tracing::warn!(session.id = %session, %error, "Starting with a fresh intake");
                None
            }
        });
        Self {
            session,
            holder,
            intake: intake.unwrap_or_else(|| Intake::new(limits)),
            declared,
            next_seq: through_seq.map_or(0, |seq| seq + 1),
            uncut: Uncut::default(),
            cuts: VecDeque::new(),
            held: left_behind.segments().map(held).collect(),
            next_number: last.map_or(1, |segment| segment.number + 1),
            through_seq,
        }
    }

    pub(crate) fn through_seq(&self) -> Option<u64> {
        self.through_seq
    }

    /// Beyond everything that was received, stored or not.
    pub(crate) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    pub(crate) fn declare(&mut self, declared: Declared) {
        self.declared = declared;
    }

    /// Whether this chunk is the next one, without taking it.
    pub(crate) fn expects(&self, chunk: &Chunk) -> Result<bool, Rejection> {
        match chunk.seq {
            Some(got) if got > self.next_seq => Err(Rejection::Gap { expected: self.next_seq, got }),
            Some(got) => Ok(got == self.next_seq),
            None => Ok(true),
        }
    }

    /// Takes a chunk. One that holds something unreadable still counts as received: the recorder goes on.
    pub(crate) fn hear(&mut self, chunk: Chunk, decoder: Option<&mut LiveDecoder>) -> Taken {
        if matches!(self.expects(&chunk), Ok(false)) {
            return Taken::Again;
        }
        if let Some(seq) = chunk.seq {
            self.next_seq = seq + 1;
            self.uncut.first_seq.get_or_insert(seq);
            self.uncut.last_seq = Some(seq);
        }
        self.uncut.bytes += chunk.audio.len() as u64;
        let of_chunk = chunk.declared.map(|of_chunk| of_chunk.or(&self.declared));
        let declared = of_chunk.as_ref().unwrap_or(&self.declared);
        let taken = match decoder {
            Some(decoder) => self.intake.push_heard(&chunk.audio, declared, decoder),
            None => self.intake.push(&chunk.audio, declared),
        };
        Taken::New(taken.err())
    }

    /// Everything that was received up to here becomes one cut.
    pub(crate) fn cut(&mut self) {
        let pieces: Arc<[Piece]> = self.intake.cut().into_iter().map(|segment| self.number(segment)).collect();
        // A header or half a packet counts with what completes it.
        let uncut = if pieces.is_empty() { Uncut::default() } else { std::mem::take(&mut self.uncut) };
        let state = if pieces.is_empty() { Vec::new() } else { self.intake.state() };
        self.cuts.push_back(Cutting { pieces, uncut, state });
    }

    /// The oldest cut, until [`Self::on_stored`] says that the store has it.
    pub(crate) fn to_store(&self) -> Arc<[Piece]> {
        self.cuts.front().map(|cutting| Arc::clone(&cutting.pieces)).unwrap_or_default()
    }

    /// The store has the oldest cut: it becomes records, and waits for its turn.
    pub(crate) fn on_stored(&mut self, event_seq: u64, at: Timestamp) -> Option<(session::Stored, Vec<SegmentRecord>)> {
        let Cutting { pieces, uncut, state } = self.cuts.pop_front()?;
        let (first, last) = (pieces.first()?.number, pieces.last()?.number);
        let mut records = Vec::with_capacity(pieces.len());
        for piece in pieces.iter() {
            let is_last = piece.number == last;
            records.push(SegmentRecord {
                number: piece.number,
                object: piece.key.clone(),
                media_type: piece.segment.format.media_type().to_owned(),
                received_bytes: if is_last { uncut.bytes } else { 0 },
                duration_ms: piece.segment.duration_ms,
                through_seq: uncut.last_seq.filter(|_| is_last),
                // The machine says it with the fact.
                part: None,
                intake_state: if is_last { state.clone() } else { Vec::new() },
                event_seq,
                at,
            });
            self.hold(piece);
        }
        self.through_seq = uncut.last_seq.or(self.through_seq);
        let stored = session::Stored {
            bytes: uncut.bytes,
            first_segment: first,
            last_segment: last,
            duration_ms: pieces.iter().map(|piece| piece.segment.duration_ms).sum(),
            first_seq: uncut.first_seq,
            last_seq: uncut.last_seq,
        };
        Some((stored, records))
    }

    /// The stored audio of a turn; it is not held any longer.
    pub(crate) fn utterance(&mut self, heard: Heard, objects: &Arc<dyn ObjectStore>) -> StoredUtterance {
        let mut pieces = Vec::new();
        while self.held.front().is_some_and(|piece| piece.number <= heard.last_segment) {
            pieces.extend(self.held.pop_front().filter(|piece| piece.number >= heard.first_segment));
        }
        StoredUtterance { pieces, objects: Arc::clone(objects) }
    }

    fn number(&mut self, segment: Segment) -> Piece {
        let number = self.next_number;
        self.next_number += 1;
        let ending = format!("{}.{}", self.holder, segment.format.extension());
        let key = ObjectKey::of_session(&self.session, "audio", number, &ending);
        Piece { number, key, segment }
    }

    fn hold(&mut self, piece: &Piece) {
        let segment = Some(piece.segment.clone());
        self.held.push_back(HeldPiece { number: piece.number, key: piece.key.clone(), segment });
        let size = |piece: &HeldPiece| piece.segment.as_ref().map_or(0, Segment::size);
        let mut held: usize = self.held.iter().map(size).sum();
        for piece in &mut self.held {
            if held <= HELD_BYTES {
                break;
            }
            held -= size(piece);
            piece.segment = None;
        }
    }
}

/// A user turn whose audio is in the store, and perhaps still in memory.
pub(crate) struct StoredUtterance {
    pieces: Vec<HeldPiece>,
    objects: Arc<dyn ObjectStore>,
}

#[async_trait]
impl UtteranceSource for StoredUtterance {
    async fn samples(&self) -> Result<Vec<i16>, ProviderError> {
        let failed = |detail: String| ProviderError::new(Fault::Unavailable, "audio", detail);
        let mut files = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            files.push(match &piece.segment {
                Some(segment) => segment.bytes(),
                None => self.objects.get(&piece.key).await.map_err(|error| failed(error.to_string()))?,
            });
        }
        let decoded = tokio::task::spawn_blocking(move || audio::decode(files)).await;
        decoded.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
    }
}
