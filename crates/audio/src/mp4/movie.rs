use serde::{Deserialize, Serialize};

use super::boxes::{Fields, child, children};
use crate::{AudioError, aac::AacConfig, opus::OpusHead, sink::Codec};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Track {
    pub(super) id: u32,
    /// Bytes of a sample whose fragment does not say.
    pub(super) default_size: u32,
    pub(super) codec: Codec,
}

/// The first track with sound.
pub(super) fn audio_track(moov: &[u8]) -> Result<Track, AudioError> {
    let Some(extends) = child(moov, b"mvex") else { return Err(AudioError::NotFragmented) };
    let track = children(moov).filter(|(name, _)| name == b"trak").find_map(|(_, track)| sound(track));
    let Some((id, entry, fields)) = track else {
        return Err(AudioError::Unsupported { what: "no audio track".to_owned() });
    };
    let defaults = children(extends).filter(|(name, _)| name == b"trex").find_map(|(_, trex)| default_size(trex, id));
    Ok(Track { id, default_size: defaults.unwrap_or_default(), codec: codec(entry, fields)? })
}

/// Track id, name and body of its sample entry.
fn sound(track: &[u8]) -> Option<(u32, [u8; 4], &[u8])> {
    let media = child(track, b"mdia")?;
    if child(media, b"hdlr")?.get(8..12)? != b"soun" {
        return None;
    }
    let mut header = Fields(child(track, b"tkhd")?);
    let version = header.u32()? >> 24;
    header.skip(if version == 1 { 16 } else { 8 })?;
    let descriptions = child(child(child(media, b"minf")?, b"stbl")?, b"stsd")?.get(8..)?;
    let (name, entry) = children(descriptions).next()?;
    Some((header.u32()?, name, entry))
}

fn default_size(trex: &[u8], track: u32) -> Option<u32> {
    let mut fields = Fields(trex);
    fields.skip(4)?;
    if fields.u32()? != track {
        return None;
    }
    fields.skip(8)?;
    fields.u32()
}

fn codec(name: [u8; 4], entry: &[u8]) -> Result<Codec, AudioError> {
    // The version of a QuickTime sound description decides how long it is.
    let fixed = match entry.get(8..10) {
        Some([0, 1]) => 44,
        Some([0, 2]) => 64,
        _ => 28,
    };
    let boxes = entry.get(fixed..).unwrap_or_default();
    match &name {
        b"Opus" => OpusHead::parse_dops(child(boxes, b"dOps").unwrap_or_default()).map(Codec::Opus),
        b"mp4a" => {
            let description = child(boxes, b"esds").or_else(|| child(child(boxes, b"wave")?, b"esds"));
            AacConfig::parse(description.and_then(decoder_config).unwrap_or_default()).map(Codec::Aac)
        }
        _ => Err(AudioError::Unsupported { what: format!("the codec {}", name.escape_ascii()) }),
    }
}

/// The AudioSpecificConfig within `esds`.
fn decoder_config(esds: &[u8]) -> Option<&[u8]> {
    const ES: u8 = 3;
    const DECODER_CONFIG: u8 = 4;
    const DECODER_SPECIFIC: u8 = 5;
    const MPEG4_AUDIO: u8 = 0x40;

    let mut fields = Fields(esds.get(4..)?);
    fields.0 = descriptor(&mut fields, ES)?;
    fields.skip(2)?;
    let flags = fields.u8()?;
    if flags & 0x80 != 0 {
        fields.skip(2)?;
    }
    if flags & 0x40 != 0 {
        let length = fields.u8()?;
        fields.skip(length.into())?;
    }
    if flags & 0x20 != 0 {
        fields.u16()?;
    }
    fields.0 = descriptor(&mut fields, DECODER_CONFIG)?;
    if fields.u8()? != MPEG4_AUDIO {
        return None;
    }
    fields.skip(12)?;
    descriptor(&mut fields, DECODER_SPECIFIC)
}

fn descriptor<'a>(fields: &mut Fields<'a>, wanted: u8) -> Option<&'a [u8]> {
    if fields.u8()? != wanted {
        return None;
    }
    let mut length = 0;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    fields.0.get(..length)
}
