//! A recogniser that says how much it was given, and waits when it is told to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use async_trait::async_trait;
use ports::{
    LanguageModel, Prompt, Provider, ProviderError, SpeechToText, TokenStream, Transcription, TranscriptionRequest,
    offline::ScenarioPersona,
};
use tokio::sync::watch;

pub(crate) struct Recogniser {
    waits: watch::Sender<bool>,
    is_deaf: AtomicBool,
    running: Arc<AtomicU64>,
}

impl Default for Recogniser {
    fn default() -> Self {
        Self { waits: watch::Sender::new(false), is_deaf: AtomicBool::new(false), running: Arc::default() }
    }
}

impl Recogniser {
    pub(crate) fn waits(&self, waits: bool) {
        self.waits.send_replace(waits);
    }

    /// From now on it hears nothing but silence.
    pub(crate) fn goes_deaf(&self) {
        self.is_deaf.store(true, Ordering::SeqCst);
    }

    /// Recognitions that have begun and neither ended nor been dropped.
    pub(crate) fn running(&self) -> u64 {
        self.running.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl SpeechToText for Recogniser {
    fn provider(&self) -> Provider {
        Provider::demo("listener")
    }

    async fn transcribe(&self, request: TranscriptionRequest) -> Result<Transcription, ProviderError> {
        let _running = Running::begin(&self.running);
        let mut waits = self.waits.subscribe();
        waits.wait_for(|waits| !waits).await.expect("the recogniser is there");
        let text = match self.is_deaf.load(Ordering::SeqCst) {
            true => String::new(),
            false => format!("turn {} lasts {} ms", request.turn, request.utterance.duration.as_millis()),
        };
        Ok(Transcription { text, confidence: None, language: None })
    }
}

struct Running(Arc<AtomicU64>);

impl Running {
    fn begin(count: &Arc<AtomicU64>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The persona that ships, who waits when it is told to.
#[derive(Default)]
pub(crate) struct Persona {
    waits: watch::Sender<bool>,
}

impl Persona {
    pub(crate) fn waits(&self, waits: bool) {
        self.waits.send_replace(waits);
    }
}

#[async_trait]
impl LanguageModel for Persona {
    fn provider(&self) -> Provider {
        ScenarioPersona.provider()
    }

    async fn answer(&self, prompt: Prompt) -> Result<TokenStream, ProviderError> {
        let mut waits = self.waits.subscribe();
        waits.wait_for(|waits| !waits).await.expect("the persona is there");
        ScenarioPersona.answer(prompt).await
    }
}
