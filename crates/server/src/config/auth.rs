use std::{path::Path, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Environment,
    parse::{self, SPAN, YES_OR_NO},
    values::Values,
    variable::Variable,
};
use crate::auth::PublicKey;

/// Whose tokens count, and how ours are made.
#[derive(Debug)]
pub struct Auth {
    /// At least [`SHORTEST_SECRET`] bytes in production; `None` only in development.
    pub secret: Option<SecretString>,
    pub expires_in: Duration,
    /// Keys of others whose tokens we accept.
    pub public_keys: Vec<PublicKey>,
    pub issuer: Option<String>,
    pub audience: Option<String>,
    /// A valid token of an unknown user creates that user.
    pub provision_users: bool,
}

pub const SHORTEST_SECRET: usize = 32;

const SECRET: Variable = Variable::secret(
    "JWT_SECRET",
    "Signs tokens and media links, at least 32 bytes; development generates one in DATA_DIR/jwt-secret",
);
const EXPIRES_IN: Variable =
    Variable::new("JWT_EXPIRES_IN", "7d", "How long a token is good: seconds, or 45s, 30m, 12h, 7d");
const PUBLIC_KEY: Variable = Variable::new(
    "JWT_PUBLIC_KEY",
    "",
    "Accepts tokens signed with this key too: PEM text or a file of it; RSA (RS256), P-256 (ES256), Ed25519 (EdDSA)",
);
const JWKS_FILE: Variable =
    Variable::new("JWT_JWKS_FILE", "", "Accepts tokens signed with the keys of this JWKS file too; read at the start");
const ISSUER: Variable = Variable::new("JWT_ISSUER", "", "Tokens must have this `iss`");
const AUDIENCE: Variable = Variable::new("JWT_AUDIENCE", "", "Tokens must have this `aud`");
const PROVISION_USERS: Variable =
    Variable::new("JWT_PROVISION_USERS", "true", "Whether a valid token of an unknown user creates that user");

pub(super) const VARIABLES: &[Variable] =
    &[SECRET, EXPIRES_IN, PUBLIC_KEY, JWKS_FILE, ISSUER, AUDIENCE, PROVISION_USERS];

pub(super) fn read(values: &mut Values, environment: Environment) -> Auth {
    let secret = values.secret(&SECRET);
    if environment == Environment::Production {
        require_secret(values, secret.as_ref());
    }
    let mut public_keys = Vec::new();
    public_keys.extend(values.optional(
        &PUBLIC_KEY,
        "an RSA, P-256 or Ed25519 public key as PEM text, or the path of a file that holds one",
        pem_key,
    ));
    let of_file = values.optional(
        &JWKS_FILE,
        "the path of a JWKS file with at least one RSA, P-256 or Ed25519 signing key",
        jwks_keys,
    );
    public_keys.extend(of_file.into_iter().flatten());
    Auth {
        secret,
        expires_in: values.required(&EXPIRES_IN, SPAN, parse::span),
        public_keys,
        issuer: values.text(&ISSUER),
        audience: values.text(&AUDIENCE),
        provision_users: values.required(&PROVISION_USERS, YES_OR_NO, parse::yes_or_no),
    }
}

fn require_secret(values: &mut Values, secret: Option<&SecretString>) {
    let found = match secret.map(|secret| secret.expose_secret().len()) {
        None => "is not set".to_owned(),
        Some(length) if length < SHORTEST_SECRET => format!("has {length} bytes"),
        Some(_) => return,
    };
    let remedy = format!("production needs at least {SHORTEST_SECRET}: make one with `openssl rand -base64 48`");
    values.refuse(SECRET.name, &found, &remedy);
}

fn pem_key(text: &str) -> Option<PublicKey> {
    if text.contains("-----BEGIN") {
        // One-line environments write the line breaks as \n.
        return PublicKey::of_pem(&text.replace("\\n", "\n"));
    }
    PublicKey::of_pem(&std::fs::read_to_string(Path::new(text)).ok()?)
}

fn jwks_keys(path: &str) -> Option<Vec<PublicKey>> {
    let keys = PublicKey::of_jwks(&std::fs::read_to_string(Path::new(path)).ok()?)?;
    (!keys.is_empty()).then_some(keys)
}
