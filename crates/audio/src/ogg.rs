//! Ogg/Opus: pages cut anywhere, packets across pages, streams one after another.

mod checksum;
mod page;
mod writer;

use serde::{Deserialize, Serialize};

use self::page::{NotAPage, Page};
pub(crate) use self::writer::{Writer, write};
use crate::{
    AudioError, Limits,
    opus::OpusHead,
    sink::{Codec, Origin, Sink},
};

const POSITION: &[u8] = b"REPARTEE_POSITION=";
/// How far to look for the next page.
const MAX_SEARCH: usize = 1024 * 1024;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ogg {
    stream: Option<Stream>,
    /// Bytes searched since the stream stopped making sense.
    searched: Option<usize>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stream {
    serial: u32,
    head: OpusHead,
    tags_seen: bool,
    /// The packet that goes on in the next page.
    partial: Vec<u8>,
}

impl Ogg {
    /// Takes what is complete in `bytes` and says how much that was. An error ends the stream.
    pub(crate) fn parse(&mut self, bytes: &[u8], limits: &Limits, sink: &mut impl Sink) -> Result<usize, AudioError> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            match Page::read(rest) {
                Ok(None) => break,
                Ok(Some(page)) => {
                    self.searched = None;
                    self.page(&page, limits, sink)?;
                    at += page.length();
                }
                Err(not_a_page) => {
                    if self.searched.is_none() {
                        sink.problem(AudioError::Damaged { container: "Ogg" });
                    }
                    let passed = match not_a_page {
                        NotAPage::Unlike => 1 + next_capture(&rest[1..]),
                        NotAPage::Damaged(length) => length,
                    };
                    let searched = self.searched.unwrap_or_default().saturating_add(passed);
                    if searched > MAX_SEARCH {
                        return Err(AudioError::Lost { container: "Ogg" });
                    }
                    self.searched = Some(searched);
                    at += passed;
                }
            }
        }
        Ok(at)
    }

    fn page(&mut self, page: &Page<'_>, limits: &Limits, sink: &mut impl Sink) -> Result<(), AudioError> {
        if page.begins_a_stream() {
            let Some(piece) = page.pieces().next() else { return Ok(()) };
            self.stream = Some(Stream {
                serial: page.serial(),
                head: identify(piece.bytes)?,
                tags_seen: false,
                partial: Vec::new(),
            });
            return Ok(());
        }
        let Some(stream) = &mut self.stream else {
            return Err(AudioError::NoHeader { declared: "audio/ogg".to_owned(), found: "a later page".to_owned() });
        };
        if stream.serial == page.serial() {
            stream.page(page, limits, sink);
        }
        Ok(())
    }
}

impl Stream {
    fn page(&mut self, page: &Page<'_>, limits: &Limits, sink: &mut impl Sink) {
        if !page.continues_a_packet() && !self.partial.is_empty() {
            self.partial.clear();
            sink.problem(AudioError::Damaged { container: "Ogg" });
        }
        for (index, piece) in page.pieces().enumerate() {
            let continues = index == 0 && page.continues_a_packet();
            let size = self.partial.len() + piece.bytes.len();
            if continues && self.partial.is_empty() {
                // The beginning was lost or too large. Tags may be missed, packets before them may not.
                if piece.complete && !self.tags_seen {
                    self.begin(0, sink);
                }
            } else if piece.complete && !continues {
                self.packet(piece.bytes, sink);
            } else if size > limits.element {
                self.partial.clear();
                sink.problem(AudioError::TooLarge { bytes: size as u64, limit: limits.element });
            } else {
                self.partial.extend_from_slice(piece.bytes);
                if piece.complete {
                    let whole = std::mem::take(&mut self.partial);
                    self.packet(&whole, sink);
                }
            }
        }
    }

    fn packet(&mut self, packet: &[u8], sink: &mut impl Sink) {
        if self.tags_seen {
            sink.packet(packet);
        } else if packet.starts_with(b"OpusTags") {
            self.begin(position_in(packet), sink);
        } else {
            self.begin(0, sink);
            sink.packet(packet);
        }
    }

    fn begin(&mut self, position: u64, sink: &mut impl Sink) {
        self.tags_seen = true;
        sink.begin(Codec::Opus(self.head), Origin { stream: self.serial, position });
    }
}

fn identify(packet: &[u8]) -> Result<OpusHead, AudioError> {
    let codec = match packet {
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..] => return OpusHead::parse(packet),
        [1, b'v', b'o', b'r', b'b', b'i', b's', ..] => "the codec Vorbis",
        [b'S', b'p', b'e', b'e', b'x', ..] => "the codec Speex",
        [0x7f, b'F', b'L', b'A', b'C', ..] => "the codec FLAC",
        _ => "an unknown codec",
    };
    Err(AudioError::Unsupported { what: codec.to_owned() })
}

/// Where in its stream a segment of ours begins; zero for anybody else's.
fn position_in(tags: &[u8]) -> u64 {
    let digits =
        tags.windows(POSITION.len()).position(|window| window == POSITION).map(|at| &tags[at + POSITION.len()..]);
    digits
        .unwrap_or_default()
        .iter()
        .take_while(|digit| digit.is_ascii_digit())
        .take(18)
        .fold(0, |position, digit| position * 10 + u64::from(digit - b'0'))
}

/// Bytes before the first that could begin a page.
fn next_capture(bytes: &[u8]) -> usize {
    let found = bytes.windows(4).position(|window| window == page::CAPTURE);
    found.unwrap_or_else(|| bytes.len().saturating_sub(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Declared, Intake};

    fn stored(file: &[u8], chunk: usize) -> Vec<u8> {
        let mut intake = Intake::new(Limits::default());
        for chunk in file.chunks(chunk) {
            intake.push(chunk, &Declared::unknown()).unwrap();
        }
        intake.cut().iter().flat_map(|segment| segment.bytes().to_vec()).collect()
    }

    #[test]
    fn a_packet_may_span_pages() {
        const CONTINUED: u8 = 1;
        let packet: Vec<u8> = [0xf8].into_iter().chain((0..599).map(|n| n as u8)).collect();
        let origin = Origin { stream: 1, position: 0 };
        let mut spanning = Vec::new();
        let mut writer = Writer::begin(OpusHead::plain(1), 0, origin, &mut spanning);
        writer.page(0, &[255], &packet[..255], &mut spanning);
        writer.page(CONTINUED, &[255], &packet[255..510], &mut spanning);
        writer.page(CONTINUED, &[90, 3], &[&packet[510..], &[0xf8, 1, 2]].concat(), &mut spanning);
        let bytes = [&packet[..], &[0xf8, 1, 2]].concat();
        let whole = write(OpusHead::plain(1), 0, origin, &bytes, &[600, 3]);
        for chunk in [1, 7, 10_000] {
            assert_eq!(stored(&spanning, chunk), whole);
        }
    }

    #[test]
    fn streams_may_follow_one_another_in_one_file() {
        let first = write(OpusHead::plain(1), 0, Origin { stream: 1, position: 0 }, &[0xf8, 1, 2], &[3]);
        let second = write(OpusHead::plain(2), 0, Origin { stream: 2, position: 0 }, &[0xfc, 5], &[2]);
        let chained = [first, second].concat();
        for chunk in [1, 50, 10_000] {
            assert_eq!(stored(&chained, chunk), chained);
        }
    }
}
