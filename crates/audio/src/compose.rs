use crate::{
    AudioError, Format,
    decode::{Decoding, SAMPLE_RATE, read},
    magic,
    ogg::Writer,
    opus::OpusHead,
    sink::{Codec, Origin, Sink},
    wav::{self, Pcm},
};

/// Puts stored segments together to one file, piece by piece: Ogg/Opus without transcoding if every segment is that, otherwise WAV of
/// 16 kHz mono. Never holds more than two segments.
pub struct Composer(Kind);

enum Kind {
    Ogg { writer: Option<Writer>, held: Packets },
    Wav { begun: bool, decoding: Decoding },
}

impl Composer {
    /// For segments of these formats.
    pub fn new(formats: impl IntoIterator<Item = Format>) -> Self {
        if formats.into_iter().all(|format| format == Format::OggOpus) {
            Self(Kind::Ogg { writer: None, held: Packets::default() })
        } else {
            Self(Kind::Wav { begun: false, decoding: Decoding::default() })
        }
    }

    /// Of the file that comes out.
    pub fn format(&self) -> Format {
        match self.0 {
            Kind::Ogg { .. } => Format::OggOpus,
            Kind::Wav { .. } => Format::Wav,
        }
    }

    /// Takes the next segment and gives the next piece of the file. A segment that cannot be read is left out with an error.
    pub fn push(&mut self, segment: &[u8]) -> Result<Vec<u8>, AudioError> {
        let mut piece = Vec::new();
        match &mut self.0 {
            Kind::Ogg { writer, held } => {
                let mut next = Packets::default();
                read(segment, &mut next)?;
                if next.lengths.is_empty() {
                    return Err(AudioError::UnknownFile { found: magic::describe(segment) });
                }
                // The last page of a stream is marked, and which one that is shows only in `finish`.
                held.write(writer, false, &mut piece);
                *held = next;
            }
            Kind::Wav { begun, decoding } => {
                read(segment, decoding)?;
                append_samples(begun, decoding, &mut piece);
            }
        }
        Ok(piece)
    }

    /// The rest of the file; empty if there was no audio.
    pub fn finish(self) -> Vec<u8> {
        let mut piece = Vec::new();
        match self.0 {
            Kind::Ogg { mut writer, mut held } => held.write(&mut writer, true, &mut piece),
            Kind::Wav { mut begun, mut decoding } => {
                decoding.end_voice();
                append_samples(&mut begun, &mut decoding, &mut piece);
            }
        }
        piece
    }
}

/// The header says that the length is unknown, because it is: players play until the end.
fn append_samples(begun: &mut bool, decoding: &mut Decoding, piece: &mut Vec<u8>) {
    if !*begun && !decoding.output.is_empty() {
        *begun = true;
        piece.extend_from_slice(&wav::header(Pcm::mono(SAMPLE_RATE), usize::MAX));
    }
    piece.extend(decoding.output.drain(..).flat_map(i16::to_le_bytes));
}

/// The Opus packets of one segment.
#[derive(Default)]
struct Packets {
    head: Option<OpusHead>,
    bytes: Vec<u8>,
    lengths: Vec<u32>,
}

impl Packets {
    fn write(&mut self, writer: &mut Option<Writer>, last: bool, piece: &mut Vec<u8>) {
        let Some(head) = self.head else { return };
        let writer = writer.get_or_insert_with(|| {
            let origin = Origin { stream: 1, position: 0 };
            Writer::begin(head, head.pre_skip, origin, piece)
        });
        writer.audio(&self.bytes, &self.lengths, last, piece);
        *self = Self::default();
    }
}

impl Sink for Packets {
    fn begin(&mut self, codec: Codec, _: Origin) {
        if let Codec::Opus(head) = codec {
            self.head.get_or_insert(head);
        }
    }

    fn packet(&mut self, packet: &[u8]) {
        if self.head.is_some() && crate::opus::duration(packet).is_some() {
            self.bytes.extend_from_slice(packet);
            self.lengths.push(packet.len() as u32);
        }
    }

    /// The rest of the recording is worth more than the complaint.
    fn problem(&mut self, _: AudioError) {}
}
