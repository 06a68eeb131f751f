//! Recognisers, personas, voices and a store that do as they are told, or as chance will have it.

use std::collections::VecDeque;

use session::{FailureKind, Source, Work};

use crate::{chance::Chance, texts};

/// What a provider does when it is asked. All times are in milliseconds.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// What it is there for, with this delay.
    Well(u64),
    /// After so long, this, and then it is done.
    Says(u64, &'static str),
    /// After so long, this, and then nothing more.
    Stalls(u64, &'static str),
    /// After so long, this, and then it fails.
    Breaks(u64, &'static str),
    Fails(u64),
    Hangs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    Store,
    /// Listens while the user speaks.
    Listener,
    /// Transcribes what is stored.
    Recogniser,
    Persona,
    Voice,
    /// Keeps the speech of a reply.
    Keeper,
    Animator,
}

const PROVIDERS: usize = 7;

#[derive(Debug, Default)]
pub(crate) struct Providers {
    scripts: [VecDeque<Does>; PROVIDERS],
    mood: Option<Mood>,
}

/// How an unreliable world is.
#[derive(Debug, Clone)]
pub(crate) struct Mood {
    pub(crate) chance: Chance,
    /// Out of a hundred times.
    pub(crate) failing: u64,
    pub(crate) hanging: u64,
    pub(crate) slow: u64,
}

impl Provider {
    pub(crate) fn of(work: &Work) -> Self {
        match work {
            Work::Store { .. } => Self::Store,
            Work::Transcribe { .. } => Self::Recogniser,
            Work::Listen { .. } => Self::Listener,
            Work::Answer { .. } => Self::Persona,
            Work::Speak { .. } => Self::Voice,
            Work::Keep { .. } => Self::Keeper,
            Work::Animate { .. } => Self::Animator,
        }
    }

    fn usual(self) -> Does {
        match self {
            Self::Store => Does::Well(10),
            Self::Listener => Does::Well(150),
            Self::Recogniser => Does::Well(100),
            Self::Persona => Does::Says(300, "Why should I care?"),
            Self::Voice => Does::Well(200),
            Self::Keeper => Does::Well(0),
            Self::Animator => Does::Well(5),
        }
    }
}

impl Providers {
    pub(crate) fn moody(mood: Mood) -> Self {
        Self { scripts: Default::default(), mood: Some(mood) }
    }

    pub(crate) fn script(&mut self, provider: Provider, does: Does) {
        self.scripts[provider as usize].push_back(does);
    }

    pub(crate) fn does(&mut self, provider: Provider) -> Does {
        if let Some(does) = self.scripts[provider as usize].pop_front() {
            return does;
        }
        self.mood.as_mut().map_or_else(|| provider.usual(), |mood| mood.does(provider))
    }

    pub(crate) fn failure(&mut self) -> FailureKind {
        const KINDS: [FailureKind; 4] =
            [FailureKind::Unavailable, FailureKind::RateLimited, FailureKind::Rejected, FailureKind::Garbled];
        self.mood.as_mut().map_or(FailureKind::Unavailable, |mood| mood.chance.pick(&KINDS))
    }
}

impl Mood {
    fn does(&mut self, provider: Provider) -> Does {
        let (least, most) = match provider {
            Provider::Store | Provider::Keeper | Provider::Animator => (2, 60),
            Provider::Listener => (40, 300),
            Provider::Recogniser => (100, 600),
            Provider::Persona => (150, 900),
            Provider::Voice => (80, 400),
        };
        let slow = if self.chance.happens(self.slow) { 8 } else { 1 };
        let after = slow * self.chance.between(least, most);
        let text = if provider == Provider::Persona { self.chance.pick(&texts::REPLIES) } else { "" };
        if self.chance.happens(self.hanging) && provider != Provider::Store {
            return if self.chance.happens(50) { Does::Hangs } else { Does::Stalls(after, text) };
        }
        if self.chance.happens(self.failing) {
            return if self.chance.happens(50) { Does::Fails(after) } else { Does::Breaks(after, text) };
        }
        if provider == Provider::Persona { Does::Says(after, text) } else { Does::Well(after) }
    }
}

pub fn source() -> Source {
    Source { provider: "test".to_owned(), demo: false }
}
