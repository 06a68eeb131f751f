use audiopus::{Channels, MutSignals, SampleRate, coder::Decoder, packet::Packet};
use symphonia::{
    core::{
        codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions, well_known::CODEC_ID_AAC},
        packet::PacketRef,
        units::{Duration, Timestamp},
    },
    default::codecs::AacDecoder,
};

use crate::{
    AudioError, Limits,
    aac::{self, AacConfig},
    magic::{self, Container},
    mp4::Mp4,
    ogg::Ogg,
    opus::{self, OpusHead},
    resample::Resampler,
    sink::{Codec, Origin, Sink},
    wav::{Pcm, SampleFormat, Wav},
    webm::WebM,
};

/// Of everything that [`decode`] gives.
pub const SAMPLE_RATE: u32 = 16_000;
/// Opus counts at 48 kHz.
const OPUS_DIVISOR: u64 = 3;

/// Decodes segments of one utterance, in order, to 16 kHz mono. Segments that continue each other share one decoder, so that a cut
/// leaves no seam; a packet that cannot be decoded is concealed.
pub fn decode<S: AsRef<[u8]>>(segments: impl IntoIterator<Item = S>) -> Result<Vec<i16>, AudioError> {
    let mut decoding = Decoding::default();
    for segment in segments {
        read(segment.as_ref(), &mut decoding)?;
    }
    decoding.end_voice();
    Ok(decoding.output)
}

/// [`decode`], segment by segment.
#[derive(Default)]
pub struct SegmentDecoder(Decoding);

impl SegmentDecoder {
    /// What the next segment adds. One that cannot be read is left out with an error.
    pub fn push(&mut self, segment: &[u8]) -> Result<Vec<i16>, AudioError> {
        read(segment, &mut self.0)?;
        Ok(std::mem::take(&mut self.0.output))
    }
}

/// Reads a whole file of any kind that is ever stored.
pub(crate) fn read(segment: &[u8], sink: &mut impl Sink) -> Result<(), AudioError> {
    let limits = Limits { element: segment.len(), ..Limits::default() };
    match magic::container(segment) {
        Some(Container::Ogg) => Ogg::default().parse(segment, &limits, sink)?,
        Some(Container::Wav) => Wav::default().parse(segment, &limits, sink)?,
        Some(Container::WebM) => WebM::default().parse(segment, &limits, sink)?,
        Some(Container::Mp4) => Mp4::default().parse(segment, &limits, sink)?,
        None if aac::is_adts(segment) => return aac::parse_adts(segment, sink),
        None => return Err(AudioError::UnknownFile { found: magic::describe(segment) }),
    };
    Ok(())
}

#[derive(Default)]
pub(crate) struct Decoding {
    pub(crate) output: Vec<i16>,
    voice: Option<Voice>,
}

/// What turns the current stream's packets into samples.
enum Voice {
    Opus(OpusVoice),
    Aac(AacConfig, Box<AacDecoder>, Resampler),
    Pcm(Pcm, Resampler),
}

struct OpusVoice {
    decoder: Decoder,
    channels: u8,
    /// Where the next packet belongs.
    origin: Origin,
    /// Output samples that are not to be heard.
    unheard: usize,
}

impl Decoding {
    /// Appends what the stream's resampler still holds.
    pub(crate) fn end_voice(&mut self) {
        match self.voice.take() {
            Some(Voice::Aac(_, _, resampler) | Voice::Pcm(_, resampler)) => resampler.finish(&mut self.output),
            Some(Voice::Opus(_)) | None => {}
        }
    }
}

impl Sink for Decoding {
    fn begin(&mut self, codec: Codec, origin: Origin) {
        match (&mut self.voice, codec) {
            (Some(Voice::Opus(voice)), Codec::Opus(head)) if voice.is_continued_by(head, origin) => {
                voice.unheard += unheard(head);
                return;
            }
            (Some(Voice::Aac(config, ..)), Codec::Aac(next)) if *config == next => return,
            (Some(Voice::Pcm(pcm, _)), Codec::Pcm(next)) if *pcm == next => return,
            _ => self.end_voice(),
        }
        self.voice = match codec {
            Codec::Opus(head) => OpusVoice::new(head, origin).map(Voice::Opus),
            Codec::Aac(config) => {
                aac_decoder(config).map(|decoder| Voice::Aac(config, Box::new(decoder), to_output(config.rate())))
            }
            Codec::Pcm(pcm) => Some(Voice::Pcm(pcm, to_output(pcm.rate))),
        };
    }

