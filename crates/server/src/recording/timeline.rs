use ports::TurnRecord;

use super::{Layout, Span, Voice};

/// When both spoke in every turn, in the recording's time.
#[derive(Debug)]
pub struct Timeline {
    layout: Layout,
    voice: Option<Voice>,
}

/// Of one turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnTimes {
    /// All that was recorded of the trainee; `None` where the turn was typed.
    pub recorded: Option<Span>,
    /// The trainee's voice in it, in order.
    pub trainee: Vec<Span>,
    pub persona: Option<Span>,
}

impl Timeline {
    /// Without a voice that somebody listened for, all that was recorded in a turn counts as speech.
    pub fn new(layout: Layout, voice: Option<Voice>) -> Self {
        Self { layout, voice }
    }

    /// Pauses within a turn are known.
    pub fn tells_pauses(&self) -> bool {
        self.voice.is_some()
    }

    pub fn turn(&self, turn: &TurnRecord) -> TurnTimes {
        let recorded = self.layout.heard(&turn.heard);
        let trainee = match (&self.voice, recorded) {
            (_, None) => Vec::new(),
            (None, Some(recorded)) => vec![recorded],
            (Some(voice), Some(recorded)) => voice.spans.iter().filter_map(|span| span.within(recorded)).collect(),
        };
        TurnTimes { recorded, trainee, persona: self.layout.spoken(turn.heard.turn) }
    }
}

impl TurnTimes {
    /// From the trainee's first sound to the last.
    pub fn voiced(&self) -> Option<Span> {
        let (first, last) = (self.trainee.first()?, self.trainee.last()?);
        Some(Span { begin_ms: first.begin_ms, end_ms: last.end_ms })
    }
}
