use audio::{SAMPLE_RATE, vad};
use ports::{ObjectStore, SessionId, StoreError};
use serde::{Deserialize, Serialize};

use super::{Span, object};

/// When the trainee's voice is heard in a recording. It is listened for once, when the recording is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    pub spans: Vec<Span>,
}

/// Follows the trainee's side of a recording from its beginning.
#[derive(Default)]
pub(super) struct Listener {
    activity: vad::VoiceActivity,
    /// Less than a frame.
    rest: Vec<i16>,
    frames: u64,
    speaking_since: Option<u64>,
    voice: Voice,
}

/// The detector wants to be sure before it says so.
const ONSET_IS_LATE_MS: u64 = 100;
const END_IS_LATE_MS: u64 = 200;

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
        self.rest.extend_from_slice(samples);
        let heard = std::mem::take(&mut self.rest);
        let mut frames = heard.chunks_exact(vad::FRAME);
        for frame in frames.by_ref() {
            let frame = frame.try_into().expect("an exact chunk has the length of a frame");
            let speaking = self.activity.hear(frame).speaking;
            self.frames += 1;
            self.follow(speaking);
        }
        self.rest = frames.remainder().to_vec();
    }

    pub(super) fn finish(mut self) -> Voice {
        self.follow(false);
        self.voice
    }

    fn follow(&mut self, speaking: bool) {
        let now = self.frames * vad::FRAME as u64 * 1_000 / u64::from(SAMPLE_RATE);
        match self.speaking_since {
            None if speaking => self.speaking_since = Some(now.saturating_sub(ONSET_IS_LATE_MS)),
            Some(begin_ms) if !speaking => {
                let end_ms = now.saturating_sub(END_IS_LATE_MS).max(begin_ms);
                self.voice.spans.push(Span { begin_ms, end_ms });
                self.speaking_since = None;
            }
            None | Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
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
