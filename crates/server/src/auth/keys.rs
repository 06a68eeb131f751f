use std::fmt;

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};

/// A key of somebody else whose tokens we accept. It decides the algorithm, not the token.
#[derive(Clone)]
pub struct PublicKey {
    /// The `kid` it answers to; without one it is tried for every token of its algorithm.
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

impl PublicKey {
    /// An RSA, P-256 or Ed25519 public key; `None` for everything else.
    pub fn of_pem(text: &str) -> Option<Self> {
        let pem = text.as_bytes();
        if text.contains("PRIVATE KEY") {
            return None;
        }
        let with = |algorithm| move |key| (algorithm, key);
        let (algorithm, key) = DecodingKey::from_rsa_pem(pem)
            .map(with(Algorithm::RS256))
            .or_else(|_| DecodingKey::from_ec_pem(pem).map(with(Algorithm::ES256)))
            .or_else(|_| DecodingKey::from_ed_pem(pem).map(with(Algorithm::EdDSA)))
            .ok()?;
        Some(Self { id: None, algorithm, key })
    }

    /// The usable signing keys of a JWKS document; `None` if it is none.
    pub fn of_jwks(text: &str) -> Option<Vec<Self>> {
        let set: JwkSet = serde_json::from_str(text).ok()?;
        Some(set.keys.iter().filter_map(Self::of_jwk).collect())
    }

    fn of_jwk(jwk: &Jwk) -> Option<Self> {
        if matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption)) {
            return None;
        }
        let (algorithm, named) = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
                (Algorithm::ES256, KeyAlgorithm::ES256)
            }
            AlgorithmParameters::OctetKeyPair(curve) if curve.curve == EllipticCurve::Ed25519 => {
                (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
            }
            // A shared secret has no place among public keys.
            _ => return None,
        };
        if jwk.common.key_algorithm.is_some_and(|is| is != named) {
            return None;
        }
        Some(Self { id: jwk.common.key_id.clone(), algorithm, key: DecodingKey::from_jwk(jwk).ok()? })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, id {:?})", self.algorithm, self.id)
    }
}
