//! WebM as browsers record it: Opus in blocks, clusters of known or unknown size, cut anywhere.
//!
//! Ids are unique across levels, so the containers around blocks are entered by stepping over their headers and the tree is read flat.

mod element;

use serde::{Deserialize, Serialize};

use self::element::{Header, NotAnElement, children, number};
use crate::{
    AudioError, Limits,
    opus::OpusHead,
    sink::{Codec, Origin, Sink},
};

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
const SIMPLE_BLOCK: u32 = 0xa3;
/// CRC-32, Void, SeekHead, Info, Cues, Tags, Chapters, Attachments; Timestamp, Position, PrevSize, SilentTracks of a cluster; what a
/// block group may hold beside its block.
const SKIPPED: [u32; 21] = [
    0xbf,
    0xec,
    0x114d_9b74,
    0x1549_a966,
    0x1c53_bb6b,
    0x1254_c367,
    0x1043_a770,
    0x1941_a469,
    0xe7,
    0xa7,
    0xab,
    0x5854,
    0x9b,
    0xfb,
    0xfa,
    0xfd,
    0xa4,
    0x75a1,
    0x75a2,
    0x8e,
    0xaf,
];
/// An element larger than this is not skipped: its size is taken for damage.
const MAX_SKIP: u64 = 1024 * 1024;
/// How far to look for the next cluster.
const MAX_SEARCH: usize = 1024 * 1024;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct WebM {
    track: Option<u64>,
    /// Bytes of an element that nobody needs.
    skip: u64,
    /// Bytes searched since the stream stopped making sense.
    searched: Option<usize>,
}

impl WebM {
    /// Takes what is complete in `bytes` and says how much that was. An error ends the stream.
    pub(crate) fn parse(&mut self, bytes: &[u8], limits: &Limits, sink: &mut impl Sink) -> Result<usize, AudioError> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if self.skip > 0 {
                let skipped = self.skip.min(rest.len() as u64);
                self.skip -= skipped;
                at += skipped as usize;
            } else if self.searched.is_some() {
                let passed = self.search(rest)?;
                at += passed;
                if self.searched.is_some() {
                    break;
                }
            } else {
                match self.element(rest, limits, sink)? {
                    0 => break,
                    taken => at += taken,
                }
            }
        }
        Ok(at)
    }

    fn element(&mut self, rest: &[u8], limits: &Limits, sink: &mut impl Sink) -> Result<usize, AudioError> {
        let header = match Header::read(rest) {
            Ok(Some(header)) => header,
            Ok(None) => return Ok(0),
            Err(NotAnElement) => return Ok(self.lose(sink)),
        };
        match (header.id, header.size) {
            (SEGMENT | CLUSTER, _) | (BLOCK_GROUP, Some(_)) => Ok(header.length),
            (EBML, Some(size)) if size <= MAX_SKIP => {
                self.track = None;
                self.skip = size;
                Ok(header.length)
            }
            (TRACKS | BLOCK | SIMPLE_BLOCK, Some(size)) if size > limits.element as u64 => {
                sink.problem(AudioError::TooLarge { bytes: size, limit: limits.element });
                Ok(self.lose(sink))
            }
            (TRACKS, Some(size)) => {
                let end = header.length + size as usize;
                let Some(body) = rest.get(header.length..end) else { return Ok(0) };
                let (track, head) = audio_track(body)?;
                self.track = Some(track);
                sink.begin(Codec::Opus(head), Origin::default());
                Ok(end)
            }
            (BLOCK | SIMPLE_BLOCK, Some(size)) => self.block(rest, header.length, size as usize, sink),
            (id, Some(size)) if SKIPPED.contains(&id) && size <= MAX_SKIP => {
                self.skip = size;
                Ok(header.length)
            }
            _ => Ok(self.lose(sink)),
        }
    }

    fn block(&mut self, rest: &[u8], start: usize, size: usize, sink: &mut impl Sink) -> Result<usize, AudioError> {
        let end = start + size;
        let Some(body) = rest.get(start..end) else { return Ok(0) };
        let Some((track, body)) = number(body) else { return Ok(self.lose(sink)) };
        let &[_, _, flags, ref packet @ ..] = body else { return Ok(self.lose(sink)) };
        match self.track {
            Some(audio) if audio == track => (),
            Some(_) => return Ok(end),
            // What said which track is the voice is lost, and does not come again.
            None => return Err(AudioError::Lost { container: "WebM" }),
        }
        if flags & 0x06 != 0 {
            return Err(AudioError::Unsupported { what: "laced WebM blocks".to_owned() });
        }
        sink.packet(packet);
        Ok(end)
    }

    fn lose(&mut self, sink: &mut impl Sink) -> usize {
        self.searched = Some(0);
        sink.problem(AudioError::Damaged { container: "WebM" });
        1
    }

    /// Passes over what cannot be the beginning of a cluster or of a new stream.
    fn search(&mut self, rest: &[u8]) -> Result<usize, AudioError> {
        let begins = |window: &[u8]| window == CLUSTER.to_be_bytes() || window == EBML.to_be_bytes();
        if let Some(found) = rest.windows(4).position(begins) {
            self.searched = None;
            return Ok(found);
        }
        let passed = rest.len().saturating_sub(3);
        let searched = self.searched.unwrap_or_default().saturating_add(passed);
        if searched > MAX_SEARCH {
            return Err(AudioError::Lost { container: "WebM" });
        }
        self.searched = Some(searched);
        Ok(passed)
    }
}

/// The number and the parameters of the first track with sound.
fn audio_track(tracks: &[u8]) -> Result<(u64, OpusHead), AudioError> {
    const TRACK_ENTRY: u32 = 0xae;
    const TRACK_TYPE: u32 = 0x83;
    const TRACK_NUMBER: u32 = 0xd7;
    const CODEC_ID: u32 = 0x86;
    const CODEC_PRIVATE: u32 = 0x63a2;
    const CONTENT_ENCODINGS: u32 = 0x6d80;
    const AUDIO: u32 = 0xe1;
    const CHANNELS: u32 = 0x9f;
    const SOUND: u64 = 2;

    for (_, entry) in children(tracks).filter(|(id, _)| *id == TRACK_ENTRY) {
        let field = |wanted| children(entry).find(|(id, _)| *id == wanted).map(|(_, body)| body);
        let unsigned = |body: &[u8]| body.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        if field(TRACK_TYPE).map(unsigned) != Some(SOUND) {
            continue;
        }
        let codec = field(CODEC_ID).unwrap_or_default();
        if codec != b"A_OPUS" {
            let name = String::from_utf8_lossy(codec.get(..codec.len().min(32)).unwrap_or_default());
            return Err(AudioError::Unsupported { what: format!("the codec {}", name.trim_start_matches("A_")) });
        }
        if field(CONTENT_ENCODINGS).is_some() {
            return Err(AudioError::Unsupported { what: "compressed or encrypted blocks".to_owned() });
        }
        let head = match field(CODEC_PRIVATE) {
            Some(private) => OpusHead::parse(private)?,
            None => {
                let channels = field(AUDIO).and_then(|audio| children(audio).find(|(id, _)| *id == CHANNELS));
                let channels = channels.map_or(1, |(_, body)| unsigned(body));
                OpusHead::plain(if channels == 2 { 2 } else { 1 })
            }
        };
        return Ok((field(TRACK_NUMBER).map_or(1, unsigned), head));
    }
    Err(AudioError::Unsupported { what: "no audio track".to_owned() })
}
