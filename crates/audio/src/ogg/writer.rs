use super::{POSITION, checksum::checksum};
use crate::{
    opus::{self, OpusHead},
    sink::Origin,
};

/// Longer pages make seeking coarse, shorter ones cost headers.
const PAGE_SAMPLES: u64 = 48_000;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// One Ogg/Opus file of these packets, which lie one after another in `bytes`.
pub(crate) fn write(head: OpusHead, pre_skip: u16, origin: Origin, bytes: &[u8], lengths: &[u32]) -> Vec<u8> {
    let mut file = Vec::with_capacity(bytes.len() + bytes.len() / 64 + lengths.len() + 256);
    let mut writer = Writer::begin(head, pre_skip, origin, &mut file);
    writer.audio(bytes, lengths, true, &mut file);
    file
}

/// Writes one stream of pages, to whatever file they go on in.
pub(crate) struct Writer {
    serial: u32,
    sequence: u32,
    /// Samples written so far, at 48 kHz.
    granule: u64,
}

impl Writer {
    pub(crate) fn begin(head: OpusHead, pre_skip: u16, origin: Origin, file: &mut Vec<u8>) -> Self {
        let mut writer = Self { serial: origin.stream, sequence: 0, granule: 0 };
        writer.page(FIRST, &[19], &head.write(pre_skip), file);
        let tags = tags(origin.position);
        writer.page(0, &[tags.len() as u8], &tags, file);
        writer
    }

    pub(crate) fn audio(&mut self, bytes: &[u8], lengths: &[u32], last: bool, file: &mut Vec<u8>) {
        let mut lacing = Vec::with_capacity(255);
        let mut samples_in_page = 0;
        let (mut start, mut end) = (0, 0);
        for length in lengths.iter().map(|length| *length as usize) {
            let full = lacing.len() + length / 255 + 1 > 255 || samples_in_page >= PAGE_SAMPLES;
            if full && !lacing.is_empty() {
                self.page(0, &lacing, &bytes[start..end], file);
                lacing.clear();
                (start, samples_in_page) = (end, 0);
            }
            let samples = u64::from(opus::duration(&bytes[end..end + length]).unwrap_or_default());
            self.granule += samples;
            samples_in_page += samples;
            end += length;
            lacing.resize(lacing.len() + length / 255, 255);
            lacing.push((length % 255) as u8);
        }
        self.page(if last { LAST } else { 0 }, &lacing, &bytes[start..end], file);
    }

    pub(super) fn page(&mut self, flags: u8, lacing: &[u8], body: &[u8], file: &mut Vec<u8>) {
        let start = file.len();
        file.extend_from_slice(b"OggS\0");
        file.push(flags);
        file.extend_from_slice(&self.granule.to_le_bytes());
        file.extend_from_slice(&self.serial.to_le_bytes());
        file.extend_from_slice(&self.sequence.to_le_bytes());
        file.extend_from_slice(&[0; 4]);
        file.push(lacing.len() as u8);
        file.extend_from_slice(lacing);
        file.extend_from_slice(body);
        let sum = checksum(0, &file[start..]);
        file[start + 22..start + 26].copy_from_slice(&sum.to_le_bytes());
        self.sequence += 1;
    }
}

fn tags(position: u64) -> Vec<u8> {
    let comment = [POSITION, position.to_string().as_bytes()].concat();
    let mut tags = b"OpusTags\x08\0\0\0Repartee\x01\0\0\0".to_vec();
    tags.extend_from_slice(&(comment.len() as u32).to_le_bytes());
    tags.extend_from_slice(&comment);
    tags
}
