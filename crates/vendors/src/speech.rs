//! Bytes of a synthesiser, as samples at the rate of all speech.

use audio::resample::Resampler;
use ports::SPEECH_RATE;

use crate::wav::{BadWav, WavReader};

/// No reply is longer than ten minutes.
pub(crate) const MAX_SPEECH_BYTES: usize = 10 * 60 * SPEECH_RATE as usize * 2;

/// Turns a WAV stream, or bare samples, into samples at [`SPEECH_RATE`].
pub(crate) struct SpeechDecoder {
    bytes: usize,
    state: State,
}

enum State {
    /// Not enough seen to know what it is.
    Sniffing(Vec<u8>),
    /// 16 bit little endian at [`SPEECH_RATE`]; an odd byte waits for its other half.
    Bare(Option<u8>),
    Wav(WavReader),
    Resampled(WavReader, Resampler),
}

/// Why the speech cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadSpeech {
    #[error(transparent)]
    Wav(#[from] BadWav),
    #[error("more speech than fits into ten minutes")]
    TooLong,
}

impl SpeechDecoder {
    /// For something that may come with or without a WAV header.
    pub(crate) fn sniffing() -> Self {
        Self { bytes: 0, state: State::Sniffing(Vec::new()) }
    }

    pub(crate) fn wav() -> Self {
        Self { bytes: 0, state: State::Wav(WavReader::default()) }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<i16>, BadSpeech> {
        self.bytes += bytes.len();
        if self.bytes > MAX_SPEECH_BYTES {
            return Err(BadSpeech::TooLong);
        }
        match &mut self.state {
            State::Sniffing(seen) => {
                seen.extend_from_slice(bytes);
                if seen.len() < 4 {
                    return Ok(Vec::new());
                }
                let seen = std::mem::take(seen);
                self.bytes -= seen.len();
                self.state =
                    if seen.starts_with(b"RIFF") { State::Wav(WavReader::default()) } else { State::Bare(None) };
                self.push(&seen)
            }
            State::Bare(odd) => Ok(bare_samples(odd, bytes)),
            State::Wav(reader) => {
                let samples = reader.push(bytes)?;
                match reader.rate() {
                    Some(rate) if rate != SPEECH_RATE => {
                        let mut resampler = Resampler::new(rate, SPEECH_RATE);
                        let mut resampled = Vec::new();
                        resampler.push(&samples, &mut resampled);
                        self.state = State::Resampled(std::mem::take(reader), resampler);
                        Ok(resampled)
                    }
                    Some(_) | None => Ok(samples),
                }
            }
            State::Resampled(reader, resampler) => {
                let mut resampled = Vec::new();
                resampler.push(&reader.push(bytes)?, &mut resampled);
                Ok(resampled)
            }
        }
    }

    pub(crate) fn finish(self) -> Result<Vec<i16>, BadSpeech> {
        match self.state {
            State::Sniffing(seen) => Ok(bare_samples(&mut None, &seen)),
            State::Bare(_) => Ok(Vec::new()),
            State::Wav(reader) => {
                reader.finish()?;
                Ok(Vec::new())
            }
            State::Resampled(reader, resampler) => {
                reader.finish()?;
                let mut rest = Vec::new();
                resampler.finish(&mut rest);
                Ok(rest)
            }
        }
    }
}

fn bare_samples(odd: &mut Option<u8>, bytes: &[u8]) -> Vec<i16> {
    let bytes: Vec<u8> = odd.take().into_iter().chain(bytes.iter().copied()).collect();
    let pairs = bytes.chunks_exact(2);
    *odd = pairs.remainder().first().copied();
    pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(mut decoder: SpeechDecoder, bytes: &[u8], piece: usize) -> Result<Vec<i16>, BadSpeech> {
        let mut samples = Vec::new();
        for piece in bytes.chunks(piece) {
            samples.extend(decoder.push(piece)?);
        }
        samples.extend(decoder.finish()?);
        Ok(samples)
    }

    #[test]
    fn bare_samples_survive_being_cut_in_the_middle() {
        let samples: Vec<i16> = (0..300).map(|n| n * 100 - 15_000).collect();
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for piece in [1, 2, 3, 5, 64, 601] {
            assert_eq!(decode(SpeechDecoder::sniffing(), &bytes, piece).unwrap(), samples);
        }
    }

    #[test]
    fn a_wav_of_another_rate_is_recognised_and_resampled() {
        let wav = audio::wav::encode(&[1000; 22_050], 22_050);
        for piece in [1, 43, 44, 45, 4096, 50_000] {
            let samples = decode(SpeechDecoder::sniffing(), &wav, piece).unwrap();
            assert_eq!(samples.len(), 24_000);
            assert!(samples[100..23_900].iter().all(|sample| (999..=1001).contains(sample)));
        }
    }

    #[test]
    fn speech_without_an_end_is_cut_off() {
        let mut decoder = SpeechDecoder::sniffing();
        let minute = vec![0; MAX_SPEECH_BYTES / 10];
        assert!((0..10).all(|_| decoder.push(&minute).is_ok()));
        assert_eq!(decoder.push(&[0]), Err(BadSpeech::TooLong));
    }

    #[test]
    fn bare_samples_are_refused_where_a_wav_is_due() {
        assert_eq!(decode(SpeechDecoder::wav(), &[7; 40], 40), Err(BadSpeech::Wav(BadWav::NotWav)));
        assert_eq!(decode(SpeechDecoder::wav(), &[], 40), Err(BadSpeech::Wav(BadWav::NoSound)));
    }
}
