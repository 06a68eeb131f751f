//! Carries out one piece of the machine's work and reports what comes of it.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use ports::{
    AnimationRequest, Fault, ListeningRequest, ObjectKey, Partial, Prompt, ProviderError, SPEECH_RATE, Scenario,
    SessionId, SpeechInput, SpeechPiece, SpeechRequest, Token, TranscriptionRequest, Utterance,
};
use session::{Failure, FailureKind, Line, OpEvent, OpId, Source, TurnId};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    Engine, Meter, Step,
    ears::{Piece, StoredUtterance},
    spans, translate,
};

/// Words that are there already are told together.
const TOKENS_AT_ONCE: usize = 64;

/// What work says to the session that began it.
pub(crate) struct Report {
    pub(crate) op: OpId,
    /// Boxed, so that an empty queue of reports is small.
    pub(crate) what: Box<Happened>,
}

pub(crate) enum Happened {
    Machine(OpEvent),
    /// The store has the pieces; the session's ears know which.
    Stored,
    /// The voice has said this much more.
    Voice(Vec<i16>),
}

impl Happened {
    /// More will be reported.
    pub(crate) fn goes_on(&self) -> bool {
        match self {
            Self::Machine(event) => matches!(event, OpEvent::Token(_) | OpEvent::Partial { .. } | OpEvent::Word { .. }),
            Self::Voice(_) => true,
            Self::Stored => false,
        }
    }
}

/// What every piece of work needs.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) engine: Arc<Engine>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) session: SessionId,
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) max_turns: u32,
    pub(crate) reports: mpsc::Sender<Report>,
}

impl Desk {
    pub(crate) async fn store(self, op: OpId, pieces: Arc<[Piece]>) {
        for piece in pieces.iter() {
            let media_type = piece.segment.format.media_type();
            let began = Instant::now();
            let put = self.engine.objects.put_parts(&piece.key, Arc::clone(&piece.segment.parts), media_type).await;
            if let Err(error) = put {
                self.meter.failed_puts.add(1);
                tracing::warn!(session.id = %self.session, %error, "A segment could not be stored");
                return self.report(op, Happened::Machine(unavailable())).await;
            }
            self.took(Step::Store, began);
        }
        self.report(op, Happened::Stored).await;
    }

    pub(crate) async fn transcribe(
        self,
        op: OpId,
        turn: TurnId,
        duration_ms: u64,
        language: String,
        audio: StoredUtterance,
    ) {
        let request = TranscriptionRequest {
            session: self.session.clone(),
            turn: turn.0,
            language,
            scenario: Arc::clone(&self.scenario),
            utterance: Utterance { duration: Duration::from_millis(duration_ms), source: Arc::new(audio) },
        };
        let by = translate::source(self.engine.recogniser.provider());
        let began = Instant::now();
        let event = match self.engine.recogniser.transcribe(request).await {
            Ok(heard) => {
                self.took(Step::Transcribe, began);
                OpEvent::Heard { text: heard.text, language: heard.language, confidence: heard.confidence, by }
            }
            Err(error) => self.failed("transcribe", turn, &error),
        };
        self.report(op, Happened::Machine(event)).await;
    }

    pub(crate) async fn listen(self, op: OpId, turn: TurnId, language: String, speech: SpeechInput) {
        let request = ListeningRequest {
            session: self.session.clone(),
            turn: turn.0,
            language,
            scenario: Arc::clone(&self.scenario),
        };
        let reports = self.reports.clone();
        // A session that is busy has no use for every one of them: the next says more.
        let mut told = move |Partial { text, stable_chars }| {
            let what = Box::new(Happened::Machine(OpEvent::Partial { text, stable_chars }));
            let _ = reports.try_send(Report { op, what });
        };
        let event = match self.engine.recogniser.listen(request, speech, &mut told).await {
            Ok(heard) => {
                let by = translate::source(self.engine.recogniser.provider());
                OpEvent::Heard { text: heard.text, language: heard.language, confidence: heard.confidence, by }
            }
            Err(error) => self.failed("listen", turn, &error),
        };
        self.report(op, Happened::Machine(event)).await;
    }

    pub(crate) async fn answer(self, op: OpId, turn: TurnId, number: u32, language: String, history: Vec<Line>) {
        let prompt = Prompt {
            session: self.session.clone(),
            turn: number,
            max_turns: self.max_turns,
            language,
            scenario: Arc::clone(&self.scenario),
            history: history.into_iter().map(translate::line).collect(),
        };
        if let Err(error) = self.stream_answer(op, prompt).await {
            let failed = self.failed("answer", turn, &error);
            self.report(op, Happened::Machine(failed)).await;
        }
    }

