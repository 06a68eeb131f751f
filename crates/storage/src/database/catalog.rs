//! The catalogue's port: which query answers which question.

use std::borrow::Cow;

use async_trait::async_trait;
use ports::{
    Catalog, Claim, Departure, Deserted, Email, EmailChange, Feedback, Message, NewSession, NewUser, ObjectKey, Page,
    PageRequest, ProfileChange, Scenario, ScenarioFilter, ScenarioSummary, SessionId, SessionRow, StoreError,
    Timestamp, User, UserId,
};

use super::{Database, backend::execute, texts::WithoutNulls as _};

#[async_trait]
impl Catalog for Database {
    async fn create_user(&self, user: NewUser) -> Result<User, StoreError> {
        self.insert_user(user.without_nulls()).await
    }

    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.find_user(id).await
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        self.find_user_by_email(&Cow::from(email).without_nulls()).await
    }

    async fn change_profile(&self, id: &UserId, change: ProfileChange, at: Timestamp) -> Result<User, StoreError> {
        self.update_profile(id, change.without_nulls(), at).await
    }

    async fn set_password(&self, id: &UserId, password_hash: &str, at: Timestamp) -> Result<(), StoreError> {
        self.update_password(id, password_hash, at).await
    }

    async fn users(&self, page: PageRequest) -> Result<Page<User>, StoreError> {
        self.list_users(page).await
    }

    async fn depart(&self, id: &UserId, at: Timestamp) -> Result<(), StoreError> {
        self.close_account(id, at).await
    }

    async fn departures(&self, since: Timestamp) -> Result<Vec<Departure>, StoreError> {
        self.departed_since(since).await
    }

    async fn finish_departure(&self, id: &UserId, at: Timestamp) -> Result<(), StoreError> {
        self.delete_departed(id, at).await
    }

    async fn forget_departures(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.remove_departures(before).await
    }

    async fn forget_departure(&self, id: &UserId) -> Result<(), StoreError> {
        self.remove_departure(id).await
    }

    async fn ship_scenarios(&self, scenarios: &[Scenario], at: Timestamp) -> Result<(), StoreError> {
        self.replace_scenarios(scenarios, at).await
    }

    async fn scenario(&self, id_or_alias: &str) -> Result<Option<ScenarioSummary>, StoreError> {
        self.find_scenario(&Cow::from(id_or_alias).without_nulls()).await
    }

    async fn scenario_of_any_status(&self, id: &str) -> Result<Option<ScenarioSummary>, StoreError> {
        self.find_scenario_by_id(&Cow::from(id).without_nulls()).await
    }

    async fn scenarios(&self, filter: &ScenarioFilter, page: PageRequest) -> Result<Page<ScenarioSummary>, StoreError> {
        self.list_scenarios(filter, page).await
    }

    async fn create_scenario(
        &self,
        scenario: &Scenario,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError> {
        self.insert_scenario(scenario, author, at).await
    }

    async fn change_scenario(
        &self,
        scenario: &Scenario,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError> {
        self.update_scenario(scenario, author, at).await
    }

    async fn set_scenario_active(
        &self,
        id: &str,
        active: bool,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError> {
        self.update_scenario_status(&Cow::from(id).without_nulls(), active, author, at).await
    }

    async fn delete_scenario(&self, id: &str) -> Result<(), StoreError> {
        self.remove_scenario(&Cow::from(id).without_nulls()).await
    }

    async fn create_session(&self, session: NewSession) -> Result<SessionRow, StoreError> {
        self.insert_new_session(session.without_nulls()).await
    }

    async fn claim_session(&self, session: NewSession) -> Result<Claim, StoreError> {
        self.insert_or_find_session(session.without_nulls()).await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRow>, StoreError> {
        self.find_session(id).await
    }

    async fn abandon_earlier_sessions(&self, than: &SessionId, at: Timestamp) -> Result<u64, StoreError> {
        self.abandon_sessions_before(than, at).await
    }

    async fn sessions_of(&self, user: &UserId, at_most: u32) -> Result<Vec<SessionRow>, StoreError> {
        self.list_sessions_of(user, at_most).await
    }

    async fn complete_session(&self, id: &SessionId, at: Timestamp) -> Result<SessionRow, StoreError> {
        self.complete_once(id, at).await
    }

    async fn history(&self, user: &UserId, page: PageRequest) -> Result<Page<SessionRow>, StoreError> {
        self.completed_sessions(user, page).await
    }

    async fn messages(&self, session: &SessionId) -> Result<Vec<Message>, StoreError> {
        self.said_in(session).await
    }

    async fn delete_session(&self, id: &SessionId) -> Result<(), StoreError> {
        self.remove_session(id).await
    }

    async fn sessions_before(&self, before: Timestamp, at_most: u32) -> Result<Vec<SessionId>, StoreError> {
        self.sessions_begun_before(before, at_most).await
    }

    async fn keep_feedback(&self, feedback: Feedback) -> Result<Feedback, StoreError> {
        self.insert_or_find_feedback(feedback).await
    }

    async fn feedback(&self, session: &SessionId) -> Result<Option<Feedback>, StoreError> {
        self.find_feedback(session).await
    }

    async fn keep_email(&self, email: Email) -> Result<Email, StoreError> {
        self.insert_or_find_email(email.without_nulls()).await
    }

    async fn email(&self, session: &SessionId) -> Result<Option<Email>, StoreError> {
        self.find_email(session).await
    }

    async fn change_email(&self, session: &SessionId, change: EmailChange, at: Timestamp) -> Result<Email, StoreError> {
        self.update_email(session, change.without_nulls(), at).await
    }

    async fn unrecorded_sessions(&self, settled: Timestamp, at_most: u32) -> Result<Page<SessionId>, StoreError> {
        self.closed_without_recording(settled, at_most).await
    }

    async fn deserted_sessions(&self, before: Timestamp, at_most: u32) -> Result<Vec<Deserted>, StoreError> {
        self.left_open_before(before, at_most).await
    }

    async fn end_deserted_session(&self, id: &SessionId, before: Timestamp, at: Timestamp) -> Result<bool, StoreError> {
        self.end_left_open(id, before, at).await
    }

    async fn keep_recording(
        &self,
        session: &SessionId,
        object: Option<&ObjectKey>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.insert_recording(session, object, at).await
    }

    async fn recording(&self, session: &SessionId) -> Result<Option<ObjectKey>, StoreError> {
        self.find_recording(session).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        execute!(&*self.writes.turn().await?, db => sqlx::query("SELECT 1 FROM sessions LIMIT 1").execute(db))
            .map(|_| ())
    }
}
