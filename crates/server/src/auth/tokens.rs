use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use ports::{Role, Timestamp, UserId};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PublicKey, parse_role, token_role};
use crate::config;

/// Makes our tokens and checks everybody's.
pub struct Tokens {
    signing: EncodingKey,
    /// Ours first, then those of others.
    keys: Vec<PublicKey>,
    issuer: Option<String>,
    audience: Option<String>,
    expires_in: Duration,
}

/// What a token says once its signature and its time are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub user: UserId,
    pub email: Option<String>,
    pub name: Option<String>,
    /// `None` when the token names no role at all.
    pub role: Option<Role>,
    /// `None` when the token does not say.
    pub issued_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

/// Whom a new token is for.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    pub user: &'a UserId,
    pub email: &'a str,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("no token")]
    Missing,
    #[error("the token has expired")]
    Expired,
    /// The reason is for the log; it never holds a part of the token.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
}

/// How far ahead the clock of whoever signed may be.
const LEEWAY_MS: i64 = 30_000;

/// A token is a few hundred bytes; nothing good is longer.
const LONGEST_TOKEN: usize = 16 * 1024;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OurClaims<'a> {
    user_id: &'a str,
    email: &'a str,
    role: &'static str,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TheirClaims {
    user_id: Option<Value>,
    sub: Option<Value>,
    email: Option<String>,
    name: Option<String>,
    role: Option<Value>,
    exp: Option<f64>,
    iat: Option<f64>,
    nbf: Option<f64>,
}

impl Tokens {
    pub fn new(config: &config::Auth, secret: &SecretString) -> Self {
        let secret = secret.expose_secret().as_bytes();
        let ours = PublicKey { id: None, algorithm: Algorithm::HS256, key: DecodingKey::from_secret(secret) };
        Self {
            signing: EncodingKey::from_secret(secret),
            keys: std::iter::once(ours).chain(config.public_keys.iter().cloned()).collect(),
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            expires_in: config.expires_in,
        }
    }

    /// Good for the configured time.
    pub fn sign(&self, token: &NewToken<'_>, now: Timestamp) -> String {
        self.sign_for(token, self.expires_in, now)
    }

    pub fn sign_for(&self, token: &NewToken<'_>, good_for: Duration, now: Timestamp) -> String {
        let issued = now.0.div_euclid(1000);
        let good_for = i64::try_from(good_for.as_secs()).unwrap_or(i64::MAX);
        let claims = OurClaims {
            user_id: token.user.as_str(),
            email: token.email,
            role: token_role(token.role),
            iat: issued,
            exp: issued.saturating_add(good_for),
            iss: self.issuer.as_deref(),
            aud: self.audience.as_deref(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .expect("HS256 signs whatever serialises")
    }

    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, TokenError> {
        if token.is_empty() {
            return Err(TokenError::Missing);
        }
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::Invalid("too long"));
        }
        let header = jsonwebtoken::decode_header(token)
            .map_err(|_| TokenError::Invalid("malformed header or unknown algorithm"))?;
        let mut refusal = TokenError::Invalid("no key for its algorithm and key id");
        for key in self.keys.iter().filter(|key| key.may_have_signed(&header)) {
            match self.verify_with(key, token, now) {
                Err(TokenError::Invalid(reason)) => refusal = TokenError::Invalid(reason),
                answer => return answer,
            }
        }
        Err(refusal)
    }

    fn verify_with(&self, key: &PublicKey, token: &str, now: Timestamp) -> Result<Verified, TokenError> {
        let claims = jsonwebtoken::decode::<TheirClaims>(token, &key.key, &self.validation(key.algorithm))
            .map_err(|error| TokenError::Invalid(reason(error.kind())))?
            .claims;
        claims.at(now, self.expires_in)
    }

    /// Times are checked by [`TheirClaims::at`], against the time that the caller gives.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.validate_aud = self.audience.is_some();
        validation.required_spec_claims.clear();
        if let Some(issuer) = &self.issuer {
            validation.set_issuer(&[issuer]);
            validation.required_spec_claims.insert("iss".to_owned());
        }
        if let Some(audience) = &self.audience {
            validation.set_audience(&[audience]);
            validation.required_spec_claims.insert("aud".to_owned());
        }
        validation
    }
}

impl PublicKey {
    fn may_have_signed(&self, header: &Header) -> bool {
        let id_fits = match (&header.kid, &self.id) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        self.algorithm == header.alg && id_fits
    }
}

impl TheirClaims {
    /// A token that does not say how long it is good is as good as one of ours of the same age.
    fn at(self, now: Timestamp, expires_in: Duration) -> Result<Verified, TokenError> {
        let by_age = || self.iat.map(|issued| milliseconds(issued + expires_in.as_secs_f64()));
        let expires_at = self.exp.map(milliseconds).or_else(by_age);
        let expires_at = expires_at.ok_or(TokenError::Invalid("it never expires: neither exp nor iat"))?;
        if now.0 >= expires_at {
            return Err(TokenError::Expired);
        }
        if let Some(not_before) = self.nbf.map(milliseconds)
            && now.0 < not_before.saturating_sub(LEEWAY_MS)
        {
            return Err(TokenError::Invalid("not good yet: nbf"));
        }
        let user = self
            .user_id
            .or(self.sub)
            .and_then(text_of)
            .and_then(|id| UserId::parse(&id).ok())
            .ok_or(TokenError::Invalid("no usable userId or sub"))?;
        Ok(Verified {
            user,
            email: self.email,
            name: self.name,
            role: self.role.map(|role| parse_role(role.as_str().unwrap_or_default())),
            issued_at: self.iat.map(milliseconds).map(Timestamp),
            expires_at: Timestamp(expires_at),
        })
    }
}

/// A float saturates when it becomes an integer, so no date overflows.
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

/// Some services number their users.
fn text_of(id: Value) -> Option<String> {
    match id {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn reason(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidSignature => "wrong signature",
        ErrorKind::InvalidIssuer => "wrong iss",
        ErrorKind::InvalidAudience => "wrong aud",
        ErrorKind::MissingRequiredClaim(_) => "iss or aud is missing",
        ErrorKind::InvalidAlgorithm => "wrong algorithm",
        _ => "malformed",
    }
}

#[cfg(test)]
mod tests;
