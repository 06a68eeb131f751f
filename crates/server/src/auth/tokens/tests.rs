use std::fmt::Write as _;

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::config::Config;

const SECRET: &str = "a secret that is long enough for everybody";
const NOW: Timestamp = Timestamp(1_800_000_000_000);
const IN_AN_HOUR: i64 = 1_800_003_600;

/// A key of another service: how it signs, and the PEM that it publishes.
struct Foreign {
    algorithm: Algorithm,
    signing: EncodingKey,
    public_pem: String,
    public_der: Vec<u8>,
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = base64_simd::STANDARD.encode_to_string(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        writeln!(text, "{}", std::str::from_utf8(line).unwrap()).unwrap();
    }
    writeln!(text, "-----END {label}-----").unwrap();
    text
}

impl Foreign {
    fn rsa() -> Self {
        let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
        let private = aws_lc_rs::encoding::AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        let public = pair.public_key().as_ref().to_vec();
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        Self {
            algorithm: Algorithm::RS256,
            signing: EncodingKey::from_rsa_pem(pem("PRIVATE KEY", private.as_ref()).as_bytes()).unwrap(),
            public_pem: pem("PUBLIC KEY", spki.as_ref()),
            public_der: public,
        }
    }

    fn p256() -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let private = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, private.as_ref()).unwrap();
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        Self {
            algorithm: Algorithm::ES256,
            signing: EncodingKey::from_ec_der(private.as_ref()),
            public_pem: pem("PUBLIC KEY", spki.as_ref()),
            public_der: pair.public_key().as_ref().to_vec(),
        }
    }

    fn ed25519() -> Self {
        let private = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(private.as_ref()).unwrap();
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        Self {
            algorithm: Algorithm::EdDSA,
            signing: EncodingKey::from_ed_der(private.as_ref()),
            public_pem: pem("PUBLIC KEY", spki.as_ref()),
            public_der: pair.public_key().as_ref().to_vec(),
        }
    }

    fn sign(&self, kid: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = kid.map(str::to_owned);
        jsonwebtoken::encode(&header, claims, &self.signing).unwrap()
    }

    /// As a member of a JWKS; for P-256 alone, which is enough to tell keys apart.
    fn jwk(&self, kid: &str) -> Value {
        let part = |bytes| base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": part(&self.public_der[1..33]), "y": part(&self.public_der[33..65]),
        })
    }
}

fn tokens(pairs: &[(&str, &str)]) -> Tokens {
    Tokens::new(&Config::from_pairs(pairs).unwrap().auth, &SECRET.into())
}

fn signed(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::default(), claims, &key).unwrap()
}

fn good_claims() -> Value {
    json!({"userId": "ann", "exp": IN_AN_HOUR})
}

