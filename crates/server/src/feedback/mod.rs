//! How a practice went, counted from what was said.
//!
//! Pure and deterministic: the same conversation always gets the same report, in the language of its scenario.
//! This module deliberately understands nothing; it counts what can be shown with the trainee's own words.

mod clarity;
mod conversation;
mod delivery;
mod email;
mod handling;
mod retelling;
mod value;
mod wording;

use ports::{Dimension, Findings, Scenario, TurnRecord};

use self::{conversation::Conversation, wording::fill};

pub use delivery::{Delivery, Unit, delivery};
pub use email::{Draft, draft};
pub use retelling::about;

/// With fewer turns there is nothing to judge.
pub const FEWEST_TURNS: usize = 2;

#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// 0 to 100.
    pub overall_score: u8,
    pub findings: Findings,
}

const MOST_RECOMMENDATIONS: usize = 3;

/// `None` where too little was said.
pub fn assess(scenario: &Scenario, turns: &[TurnRecord]) -> Option<Assessment> {
    if turns.len() < FEWEST_TURNS {
        return None;
    }
    let conversation = Conversation::new(scenario, turns);
    let dimensions = vec![value::judge(&conversation), handling::judge(&conversation), clarity::judge(&conversation)];
    let sum: u32 = dimensions.iter().map(|dimension| u32::from(dimension.score) * u32::from(dimension.weight)).sum();
    let overall_score = u8::try_from((sum + 50) / 100).unwrap_or(100);
    let findings = Findings {
        summary: summary(&conversation, overall_score),
        recommendations: recommendations(&conversation, &dimensions),
        dimensions,
    };
    Some(Assessment { overall_score, findings })
}

fn summary(conversation: &Conversation<'_>, score: u8) -> String {
    let wording = conversation.wording;
    let verdict = match score {
        80.. => wording.went_well,
        60.. => wording.went_fairly,
        _ => wording.went_poorly,
    };
    let facts = fill(
        wording.facts,
        &[
            &conversation.lines.len(),
            &(conversation.words() / conversation.lines.len().max(1)),
            &conversation.answered_objections(),
            &conversation.objections.len(),
            &conversation.questions(),
        ],
    );
    format!("{verdict}{}{facts}", wording.space)
}

/// What helps the weakest dimensions most.
fn recommendations(conversation: &Conversation<'_>, dimensions: &[Dimension]) -> Vec<String> {
    let mut weakest: Vec<&Dimension> = dimensions.iter().collect();
    weakest.sort_by_key(|dimension| dimension.score);
    let first = weakest.iter().filter_map(|dimension| dimension.suggestions.first());
    let recommendations: Vec<String> = first.take(MOST_RECOMMENDATIONS).cloned().collect();
    if recommendations.is_empty() { vec![conversation.wording.try_harder.to_owned()] } else { recommendations }
}

/// Of `part` in `whole`, never more than 1.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) }
}

fn rounded(score: f64) -> u8 {
    score.round().clamp(0.0, 100.0) as u8
}

#[cfg(test)]
mod tests;
