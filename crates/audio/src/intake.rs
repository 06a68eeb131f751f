use serde::{Deserialize, Serialize};

use crate::{
    AudioError, Declared, Limits, Segment,
    declared::Kind,
    live::{Heard, Listener, LiveDecoder, Nobody},
    magic::{self, Container},
    mp4::Mp4,
    ogg::Ogg,
    opus::OpusHead,
    pending::{Pending, Stream},
    sink::{Codec, Sink},
    wav::{Pcm, Wav},
    webm::WebM,
};

/// The bytes of one session's microphone, as they arrive.
///
/// An error says what was left out. What was collected before stays, and the next good chunk is taken.
pub struct Intake {
    source: Source,
    /// The unfinished element's bytes.
    carry: Vec<u8>,
    declared: Kind,
    pending: Pending,
}

#[derive(Debug, Default, Serialize, Deserialize)]
enum Source {
    /// Too few bytes to tell.
    #[default]
    Unknown,
    WebM(WebM),
    Ogg(Ogg),
    Mp4(Mp4),
    Wav(Wav),
    Pcm(Pcm),
    OpusPackets,
    /// Whatever continues a stream that had to be given up.
    Refused,
}

#[derive(Serialize, Deserialize)]
struct State {
    source: Source,
    carry: Vec<u8>,
    declared: Kind,
    stream: Option<Stream>,
    streams: u32,
}

impl Intake {
    pub fn new(limits: Limits) -> Self {
        Self { source: Source::Unknown, carry: Vec::new(), declared: Kind::Unknown, pending: Pending::new(limits) }
    }

    /// Takes a chunk as it was received. The bytes decide what it is: a container's first bytes begin a new stream, anything else
    /// continues the active one; without one it is what was declared, or 16-bit PCM of 16 kHz mono.
    pub fn push(&mut self, chunk: &[u8], declared: &Declared) -> Result<(), AudioError> {
        self.take(chunk, declared, &mut Nobody)
    }

    /// The same, and `listener` hears at once what is kept, in the same order.
    pub fn push_heard(
        &mut self,
        chunk: &[u8],
        declared: &Declared,
        listener: &mut LiveDecoder,
    ) -> Result<(), AudioError> {
        self.take(chunk, declared, listener)
    }

    /// Milliseconds of audio since the last cut.
    pub fn pending_ms(&self) -> u64 {
        self.pending.duration_ms()
    }

    /// Everything since the last cut as files that play by themselves, one for each stream; none if no whole packet is there.
    pub fn cut(&mut self) -> Vec<Segment> {
        self.pending.cut()
    }

