use audiopus::{Application, Bitrate, Channels, SampleRate, coder::Encoder};
use bytes::Bytes;

/// Of the samples that a [`FrameCutter`] takes.
pub const SPEECH_RATE: u32 = 24_000;
/// Samples of a frame: 40 ms.
pub const SPEECH_FRAME: usize = 960;

const BITS_PER_SECOND: i32 = 28_000;
/// Of 10. More is not heard in speech.
const COMPLEXITY: u8 = 5;
const LARGEST_PACKET: usize = 1_275;

/// How a frame is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpeechCodec {
    /// 16-bit little-endian samples, mono.
    Pcm16,
    /// One packet, mono. A decoder hears it 6.5 ms late.
    Opus,
}

/// What is sent at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechFrame {
    pub bytes: Bytes,
    /// Of the whole frame, what fills it up included.
    pub duration_ms: u64,
    /// Without what fills it up.
    pub samples: usize,
}

/// Cuts a voice into frames of equal length as it is synthesised. Holds less than one frame.
pub struct FrameCutter {
    writer: Writer,
    rest: Vec<i16>,
}

enum Writer {
    Pcm16,
    Opus(Encoder),
}

impl FrameCutter {
    pub fn new(codec: SpeechCodec) -> Self {
        let writer = match codec {
            SpeechCodec::Pcm16 => Writer::Pcm16,
            SpeechCodec::Opus => Writer::Opus(encoder()),
        };
        Self { writer, rest: Vec::new() }
    }

    /// Takes the next samples, mono at [`SPEECH_RATE`], and gives the frames that are full by now.
    pub fn push(&mut self, mut samples: &[i16]) -> Vec<SpeechFrame> {
        let mut frames = Vec::with_capacity((self.rest.len() + samples.len()) / SPEECH_FRAME);
        if !self.rest.is_empty() {
            let missing = (SPEECH_FRAME - self.rest.len()).min(samples.len());
            self.rest.extend_from_slice(&samples[..missing]);
            samples = &samples[missing..];
            if self.rest.len() < SPEECH_FRAME {
                return frames;
            }
            frames.push(self.writer.frame(&self.rest, SPEECH_FRAME));
            self.rest.clear();
        }
        let whole = samples.chunks_exact(SPEECH_FRAME);
        self.rest.extend_from_slice(whole.remainder());
        frames.extend(whole.map(|samples| self.writer.frame(samples, SPEECH_FRAME)));
        frames
    }

    /// The rest, filled up with silence; `None` if the last frame was full. Another sentence may follow.
    pub fn finish(&mut self) -> Option<SpeechFrame> {
        let samples = self.rest.len();
        if samples == 0 {
            return None;
        }
        self.rest.resize(SPEECH_FRAME, 0);
        let frame = self.writer.frame(&self.rest, samples);
        self.rest.clear();
        Some(frame)
    }
}

impl Writer {
    fn frame(&mut self, whole: &[i16], samples: usize) -> SpeechFrame {
        let bytes = match self {
            Self::Pcm16 => whole.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
            Self::Opus(encoder) => {
                let mut packet = [0; LARGEST_PACKET];
                let length = encoder.encode(whole, &mut packet).expect("a whole frame fits into the largest packet");
                Bytes::copy_from_slice(&packet[..length])
            }
        };
        SpeechFrame { bytes, duration_ms: SPEECH_FRAME as u64 * 1000 / u64::from(SPEECH_RATE), samples }
    }
}

fn encoder() -> Encoder {
    let encoder = Encoder::new(SampleRate::Hz24000, Channels::Mono, Application::Voip);
    let mut encoder = encoder.expect("Opus has this rate and one channel");
    encoder.set_bitrate(Bitrate::BitsPerSecond(BITS_PER_SECOND)).expect("Opus has this rate of bits");
    encoder.set_complexity(COMPLEXITY).expect("Opus has this complexity");
    encoder
}