    fn packet(&mut self, packet: &[u8]) {
        match &mut self.voice {
            Some(Voice::Opus(voice)) => voice.packet(packet, &mut self.output),
            Some(Voice::Aac(_, decoder, resampler)) => {
                let mono = aac_frame(decoder, packet);
                resampler.push(&mono, &mut self.output);
            }
            Some(Voice::Pcm(pcm, resampler)) => resampler.push(&to_mono(*pcm, packet), &mut self.output),
            None => {}
        }
    }

    /// The rest of the recording is worth more than the complaint.
    fn problem(&mut self, _: AudioError) {}
}

impl OpusVoice {
    fn new(head: OpusHead, origin: Origin) -> Option<Self> {
        let decoder = Decoder::new(SampleRate::Hz16000, Channels::Mono).ok()?;
        decoder.set_gain(head.gain.into()).ok()?;
        Some(Self { decoder, channels: head.channels, origin, unheard: unheard(head) })
    }

    fn is_continued_by(&self, head: OpusHead, origin: Origin) -> bool {
        origin.position > 0 && origin == self.origin && head.channels == self.channels
    }

    fn packet(&mut self, packet: &[u8], output: &mut Vec<i16>) {
        let Some(samples) = opus::duration(packet) else { return };
        self.origin.position = self.origin.position.saturating_add(samples.into());
        let mut buffer = [0_i16; (opus::MAX_PACKET_SAMPLES as u64 / OPUS_DIVISOR) as usize];
        let room = &mut buffer[..(u64::from(samples) / OPUS_DIVISOR) as usize];
        let decoded = self.decode(Packet::try_from(packet).ok(), room).or_else(|| self.decode(None, room));
        let heard = decoded.map_or(room.len(), |length| length.min(room.len()));
        let unheard = self.unheard.min(heard);
        self.unheard -= unheard;
        output.extend_from_slice(&room[unheard..heard]);
    }

    fn decode(&mut self, packet: Option<Packet<'_>>, room: &mut [i16]) -> Option<usize> {
        self.decoder.decode(packet, MutSignals::try_from(room).ok()?, false).ok()
    }
}

fn unheard(head: OpusHead) -> usize {
    (u64::from(head.pre_skip) / OPUS_DIVISOR) as usize
}

fn to_output(rate: u32) -> Resampler {
    Resampler::new(rate, SAMPLE_RATE)
}

fn aac_decoder(config: AacConfig) -> Option<AacDecoder> {
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_AAC).with_sample_rate(config.rate()).with_extra_data(Box::from(config.write()));
    AacDecoder::try_new(&parameters, &AudioDecoderOptions::default()).ok()
}

fn aac_frame(decoder: &mut AacDecoder, frame: &[u8]) -> Vec<i16> {
    let packet = PacketRef::new(0, Timestamp::ZERO, Duration::from(aac::FRAME_SAMPLES), frame);
    let Ok(decoded) = decoder.decode_ref(&packet) else { return vec![0; aac::FRAME_SAMPLES as usize] };
    let channels = decoded.num_planes().max(1);
    let mut interleaved = Vec::<i16>::new();
    decoded.copy_to_vec_interleaved(&mut interleaved);
    mix(interleaved.into_iter(), channels)
}

fn to_mono(pcm: Pcm, bytes: &[u8]) -> Vec<i16> {
    let channels = pcm.channels.into();
    match pcm.format {
        SampleFormat::Int16 => mix(bytes.as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample)), channels),
        SampleFormat::Float32 => {
            let samples = bytes.as_chunks().0.iter().map(|sample| f32::from_le_bytes(*sample));
            mix(samples.map(|sample| (sample * 32_768.0).round() as i16), channels)
        }
    }
}

fn mix(mut samples: impl Iterator<Item = i16>, channels: usize) -> Vec<i16> {
    if channels == 1 {
        return samples.collect();
    }
    let mut mono = Vec::new();
    while let Some(first) = samples.next() {
        let others: i32 = samples.by_ref().take(channels - 1).map(i32::from).sum();
        mono.push(((i32::from(first) + others) / channels as i32) as i16);
    }
    mono
}
