//! A world by script: what everybody does, and the timeline that the session makes of it.

use session::{
    Briefing, Command, Config, Cutting, Endpointing, Input, Interruption, LeftOver, Link, Manner, Speech, StageLimits,
    TurnDetection,
};

use crate::{
    chance::Chance,
    microphone::Voice,
    providers::{Does, Provider, Providers, source},
    record::{Record, Shows},
    world::{Act, Setting, World},
};

/// As existing front ends converse.
pub fn config() -> Config {
    Config {
        manner: Manner {
            detection: TurnDetection::Threshold,
            cutting: Cutting { bytes: 32_000, silence_ms: 2_000 },
            endpointing: Endpointing::default(),
            barge_in: false,
            speech: Speech::Whole,
        },
        interruption: Interruption::default(),
        stall_ms: 600,
        max_buffered_bytes: 2 << 20,
        idle_ms: 30 * 60_000,
        grace_ms: 120_000,
        max_session_ms: 2 * 3_600_000,
        ending_ms: 10_000,
        store_patience_ms: 600_000,
        limits: StageLimits { transcribe_ms: 15_000, answer_ms: 20_000, speak_ms: 20_000, animate_ms: 10_000 },
        max_waiting_texts: 8,
        history_lines: 40,
        max_reply_chars: 8_000,
    }
}

pub fn briefing() -> Briefing {
    Briefing {
        language: "en-US".to_owned(),
        voice: None,
        persona: source(),
        max_turns: 8,
        history: Vec::new(),
        last_turn: 0,
        answered_turns: 0,
        left_over: LeftOver::default(),
    }
}

#[derive(Debug)]
pub struct Scenario {
    setting: Setting,
    shows: Shows,
    acts: Vec<(u64, Act)>,
    providers: Providers,
}

impl Scenario {
    /// An existing front end.
    #[expect(clippy::new_without_default, reason = "a scenario begins with a decision")]
    pub fn new() -> Self {
        Self {
            setting: Setting {
                config: config(),
                briefing: briefing(),
                network_ms: 0,
                jitter_ms: 0,
                chunk_ms: 100,
                lead_ms: 500,
                reports: true,
                marks: false,
                token_ms: 0,
                letter_ms: 60,
                voice_speed: 0,
            },
            shows: Shows { storing: true, ..Shows::default() },
            acts: Vec::new(),
            providers: Providers::default(),
        }
    }

    /// A client that leaves the microphone open, and plays speech as it comes.
    pub fn conversation() -> Self {
        let mut scenario = Self::new();
        scenario.shows = Shows { speaking: true, ..Shows::default() };
        let manner = &mut scenario.setting.config.manner;
        (manner.detection, manner.speech, manner.barge_in) = (TurnDetection::Voice, Speech::Streamed, true);
        scenario.microphone(0, true)
    }

    pub fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.setting.config);
        self
    }

    pub fn briefed(mut self, change: impl FnOnce(&mut Briefing)) -> Self {
        change(&mut self.setting.briefing);
        self
    }

    pub fn set(mut self, change: impl FnOnce(&mut Setting)) -> Self {
        change(&mut self.setting);
        self
    }

    pub fn showing_partials(mut self) -> Self {
        self.shows.partials = true;
        self
    }

    pub fn showing_memory(mut self) -> Self {
        self.shows.history = true;
        self
    }

    /// Not how it came to that.
    pub fn shown_from(mut self, ms: u64) -> Self {
        self.shows.from_ms = ms;
        self
    }

    pub fn showing_latency(mut self) -> Self {
        self.shows.latency = true;
        self
    }

    /// A chunk of 8000 bytes every 250 ms.
    pub fn user_speaks(mut self, from: u64, until: u64) -> Self {
        for at in (from..until).step_by(250) {
            let audio = Command::Audio { bytes: 8_000, sound: None };
            self.acts.push((at, Act::Reach(Input::Client(audio))));
        }
        self
    }

    /// Into the microphone.
    pub fn user_talks(self, from: u64, until: u64, text: &'static str) -> Self {
        self.act(from, Act::Talk { ms: until - from, voice: Voice::Words, text })
    }

    pub fn user_coughs(self, from: u64, until: u64) -> Self {
        self.act(from, Act::Talk { ms: until - from, voice: Voice::Noise, text: "" })
    }

    /// The persona's voice reaches the microphone.
    pub fn echo(self, from: u64, until: u64) -> Self {
        self.act(from, Act::Talk { ms: until - from, voice: Voice::Echo, text: "" })
    }

    pub fn microphone(self, at: u64, open: bool) -> Self {
        self.act(at, Act::Microphone { open })
    }

    /// It reaches the session then.
    pub fn client(self, at: u64, command: Command) -> Self {
        self.act(at, Act::Reach(Input::Client(command)))
    }

    pub fn user_types(self, at: u64, text: &str) -> Self {
        self.client(at, Command::Said { text: text.to_owned(), confidence: None })
    }

    pub fn link(self, at: u64, link: Link) -> Self {
        self.act(at, Act::Reach(Input::Link(link)))
    }

    pub fn server_stops(self, at: u64) -> Self {
        self.act(at, Act::Reach(Input::Suspend))
    }

    pub fn act(mut self, at: u64, act: Act) -> Self {
        self.acts.push((at, act));
        self
    }

    pub fn listener(self, does: Does) -> Self {
        self.provider(Provider::Listener, does)
    }

    pub fn recogniser(self, does: Does) -> Self {
        self.provider(Provider::Recogniser, does)
    }

    pub fn persona(self, does: Does) -> Self {
        self.provider(Provider::Persona, does)
    }

    pub fn voice(self, does: Does) -> Self {
        self.provider(Provider::Voice, does)
    }

    pub fn store(self, does: Does) -> Self {
        self.provider(Provider::Store, does)
    }

    /// What it does next; afterwards it does what it is there for.
    pub fn provider(mut self, provider: Provider, does: Does) -> Self {
        self.providers.script(provider, does);
        self
    }

    /// Runs until then, and answers the timeline, one event a line.
    #[track_caller]
    pub fn play(self, until: u64) -> String {
        let mut world = World::new(self.setting, self.providers, Chance::new(1), None);
        world.record = Record::timeline(self.shows);
        for (at, act) in self.acts {
            world.plan(at, act);
        }
        let outcome = world.run(until);
        let timeline = world.record.take_timeline();
        if let Err(fault) = outcome {
            panic!("at {} ms: {fault}\n\n{timeline}", world.now());
        }
        timeline
    }
}

/// Compares a timeline with its script; both are trimmed line by line, so that scripts can be indented.
#[track_caller]
pub fn assert_timeline(timeline: &str, script: &str) {
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let (timeline, script) = (lines(timeline), lines(script));
    assert!(timeline == script, "the session went\n\n{timeline}\n\nand not\n\n{script}\n");
}
