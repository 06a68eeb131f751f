use std::{iter, sync::Arc};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    AudioError, Format, Limits, Segment, ogg,
    opus::OpusHead,
    sink::{Codec, Origin},
    wav,
};

/// So many streams may end in one chunk. Each one is a file, and costs its listener a decoder.
const MOST_STREAMS: usize = 32;

/// What was taken out of the stream since the last cut.
pub(crate) struct Pending {
    pub(crate) limits: Limits,
    /// What the next packet belongs to.
    stream: Option<Stream>,
    /// Streams begun so far.
    streams: u32,
    bytes: Pieces,
    /// Of each packet in `bytes`; PCM has none.
    lengths: Vec<u32>,
    samples: u64,
    /// Streams that ended since the last cut.
    closed: Vec<Segment>,
    closed_bytes: usize,
    closed_ms: u64,
    closed_in_chunk: usize,
    problem: Option<AudioError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub(crate) codec: Codec,
    pub(crate) origin: Origin,
}

impl Pending {
    pub(crate) fn new(limits: Limits) -> Self {
        Self::resume(limits, None, 0)
    }

    pub(crate) fn resume(limits: Limits, stream: Option<Stream>, streams: u32) -> Self {
        Self {
            limits,
            stream,
            streams,
            bytes: Pieces::default(),
            lengths: Vec::new(),
            samples: 0,
            closed: Vec::new(),
            closed_bytes: 0,
            closed_ms: 0,
            closed_in_chunk: 0,
            problem: None,
        }
    }

    /// Where the stream would go on after a cut, and how many streams there were.
    pub(crate) fn state(&self) -> (Option<Stream>, u32) {
        let stream = self.stream.map(|stream| stream.after(self.samples));
        (stream, self.streams)
    }

    pub(crate) fn is_in_a_stream(&self) -> bool {
        self.stream.is_some()
    }

    pub(crate) fn duration_ms(&self) -> u64 {
        self.closed_ms + self.stream.map_or(0, |stream| self.samples * 1000 / u64::from(stream.codec.rate()))
    }

    pub(crate) fn cut(&mut self) -> Vec<Segment> {
        self.close();
        self.closed_bytes = 0;
        self.closed_ms = 0;
        std::mem::take(&mut self.closed)
    }

    /// Another chunk comes.
    pub(crate) fn begin_chunk(&mut self) {
        self.closed_in_chunk = 0;
    }

    pub(crate) fn take_problem(&mut self) -> Option<AudioError> {
        self.problem.take()
    }

    pub(crate) fn begin(&mut self, codec: Codec) {
        // Samples need no decoder that remembers: they go on in the same file.
        if matches!(codec, Codec::Pcm(_)) && self.stream.is_some_and(|stream| stream.codec == codec) {
            return;
        }
        self.close();
        self.streams = self.streams.wrapping_add(1);
        self.stream = Some(Stream { codec, origin: Origin { stream: self.streams, position: 0 } });
    }

    /// Takes a packet of the stream and says where in the stream it was; `None` if it was left out.
    pub(crate) fn keep(&mut self, packet: &[u8]) -> Option<Stream> {
        let stream = self.stream?;
        let samples = match stream.codec.samples_of(packet) {
            Ok(0) => return None,
            Ok(samples) => samples,
            Err(problem) => {
                self.problem(problem);
                return None;
            }
        };
        let held = self.closed_bytes + self.bytes.len() + 4 * self.lengths.len() + packet.len();
        let too_many = self.closed_in_chunk >= MOST_STREAMS;
        if too_many || held > self.limits.pending_bytes || self.duration_ms() > self.limits.pending_ms {
            self.problem(AudioError::Overflow);
            return None;
        }
        match stream.codec {
            Codec::Opus(_) => {
                self.bytes.extend(packet);
                self.lengths.push(packet.len() as u32);
            }
            Codec::Aac(config) => {
                self.bytes.extend(&config.adts(packet.len()));
                self.bytes.extend(packet);
            }
            Codec::Pcm(_) => self.bytes.extend(packet),
        }
        let place = stream.after(self.samples);
        self.samples += samples;
        Some(place)
    }

    /// Something was left out. The first complaint is the one that is told.
    pub(crate) fn problem(&mut self, problem: AudioError) {
        self.problem.get_or_insert(problem);
    }