    /// What must be kept with the segments of a cut so that another process can go on exactly there: the parameters and the
    /// unfinished element's bytes, at most a little more than `Limits::element`. Audio that was not cut is not in it.
    pub fn state(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct StateRef<'a> {
            source: &'a Source,
            carry: &'a [u8],
            declared: Kind,
            stream: Option<Stream>,
            streams: u32,
        }
        let (stream, streams) = self.pending.state();
        let state = StateRef { source: &self.source, carry: &self.carry, declared: self.declared, stream, streams };
        postcard::to_stdvec(&state).expect("plain values in memory can always be written")
    }

    /// Goes on from what [`state`](Self::state) gave.
    pub fn restore(state: &[u8], limits: Limits) -> Result<Self, AudioError> {
        let state: State = postcard::from_bytes(state).map_err(|_| AudioError::BadState)?;
        let sound = state.stream.is_none_or(Stream::is_sound) && state.source.is_sound();
        if !sound {
            return Err(AudioError::BadState);
        }
        let pending = Pending::resume(limits, state.stream, state.streams);
        Ok(Self { source: state.source, carry: state.carry, declared: state.declared, pending })
    }

    fn take(&mut self, chunk: &[u8], declared: &Declared, listener: &mut impl Listener) -> Result<(), AudioError> {
        self.notice(declared);
        self.pending.begin_chunk();
        if let Some(container) = magic::container(chunk).filter(|container| self.restarts(*container, chunk)) {
            self.begin(container);
        }
        let parsed = match self.source {
            Source::Unknown => self.recognise(chunk, declared, listener),
            _ => self.follow(chunk, declared, listener),
        };
        let left_out = self.pending.take_problem();
        parsed.and(left_out.map_or(Ok(()), Err))
    }

    /// A client that says something new speaks of a new stream. Only raw audio needs to be told by that: a container has a
    /// header, and what is none must not be taken for samples that go on.
    fn notice(&mut self, declared: &Declared) {
        let changed = self.declared != Kind::Unknown && self.declared != declared.kind;
        let is_new = match declared.kind {
            Kind::Pcm | Kind::OpusPackets => changed || matches!(self.source, Source::Refused),
            Kind::Container | Kind::Other => matches!(self.source, Source::Pcm(_) | Source::OpusPackets),
            Kind::Unknown => false,
        };
        if is_new {
            self.source = Source::Unknown;
            self.carry.clear();
        }
        if declared.kind != Kind::Unknown {
            self.declared = declared.kind;
        }
    }

    /// Whether a chunk that looks like the beginning of a recording is one.
    fn restarts(&self, container: Container, chunk: &[u8]) -> bool {
        const FIRST_PAGE: u8 = 2;
        match (&self.source, container) {
            (Source::Ogg(_), Container::Ogg) => chunk.get(5).is_some_and(|flags| flags & FIRST_PAGE != 0),
            // What little came before may be the beginning of this one, or none of it.
            (Source::Unknown, _) => {
                let with_carry = || [&self.carry, &chunk[..chunk.len().min(magic::ENOUGH)]].concat();
                self.carry.is_empty() || magic::container(&with_carry()).is_none()
            }
            _ => true,
        }
    }

    fn begin(&mut self, container: Container) {
        self.carry.clear();
        self.source = match container {
            Container::WebM => Source::WebM(WebM::default()),
            Container::Ogg => Source::Ogg(Ogg::default()),
            Container::Mp4 => Source::Mp4(Mp4::default()),
            Container::Wav => Source::Wav(Wav::default()),
        };
    }

    fn recognise(&mut self, chunk: &[u8], declared: &Declared, listener: &mut impl Listener) -> Result<(), AudioError> {
        if declared.kind == Kind::OpusPackets {
            let head = OpusHead::plain(declared.channels()).checked(0)?;
            self.source = Source::OpusPackets;
            self.pending.begin(Codec::Opus(head));
            return self.follow(chunk, declared, listener);
        }
        let mut beginning = std::mem::take(&mut self.carry);
        beginning.extend_from_slice(chunk);
        if let Some(container) = magic::container(&beginning) {
            self.begin(container);
        } else if beginning.len() < magic::ENOUGH {
            self.carry = beginning;
            return Ok(());
        } else if let Some(found) = magic::foreign(&beginning) {
            if magic::foreign_recording(&beginning).is_some() {
                self.source = Source::Refused;
            }
            return Err(AudioError::NotAudio { found: found.to_owned() });
        } else if declared.kind == Kind::Other {
            return Err(AudioError::Unsupported { what: declared.name().to_owned() });
        } else if declared.kind == Kind::Container {
            let (declared, found) = (declared.name().to_owned(), magic::describe(&beginning));
            return Err(AudioError::NoHeader { declared, found });
        } else {
            self.begin_samples(declared.samples())?;
        }
        self.follow(&beginning, declared, listener)
    }

    fn begin_samples(&mut self, pcm: Pcm) -> Result<(), AudioError> {
        self.source = Source::Pcm(pcm.checked()?);
        self.pending.begin(Codec::Pcm(pcm));
        Ok(())
    }

    fn follow(&mut self, chunk: &[u8], declared: &Declared, listener: &mut impl Listener) -> Result<(), AudioError> {
        match self.source {
            Source::Unknown => return Ok(()),
            Source::Refused => return Err(AudioError::Refused),
            Source::OpusPackets => {
                Heard { pending: &mut self.pending, listener }.packet(chunk);
                return Ok(());
            }
            Source::Pcm(pcm) if declared.kind == Kind::Pcm && declared.samples_like(pcm) != pcm => {
                self.carry.clear();
                self.begin_samples(declared.samples_like(pcm))?;
            }
            Source::WebM(_) | Source::Ogg(_) | Source::Mp4(_)
                if self.pending.is_in_a_stream() && magic::is_text(chunk) =>
            {
                return Err(AudioError::NotAudio { found: "text".to_owned() });
            }
            Source::Pcm(_) | Source::WebM(_) | Source::Ogg(_) | Source::Mp4(_) | Source::Wav(_) => {}
        }
        let limits = self.pending.limits;
        let mut sink = Heard { pending: &mut self.pending, listener };
        let parsed = if self.carry.is_empty() {
            let parsed = self.source.parse(chunk, &limits, &mut sink);
            self.carry.extend_from_slice(&chunk[parsed.as_ref().map_or(chunk.len(), |taken| *taken)..]);
            parsed
        } else {
            self.carry.extend_from_slice(chunk);
            let parsed = self.source.parse(&self.carry, &limits, &mut sink);
            self.carry.drain(..parsed.as_ref().map_or(self.carry.len(), |taken| *taken));
            parsed
        };
        if self.carry.is_empty() {
            self.carry = Vec::new();
        }
        if parsed.is_err() {
            self.source = Source::Refused;
        }
        parsed.map(|_| ())
    }
}

impl Source {
    /// Takes what is complete in `bytes` and says how much that was. An error ends the stream.
    fn parse(&mut self, bytes: &[u8], limits: &Limits, sink: &mut impl Sink) -> Result<usize, AudioError> {
        match self {
            Self::WebM(webm) => webm.parse(bytes, limits, sink),
            Self::Ogg(ogg) => ogg.parse(bytes, limits, sink),
            Self::Mp4(mp4) => mp4.parse(bytes, limits, sink),
            Self::Wav(wav) => wav.parse(bytes, limits, sink),
            Self::Pcm(pcm) => {
                let whole = bytes.len() - bytes.len() % pcm.frame_bytes();
                sink.packet(&bytes[..whole]);
                Ok(whole)
            }
            Self::Unknown | Self::OpusPackets | Self::Refused => Ok(bytes.len()),
        }
    }

    fn is_sound(&self) -> bool {
        match self {
            Self::Pcm(pcm) => pcm.is_sound(),
            Self::Wav(wav) => wav.is_sound(),
            Self::Unknown | Self::WebM(_) | Self::Ogg(_) | Self::Mp4(_) | Self::OpusPackets | Self::Refused => true,
        }
    }
}
