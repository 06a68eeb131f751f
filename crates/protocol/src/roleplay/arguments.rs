//! Reads an event's arguments; where that fails, reads again to say what was wrong and where.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{ErrorCode, WireError};

/// The text of one event: `["name", argument, ...]`. Arguments after the first are ignored.
pub(super) struct Arguments<'a> {
    pub(super) name: Cow<'a, str>,
    argument: Option<&'a RawValue>,
}

impl<'a> Arguments<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, WireError> {
        serde_json::from_str(text).map_err(|error| bad_event(format!("the event cannot be read: {}", plain(&error))))
    }

    pub(super) fn parse<T: Deserialize<'a>>(&self) -> Result<T, WireError> {
        let Some(argument) = self.argument else {
            return Err(bad_event(format!("{} needs an object with its fields as the first argument", self.name)));
        };
        serde_json::from_str(argument.get()).map_err(|_| self.explain::<T>(argument))
    }

    /// For an event that may come without an argument.
    pub(super) fn parse_or_default<T: Deserialize<'a> + Default>(&self) -> Result<T, WireError> {
        match self.argument {
            Some(argument) if argument.get() != "null" => self.parse(),
            _ => Ok(T::default()),
        }
    }

    fn explain<T: Deserialize<'a>>(&self, argument: &'a RawValue) -> WireError {
        let mut deserializer = serde_json::Deserializer::from_str(argument.get());
        let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
            return bad_event(format!("{} cannot be read", self.name));
        };
        let (path, cause) = (error.path().to_string(), plain(error.inner()));
        let place = if path == "." { self.name.to_string() } else { format!("{}.{path}", self.name) };
        bad_event(format!("{place}: {cause}"))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Arguments<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ArgumentsVisitor;

        impl<'de> Visitor<'de> for ArgumentsVisitor {
            type Value = Arguments<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array that begins with the event's name")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut arguments: A) -> Result<Self::Value, A::Error> {
                let Some(name) = arguments.next_element::<Name<'de>>()? else {
                    return Err(A::Error::custom("it has no name"));
                };
                let argument = arguments.next_element()?;
                while arguments.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Arguments { name: name.0, argument })
            }
        }

        deserializer.deserialize_seq(ArgumentsVisitor)
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

pub(super) fn bad_event(message: String) -> WireError {
    WireError::new(ErrorCode::BadEvent, message)
}

/// Without the position, which means nothing to somebody who sent a value and not a text.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(position) => text[..position].to_owned(),
        None => text,
    }
}
