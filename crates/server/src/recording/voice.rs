use audio::vad::{SpeechChange, SpeechDetector, SpeechSettings};
use ports::{ObjectStore, SessionId, StoreError};
use serde::{Deserialize, Serialize};

use super::{Span, object};

/// When the trainee's voice is heard in a recording. It is listened for once, when the recording is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    pub spans: Vec<Span>,
}

/// Follows the trainee's side of a recording from its beginning.
pub(super) struct Listener {
    detector: SpeechDetector,
    speaking_since: Option<u64>,
    voice: Voice,
}

const KEPT_AS: &str = "voice.json";

impl Voice {
    /// `None` where no recording was made, or what was heard in it cannot be read now.
    pub async fn of(objects: &dyn ObjectStore, session: &SessionId) -> Option<Self> {
        let object = object(session, KEPT_AS);
        let bytes = match objects.get(&object).await {
            Ok(bytes) => bytes,
            Err(StoreError::NotFound(_)) => return None,
            Err(error) => {
                tracing::warn!(%object, %error, "What was heard in a recording cannot be read");
                return None;
            }
        };
        let voice = serde_json::from_slice(&bytes);
        voice.inspect_err(|error| tracing::warn!(%object, %error, "What was heard in a recording is garbled")).ok()
    }

    pub(super) async fn keep(&self, objects: &dyn ObjectStore, session: &SessionId) -> Result<(), StoreError> {
        let json = serde_json::to_vec(self).expect("numbers are JSON");
        objects.put(&object(session, KEPT_AS), json.into(), "application/json").await
    }

    pub(super) async fn forget(objects: &dyn ObjectStore, session: &SessionId) -> Result<(), StoreError> {
        objects.delete(&object(session, KEPT_AS)).await
    }
}

impl Listener {
    pub(super) fn hear(&mut self, samples: &[i16]) {
        for change in self.detector.hear(samples) {
            match change {
                SpeechChange::Started { at_ms } => self.speaking_since = Some(at_ms),
                SpeechChange::Stopped { at_ms } => self.stop(at_ms),
            }
        }
    }

    pub(super) fn finish(mut self) -> Voice {
        self.stop(self.detector.head_ms());
        self.voice
    }

    fn stop(&mut self, end_ms: u64) {
        if let Some(begin_ms) = self.speaking_since.take() {
            self.voice.spans.push(Span { begin_ms, end_ms: end_ms.max(begin_ms) });
        }
    }
}

impl Default for Listener {
    fn default() -> Self {
        let detector = SpeechDetector::new(SpeechSettings::default());
        Self { detector, speaking_since: None, voice: Voice::default() }
    }
}

#[cfg(test)]
mod tests {
    use audio::SAMPLE_RATE;

    use super::*;

    const SENTENCE: &[u8] = include_bytes!("../../../../web-client/e2e/fixtures/sentence.wav");

    fn silence(milliseconds: usize) -> Vec<i16> {
        vec![0; milliseconds * SAMPLE_RATE as usize / 1_000]
    }

    #[test]
    fn a_sentence_is_found_where_it_is_spoken_however_the_samples_come() {
        let sentence = audio::decode([SENTENCE]).unwrap();
        let samples = [silence(3_000), sentence, silence(3_000)].concat();
        let listen = |piece: usize| {
            let mut listener = Listener::default();
            samples.chunks(piece).for_each(|piece| listener.hear(piece));
            listener.finish()
        };
        let voice = listen(samples.len());
        let (first, last) = (voice.spans.first().unwrap(), voice.spans.last().unwrap());
        let length = samples.len() as u64 * 1_000 / u64::from(SAMPLE_RATE);
        assert!((2_800..3_600).contains(&first.begin_ms), "{voice:?}");
        assert!(last.end_ms < length - 2_500, "{voice:?}");
        assert!(voice.spans.iter().map(|span| span.duration_ms()).sum::<u64>() > 1_500, "{voice:?}");
        assert!(voice.spans.windows(2).all(|pair| pair[0].end_ms <= pair[1].begin_ms), "{voice:?}");
        assert_eq!(listen(1_000), voice);
    }

    #[test]
    fn in_silence_there_is_no_voice() {
        let mut listener = Listener::default();
        listener.hear(&silence(5_000));
        assert_eq!(listener.finish(), Voice::default());
    }
}
