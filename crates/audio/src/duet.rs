use audiopus::{Application, Bitrate, Channels, SampleRate, coder::Encoder};

use crate::{
    ogg::Writer,
    opus::{OpusHead, RATE},
    sink::Origin,
};

/// Two voices as one Ogg/Opus file, the first on the left and the second on the right. Never holds more than what was
/// pushed last.
pub struct Duet {
    encoder: Encoder,
    writer: Writer,
    /// The header, until the first piece is given.
    begun: Vec<u8>,
    bytes: Vec<u8>,
    lengths: Vec<u32>,
}

/// Samples per channel, 20 ms; whatever is pushed is a multiple of it.
pub const DUET_FRAME: usize = 320;

const BITS_PER_SECOND: i32 = 48_000;
/// Of 10. A recording is listened to once or twice and made for every session.
const COMPLEXITY: u8 = 3;
const LARGEST_PACKET: usize = 1_275;

impl Duet {
    pub fn new() -> Self {
        let encoder = Encoder::new(SampleRate::Hz16000, Channels::Stereo, Application::Audio);
        let mut encoder = encoder.expect("Opus has this rate and two channels");
        encoder.set_bitrate(Bitrate::BitsPerSecond(BITS_PER_SECOND)).expect("Opus has this rate of bits");
        encoder.set_complexity(COMPLEXITY).expect("Opus has this complexity");
        let lookahead = encoder.lookahead().unwrap_or_default() * (RATE / crate::SAMPLE_RATE);
        let mut begun = Vec::new();
        let pre_skip = u16::try_from(lookahead).unwrap_or_default();
        let writer = Writer::begin(OpusHead::plain(2), pre_skip, Origin { stream: 1, position: 0 }, &mut begun);
        Self { encoder, writer, begun, bytes: Vec::new(), lengths: Vec::new() }
    }

    /// Takes what both say at the same time, at [`crate::SAMPLE_RATE`], and gives the next piece of the file.
    pub fn push(&mut self, left: &[i16], right: &[i16]) -> Vec<u8> {
        let piece = self.give(false);
        let mut packet = [0; LARGEST_PACKET];
        for (left, right) in left.chunks_exact(DUET_FRAME).zip(right.chunks_exact(DUET_FRAME)) {
            let both: Vec<i16> = left.iter().zip(right).flat_map(|(left, right)| [*left, *right]).collect();
            let length = self.encoder.encode(&both, &mut packet).expect("a whole frame fits into the largest packet");
            self.bytes.extend_from_slice(&packet[..length]);
            self.lengths.push(length as u32);
        }
        piece
    }

    /// The rest of the file.
    pub fn finish(mut self) -> Vec<u8> {
        self.give(true)
    }

    /// The last page of a stream is marked, and which one that is shows only in `finish`.
    fn give(&mut self, last: bool) -> Vec<u8> {
        let mut piece = std::mem::take(&mut self.begun);
        if last || !self.lengths.is_empty() {
            self.writer.audio(&self.bytes, &self.lengths, last, &mut piece);
            self.bytes.clear();
            self.lengths.clear();
        }
        piece
    }
}

impl Default for Duet {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use audiopus::{MutSignals, coder::Decoder, packet::Packet};

    use super::*;
    use crate::{
        AudioError, SAMPLE_RATE, decode,
        decode::read,
        sink::{Codec, Sink},
    };

    /// A second of a tone that is loud enough to be heard.
    fn tone(hertz: f64) -> Vec<i16> {
        let rate = f64::from(SAMPLE_RATE);
        let sample = |n: u32| (f64::from(n) * hertz * std::f64::consts::TAU / rate).sin() * 8_000.0;
        (0..SAMPLE_RATE).map(|n| sample(n) as i16).collect()
    }

    struct Ears {
        decoder: Decoder,
        left: Vec<i16>,
        right: Vec<i16>,
    }

    impl Sink for Ears {
        fn begin(&mut self, codec: Codec, _: Origin) {
            assert!(matches!(codec, Codec::Opus(OpusHead { channels: 2, .. })));
        }

        fn packet(&mut self, packet: &[u8]) {
            let mut room = [0_i16; DUET_FRAME * 2];
            let packet = Packet::try_from(packet).unwrap();
            self.decoder.decode(Some(packet), MutSignals::try_from(&mut room[..]).unwrap(), false).unwrap();
            for pair in room.chunks_exact(2) {
                self.left.push(pair[0]);
                self.right.push(pair[1]);
            }
        }

        fn problem(&mut self, problem: AudioError) {
            panic!("{problem}");
        }
    }

    fn loudness(samples: &[i16]) -> f64 {
        let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        (sum / samples.len() as f64).sqrt()
    }

    #[test]
    fn each_voice_is_heard_on_its_own_side_at_its_own_time() {
        let (silence, tone) = (vec![0; SAMPLE_RATE as usize], tone(440.0));
        let mut duet = Duet::new();
        let mut file = Vec::new();
        for (left, right) in [(&tone, &silence), (&silence, &silence), (&silence, &tone)] {
            file.extend(duet.push(left, right));
        }
        file.extend(duet.finish());
        let decoder = Decoder::new(SampleRate::Hz16000, Channels::Stereo).unwrap();
        let mut ears = Ears { decoder, left: Vec::new(), right: Vec::new() };
        read(&file, &mut ears).unwrap();
        let second = SAMPLE_RATE as usize;
        let heard =
            |side: &[i16], number: usize| loudness(&side[number * second + 3_000..(number + 1) * second - 3_000]);
        assert!(heard(&ears.left, 0) > 4_000.0 && heard(&ears.right, 2) > 4_000.0);
        for quiet in [heard(&ears.right, 0), heard(&ears.left, 1), heard(&ears.right, 1), heard(&ears.left, 2)] {
            assert!(quiet < 400.0, "{quiet}");
        }
        let length = decode([&file]).unwrap().len();
        assert!(length.abs_diff(3 * second) < DUET_FRAME, "{length}");
    }

    #[test]
    fn the_same_voices_make_the_same_file() {
        let tone = tone(300.0);
        let make = || {
            let mut duet = Duet::new();
            let mut file = duet.push(&tone, &tone);
            file.extend(duet.finish());
            file
        };
        assert!(make() == make());
    }
}
