use ports::{Message, MessageRole, Scenario, SessionRow, StoreError, TurnRecord};

use super::view::UnheardView;
use crate::{
    clock,
    feedback::{Delivery, delivery},
    http::App,
    recording::{Layout, Span, Timeline, Voice},
};

/// What was spoken in a session, and where it is heard.
pub(in crate::http) struct Recorded {
    turns: Vec<TurnRecord>,
    timeline: Timeline,
    is_heard: bool,
    is_spoken: bool,
    is_made: bool,
}

impl Recorded {
    pub(in crate::http) async fn load(app: &App, row: &SessionRow) -> Result<Self, StoreError> {
        let segments = app.journal.segments(&row.id).await?;
        let turns = app.journal.turns(&row.id).await?;
        let is_made = app.catalog.recording(&row.id).await?.is_some();
        let voice = if is_made { Voice::of(&*app.objects, &row.id).await } else { None };
        let layout = Layout::new(&segments, &turns, row.completed_at.unwrap_or_else(clock::now));
        Ok(Self {
            is_spoken: turns.iter().any(|turn| turn.spoken.is_some()),
            turns,
            timeline: Timeline::new(layout, voice),
            is_heard: !segments.is_empty(),
            is_made,
        })
    }

    pub(super) fn plays(&self) -> bool {
        self.is_made || self.is_heard
    }

    pub(super) fn is_pending(&self) -> bool {
        !self.is_made && (self.is_heard || self.is_spoken)
    }

    /// Where the recording plays it, once it is made.
    pub(super) fn span(&self, message: &Message) -> Option<Span> {
        let turn = self.turns.iter().find(|turn| turn.heard.turn == message.turn).filter(|_| self.is_made)?;
        let times = self.timeline.turn(turn);
        match message.role {
            MessageRole::User => times.voiced().or(times.recorded),
            MessageRole::Ai => times.persona,
            MessageRole::System => None,
        }
    }

    pub(in crate::http) fn delivery(&self, scenario: &Scenario) -> Option<Delivery> {
        delivery(scenario, &self.turns, &self.timeline)
    }

    pub(super) fn unheard(&self) -> Vec<UnheardView> {
        let view = |turn: &TurnRecord| {
            let text = turn.unheard_answer()?.to_owned();
            Some(UnheardView { turn: turn.heard.turn, text })
        };
        self.turns.iter().filter_map(view).collect()
    }
}
