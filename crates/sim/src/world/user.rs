//! What the user and the client do, and how it reaches the session.

use session::{Command, Input, Link, Manner, Speech, TurnDetection};

use super::{Happening, World};
use crate::{
    life::View,
    loudspeaker::{Notice, Progress},
    microphone::Voice,
    witness::Fault,
};

const REPORT_MS: u64 = 250;

#[derive(Debug, Clone)]
pub enum Act {
    /// From now on, for so long.
    Talk {
        ms: u64,
        voice: Voice,
        text: &'static str,
    },
    Microphone {
        open: bool,
    },
    /// The client sends it, and it takes its way.
    Send(Command),
    /// The client converses differently from now on.
    Adopt(Manner),
    /// It happens at the server, now.
    Reach(Input),
    /// The connection is lost, and the server notices it so much later.
    LoseConnection {
        unnoticed_ms: u64,
    },
    Reconnect,
    /// The tab is put to sleep: it plays nothing and says nothing, but stays connected.
    Sleep,
    Wake,
    /// The client goes on without saying how far it is.
    StopReporting,
}

#[derive(Debug)]
pub(super) struct Client {
    is_connected: bool,
    /// What it said and what it was told while it was not connected.
    unsent: Vec<Input>,
    unheard: Vec<Notice>,
    last_sent: u64,
    last_told: u64,
    is_ticking: bool,
    hears: bool,
    streams: bool,
}

impl Client {
    pub(super) fn new(manner: &Manner) -> Self {
        let mut client = Self {
            is_connected: true,
            unsent: Vec::new(),
            unheard: Vec::new(),
            last_sent: 0,
            last_told: 0,
            is_ticking: false,
            hears: false,
            streams: false,
        };
        client.adopt(manner);
        client
    }

    fn adopt(&mut self, manner: &Manner) {
        self.hears = manner.detection == TurnDetection::Voice;
        self.streams = manner.speech == Speech::Streamed;
    }
}

impl World {
    pub(super) fn act(&mut self, act: Act) -> Result<(), Fault> {
        let now = self.now;
        match act {
            Act::Talk { ms, voice, text } => {
                let from = now.max(self.microphone.is_said_at());
                self.microphone.talk(from, from + ms, voice, text);
                self.truth.on_talk(voice, text, self.microphone.is_open);
            }
            Act::Microphone { open } => {
                self.microphone.is_open = open;
                self.truth.on_microphone(open);
            }
            Act::Send(command) => self.send(Input::Client(command)),
            Act::Adopt(manner) => {
                self.client.adopt(&manner);
                self.truth.blur();
                self.send(Input::Client(Command::Adopt(manner)));
            }
            Act::Reach(input) => return self.arrive(input),
            Act::LoseConnection { unnoticed_ms } => {
                self.client.is_connected = false;
                self.loudspeaker.lose_connection(now);
                self.truth.blur();
                self.agenda.plan(now + unnoticed_ms, Happening::IsMissed);
            }
            Act::Reconnect => self.reconnect(),
            Act::Sleep => {
                self.truth.blur();
                self.loudspeaker.fall_asleep(now);
            }
            Act::Wake => {
                self.truth.blur();
                self.loudspeaker.wake(now);
            }
            Act::StopReporting => self.setting.reports = false,
        }
        Ok(())
    }

    /// The server notices that the client is not there.
    pub(super) fn miss(&mut self) -> Result<(), Fault> {
        if self.client.is_connected { Ok(()) } else { self.arrive(Input::Link(Link::Down)) }
    }

    /// Everything is said and told that could not be, in its order.
    fn reconnect(&mut self) {
        self.client.is_connected = true;
        self.loudspeaker.reconnect(self.now);
        self.truth.blur();
        self.transmit(Happening::Arrives(Input::Link(Link::Up)));
        for input in std::mem::take(&mut self.client.unsent) {
            self.send(input);
        }
        for notice in std::mem::take(&mut self.client.unheard) {
            self.notify(notice);
        }
    }

