use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{
    boxes::{Fields, child, children},
    movie::Track,
};

/// A fragment with more samples than this is taken for damage: a run can claim millions without carrying a byte for each.
const MAX_SAMPLES: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sample {
    /// From the beginning of the file.
    pub(super) offset: u64,
    pub(super) size: u32,
}

/// The samples of a `moof` that begins at `start`; `None` if it makes no sense.
pub(super) fn samples(moof: &[u8], start: u64, track: Track) -> Option<VecDeque<Sample>> {
    let mut samples = VecDeque::new();
    for (_, traf) in children(moof).filter(|(name, _)| name == b"traf") {
        let header = TrackHeader::read(child(traf, b"tfhd")?)?;
        if header.track != track.id {
            continue;
        }
        let base = header.base.unwrap_or(start);
        let mut next = base;
        for (_, run) in children(traf).filter(|(name, _)| name == b"trun") {
            next = read_run(run, base, next, header.default_size.unwrap_or(track.default_size), &mut samples)?;
        }
    }
    Some(samples)
}

struct TrackHeader {
    track: u32,
    base: Option<u64>,
    default_size: Option<u32>,
}

impl TrackHeader {
    fn read(body: &[u8]) -> Option<Self> {
        let mut fields = Fields(body);
        let flags = fields.u32()?;
        let track = fields.u32()?;
        let base = if flags & 0x01 != 0 { Some(fields.u64()?) } else { None };
        if flags & 0x02 != 0 {
            fields.skip(4)?;
        }
        if flags & 0x08 != 0 {
            fields.skip(4)?;
        }
        let default_size = if flags & 0x10 != 0 { Some(fields.u32()?) } else { None };
        Some(Self { track, base, default_size })
    }
}

/// Says where the next run begins if it does not say so itself.
fn read_run(body: &[u8], base: u64, next: u64, default_size: u32, samples: &mut VecDeque<Sample>) -> Option<u64> {
    let mut fields = Fields(body);
    let flags = fields.u32()?;
    let count = fields.u32()? as usize;
    let mut offset =
        if flags & 0x01 != 0 { base.checked_add_signed(i64::from(fields.u32()?.cast_signed()))? } else { next };
    if flags & 0x04 != 0 {
        fields.skip(4)?;
    }
    if count > MAX_SAMPLES - samples.len().min(MAX_SAMPLES) {
        return None;
    }
    let after_size = [0x400, 0x800].iter().filter(|flag| flags & **flag != 0).count() * 4;
    for _ in 0..count {
        if flags & 0x100 != 0 {
            fields.skip(4)?;
        }
        let size = if flags & 0x200 != 0 { fields.u32()? } else { default_size };
        fields.skip(after_size)?;
        samples.push_back(Sample { offset, size });
        offset = offset.checked_add(size.into())?;
    }
    Some(offset)
}
