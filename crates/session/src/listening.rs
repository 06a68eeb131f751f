//! What the user said and nobody has answered yet: audio on its way into the store, stored audio, typed text.

use std::collections::VecDeque;

use crate::{Cut, Heard, OpId, SegmentPart, SessionTime, Stored, cutting::LONGEST_TURN_MS, latency::UserTimes};

#[derive(Debug, Default)]
pub(crate) struct Listening {
    next_chunk: u64,
    uncut: Option<Uncut>,
    /// In the order in which they were cut; only the front one is being stored.
    cuts: VecDeque<WaitingCut>,
    /// Stored audio of a turn that is not closed yet.
    open: Option<Heard>,
    ready: VecDeque<Utterance>,
    /// They listened to what is no turn, or to a part of one that is to be transcribed as a whole.
    needless: Vec<OpId>,
    store_failures: u32,
    /// What segments turned out to be after they were stored.
    parts: Vec<(u64, SegmentPart)>,
}

#[derive(Debug)]
struct Uncut {
    first_chunk: u64,
    bytes: u64,
    since: SessionTime,
}

#[derive(Debug)]
struct WaitingCut {
    cut: Cut,
    bytes: u64,
    then: Then,
    op: Option<OpId>,
}

/// What becomes of the user's turn with a piece of audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    GoesOn,
    Closes(Closing),
    Leaves,
}

impl Then {
    fn part(self) -> SegmentPart {
        match self {
            Self::GoesOn => SegmentPart::GoesOn,
            Self::Closes(_) => SegmentPart::Closes,
            Self::Leaves => SegmentPart::Leaves,
        }
    }
}

/// The end of a user turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closing {
    /// Who listened to it.
    pub(crate) listen: Option<OpId>,
    pub(crate) spoken_ms: u64,
    pub(crate) last_word: SessionTime,
    pub(crate) decided: SessionTime,
}

impl Closing {
    /// Nobody listened, so the whole is to be transcribed.
    pub(crate) fn unheard(now: SessionTime) -> Self {
        Self { listen: None, spoken_ms: 0, last_word: now, decided: now }
    }
}

/// A whole user turn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Utterance {
    Audio(Spoken),
    Text { text: String, confidence: Option<f32>, at: SessionTime },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spoken {
    pub(crate) heard: Heard,
    /// The last segments of the turns that this one was joined to.
    ends_before: Vec<u64>,
    /// Who listened, piece by piece; nobody, where the whole is to be transcribed.
    pub(crate) listens: Vec<OpId>,
    pub(crate) spoken_ms: u64,
    pub(crate) times: UserTimes,
}

impl Spoken {
    /// What its segments are where it is no turn.
    fn left(&self) -> impl Iterator<Item = (u64, SegmentPart)> {
        let ends = self.ends_before.iter().copied().chain([self.heard.last_segment]);
        ends.map(|segment| (segment, SegmentPart::Leaves))
    }
}

impl Listening {
    pub(crate) fn on_audio(&mut self, bytes: u64, now: SessionTime) {
        let chunk = self.next_chunk;
        self.next_chunk += 1;
        let uncut = self.uncut.get_or_insert(Uncut { first_chunk: chunk, bytes: 0, since: now });
        uncut.bytes += bytes;
    }

    pub(crate) fn on_text(&mut self, text: String, confidence: Option<f32>, at: SessionTime) {
        self.ready.push_back(Utterance::Text { text, confidence, at });
    }

    /// A turn that another process stored and did not come to.
    pub(crate) fn take_up(&mut self, heard: Heard, now: SessionTime) {
        let times = UserTimes { last_word: now, decided: now, stored: now };
        let (ends_before, listens) = (Vec::new(), Vec::new());
        self.ready.push_back(Utterance::Audio(Spoken { heard, ends_before, listens, spoken_ms: 0, times }));
    }

    /// The beginning of a turn that another process stored.
    pub(crate) fn reopen(&mut self, heard: Heard) {
        self.open = Some(heard);
    }

    pub(crate) fn uncut_bytes(&self) -> u64 {
        self.uncut.as_ref().map_or(0, |uncut| uncut.bytes)
    }

    pub(crate) fn uncut_for_ms(&self, now: SessionTime) -> u64 {
        self.uncut.as_ref().map_or(0, |uncut| now.0.saturating_sub(uncut.since.0))
    }

    /// The turn that is not closed yet, as far as it is stored, is as long as a turn may be.
    pub(crate) fn is_long_enough(&self) -> bool {
        let is_closing = self.cuts.iter().any(|waiting| matches!(waiting.then, Then::Closes(_)));
        !is_closing && self.open.is_some_and(|open| open.duration_ms >= LONGEST_TURN_MS)
    }