    /// On its way to the session.
    pub(super) fn send(&mut self, input: Input) {
        if !self.client.is_connected {
            return self.client.unsent.push(input);
        }
        self.transmit(Happening::Arrives(input));
    }

    fn transmit(&mut self, happening: Happening) {
        let at = (self.now + self.delay()).max(self.client.last_sent);
        self.client.last_sent = at;
        self.agenda.plan(at, happening);
    }

    fn delay(&mut self) -> u64 {
        self.setting.network_ms + self.chance.below(self.setting.jitter_ms + 1)
    }

    /// On its way to the client.
    pub(super) fn notify(&mut self, notice: Notice) {
        if !self.client.is_connected {
            return self.client.unheard.push(notice);
        }
        let at = (self.now + self.delay()).max(self.client.last_told);
        self.client.last_told = at;
        self.agenda.plan(at, Happening::Reaches(notice));
    }

    /// A period of the microphone is over.
    pub(super) fn record_sound(&mut self) {
        let now = self.now;
        if self.has_ended() {
            return;
        }
        self.agenda.plan(now + self.microphone.period_ms, Happening::Records);
        let Some(chunk) = self.microphone.record(now, self.client.hears) else {
            return;
        };
        if self.client.is_connected && !self.loudspeaker.is_asleep {
            self.transmit(Happening::Audio(chunk));
        } else {
            self.truth.lose_words();
        }
    }

    pub(super) fn reach(&mut self, notice: Notice) -> Result<(), Fault> {
        let begins = matches!(notice, Notice::Voiced(_));
        let interrupted = if let Notice::Interrupted(turn) = notice { Some(turn) } else { None };
        if let Notice::Begin(turn, _) = notice {
            self.truth.on_begin(turn, self.now, &mut self.loudspeaker)?;
        }
        let last = self.loudspeaker.on_notice(notice, self.now);
        if let Some(turn) = interrupted {
            self.truth.on_silenced(turn, self.now, &mut self.loudspeaker)?;
        }
        if let Some(last) = last {
            self.tell_progress(last);
        }
        if begins && self.client.streams && !std::mem::replace(&mut self.client.is_ticking, true) {
            self.agenda.plan(self.now + REPORT_MS, Happening::Progresses);
        }
        Ok(())
    }

    pub(super) fn progress(&mut self) {
        let progress = self.loudspeaker.progress(self.now);
        if let Some(progress) = progress {
            self.tell_progress(progress);
        }
        self.client.is_ticking = progress.is_some_and(|progress| !progress.done) && !self.has_ended();
        if self.client.is_ticking {
            let left = self.loudspeaker.remaining().filter(|left| *left > 0).unwrap_or(REPORT_MS);
            self.agenda.plan(self.now + left.clamp(5, REPORT_MS), Happening::Progresses);
        }
    }

    fn tell_progress(&mut self, Progress { turn, played_ms, done }: Progress) {
        if self.setting.reports && !self.loudspeaker.is_asleep && self.client.streams {
            self.send(Input::Client(Command::Played { turn, played_ms, done }));
        }
    }

    pub(super) fn decide(&mut self) -> Result<(), Fault> {
        let Some(life) = &mut self.life else {
            return Ok(());
        };
        let view = View {
            now: self.now,
            persona_sounds: self.loudspeaker.is_sounding(),
            user_sounds: self.microphone.is_said_at() > self.now,
            is_connected: self.client.is_connected,
            is_awake: !self.loudspeaker.is_asleep,
            is_open: self.microphone.is_open,
        };
        let (acts, next_ms) = life.decide(&view);
        for (after, act) in acts {
            self.agenda.plan(self.now + after, Happening::Act(act));
        }
        if !self.has_ended() {
            self.agenda.plan(self.now + next_ms, Happening::Decides);
        }
        Ok(())
    }
}
