use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Email, EmailChange, Feedback, ObjectKey, Scenario, SessionId, StoreError, Timestamp, UserId};

/// People, scenarios and sessions: what the REST API shows. Null characters are left out of every text.
#[async_trait]
pub trait Catalog: Send + Sync + 'static {
    /// [`StoreError::Conflict`] when the e-mail or the id is taken, also by somebody who departed.
    async fn create_user(&self, user: NewUser) -> Result<User, StoreError>;

    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// `email` in lower case.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError>;

    async fn change_profile(&self, id: &UserId, change: ProfileChange, at: Timestamp) -> Result<User, StoreError>;

    async fn set_password(&self, id: &UserId, password_hash: &str, at: Timestamp) -> Result<(), StoreError>;

    /// Everybody, newest first.
    async fn users(&self, page: PageRequest) -> Result<Page<User>, StoreError>;

    /// Closes an account for good and begins its deletion: what names the person is gone at once, and the id lets nobody in.
    /// Doing it again changes nothing. [`StoreError::NotFound`] when there is no such user.
    async fn depart(&self, id: &UserId, at: Timestamp) -> Result<(), StoreError>;

    /// Who departed after `since`, and everybody of whom something is still kept; who departed first comes first.
    async fn departures(&self, since: Timestamp) -> Result<Vec<Departure>, StoreError>;

    /// Deletes what is left of somebody who departed, apart from the id. Whispers go; scenarios stay, without their author.
    /// [`StoreError::Conflict`] while there are sessions.
    async fn finish_departure(&self, id: &UserId, at: Timestamp) -> Result<(), StoreError>;

    /// Forgets the ids of those whose departure was finished before `before`, and answers how many.
    async fn forget_departures(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// The same for one whose departure is finished, at once.
    async fn forget_departure(&self, id: &UserId) -> Result<(), StoreError>;

    /// Brings the shipped scenarios up to date. Scenarios that are no longer shipped become inactive.
    /// Those that somebody wrote or changed here are left alone, and so are their names.
    async fn ship_scenarios(&self, scenarios: &[Scenario], at: Timestamp) -> Result<(), StoreError>;

    /// By id or alias, active ones only.
    async fn scenario(&self, id_or_alias: &str) -> Result<Option<ScenarioSummary>, StoreError>;

    /// By id, inactive ones too.
    async fn scenario_of_any_status(&self, id: &str) -> Result<Option<ScenarioSummary>, StoreError>;

    /// Most practised first, then by title.
    async fn scenarios(&self, filter: &ScenarioFilter, page: PageRequest) -> Result<Page<ScenarioSummary>, StoreError>;

    /// A new one, active. [`StoreError::Conflict`] when another scenario answers to its id or an alias.
    async fn create_scenario(
        &self,
        scenario: &Scenario,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError>;

    /// Replaces the one with this id. [`StoreError::NotFound`] when there is none, [`StoreError::Conflict`] when
    /// another one answers to an alias.
    async fn change_scenario(
        &self,
        scenario: &Scenario,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError>;

    /// [`StoreError::NotFound`] when there is none with this id.
    async fn set_scenario_active(
        &self,
        id: &str,
        active: bool,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError>;

    /// [`StoreError::NotFound`] when there is none with this id, [`StoreError::Conflict`] when it was practised.
    async fn delete_scenario(&self, id: &str) -> Result<(), StoreError>;

    /// Creates the session for this user. [`StoreError::Conflict`] when the id exists,
    /// [`StoreError::NotFound`] when the user or the scenario does not, and when the user departed.
    async fn create_session(&self, session: NewSession) -> Result<SessionRow, StoreError>;

    /// In one step: creates the session if nobody owns it, and says whose it is.
    async fn claim_session(&self, session: NewSession) -> Result<Claim, StoreError>;

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRow>, StoreError>;

    /// Marks the active sessions of this session's user that began before it as abandoned; answers how many.
    /// Of those that began at the same time one counts as the last, so that two that begin at once do not abandon each other.
    async fn abandon_earlier_sessions(&self, than: &SessionId, at: Timestamp) -> Result<u64, StoreError>;

    /// Those of this user in any state, oldest first.
    async fn sessions_of(&self, user: &UserId, at_most: u32) -> Result<Vec<SessionRow>, StoreError>;

    /// Completes it (idempotent) and counts the practice for its scenario.
    /// [`StoreError::Conflict`] when it was abandoned: that is final.
    async fn complete_session(&self, id: &SessionId, at: Timestamp) -> Result<SessionRow, StoreError>;

    /// Completed ones of this user, newest first.
    async fn history(&self, user: &UserId, page: PageRequest) -> Result<Page<SessionRow>, StoreError>;

    /// Everything said in a session, oldest first: the opening, then both voices of every turn.
    async fn messages(&self, session: &SessionId) -> Result<Vec<Message>, StoreError>;

    /// Deletes everything that was written down of it; not an error when there is nothing.
    async fn delete_session(&self, id: &SessionId) -> Result<(), StoreError>;

    /// Sessions that began before `before`, oldest first.
    async fn sessions_before(&self, before: Timestamp, at_most: u32) -> Result<Vec<SessionId>, StoreError>;

    /// What was kept first stands and is the answer. [`StoreError::NotFound`] when there is no such session.
    async fn keep_feedback(&self, feedback: Feedback) -> Result<Feedback, StoreError>;

    async fn feedback(&self, session: &SessionId) -> Result<Option<Feedback>, StoreError>;

    /// What was kept first stands and is the answer. [`StoreError::NotFound`] when there is no such session.
    async fn keep_email(&self, email: Email) -> Result<Email, StoreError>;

    async fn email(&self, session: &SessionId) -> Result<Option<Email>, StoreError>;

    /// [`StoreError::NotFound`] when the session has none.
    async fn change_email(&self, session: &SessionId, change: EmailChange, at: Timestamp) -> Result<Email, StoreError>;

    /// Sessions that are over and whose recording nobody has made yet, the one that was closed first before the others.
    /// One of which the journal has no end may still be live somewhere; it counts once it was closed before `settled`.
    /// The total counts those too for which `at_most` leaves no room.
    async fn unrecorded_sessions(&self, settled: Timestamp, at_most: u32) -> Result<Page<SessionId>, StoreError>;

    /// Active sessions in which nothing was said or stored, and that nobody took up, since `before`, the one that was left first before the others.
    async fn deserted_sessions(&self, before: Timestamp, at_most: u32) -> Result<Vec<Deserted>, StoreError>;

    /// Ends it, unless somebody took it up since `before`: it is completed, or abandoned where nothing was said or stored at all.
    /// Answers whether it did.
    async fn end_deserted_session(&self, id: &SessionId, before: Timestamp, at: Timestamp) -> Result<bool, StoreError>;

    /// The recording is made; `None` when there was nothing to record. What was kept first stands.
    async fn keep_recording(
        &self,
        session: &SessionId,
        object: Option<&ObjectKey>,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// `None` until it is made, and when there was nothing to record.
    async fn recording(&self, session: &SessionId) -> Result<Option<ObjectKey>, StoreError>;

    /// Cheap; says why when the database cannot be used.
    async fn check(&self) -> Result<(), StoreError>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Trainee,
    Coach,
    Admin,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Self::Trainee => "trainee",
            Self::Coach => "coach",
            Self::Admin => "admin",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// `None` for somebody whom only a token introduced.
    pub password_hash: Option<String>,
    pub avatar: Option<String>,
    pub department: Option<String>,
    pub role: Role,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    pub id: UserId,
    /// Lower case, where it is one of theirs.
    pub email: String,
    pub name: String,
    pub password_hash: Option<String>,
    pub role: Role,
    pub at: Timestamp,
}

/// Somebody whose account is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    pub user: UserId,
    pub at: Timestamp,
    /// Nothing of theirs is kept any more, apart from the id.
    pub is_finished: bool,
}

/// `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChange {
    pub name: Option<String>,
    pub avatar: Option<String>,
    pub department: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScenarioFilter {
    pub category: Option<String>,
    pub difficulty: Option<crate::Difficulty>,
    /// Matched against title and description, ignoring case.
    pub search: Option<String>,
    pub with_inactive: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioSummary {
    pub scenario: Scenario,
    pub is_active: bool,
    /// Who wrote or changed it here; `None` for one that ships as it is.
    pub author: Option<UserId>,
    pub practice_count: u64,
    /// Of all practices that were scored.
    pub average_score: Option<f64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// 1 is the first.
    pub page: u32,
    pub size: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub total: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionStatus {
    Active,
    Completed,
    Abandoned,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    pub id: SessionId,
    pub user: UserId,
    pub scenario_id: String,
    /// What the persona opened with; becomes the first message.
    pub opening: Option<String>,
    /// A coach may not see it.
    pub private: bool,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It was free and is now the caller's.
    Created(SessionRow),
    /// It was the caller's already.
    Own(SessionRow),
    /// Somebody else owns it.
    Taken,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: SessionId,
    pub user: UserId,
    pub scenario_id: String,
    pub status: SessionStatus,
    pub private: bool,
    pub started_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    /// How many messages it has.
    pub messages: u64,
    /// Overall, from its feedback.
    pub score: Option<u8>,
}

/// A session that nobody ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deserted {
    pub session: SessionId,
    /// The last sign of life.
    pub since: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageRole {
    User,
    Ai,
    System,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Stable: `<session>-<turn>-user` or `-ai`, the opening is turn 0.
    pub id: String,
    pub session: SessionId,
    pub turn: u32,
    pub role: MessageRole,
    pub text: String,
    /// Who transcribed or answered it, `typed` for what was typed; `None` for the opening.
    pub provider: Option<String>,
    pub at: Timestamp,
}