    /// Everything the store does not have.
    pub(crate) fn unstored_bytes(&self) -> u64 {
        self.uncut_bytes() + self.cuts.iter().map(|waiting| waiting.bytes).sum::<u64>()
    }

    pub(crate) fn waiting_texts(&self) -> usize {
        self.ready.iter().filter(|utterance| matches!(utterance, Utterance::Text { .. })).count()
    }

    /// How many turns come before what is being said now.
    pub(crate) fn turns_before_the_next(&self) -> usize {
        self.ready.len() - usize::from(self.would_be_joined())
    }

    /// What is said next belongs to the same turn as what was said last, which nobody has answered yet.
    fn would_be_joined(&self) -> bool {
        matches!(self.ready.back(), Some(Utterance::Audio(spoken)) if spoken.heard.duration_ms < LONGEST_TURN_MS)
    }

    /// Of the turn that this one listens to: how many come before it, and who listened to its beginning.
    pub(crate) fn place_of(&self, listen: OpId) -> (usize, Vec<OpId>) {
        let heard_by = |utterance: &Utterance| match utterance {
            Utterance::Audio(spoken) => spoken.listens.clone(),
            Utterance::Text { .. } => Vec::new(),
        };
        let mut waiting = self.ready.iter().map(heard_by).enumerate();
        if let Some((before, mut listens)) = waiting.find(|(_, listens)| listens.contains(&listen)) {
            listens.retain(|op| *op < listen);
            return (before, listens);
        }
        let joined = self.ready.back().filter(|_| self.would_be_joined());
        let mut listens = joined.map(heard_by).unwrap_or_default();
        let closing = self.cuts.iter().filter_map(|waiting| match waiting.then {
            Then::Closes(closing) => closing.listen,
            Then::GoesOn | Then::Leaves => None,
        });
        listens.extend(closing.filter(|op| *op < listen));
        (self.turns_before_the_next(), listens)
    }

    /// The rest of the turn that comes next is on its way, as far as the store lets it.
    pub(crate) fn stores_its_rest(&self) -> bool {
        let is_rest = |waiting: &WaitingCut| matches!(waiting.then, Then::Closes(Closing { listen: Some(_), .. }));
        self.store_failures == 0 && self.cuts.iter().any(is_rest)
    }

    /// Some turn is closed and not open yet.
    pub(crate) fn has_closed_turn(&self) -> bool {
        !self.ready.is_empty() || self.cuts.iter().any(|waiting| matches!(waiting.then, Then::Closes(_)))
    }