fn refusal(tokens: &Tokens, token: &str) -> &'static str {
    match tokens.verify(token, NOW) {
        Err(TokenError::Invalid(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn our_own_token_names_its_user() {
    let tokens = tokens(&[("JWT_ISSUER", "repartee"), ("JWT_AUDIENCE", "voices")]);
    let user = UserId::parse("ann").unwrap();
    let new = NewToken { user: &user, email: "ann@example.org", role: Role::Coach };
    let verified = tokens.verify(&tokens.sign(&new, NOW), NOW).unwrap();
    assert_eq!(
        verified,
        Verified {
            user,
            email: Some("ann@example.org".to_owned()),
            name: None,
            role: Some(Role::Coach),
            issued_at: Some(Timestamp(NOW.0.div_euclid(1000) * 1000)),
            expires_at: Timestamp(NOW.0 + 7 * 86_400_000),
        }
    );
}

#[test]
fn the_payload_of_our_token_is_what_existing_services_read() {
    let tokens = tokens(&[]);
    let user = UserId::parse("ann").unwrap();
    let new = NewToken { user: &user, email: "a@b.c", role: Role::Trainee };
    let token = tokens.sign_for(&new, Duration::from_secs(60), NOW);
    let payload = token.split('.').nth(1).unwrap();
    let payload = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(payload).unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&payload).unwrap(),
        json!({"userId": "ann", "email": "a@b.c", "role": "USER",
               "iat": 1_800_000_000, "exp": 1_800_000_060})
    );
}

#[test]
fn the_user_is_user_id_or_else_sub_and_may_be_a_number() {
    let tokens = tokens(&[]);
    for (claims, expected) in [
        (json!({"userId": "ann", "sub": "bob", "exp": IN_AN_HOUR}), "ann"),
        (json!({"sub": "bob", "exp": IN_AN_HOUR}), "bob"),
        (json!({"sub": 42, "exp": IN_AN_HOUR}), "42"),
    ] {
        let verified = tokens.verify(&signed(&claims), NOW).unwrap();
        assert_eq!(verified.user.as_str(), expected);
    }
    for claims in [json!({"exp": IN_AN_HOUR}), json!({"sub": "../x", "exp": IN_AN_HOUR})] {
        assert_eq!(refusal(&tokens, &signed(&claims)), "no usable userId or sub");
    }
}

#[test]
fn roles_of_all_generations_are_understood() {
    let tokens = tokens(&[]);
    let role = |role: Value| {
        let claims = json!({"sub": "ann", "exp": IN_AN_HOUR, "role": role});
        tokens.verify(&signed(&claims), NOW).unwrap().role
    };
    for (text, expected) in [
        ("USER", Role::Trainee),
        ("trainee", Role::Trainee),
        ("TRAINER", Role::Coach),
        ("coach", Role::Coach),
        ("ADMIN", Role::Admin),
        ("Super_Admin", Role::Admin),
        ("emperor", Role::Trainee),
    ] {
        assert_eq!(role(json!(text)), Some(expected), "{text}");
    }
    assert_eq!(role(json!(["admin"])), Some(Role::Trainee));
    assert_eq!(role(Value::Null), None);
}

#[test]
fn a_token_is_good_from_about_nbf_until_exactly_exp() {
    let tokens = tokens(&[]);
    let verify = |claims: Value| tokens.verify(&signed(&claims), NOW);
    let now = NOW.0 / 1000;
    assert_eq!(verify(json!({"sub": "a", "exp": now})), Err(TokenError::Expired));
    assert!(verify(json!({"sub": "a", "exp": now + 1})).is_ok());
    assert!(verify(json!({"sub": "a", "exp": IN_AN_HOUR, "nbf": now + 29})).is_ok());
    assert_eq!(
        verify(json!({"sub": "a", "exp": IN_AN_HOUR, "nbf": now + 31})),
        Err(TokenError::Invalid("not good yet: nbf"))
    );
    assert_eq!(verify(json!({"sub": "a"})), Err(TokenError::Invalid("it never expires: neither exp nor iat")));
}

#[test]
fn a_token_without_exp_ages_like_one_of_ours() {
    let tokens = tokens(&[("JWT_EXPIRES_IN", "1h")]);
    let now = NOW.0 / 1000;
    let verify = |issued: i64| tokens.verify(&signed(&json!({"sub": "a", "iat": issued})), NOW);
    assert!(verify(now - 3_599).is_ok());
    assert_eq!(verify(now - 3_600), Err(TokenError::Expired));
}

#[test]
fn issuer_and_audience_are_checked_when_they_are_configured() {
    let tokens = tokens(&[("JWT_ISSUER", "us"), ("JWT_AUDIENCE", "voices")]);
    let token = |iss: &str, aud: Value| signed(&json!({"sub": "a", "exp": IN_AN_HOUR, "iss": iss, "aud": aud}));
    assert!(tokens.verify(&token("us", json!("voices")), NOW).is_ok());
    assert!(tokens.verify(&token("us", json!(["x", "voices"])), NOW).is_ok());
    assert_eq!(refusal(&tokens, &token("us", json!("x"))), "wrong aud");
    assert_eq!(refusal(&tokens, &token("them", json!("voices"))), "wrong iss");
    for claims in [good_claims(), json!({"sub": "a", "exp": IN_AN_HOUR, "iss": "us"})] {
        assert_eq!(refusal(&tokens, &signed(&claims)), "iss or aud is missing");
    }

    let unconfigured = self::tokens(&[]);
    assert!(unconfigured.verify(&token("anybody", json!("x")), NOW).is_ok());
}

#[test]
fn tokens_of_another_service_count_by_its_public_key() {
    for foreign in [Foreign::rsa(), Foreign::p256(), Foreign::ed25519()] {
        let one_line = foreign.public_pem.replace('\n', "\\n");
        for text in [&foreign.public_pem, &one_line] {
            let tokens = tokens(&[("JWT_PUBLIC_KEY", text)]);
            for kid in [None, Some("whatever")] {
                let token = foreign.sign(kid, &good_claims());
                let verified = tokens.verify(&token, NOW).unwrap();
                assert_eq!(verified.user.as_str(), "ann", "{:?}", foreign.algorithm);
            }
            assert!(tokens.verify(&signed(&good_claims()), NOW).is_ok());
        }
        let stranger = match foreign.algorithm {
            Algorithm::RS256 => Foreign::rsa(),
            Algorithm::ES256 => Foreign::p256(),
            _ => Foreign::ed25519(),
        };
        let tokens = tokens(&[("JWT_PUBLIC_KEY", &foreign.public_pem)]);
        let forged = stranger.sign(None, &good_claims());
        assert_eq!(refusal(&tokens, &forged), "wrong signature");
    }
}

#[test]
fn a_public_key_is_never_taken_for_a_shared_secret() {
    let foreign = Foreign::rsa();
    let tokens = tokens(&[("JWT_PUBLIC_KEY", &foreign.public_pem)]);
    for secret in [foreign.public_pem.as_bytes(), &foreign.public_der] {
        let key = EncodingKey::from_secret(secret);
        let forged = jsonwebtoken::encode(&Header::default(), &good_claims(), &key).unwrap();
        assert_eq!(refusal(&tokens, &forged), "wrong signature");
    }
}

#[test]
fn a_token_without_a_signature_is_refused() {
    let part = |value: Value| base64_simd::URL_SAFE_NO_PAD.encode_to_string(value.to_string());
    let payload = part(good_claims());
    let tokens = tokens(&[]);
    for algorithm in ["none", "None", "NONE", "HS256", "RS256", "HS512"] {
        let header = part(json!({"alg": algorithm, "typ": "JWT"}));
        for token in [format!("{header}.{payload}."), format!("{header}.{payload}")] {
            let answer = tokens.verify(&token, NOW);
            assert!(matches!(answer, Err(TokenError::Invalid(_))), "{algorithm}: {answer:?}");
        }
    }
    assert_eq!(tokens.verify("", NOW), Err(TokenError::Missing));
}

#[test]
fn the_key_id_picks_the_key_and_without_one_all_are_tried() {
    let (first, second) = (Foreign::p256(), Foreign::p256());
    let folder = crate::fixtures::Folder::new();
    let path = folder.path.join("keys.json");
    let other_use = |field: &str, value: &str| {
        let mut key = first.jwk(value);
        key[field] = json!(value);
        key
    };
    let shared = json!({"kty": "oct", "k": "c2VjcmV0", "kid": "shared"});
    let keys = [first.jwk("1"), shared, other_use("use", "enc"), other_use("alg", "ES384"), second.jwk("2")];
    let keys = json!({ "keys": keys });
    std::fs::create_dir_all(&folder.path).unwrap();
    std::fs::write(&path, keys.to_string()).unwrap();
    let tokens = tokens(&[("JWT_JWKS_FILE", path.to_str().unwrap())]);

    for (foreign, kid) in [(&first, "1"), (&second, "2")] {
        for kid in [Some(kid), None] {
            assert!(tokens.verify(&foreign.sign(kid, &good_claims()), NOW).is_ok());
        }
    }
    let wrong_key = first.sign(Some("2"), &good_claims());
    assert_eq!(refusal(&tokens, &wrong_key), "wrong signature");
    for kid in ["3", "enc", "ES384"] {
        let token = first.sign(Some(kid), &good_claims());
        assert_eq!(refusal(&tokens, &token), "no key for its algorithm and key id", "{kid}");
    }
}

#[test]
fn an_unusable_public_key_stops_the_start() {
    let told = |name, text: &str| Config::from_pairs(&[(name, text)]).unwrap_err().to_string();
    assert!(told("JWT_PUBLIC_KEY", "/no/such/file").contains("JWT_PUBLIC_KEY"));
    let private = pem("PRIVATE KEY", b"not yours");
    let refused = told("JWT_PUBLIC_KEY", &private);
    assert!(refused.contains("public key as PEM text"));
    let body = private.lines().nth(1).unwrap();
    assert!(!refused.contains(body), "{refused}");
    assert!(told("JWT_JWKS_FILE", "/no/such/file").contains("JWT_JWKS_FILE"));
}

proptest! {
    #[test]
    fn nothing_that_somebody_sends_breaks_the_check(token in ".*", tail in "[A-Za-z0-9_.-]{0,80}") {
        let tokens = tokens(&[]);
        prop_assert!(tokens.verify(&token, NOW).is_err());
        let half_good = ["eyJhbGciOiJIUzI1NiJ9.", &tail].concat();
        prop_assert!(tokens.verify(&half_good, NOW).is_err());
    }

    #[test]
    fn no_claim_breaks_the_check(exp in any::<f64>(), nbf in any::<f64>(), now in any::<i64>()) {
        let claims = json!({"sub": "ann", "exp": exp, "nbf": nbf});
        let _ = tokens(&[]).verify(&signed(&claims), Timestamp(now));
    }
}
