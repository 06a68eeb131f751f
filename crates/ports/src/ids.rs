use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, by the server's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is not a valid {what}: use 1 to {max} characters of A-Z a-z 0-9 . _ : @ + -, not starting with a dot"
)]
pub struct BadId {
    pub what: &'static str,
    pub found: String,
    pub max: usize,
}

const MAX_ID: usize = 128;

fn parse_id(what: &'static str, text: &str) -> Result<String, BadId> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._:@+-".contains(c);
    let good = !text.is_empty() && text.len() <= MAX_ID && !text.starts_with('.') && text.chars().all(allowed);
    if good {
        return Ok(text.to_owned());
    }
    Err(BadId { what, found: text.chars().take(64).collect(), max: MAX_ID })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn parse(text: &str) -> Result<Self, BadId> {
                parse_id($what, text).map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A roleplay session, as the client names it.
    SessionId,
    "session id"
);
id!(
    /// A person, as the token names them.
    UserId,
    "user id"
);

/// Where an object lives: `/`-separated segments of `[A-Za-z0-9._-]`, none of them `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Before every key of a session.
    pub const SESSIONS: &str = "sessions/";

    pub fn parse(text: &str) -> Result<Self, BadId> {
        let segment = |s: &str| {
            !s.is_empty() && !s.starts_with('.') && s.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        if text.len() <= 512 && text.split('/').all(segment) {
            return Ok(Self(text.to_owned()));
        }
        Err(BadId { what: "object key", found: text.chars().take(64).collect(), max: 512 })
    }

    /// The folder of everything that belongs to one session.
    /// Ids may hold characters that keys may not; those are written as `-xx` in hex, and `-` as `--`. What becomes longer
    /// than a file's name may be goes on in a folder inside, behind what is no character.
    pub fn session_prefix(session: &SessionId) -> String {
        const LONGEST_NAME: usize = 240;
        let mut escaped = String::with_capacity(session.as_str().len() + 8);
        let mut goes_on_at = LONGEST_NAME;
        for byte in session.as_str().bytes() {
            if escaped.len() >= goes_on_at {
                escaped.push_str("-_/_");
                goes_on_at = escaped.len() + LONGEST_NAME;
            }
            match byte {
                b'-' => escaped.push_str("--"),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' => escaped.push(char::from(byte)),
                other => escaped.push_str(&format!("-{other:02x}")),
            }
        }
        format!("{}{escaped}", Self::SESSIONS)
    }

    /// `sessions/<session>/<folder>/<number>.<extension>`, numbers padded so that they sort.
    pub fn of_session(session: &SessionId, folder: &str, number: u64, extension: &str) -> Self {
        Self(format!("{}/{folder}/{number:06}.{extension}", Self::session_prefix(session)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ObjectKey {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<ObjectKey> for String {
    fn from(key: ObjectKey) -> Self {
        key.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_leave_its_folder_is_refused() {
        for bad in ["", "..", "../x", "a/b", "a b", "ü", &"x".repeat(129)] {
            assert!(SessionId::parse(bad).is_err(), "{bad:?}");
        }
        assert!(SessionId::parse("5f0c-Quinn_1.2:3@x+y").is_ok());
    }

    #[test]
    fn two_sessions_never_share_a_folder() {
        let prefix = |id: &str| ObjectKey::session_prefix(&SessionId::parse(id).unwrap());
        assert_ne!(prefix("a:b"), prefix("a-3ab"));
        assert_ne!(prefix("a--b"), prefix("a-b"));
        assert!(ObjectKey::parse(&prefix("a:b@c")).is_ok());
    }

    #[test]
    fn every_session_has_a_folder_that_every_file_system_takes() {
        let prefix = |id: &str| ObjectKey::session_prefix(&SessionId::parse(id).unwrap());
        for id in ["-", ":", "a.", "a:."].map(|part| part.repeat(128 / part.len())) {
            let whole = prefix(&id);
            assert!(whole.split('/').all(|name| name.len() < 255), "{whole}");
            let key = ObjectKey::of_session(&SessionId::parse(&id).unwrap(), "audio", u64::MAX, "ogg");
            assert_eq!(ObjectKey::parse(key.as_str()), Ok(key));
            // What it shares with a shorter name is not the folder of that one.
            for shorter in 1..id.len() {
                assert!(!whole.starts_with(&format!("{}/", prefix(&id[..shorter]))), "{whole}");
            }
        }
    }

    #[test]
    fn keys_of_a_session_sort_by_number() {
        let session = SessionId::parse("s").unwrap();
        let key = |n| ObjectKey::of_session(&session, "audio", n, "ogg");
        assert!(key(9) < key(10));
        assert_eq!(key(9).as_str(), "sessions/s/audio/000009.ogg");
    }
}
