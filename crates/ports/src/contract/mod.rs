//! What every implementation of a port must do, as suites that its tests call.
//!
//! A suite asks for a fresh, empty implementation before every check and panics in the check that
//! fails. Checks are sentences; they may be read as the long form of the port's documentation.

pub mod authoring;
pub mod catalog;
pub mod departures;
pub mod example;
pub mod journal;
pub mod language_model;
pub mod object_store;
pub mod reports;
pub mod speech_to_text;
pub mod text_to_speech;

fn provider_has_a_plain_name(provider: &crate::Provider) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let name = &provider.name;
    assert!(!name.is_empty() && name.chars().all(plain), "{name:?} is no provider's name");
}
