//! The mouth is told what belongs to what: nothing of a turn after its end, no sentence out of place, no last word lost.

use session::{Event, Mouth, OpEvent, Stage, TurnId, Work};

use super::{Fault, ensure};

#[derive(Debug, Default)]
pub(super) struct Lips {
    speech: Option<Speech>,
    is_held: bool,
    /// Since the last input, this turn was cut short or failed, and the mouth stopped in that one.
    broken_off: Option<TurnId>,
    stopped: Option<TurnId>,
}

#[derive(Debug)]
struct Speech {
    turn: TurnId,
    stretches: u32,
    /// How much of the reply was given to the voice, in bytes.
    given: usize,
    voiced_ms: u64,
    ending: Option<Mouth>,
}

impl Lips {
    pub(super) fn is_held(&self) -> bool {
        self.is_held
    }

    pub(super) fn has_sounded(&self, turn: TurnId) -> bool {
        self.speech.as_ref().is_some_and(|speech| speech.turn == turn && speech.voiced_ms > 0)
    }

    pub(super) fn on_order(&mut self, order: Mouth) -> Result<(), Fault> {
        match order {
            Mouth::Begin(turn) => {
                let before = self.speech.as_ref();
                let in_order = before.is_none_or(|speech| speech.turn < turn && speech.ending.is_some());
                ensure(in_order, || format!("{turn:?} is spoken into the turn before: {before:?}"))?;
                self.speech = Some(Speech { turn, stretches: 0, given: 0, voiced_ms: 0, ending: None });
                Ok(())
            }
            Mouth::Hold => ensure(!std::mem::replace(&mut self.is_held, true), || "the mouth is held twice".to_owned()),
            Mouth::GoOn => {
                ensure(std::mem::replace(&mut self.is_held, false), || "what goes on was not held".to_owned())
            }
            Mouth::Finish | Mouth::Stop => {
                let Some(speech) = &mut self.speech else {
                    return Err(format!("{order:?}, and nobody speaks"));
                };
                if order == Mouth::Stop {
                    self.stopped = Some(speech.turn);
                }
                let fits = matches!((speech.ending, order), (None, _) | (Some(Mouth::Finish), Mouth::Stop));
                ensure(fits, || format!("{order:?} after {:?} in {:?}", speech.ending, speech.turn))?;
                speech.ending = Some(order);
                Ok(())
            }
        }
    }

    pub(super) fn on_start(&mut self, work: &Work, reply: &str) -> Result<(), Fault> {
        let Work::Speak { turn, stretch, text, .. } = work else {
            return Ok(());
        };
        let Some(speech) = self.speech.as_mut().filter(|speech| speech.turn == *turn && speech.ending.is_none()) else {
            return Err(format!("{text:?} is to be spoken in {turn:?}, and the mouth is not there"));
        };
        ensure(*stretch == speech.stretches, || format!("stretch {} is called {stretch}", speech.stretches))?;
        speech.stretches += 1;
        let comes_next = reply.get(speech.given..).is_some_and(|rest| rest.starts_with(text.as_str()));
        ensure(comes_next, || format!("{text:?} is not what comes next in {reply:?} after {}", speech.given))?;
        speech.given += text.len();
        Ok(())
    }

    pub(super) fn on_report(&mut self, work: &Work, event: &OpEvent) {
        if let (Work::Speak { turn, .. }, OpEvent::Voiced { ms }, Some(speech)) = (work, event, &mut self.speech)
            && speech.turn == *turn
        {
            speech.voiced_ms += ms;
        }
    }

    pub(super) fn on_event(&mut self, event: &Event) {
        match event {
            Event::Interrupted { turn, .. } => self.broken_off = Some(*turn),
            Event::Problem(problem) if problem.stage == Stage::Answer => self.broken_off = problem.turn,
            _ => (),
        }
    }

    pub(super) fn settle(&mut self, open: Option<TurnId>, is_ending: bool) -> Result<(), Fault> {
        let (broken_off, stopped) = (self.broken_off.take(), self.stopped.take());
        ensure(stopped.is_none() || stopped == broken_off || is_ending, || {
            format!("the last words of {stopped:?} are cut, and nobody interrupted them")
        })?;
        let Some(speech) = &self.speech else {
            return Ok(());
        };
        let is_left = speech.ending.is_none() && open != Some(speech.turn);
        ensure(!is_left, || format!("the mouth still speaks of {:?}, which is over", speech.turn))?;
        let goes_on = broken_off == Some(speech.turn) && speech.ending != Some(Mouth::Stop);
        ensure(!goes_on, || format!("{:?} was broken off, and the mouth goes on", speech.turn))
    }
}