    fn close(&mut self) {
        let Some(stream) = self.stream.filter(|_| self.samples > 0) else { return };
        self.closed_in_chunk += 1;
        let bytes = std::mem::take(&mut self.bytes);
        let lengths = std::mem::take(&mut self.lengths);
        let segment = stream.file(bytes, &lengths, self.samples);
        self.closed_bytes += segment.size();
        self.closed_ms += segment.duration_ms;
        self.closed.push(segment);
        self.stream = Some(stream.after(self.samples));
        self.samples = 0;
    }
}

impl Stream {
    pub(crate) fn is_sound(self) -> bool {
        self.codec.is_sound()
    }

    pub(crate) fn after(self, samples: u64) -> Self {
        let position = self.origin.position.saturating_add(samples);
        Self { origin: Origin { position, ..self.origin }, ..self }
    }

    /// What a decoder that begins here must know.
    pub(crate) fn beginning(self) -> Codec {
        match self.codec {
            Codec::Opus(head) => Codec::Opus(OpusHead { pre_skip: self.unheard(head) as u16, ..head }),
            codec @ (Codec::Aac(_) | Codec::Pcm(_)) => codec,
        }
    }

    /// What earlier packets of the stream left of the part that is not to be heard.
    fn unheard(self, head: OpusHead) -> u64 {
        u64::from(head.pre_skip).saturating_sub(self.origin.position)
    }

    fn file(self, bytes: Pieces, lengths: &[u32], samples: u64) -> Segment {
        let (format, parts, unheard) = match self.codec {
            Codec::Opus(head) => {
                let pre_skip = self.unheard(head).min(samples);
                let file = ogg::write(head, pre_skip as u16, self.origin, &bytes.together(), lengths);
                (Format::OggOpus, Arc::from([Bytes::from(file)]), pre_skip)
            }
            Codec::Aac(_) => (Format::AacAdts, bytes.parts().collect(), 0),
            Codec::Pcm(pcm) => {
                let header = Bytes::from(wav::header(pcm, bytes.len()).to_vec());
                (Format::Wav, iter::once(header).chain(bytes.parts()).collect(), 0)
            }
        };
        let duration_ms = (samples - unheard) * 1000 / u64::from(self.codec.rate());
        Segment { format, parts, duration_ms }
    }
}

/// Bytes that become one file later. Beyond the size of a piece they are not moved as they grow, and they take little more memory
/// than they need: many sessions hold a segment that has only begun.
#[derive(Default)]
struct Pieces {
    whole: Vec<Vec<u8>>,
    last: Vec<u8>,
    len: usize,
}

impl Pieces {
    fn extend(&mut self, bytes: &[u8]) {
        const PIECE: usize = 8 << 10;
        if !self.last.is_empty() && self.last.len() + bytes.len() > PIECE {
            self.whole.push(std::mem::take(&mut self.last));
        }
        if self.last.capacity() - self.last.len() < bytes.len() {
            let as_much_again = self.last.len().min(PIECE.saturating_sub(self.last.len()));
            self.last.reserve_exact(bytes.len().max(as_much_again));
        }
        self.last.extend_from_slice(bytes);
        self.len += bytes.len();
    }

    fn len(&self) -> usize {
        self.len
    }

    fn parts(self) -> impl Iterator<Item = Bytes> {
        self.whole.into_iter().chain([self.last]).map(Bytes::from)
    }

    fn together(mut self) -> Vec<u8> {
        self.whole.push(self.last);
        self.whole.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_add_up_to_what_came_and_hold_little_more() {
        for packet in [1, 127, 3_000, 8_000, 20_000] {
            let (mut pieces, mut whole) = (Pieces::default(), Vec::new());
            for number in 0..(100_000 / packet) {
                let bytes = vec![number as u8; packet];
                pieces.extend(&bytes);
                whole.extend_from_slice(&bytes);
            }
            assert_eq!(pieces.len(), whole.len());
            let held = pieces.whole.iter().chain([&pieces.last]).map(Vec::capacity).sum::<usize>();
            assert!(held <= whole.len() * 3 / 2, "{held} for packets of {packet}");
            let parts: Vec<Bytes> = pieces.parts().collect();
            assert_eq!(parts.concat(), whole, "packets of {packet}");
        }
    }
}
