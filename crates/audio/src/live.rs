use crate::{
    AudioError, SAMPLE_RATE,
    decode::Decoding,
    pending::{Pending, Stream},
    sink::{Codec, Origin, Sink},
};

/// Hears a stream while it arrives: see [`Intake::push_heard`](crate::Intake::push_heard). What it gives is what
/// [`decode`](crate::decode) makes of the same packets once they are stored, less what a resampler still holds.
///
/// It may be new at any time: it begins wherever the intake is, also in another process.
#[derive(Default)]
pub struct LiveDecoder {
    decoding: Decoding,
    /// Where the next packet belongs if it continues what was heard last.
    next: Option<Stream>,
    missed_us: u64,
}

/// Samples that wait to be taken, half a minute. A few bytes can claim ten minutes of sound; nobody needs to hear these at once.
const MOST_WAITING: usize = 30 * SAMPLE_RATE as usize;

impl LiveDecoder {
    pub fn new() -> Self {
        Self::default()
    }

    /// The samples at [`SAMPLE_RATE`] that were heard since the last time. Take them after every chunk: what comes while half a
    /// minute waits is left out.
    pub fn take(&mut self) -> Vec<i16> {
        std::mem::take(&mut self.decoding.output)
    }

    /// Milliseconds that were kept but not heard, because too much came at once.
    pub fn missed_ms(&self) -> u64 {
        self.missed_us / 1000
    }

    /// The rest, and what a resampler still holds.
    pub fn finish(mut self) -> Vec<i16> {
        self.decoding.end_voice();
        self.decoding.output
    }
}

/// Who hears what an intake keeps.
pub(crate) trait Listener {
    /// One packet, or any number of PCM frames, and where it is.
    fn hear(&mut self, place: Stream, packet: &[u8]);
}

/// An intake whose audio is only stored decodes nothing.
pub(crate) struct Nobody;

/// Keeps what a parser finds, and lets it be heard.
pub(crate) struct Heard<'a, L> {
    pub(crate) pending: &'a mut Pending,
    pub(crate) listener: &'a mut L,
}

impl Listener for Nobody {
    fn hear(&mut self, _: Stream, _: &[u8]) {}
}

impl Listener for LiveDecoder {
    fn hear(&mut self, place: Stream, packet: &[u8]) {
        let Ok(samples) = place.codec.samples_of(packet) else { return };
        if self.decoding.output.len() >= MOST_WAITING {
            self.missed_us += samples * 1_000_000 / u64::from(place.codec.rate());
            return;
        }
        if self.next != Some(place) {
            self.decoding.begin(place.beginning(), place.origin);
        }
        self.decoding.packet(packet);
        self.next = Some(place.after(samples));
    }
}

impl<L: Listener> Sink for Heard<'_, L> {
    fn begin(&mut self, codec: Codec, _: Origin) {
        self.pending.begin(codec);
    }

    fn packet(&mut self, packet: &[u8]) {
        if let Some(place) = self.pending.keep(packet) {
            self.listener.hear(place, packet);
        }
    }

    fn problem(&mut self, problem: AudioError) {
        self.pending.problem(problem);
    }
}