    /// Nothing is left that a turn could still come from.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.is_stored() && self.ready.is_empty()
    }

    pub(crate) fn is_stored(&self) -> bool {
        self.uncut.is_none() && self.cuts.is_empty()
    }

    pub(crate) fn is_store_down(&self) -> bool {
        self.store_failures > 0
    }

    /// Cuts what is there. The user's turn can end with it even if nothing new is there.
    pub(crate) fn cut(&mut self, then: Then, now: SessionTime) -> Option<Cut> {
        if let Some(Uncut { first_chunk, bytes, since: _ }) = self.uncut.take() {
            let cut = Cut { first: first_chunk, last: self.next_chunk - 1 };
            self.cuts.push_back(WaitingCut { cut, bytes, then, op: None });
            return Some(cut);
        }
        match (self.cuts.back_mut().map(|waiting| &mut waiting.then), then) {
            (_, Then::GoesOn) => (),
            // The end that was said first stands.
            (Some(Then::Closes(_)), Then::Closes(Closing { listen, .. })) => self.needless.extend(listen),
            (Some(Then::Closes(_)), Then::Leaves) => (),
            (Some(waiting), _) => *waiting = then,
            (None, _) => self.apply_late(then, now),
        }
        None
    }

    /// The cut that is to be stored now, if none is on its way.
    pub(crate) fn next_to_store(&mut self, op: OpId) -> Option<Cut> {
        let front = self.cuts.front_mut().filter(|waiting| waiting.op.is_none())?;
        front.op = Some(op);
        Some(front.cut)
    }

    pub(crate) fn has_cut_to_store(&self) -> bool {
        self.cuts.front().is_some_and(|waiting| waiting.op.is_none())
    }

    pub(crate) fn is_storing(&self, op: OpId) -> bool {
        self.cuts.front().is_some_and(|waiting| waiting.op == Some(op))
    }

    /// The front cut is in the store.
    pub(crate) fn on_stored(&mut self, stored: Option<Stored>, now: SessionTime) -> Option<SegmentPart> {
        self.store_failures = 0;
        let WaitingCut { then, .. } = self.cuts.pop_front()?;
        let Some(stored) = stored else {
            self.apply_late(then, now);
            return None;
        };
        self.open = Some(join(self.open, stored));
        self.apply(then, now);
        Some(then.part())
    }

    /// The front cut could not be stored; answers how often in a row.
    pub(crate) fn on_store_failed(&mut self) -> u32 {
        if let Some(front) = self.cuts.front_mut() {
            front.op = None;
        }
        self.store_failures = self.store_failures.saturating_add(1);
        self.store_failures
    }

    /// The next turn, unless its user is still adding to it.
    pub(crate) fn take_turn(&mut self, goes_on: bool) -> Option<Utterance> {
        if goes_on && self.ready.len() == 1 && self.would_be_joined() {
            return None;
        }
        self.ready.pop_front()
    }

    /// A listener whose words nobody waits for.
    pub(crate) fn take_needless(&mut self) -> Option<OpId> {
        self.needless.pop()
    }

    /// What this one listened to is no turn.
    pub(crate) fn leave(&mut self, listen: OpId) {
        for waiting in &mut self.cuts {
            if matches!(waiting.then, Then::Closes(Closing { listen: Some(op), .. }) if op == listen) {
                waiting.then = Then::Leaves;
            }
        }
        let parts = &mut self.parts;
        self.ready.retain_mut(|utterance| match utterance {
            Utterance::Audio(spoken) if spoken.listens.contains(&listen) => {
                spoken.listens.retain(|op| *op != listen);
                let is_nothing = spoken.listens.is_empty();
                if is_nothing {
                    parts.extend(spoken.left());
                }
                !is_nothing
            }
            Utterance::Audio(_) | Utterance::Text { .. } => true,
        });
    }

    /// Gives up what the store never took; answers the work to cancel.
    pub(crate) fn give_up_audio(&mut self) -> Option<OpId> {
        self.uncut = None;
        let running = self.cuts.front().and_then(|waiting| waiting.op);
        self.cuts.clear();
        running
    }

    /// What is stored turned out to be no turn.
    pub(crate) fn pass_over(&mut self, spoken: &Spoken) {
        self.parts.extend(spoken.left());
    }

    /// What another process could not know otherwise.
    pub(crate) fn take_parts(&mut self) -> Vec<(u64, SegmentPart)> {
        std::mem::take(&mut self.parts)
    }

    /// The segments that this is about are stored already.
    fn apply_late(&mut self, then: Then, now: SessionTime) {
        if let Some(open) = self.open.filter(|_| then != Then::GoesOn) {
            self.parts.push((open.last_segment, then.part()));
        }
        self.apply(then, now);
    }

    fn apply(&mut self, then: Then, now: SessionTime) {
        match then {
            Then::GoesOn => (),
            Then::Closes(closing) => self.close_turn(closing, now),
            Then::Leaves => self.open = None,
        }
    }

    /// What was said while another turn was being answered becomes one turn, not many.
    fn close_turn(&mut self, closing: Closing, now: SessionTime) {
        let Closing { listen, spoken_ms, last_word, decided } = closing;
        let Some(open) = self.open.take() else {
            return self.needless.extend(listen);
        };
        let times = UserTimes { last_word, decided, stored: now };
        let is_joined = self.would_be_joined();
        match self.ready.back_mut() {
            Some(Utterance::Audio(waiting)) if is_joined => {
                waiting.ends_before.push(waiting.heard.last_segment);
                waiting.heard.last_segment = open.last_segment;
                waiting.heard.last_seq = open.last_seq;
                waiting.heard.duration_ms += open.duration_ms;
                let unheard_part = listen.is_none() || waiting.listens.is_empty();
                waiting.listens.extend(listen);
                if unheard_part {
                    self.needless.append(&mut waiting.listens);
                }
                waiting.spoken_ms += spoken_ms;
                waiting.times = times;
            }
            Some(Utterance::Audio(_) | Utterance::Text { .. }) | None => {
                let (ends_before, listens) = (Vec::new(), listen.into_iter().collect());
                self.ready.push_back(Utterance::Audio(Spoken { heard: open, ends_before, listens, spoken_ms, times }));
            }
        }
    }
}

fn join(open: Option<Heard>, stored: Stored) -> Heard {
    let Stored { bytes: _, first_segment, last_segment, duration_ms, first_seq, last_seq } = stored;
    match open {
        Some(open) => Heard { last_segment, last_seq, duration_ms: open.duration_ms + duration_ms, ..open },
        None => Heard { first_segment, last_segment, duration_ms, first_seq, last_seq },
    }
}
