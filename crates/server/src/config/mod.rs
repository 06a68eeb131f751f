//! What an operator can set: defaults, then `.env` of the working directory, then the environment.
//!
//! Everything is read once, into typed sections; nothing else in the server asks the environment.
//! A section declares its variables beside the code that reads them. This module deliberately does
//! not know what the values are used for.

mod auth;
mod environment;
mod example;
mod limits;
mod listen;
mod logging;
mod nearest;
mod operations;
pub(crate) mod parse;
mod providers;
mod session;
mod stores;
mod values;
mod variable;

use std::fmt;

pub use auth::{Auth, SHORTEST_SECRET};
pub use environment::Environment;
pub use limits::Limits;
pub use listen::Listen;
pub use logging::{LogFormat, Logging};
pub use operations::{Operations, Recordings, Traces};
pub use providers::{AvatarChoice, Endpoint, LanguageModelChoice, Providers, SpeechToTextChoice, TextToSpeechChoice};
pub use session::SessionNumbers;
pub use stores::{ObjectStoreLocation, S3Location, Stores};
pub use values::{Mistake, Origin, Setting};

use values::Values;
use variable::Variable;

/// Everything the operator decided.
#[derive(Debug)]
pub struct Config {
    pub environment: Environment,
    pub listen: Listen,
    pub auth: Auth,
    pub stores: Stores,
    pub providers: Providers,
    pub session: SessionNumbers,
    pub limits: Limits,
    pub logging: Logging,
    pub operations: Operations,
    /// Every variable with its value as it may be shown, in the order of the example.
    pub settings: Vec<Setting>,
    /// What the operator may have overlooked.
    pub notices: Vec<String>,
}

/// Everything that is wrong, at once.
#[derive(Debug)]
pub struct Mistakes(pub Vec<Mistake>);

const SECTIONS: &[(&str, &[Variable])] = &[
    ("Environment", environment::VARIABLES),
    ("Address", listen::VARIABLES),
    ("Who may come in", auth::VARIABLES),
    ("Stores", stores::VARIABLES),
    ("Speech, language and avatar", providers::VARIABLES),
    ("Sessions", session::VARIABLES),
    ("Limits", limits::VARIABLES),
    ("Logs", logging::VARIABLES),
    ("Operations", operations::VARIABLES),
];

impl Config {
    /// Reads `.env` and the environment of this process.
    pub fn load() -> Result<Self, Mistakes> {
        Self::read(Values::of_process())
    }

    /// As if `pairs` were the whole environment.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Result<Self, Mistakes> {
        Self::read(Values::of_pairs(pairs))
    }

    /// The text of `.env.example`.
    pub fn example() -> String {
        example::text()
    }

    fn read(mut values: Values) -> Result<Self, Mistakes> {
        let environment = environment::read(&mut values);
        let session = session::read(&mut values);
        let config = Self {
            environment,
            listen: listen::read(&mut values, environment),
            auth: auth::read(&mut values, environment),
            stores: stores::read(&mut values),
            providers: providers::read(&mut values),
            limits: limits::read(&mut values, session.segment_bytes),
            session,
            logging: logging::read(&mut values),
            operations: operations::read(&mut values),
            settings: Vec::new(),
            notices: Vec::new(),
        };
        let known = || SECTIONS.iter().flat_map(|(_, variables)| *variables);
        values.refuse_unknown(known());
        values.note_unused(known());
        let (settings, notices, mistakes) = values.finish(known());
        if !mistakes.is_empty() {
            return Err(Mistakes(mistakes));
        }
        Ok(Self { settings, notices, ..config })
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the configuration has mistakes:")?;
        for mistake in &self.0 {
            writeln!(f, "  {mistake}")?;
        }
        write!(f, "`repartee config example` lists every variable.")
    }
}

impl std::error::Error for Mistakes {}

#[cfg(test)]
mod tests;
