//! Who the trainees are.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

/// How each trainee proves who it is.
pub(crate) enum Tokens {
    /// One user for all sessions; the server's limit of sessions per user applies.
    Given(String),
    /// A user for each session.
    Signed(Box<EncodingKey>),
}

const GOOD_FOR: Duration = Duration::from_secs(24 * 3_600);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    user_id: String,
    email: String,
    role: &'static str,
    exp: u64,
}

impl Tokens {
    pub(crate) fn signed_with(secret: &str) -> Self {
        Self::Signed(Box::new(EncodingKey::from_secret(secret.as_bytes())))
    }

    pub(crate) fn of(&self, trainee: usize) -> anyhow::Result<String> {
        let key = match self {
            Self::Given(token) => return Ok(token.clone()),
            Self::Signed(key) => key,
        };
        let user_id = format!("load-{trainee}");
        let email = format!("{user_id}@load.invalid");
        let exp = SystemTime::now().duration_since(UNIX_EPOCH)?.saturating_add(GOOD_FOR).as_secs();
        let claims = Claims { user_id, email, role: "trainee", exp };
        encode(&Header::new(Algorithm::HS256), &claims, key).context("a token cannot be signed")
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode};

    use super::*;

    #[test]
    fn every_trainee_is_another_user_with_a_token_that_the_secret_verifies() {
        let tokens = Tokens::signed_with("a secret of at least thirty-two bytes");
        let user = |trainee| {
            let key = DecodingKey::from_secret(b"a secret of at least thirty-two bytes");
            let token = tokens.of(trainee).unwrap();
            let claims = decode::<serde_json::Value>(&token, &key, &Validation::new(Algorithm::HS256)).unwrap().claims;
            claims["userId"].clone()
        };
        assert_eq!(user(1), "load-1");
        assert_eq!(user(2), "load-2");
    }
}
