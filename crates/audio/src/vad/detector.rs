use super::{Activity, FRAME, FRAME_MS, VoiceActivity};

/// A whisper has no pitch. It must go on for so many frames, longer than a cough ...
const WHISPER_FRAMES: u32 = 20;
/// ... and its loudest frame is so much louder than its quietest, unlike a fan.
const WHISPER_RANGE: f32 = 2.5;
/// The model notices speech late: what was already louder than the room is its beginning, so many frames back.
const NOTICED_LATE: u64 = 10;
/// Of a stream of samples.
const SAMPLES_PER_MS: u64 = FRAME as u64 / FRAME_MS;

/// What is taken for speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpeechSettings {
    /// Frames of 16 ms in a row that must sound like speech, 1 or more. Each one more makes a false alarm rarer and an interruption
    /// 16 ms later.
    pub onset_frames: u32,
    /// Milliseconds without speech after which it has ended. Below 150 the gaps between syllables end it.
    pub hang_over_ms: u32,
    /// Milliseconds: shorter speech is never told, so the beginning is not told earlier either.
    pub minimum_ms: u32,
}

/// Milliseconds count the audio since the stream began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeechChange {
    /// Told 50 to 100 ms after `at_ms`, when speech began; up to 200 ms for the first words of a stranger.
    Started { at_ms: u64 },
    /// Told after the hang-over. Speech was last heard before `at_ms`.
    Stopped { at_ms: u64 },
}

/// Follows one stream and tells when speech begins and ends, in turn. Holds about 10 KB whatever it hears.
pub struct SpeechDetector {
    settings: SpeechSettings,
    activity: VoiceActivity,
    /// The beginning of the next frame.
    part: [i16; FRAME],
    part_length: usize,
    /// Frames heard in all.
    frames: u64,
    /// Frames in a row that were louder than the room.
    audible: u64,
    onset: Onset,
    speech: Option<Speech>,
    /// The frame after the last speech.
    ended: u64,
}

/// Frames in a row with which speech may begin.
#[derive(Default)]
struct Onset {
    frames: u32,
    voiced: bool,
    quietest: f32,
    loudest: f32,
}

struct Speech {
    began: u64,
    /// The frame after the last one that sounded like it.
    until: u64,
    told: bool,
}

impl Default for SpeechSettings {
    fn default() -> Self {
        Self { onset_frames: 2, hang_over_ms: 200, minimum_ms: 48 }
    }
}

impl SpeechDetector {
    pub fn new(settings: SpeechSettings) -> Self {
        Self {
            settings,
            activity: VoiceActivity::new(),
            part: [0; FRAME],
            part_length: 0,
            frames: 0,
            audible: 0,
            onset: Onset::default(),
            speech: None,
            ended: 0,
        }
    }

    /// Hears the next samples at 16 kHz, however many.
    pub fn hear(&mut self, mut samples: &[i16]) -> Vec<SpeechChange> {
        let mut changes = Vec::new();
        if self.part_length > 0 {
            let missing = (FRAME - self.part_length).min(samples.len());
            self.part[self.part_length..][..missing].copy_from_slice(&samples[..missing]);
            self.part_length += missing;
            samples = &samples[missing..];
            if self.part_length < FRAME {
                return changes;
            }
            let frame = self.part;
            changes.extend(self.frame(&frame));
        }
        let (frames, rest) = samples.as_chunks();
        for frame in frames {
            changes.extend(self.frame(frame));
        }
        self.part[..rest.len()].copy_from_slice(rest);
        self.part_length = rest.len();
        changes
    }

    /// Speech was told and has not ended.
    pub fn is_speaking(&self) -> bool {
        self.speech.as_ref().is_some_and(|speech| speech.told)
    }

    /// Milliseconds heard in all.
    pub fn head_ms(&self) -> u64 {
        self.frames * FRAME_MS + self.part_length as u64 / SAMPLES_PER_MS
    }

    fn frame(&mut self, frame: &[i16; FRAME]) -> Option<SpeechChange> {
        let activity = self.activity.hear(frame);
        self.frames += 1;
        self.audible = if activity.audible { self.audible + 1 } else { 0 };
        match &mut self.speech {
            None => self.speech = self.onset(activity),
            Some(speech) if activity.continues_speech() => speech.until = self.frames,
            Some(speech) => {
                let (until, told) = (speech.until, speech.told);
                if (self.frames - until) * FRAME_MS < u64::from(self.settings.hang_over_ms) {
                    return None;
                }
                self.speech = None;
                self.ended = until;
                return told.then_some(SpeechChange::Stopped { at_ms: until * FRAME_MS });
            }
        }
        let speech = self.speech.as_mut().filter(|speech| !speech.told)?;
        speech.told = (speech.until - speech.began) * FRAME_MS >= u64::from(self.settings.minimum_ms);
        speech.told.then_some(SpeechChange::Started { at_ms: speech.began * FRAME_MS })
    }

    fn onset(&mut self, activity: Activity) -> Option<Speech> {
        if !activity.begins_speech() {
            self.onset = Onset::default();
            return None;
        }
        self.onset.hear(activity);
        if !self.onset.is_speech(self.settings.onset_frames) {
            return None;
        }
        let onset = std::mem::take(&mut self.onset);
        let noticed_ago = self.audible.min(u64::from(onset.frames) + NOTICED_LATE);
        let began = (self.frames - noticed_ago).max(self.ended);
        Some(Speech { began, until: self.frames, told: false })
    }
}

impl Onset {
    fn hear(&mut self, activity: Activity) {
        self.quietest = if self.frames == 0 { activity.loudness } else { self.quietest.min(activity.loudness) };
        self.loudest = self.loudest.max(activity.loudness);
        self.voiced |= activity.voiced;
        self.frames += 1;
    }

    fn is_speech(&self, least: u32) -> bool {
        let whispered = self.frames >= WHISPER_FRAMES && self.loudest > WHISPER_RANGE * self.quietest;
        self.frames >= least && (self.voiced || whispered)
    }
}
