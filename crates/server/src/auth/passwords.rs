use std::sync::{Arc, LazyLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::aside::aside;

/// Hashes and checks passwords with argon2id, a few at a time because each takes 19 MiB and tens of milliseconds.
#[derive(Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
}

const AT_ONCE: usize = 2;

/// What a password is compared with when there is nobody to compare it with.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(""));

impl Passwords {
    pub fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub async fn hash(&self, password: SecretString) -> String {
        self.run(move || hash_now(password.expose_secret())).await
    }

    /// Takes as long without a hash as with one, so that the time does not tell who has an account.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> bool {
        self.run(move || {
            // Touched in either case, for it is made when it is first touched.
            let nobody: &str = &NOBODY;
            let known = hash.is_some();
            let hash = hash.as_deref().unwrap_or(nobody);
            let matches = PasswordHash::new(hash).is_ok_and(|hash| {
                Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok()
            });
            known && matches
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let place = Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed");
        aside(move || {
            let done = work();
            drop(place);
            done
        })
        .await
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn hash_now(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("the default parameters hash every password")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_matches_and_nobody_has_none() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse".into()).await;
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await);
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await);
        assert!(!passwords.verify("".into(), None).await);
        assert!(!passwords.verify("x".into(), Some("no hash".into())).await);
    }
}
