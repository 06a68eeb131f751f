use serde::{Deserialize, Serialize};

/// With so many bytes every container can be told.
pub(crate) const ENOUGH: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Container {
    WebM,
    Ogg,
    Mp4,
    Wav,
}

/// The container that begins with these bytes.
pub(crate) fn container(bytes: &[u8]) -> Option<Container> {
    match bytes {
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Container::WebM),
        [b'O', b'g', b'g', b'S', ..] => Some(Container::Ogg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Container::Wav),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Container::Mp4),
        _ => None,
    }
}

/// What is surely no audio that we take, by name.
pub(crate) fn foreign(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("a JPEG picture"),
        [0x89, b'P', b'N', b'G', ..] => Some("a PNG picture"),
        _ if is_text(bytes) => Some("text"),
        _ => foreign_recording(bytes),
    }
}

/// Of that, what more chunks without a name will follow.
pub(crate) fn foreign_recording(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'I', b'D', b'3', ..] => Some("an MP3 file"),
        [b'f', b'L', b'a', b'C', ..] => Some("a FLAC file"),
        _ => is_mp3(bytes).then_some("an MP3 file"),
    }
}

/// Long enough that no audio looks like it by chance.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let beginning = &bytes[..bytes.len().min(256)];
    beginning.len() >= ENOUGH && beginning.iter().all(|byte| matches!(byte, 0x20..0x7f | b'\t' | b'\n' | b'\r'))
}

/// For messages.
pub(crate) fn describe(bytes: &[u8]) -> String {
    match (foreign(bytes), container(bytes)) {
        (Some(name), _) => name.to_owned(),
        (None, Some(container)) => format!("{container:?}"),
        (None, None) => {
            let beginning: Vec<_> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("the bytes {}", beginning.join(" "))
        }
    }
}

/// Two frames of MPEG audio layer III in a row: the first two bytes alone may as well be a sample.
fn is_mp3(bytes: &[u8]) -> bool {
    const KBITS: [[usize; 15]; 2] = [
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    ];
    const RATES: [usize; 3] = [44_100, 48_000, 32_000];
    let &[0xff, second, third, ..] = bytes else { return false };
    let (version, layer, padding) = (second >> 3 & 3, second >> 1 & 3, usize::from(third >> 1 & 1));
    let (bitrate, rate) = (usize::from(third >> 4), usize::from(third >> 2 & 3));
    if second & 0xe0 != 0xe0 || layer != 1 || version == 1 || bitrate == 0 || bitrate == 15 || rate == 3 {
        return false;
    }
    let (table, samples, divisor) = match version {
        3 => (1, 144, 1),
        2 => (0, 72, 2),
        _ => (0, 72, 4),
    };
    let length = samples * KBITS[table][bitrate] * 1000 / (RATES[rate] / divisor) + padding;
    bytes.get(length..length + 2).is_some_and(|next| next == [0xff, second])
}
