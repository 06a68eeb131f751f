//! The same findings for somebody else than the trainee.

use ports::{Dimension, Findings};

use super::wording::{Wording, fill, wording};

/// What was found, told about the trainee by name. Advice stays as it is given: it is for the trainee.
pub fn about(trainee: &str, findings: Findings, language: &str) -> Findings {
    let wording = wording(language);
    let dimension = |dimension: Dimension| Dimension {
        explanation: named(trainee, &dimension.explanation, wording),
        suggestions: dimension.suggestions.iter().map(|advice| what_was_missed(trainee, advice, wording)).collect(),
        ..dimension
    };
    Findings {
        summary: named(trainee, &findings.summary, wording),
        dimensions: findings.dimensions.into_iter().map(dimension).collect(),
        recommendations: findings
            .recommendations
            .iter()
            .map(|advice| what_was_missed(trainee, advice, wording))
            .collect(),
    }
}

fn what_was_missed(trainee: &str, advice: &str, wording: &Wording) -> String {
    let beginning = wording.say_instead.split("{}").next().unwrap_or_default();
    match advice.strip_prefix(beginning) {
        Some(quote) => named(trainee, beginning, wording) + quote,
        None => advice.to_owned(),
    }
}

fn named(trainee: &str, text: &str, wording: &Wording) -> String {
    let name = |text: String, (address, name): &(&str, &str)| text.replace(address, &fill(name, &[&trainee]));
    wording.address.iter().fold(text.to_owned(), name)
}
