//! Listens along while the user speaks: decodes what arrives, tells speech from silence, and passes it on to whoever
//! is to understand it.

mod echo;

use audio::{
    LiveDecoder, Preroll,
    vad::{SpeechChange, SpeechDetector, SpeechSettings},
};
use ports::SpeechInput;
use session::{OpId, SoundChange};
use tokio::sync::mpsc;

use echo::EchoGuard;

/// A word begins before it is loud.
const BEFORE_ONSET_MS: u64 = 300;
/// An onset is told late, with the chunk in which it lies.
const RECENT_MS: u32 = 1_500;
/// Chunks that wait for a recogniser. One that is slower gives up, and hears the whole from the store.
const WAITING_CHUNKS: usize = 256;

pub(crate) struct Hearing {
    decoder: LiveDecoder,
    detector: SpeechDetector,
    recent: Preroll,
    /// When the last speech began.
    onset_ms: u64,
    /// Unless the client keeps its loudspeaker out of its microphone.
    echo: Option<EchoGuard>,
    listener: Option<Listener>,
    /// It could not keep up.
    left_behind: Option<OpId>,
}

struct Listener {
    op: OpId,
    speech: mpsc::Sender<ports::Sound>,
}

impl Hearing {
    /// Where nobody says whether the client cancels echoes, it is found out.
    pub(crate) fn new(echo_is_cancelled: Option<bool>) -> Self {
        Self {
            decoder: LiveDecoder::default(),
            detector: SpeechDetector::new(SpeechSettings::default()),
            recent: Preroll::new(RECENT_MS),
            onset_ms: 0,
            echo: EchoGuard::where_needed(echo_is_cancelled),
            listener: None,
            left_behind: None,
        }
    }

    /// The client says something new about its loudspeaker.
    pub(crate) fn guard(&mut self, echo_is_cancelled: Option<bool>) {
        self.echo = EchoGuard::where_needed(echo_is_cancelled);
    }

    /// Where the intake puts what it hears.
    pub(crate) fn decoder(&mut self) -> &mut LiveDecoder {
        &mut self.decoder
    }

    /// What the last chunk held.
    pub(crate) fn take(&mut self) -> session::Sound {
        let samples = self.decoder.take();
        let changes: Vec<SoundChange> = self.detector.hear(&samples).into_iter().map(change).collect();
        let (head_ms, speaking) = (self.detector.head_ms(), self.detector.is_speaking());
        let (changes, speaking) = match &mut self.echo {
            Some(echo) => echo.judge(&samples, changes, speaking, head_ms),
            None => (changes, speaking),
        };
        let mut pauses = false;
        for change in &changes {
            match change {
                SoundChange::Started { at_ms } => self.onset_ms = *at_ms,
                SoundChange::Stopped { .. } | SoundChange::Withdrawn => pauses = true,
            }
        }
        self.recent.hear(&samples);
        self.pass_on(ports::Sound::Samples(samples));
        if pauses {
            self.pass_on(ports::Sound::Pause);
        }
        session::Sound { head_ms, changes, speaking }
    }

    /// The client is given this to play.
    pub(crate) fn play(&mut self, samples: &[i16]) {
        if let Some(echo) = &mut self.echo {
            echo.play(samples, self.detector.head_ms());
        }
    }

    /// What it was given to play and has not played, it does not play now.
    pub(crate) fn stop_playing(&mut self) {
        if let Some(echo) = &mut self.echo {
            echo.stop();
        }
    }

    /// Somebody listens from a little before now on.
    pub(crate) fn begin(&mut self, op: OpId) -> SpeechInput {
        let (speech, mut input) = mpsc::channel(WAITING_CHUNKS);
        self.listener = Some(Listener { op, speech });
        self.pass_on(ports::Sound::Samples(self.recent.since(self.onset_ms.saturating_sub(BEFORE_ONSET_MS))));
        Box::pin(futures_util::stream::poll_fn(move |context| input.poll_recv(context)))
    }

    /// There is no more to listen to for this one.
    pub(crate) fn finish(&mut self, op: OpId) {
        self.listener.take_if(|listener| listener.op == op);
    }

    /// A listener that missed something, and would misunderstand the rest.
    pub(crate) fn take_left_behind(&mut self) -> Option<OpId> {
        self.left_behind.take()
    }

    fn pass_on(&mut self, sound: ports::Sound) {
        let misses_it = |listener: &mut Listener| listener.speech.try_send(sound).is_err();
        if let Some(listener) = self.listener.take_if(misses_it) {
            self.left_behind = Some(listener.op);
        }
    }
}

fn change(change: SpeechChange) -> SoundChange {
    match change {
        SpeechChange::Started { at_ms } => SoundChange::Started { at_ms },
        SpeechChange::Stopped { at_ms } => SoundChange::Stopped { at_ms },
    }
}
