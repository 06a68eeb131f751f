//! A random life: what a user does next, by what they hear.

use session::{Command, Manner, Speech, TurnDetection};

use crate::{chance::Chance, microphone::Voice, texts, world::Act};

/// What the user knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) now: u64,
    pub(crate) persona_sounds: bool,
    pub(crate) user_sounds: bool,
    pub(crate) is_connected: bool,
    pub(crate) is_awake: bool,
    pub(crate) is_open: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Life {
    chance: Chance,
    /// Nobody is away, asleep or mute, and everybody waits for what they hear.
    is_calm: bool,
    manner: Manner,
    pub(crate) ends_at: u64,
    is_paused: bool,
    has_ended: bool,
}

type Acts = Vec<(u64, Act)>;

impl Life {
    pub(crate) fn new(chance: Chance, is_calm: bool, manner: Manner, ends_at: u64) -> Self {
        Self { chance, is_calm, manner, ends_at, is_paused: false, has_ended: false }
    }

    /// What is done, each so much later, and when to decide again.
    pub(crate) fn decide(&mut self, view: &View) -> (Acts, u64) {
        if self.has_ended {
            return (vec![], 60_000);
        }
        if !view.is_open && self.chance.happens(70) {
            return (vec![(0, Act::Microphone { open: true })], 100);
        }
        if !view.is_awake {
            return (vec![(0, Act::Wake)], self.chance.between(200, 3_000));
        }
        if !view.is_connected {
            return (vec![(0, Act::Reconnect)], self.chance.between(200, 3_000));
        }
        if self.is_paused {
            self.is_paused = false;
            return (vec![(0, Act::Send(Command::Resume))], 300);
        }
        if view.user_sounds {
            return (vec![], self.chance.between(200, 1_000));
        }
        if view.now >= self.ends_at {
            self.has_ended = true;
            return (vec![(0, Act::Send(Command::End))], 60_000);
        }
        if view.persona_sounds { self.listen() } else { self.take_the_floor() }
    }

    /// While the persona speaks.
    fn listen(&mut self) -> (Acts, u64) {
        let wait_ms = self.chance.between(500, 4_000);
        let acts = match self.chance.below(100) {
            0..60 => vec![],
            60..70 => vec![self.makes(Voice::Noise, 80, 300, "")],
            70..80 => {
                let text = self.chance.pick(&texts::BACKCHANNELS);
                vec![self.makes(Voice::Words, 200, 350, text)]
            }
            80..84 => vec![self.makes(Voice::Echo, 300, 2_000, "")],
            84..92 => self.talk(),
            92..94 if !self.is_calm => vec![(0, Act::Send(Command::Interrupt { played: None }))],
            94..97 => vec![(0, Act::Send(Command::Said { text: self.turn().to_owned(), confidence: None }))],
            _ => self.disturb(),
        };
        (acts, wait_ms)
    }

    /// While nobody speaks.
    fn take_the_floor(&mut self) -> (Acts, u64) {
        let wait_ms = self.chance.between(800, 5_000);
        let acts = match self.chance.below(100) {
            0..10 => vec![],
            10..15 => vec![self.makes(Voice::Noise, 80, 300, "")],
            15..18 => vec![self.makes(Voice::Echo, 300, 1_000, "")],
            18..28 => vec![(0, Act::Send(Command::Said { text: self.turn().to_owned(), confidence: None }))],
            28..92 => self.talk(),
            _ => self.disturb(),
        };
        (acts, wait_ms)
    }

    fn talk(&mut self) -> Acts {
        let text = self.turn();
        let letters = text.chars().map(|c| if c < '\u{2e80}' { 1 } else { 4 }).sum::<u64>();
        let ms = letters * self.chance.between(45, 70);
        let mut acts = vec![(0, Act::Talk { ms, voice: Voice::Words, text })];
        if self.manner.detection == TurnDetection::Manual {
            acts.push((ms + self.chance.between(0, 600), Act::Send(Command::EndTurn)));
        }
        acts
    }

    fn disturb(&mut self) -> Acts {
        if self.is_calm {
            return vec![];
        }
        let after = self.chance.between(0, 1_500);
        match self.chance.below(12) {
            0 | 1 => vec![(after, Act::Microphone { open: false })],
            2 => vec![(after, Act::Sleep)],
            3 | 4 => {
                let unnoticed_ms = self.chance.between(0, 5_000);
                vec![(after, Act::LoseConnection { unnoticed_ms })]
            }
            5 => {
                self.is_paused = true;
                vec![(0, Act::Send(Command::Pause))]
            }
            6 => vec![(0, Act::Send(Command::EndTurn))],
            7 => {
                let language = self.chance.pick(&["en-US", "zh-CN", "nan-TW"]).to_owned();
                vec![(0, Act::Send(Command::SetLanguage { language, voice: None }))]
            }
            8 => {
                self.manner.speech = self.chance.pick(&[Speech::Mute, Speech::Whole, Speech::Streamed]);
                self.manner.barge_in = self.chance.happens(70);
                let detections = [TurnDetection::Voice, TurnDetection::Threshold, TurnDetection::Manual];
                self.manner.detection = self.chance.pick(&detections);
                vec![(after, Act::Adopt(self.manner))]
            }
            9 => vec![(0, Act::Send(Command::Saying { text: "Well".to_owned() }))],
            10 => {
                let text = self.turn();
                let ms = self.chance.between(300, 1_500);
                vec![
                    (0, Act::Talk { ms, voice: Voice::Words, text }),
                    (ms / 2, Act::Microphone { open: false }),
                    (ms / 2 + after, Act::Microphone { open: true }),
                ]
            }
            _ => vec![(0, Act::Send(Command::Interrupt { played: None }))],
        }
    }

    fn makes(&mut self, voice: Voice, least_ms: u64, most_ms: u64, text: &'static str) -> (u64, Act) {
        (0, Act::Talk { ms: self.chance.between(least_ms, most_ms), voice, text })
    }

    fn turn(&mut self) -> &'static str {
        self.chance.pick(&texts::TURNS)
    }
}
