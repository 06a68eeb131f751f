use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ports::{Catalog, NewUser, Role, StoreError, Timestamp, User, UserId};

use super::{TokenError, Tokens, Verified};
use crate::clock;

/// The host of the addresses of those whose tokens name none. Nobody registers with one.
pub const OF_TOKENS: &str = "token.invalid";

/// Finds the person behind a token.
pub struct Accounts {
    pub tokens: Tokens,
    catalog: Arc<dyn Catalog>,
    provision: bool,
    /// People seen lately. A plain mutex: it is never held across an await.
    recent: Mutex<HashMap<UserId, (Person, Timestamp)>>,
}

/// Somebody who may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub user: Person,
    /// The token's role where it names one, for the deployment signed it; the database's otherwise.
    pub role: Role,
    /// `None` where the token does not say.
    pub issued_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

/// What is kept in memory of a user, for as long as a connection lasts: not their picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub is_active: bool,
}

impl From<User> for Person {
    fn from(User { id, email, name, role, is_active, .. }: User) -> Self {
        Self { id, email, name, role, is_active }
    }
}

impl Account {
    /// Whether the token is not older than this. The clock of whoever signed may be ahead.
    pub fn is_fresh(&self, now: Timestamp, age: Duration) -> bool {
        let fresh = clock::before(now, age)..=clock::after(now, age);
        self.issued_at.is_some_and(|issued| fresh.contains(&issued))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the token's user is not known here")]
    UnknownUser,
    #[error("the token's user was deactivated")]
    Inactive,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A deactivated user is out after this time.
const REMEMBERED_FOR: Duration = Duration::from_secs(30);
const REMEMBERED_AT_MOST: usize = 10_000;

impl Accounts {
    pub fn new(tokens: Tokens, catalog: Arc<dyn Catalog>, provision: bool) -> Self {
        Self { tokens, catalog, provision, recent: Mutex::new(HashMap::new()) }
    }

    /// The first valid token counts. If none is, the answer is about the first.
    pub async fn authenticate(&self, presented: &[String]) -> Result<Account, AuthError> {
        let now = clock::now();
        let mut refusal = None;
        for token in presented {
            match self.tokens.verify(token, now) {
                Ok(verified) => return self.account(verified, now).await,
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        Err(refusal.unwrap_or(TokenError::Missing).into())
    }

    /// To be called when a user was changed.
    pub fn forget(&self, user: &UserId) {
        self.recent().remove(user);
    }

    async fn account(&self, verified: Verified, now: Timestamp) -> Result<Account, AuthError> {
        let user = match self.remembered(&verified.user, now) {
            Some(user) => user,
            None => self.load(&verified, now).await?,
        };
        if !user.is_active {
            return Err(AuthError::Inactive);
        }
        let Verified { role, issued_at, expires_at, .. } = verified;
        Ok(Account { role: role.unwrap_or(user.role), issued_at, expires_at, user })
    }

    async fn load(&self, verified: &Verified, now: Timestamp) -> Result<Person, AuthError> {
        let user = match self.catalog.user(&verified.user).await? {
            Some(user) => user,
            None if self.provision => self.provision(verified, now).await?,
            None => return Err(AuthError::UnknownUser),
        };
        let person = Person::from(user);
        self.remember(&person, now);
        Ok(person)
    }

    async fn provision(&self, verified: &Verified, now: Timestamp) -> Result<User, AuthError> {
        // Ids that differ in case only are two people's.
        let placeholder = format!("{}@{OF_TOKENS}", verified.user);
        let stated = verified.email.as_deref().map(str::to_lowercase);
        for email in stated.iter().chain([&placeholder]) {
            let user = NewUser {
                id: verified.user.clone(),
                email: email.clone(),
                name: display_name(verified),
                password_hash: None,
                role: verified.role.unwrap_or(Role::Trainee),
                at: now,
            };
            match self.catalog.create_user(user).await {
                Ok(user) => return Ok(user),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
            // Another connection of the same user was first; otherwise the e-mail is somebody else's.
            if let Some(user) = self.catalog.user(&verified.user).await? {
                return Ok(user);
            }
        }
        Err(AuthError::UnknownUser)
    }

    fn remembered(&self, id: &UserId, now: Timestamp) -> Option<Person> {
        let recent = self.recent();
        let (user, until) = recent.get(id)?;
        (now < *until).then(|| user.clone())
    }

    fn remember(&self, user: &Person, now: Timestamp) {
        let mut recent = self.recent();
        if recent.len() >= REMEMBERED_AT_MOST {
            recent.retain(|_, (_, until)| now < *until);
        }
        if recent.len() < REMEMBERED_AT_MOST {
            let until = clock::after(now, REMEMBERED_FOR);
            recent.insert(user.id.clone(), (user.clone(), until));
        }
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, HashMap<UserId, (Person, Timestamp)>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn display_name(verified: &Verified) -> String {
    let before_at = |email: &str| email.split('@').next().map(str::to_owned);
    verified
        .name
        .clone()
        .or_else(|| verified.email.as_deref().and_then(before_at))
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| verified.user.to_string())
}

#[cfg(test)]
mod tests {
    use storage::Database;

    use super::*;
    use crate::{auth::NewToken, config::Config, fixtures::Folder};

    async fn accounts(folder: &Folder) -> Accounts {
        let url = format!("sqlite://{}", folder.path.join("test.db").display());
        let database = Database::open(&url).await.unwrap();
        database.migrate().await.unwrap();
        let config = Config::from_pairs(&[]).unwrap();
        Accounts::new(Tokens::new(&config.auth, &"a secret".into()), Arc::new(database), true)
    }

    fn token(accounts: &Accounts, user: &UserId) -> Vec<String> {
        let new = NewToken { user, email: "ann@example.org", role: Role::Trainee };
        vec![accounts.tokens.sign(&new, clock::now())]
    }

    #[tokio::test]
    async fn a_deactivated_user_is_refused_however_good_the_token_is() {
        let folder = Folder::new();
        let accounts = accounts(&folder).await;
        let ann = UserId::parse("ann").unwrap();
        let known = accounts.authenticate(&token(&accounts, &ann)).await.unwrap();
        accounts.remember(&Person { is_active: false, ..known.user }, clock::now());
        assert_eq!(accounts.authenticate(&token(&accounts, &ann)).await, Err(AuthError::Inactive));
    }

    #[tokio::test]
    async fn a_user_is_remembered_for_a_while_and_forgotten_when_told() {
        let folder = Folder::new();
        let accounts = accounts(&folder).await;
        let ann = UserId::parse("ann").unwrap();
        let user = accounts.authenticate(&token(&accounts, &ann)).await.unwrap().user;
        let now = clock::now();
        accounts.remember(&user, now);
        assert_eq!(accounts.remembered(&ann, now), Some(user.clone()));
        assert_eq!(accounts.remembered(&ann, clock::after(now, REMEMBERED_FOR)), None);
        accounts.forget(&ann);
        assert_eq!(accounts.remembered(&ann, now), None);
    }

    #[tokio::test]
    async fn two_connections_of_a_new_user_make_one_user() {
        let folder = Folder::new();
        let accounts = accounts(&folder).await;
        let token = token(&accounts, &UserId::parse("ann").unwrap());
        let (first, second) = tokio::join!(accounts.authenticate(&token), accounts.authenticate(&token));
        assert_eq!(first.unwrap().user, second.unwrap().user);
    }
}