    async fn stream_answer(&self, op: OpId, prompt: Prompt) -> Result<(), ProviderError> {
        let provider = self.engine.persona.provider();
        let (began, mut is_first) = (Instant::now(), true);
        let mut tokens = self.engine.persona.answer(prompt).await?.ready_chunks(TOKENS_AT_ONCE);
        while let Some(ready) = tokens.next().await {
            let (mut text, mut end) = (String::new(), None);
            for token in ready {
                match token {
                    Ok(Token::Text(piece)) => text.push_str(&piece),
                    Ok(Token::Finish { reason, usage }) => end = Some(Ok((reason, usage))),
                    Err(error) => end = Some(Err(error)),
                }
                if end.is_some() {
                    break;
                }
            }
            if !text.is_empty() {
                if std::mem::take(&mut is_first) {
                    self.took(Step::FirstToken, began);
                    spans::happened("first token");
                }
                self.report(op, Happened::Machine(OpEvent::Token(text))).await;
            }
            if let Some(end) = end {
                let (reason, usage) = end?;
                self.took(Step::Answer, began);
                let (finish, usage) = (translate::finish(reason), usage.map(translate::usage));
                let answered = OpEvent::Answered { finish, usage, by: translate::source(provider) };
                self.report(op, Happened::Machine(answered)).await;
                return Ok(());
            }
        }
        Err(ProviderError::new(Fault::Garbled, &provider.name, "the answer was cut off"))
    }

    pub(crate) async fn speak(self, op: OpId, turn: TurnId, text: String, language: String, voice: Option<String>) {
        let began = Instant::now();
        let event = match self.stream_speech(op, text, language, voice).await {
            Ok(by) => {
                self.took(Step::Speak, began);
                OpEvent::Spoken { by }
            }
            Err(error) => self.failed("speak", turn, &error),
        };
        self.report(op, Happened::Machine(event)).await;
    }

    async fn stream_speech(
        &self,
        op: OpId,
        text: String,
        language: String,
        voice: Option<String>,
    ) -> Result<Source, ProviderError> {
        let Some(engine) = &self.engine.voice else {
            return Err(ProviderError::new(Fault::Rejected, "none", "there is no voice"));
        };
        let voice = voice.or_else(|| self.scenario.persona.voice.clone());
        let is_silent = !text.chars().any(char::is_alphanumeric);
        let request = SpeechRequest { session: self.session.clone(), text, language, voice };
        let mut pieces = engine.speak(request).await?;
        let mut spoken = 0;
        while let Some(piece) = pieces.next().await {
            match piece? {
                SpeechPiece::Audio(samples) => {
                    if spoken == 0 {
                        spans::happened("first audio");
                    }
                    spoken += samples.len();
                    self.report(op, Happened::Voice(samples)).await;
                }
                SpeechPiece::Word { at_char, at_ms } => {
                    let word = OpEvent::Word { at_char, at_ms: u64::from(at_ms) };
                    self.report(op, Happened::Machine(word)).await;
                }
            }
        }
        if spoken == 0 && !is_silent {
            return Err(ProviderError::new(Fault::Garbled, &engine.provider().name, "nothing was spoken"));
        }
        Ok(translate::source(engine.provider()))
    }

    pub(crate) async fn keep(self, op: OpId, turn: TurnId, speech: Arc<[i16]>) {
        let ending = format!("{}.wav", self.engine.holder);
        let key = ObjectKey::of_session(&self.session, "replies", u64::from(turn.0), &ending);
        let wav = audio::wav::encode(&speech, SPEECH_RATE);
        let event = match self.engine.objects.put(&key, wav.into(), "audio/wav").await {
            Ok(()) => {
                let duration_ms = speech.len() as u64 * 1_000 / u64::from(SPEECH_RATE);
                OpEvent::Kept { audio: key.into(), duration_ms }
            }
            Err(error) => {
                tracing::warn!(session.id = %self.session, turn.id = turn.0, %error, "A reply's speech could not be kept");
                unavailable()
            }
        };
        self.report(op, Happened::Machine(event)).await;
    }

    pub(crate) async fn animate(self, op: OpId, turn: TurnId, text: String, language: String, speech: Arc<[i16]>) {
        let event = match &self.engine.face {
            None => OpEvent::Animated { animation: session::Animation::default(), by: nobody() },
            Some(face) => {
                let session = self.session.clone();
                let request = AnimationRequest { session, text, language, speech, audio_url: None };
                let began = Instant::now();
                match face.animate(request).await {
                    Ok(animation) => {
                        self.took(Step::Animate, began);
                        let by = translate::source(face.provider());
                        OpEvent::Animated { animation: translate::animation(animation), by }
                    }
                    Err(error) => self.failed("animate", turn, &error),
                }
            }
        };
        self.report(op, Happened::Machine(event)).await;
    }

    fn took(&self, step: Step, began: Instant) {
        self.meter.durations(step).observe(began.elapsed());
    }

    fn failed(&self, stage: &'static str, turn: TurnId, error: &ProviderError) -> OpEvent {
        tracing::warn!(session.id = %self.session, turn.id = turn.0, stage, %error, "A provider failed");
        let failure = translate::failure(error);
        spans::failed(failure.kind);
        OpEvent::Failed(failure)
    }

    /// A session that is gone does not listen any more, and that is fine.
    async fn report(&self, op: OpId, what: Happened) {
        let _ = self.reports.send(Report { op, what: Box::new(what) }).await;
    }
}

/// The store is.
fn unavailable() -> OpEvent {
    spans::failed(FailureKind::Unavailable);
    OpEvent::Failed(Failure::new(FailureKind::Unavailable))
}

fn nobody() -> Source {
    Source { provider: "none".to_owned(), demo: false }
}
