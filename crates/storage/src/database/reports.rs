//! Feedback and mails.

use ports::{Email, EmailChange, Feedback, SessionId, StoreError, Timestamp};
use sqlx::FromRow;

use super::{
    Database,
    backend::{execute, on},
    failure::unreadable,
    sessions::score,
};

macro_rules! email_columns {
    () => {
        "session_id, recipient, subject, body, is_edited, created_at, updated_at"
    };
}

impl Database {
    pub(super) async fn insert_or_find_feedback(&self, feedback: Feedback) -> Result<Feedback, StoreError> {
        let findings = serde_json::to_string(&feedback.findings)
            .map_err(|error| StoreError::Refused(format!("feedback of {}: {error}", feedback.session)))?;
        execute!(&*self.writes.turn().await?, db => sqlx::query(
            "INSERT INTO feedback (session_id, overall_score, findings, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (session_id) DO NOTHING",
        )
        .bind(feedback.session.as_str())
        .bind(i64::from(feedback.overall_score))
        .bind(&findings)
        .bind(feedback.created_at.0)
        .execute(db))?;
        let missing = || StoreError::NotFound(format!("feedback of {}", feedback.session));
        self.find_feedback(&feedback.session).await?.ok_or_else(missing)
    }

    pub(super) async fn find_feedback(&self, session: &SessionId) -> Result<Option<Feedback>, StoreError> {
        let row: Option<FeedbackRow> = on!(&self.reads, db => sqlx::query_as(
            "SELECT session_id, overall_score, findings, created_at FROM feedback WHERE session_id = $1",
        )
        .bind(session.as_str())
        .fetch_optional(db))?;
        row.map(FeedbackRow::into_feedback).transpose()
    }

    pub(super) async fn insert_or_find_email(&self, email: Email) -> Result<Email, StoreError> {
        execute!(&*self.writes.turn().await?, db => sqlx::query(
            "INSERT INTO emails (session_id, recipient, subject, body, is_edited, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (session_id) DO NOTHING",
        )
        .bind(email.session.as_str())
        .bind(&email.to)
        .bind(&email.subject)
        .bind(&email.body)
        .bind(email.is_edited)
        .bind(email.created_at.0)
        .bind(email.updated_at.0)
        .execute(db))?;
        self.find_email(&email.session).await?.ok_or_else(|| no_email(&email.session))
    }

    pub(super) async fn find_email(&self, session: &SessionId) -> Result<Option<Email>, StoreError> {
        let row: Option<EmailRow> = on!(&self.reads, db => sqlx::query_as(
            concat!("SELECT ", email_columns!(), " FROM emails WHERE session_id = $1"),
        )
        .bind(session.as_str())
        .fetch_optional(db))?;
        Ok(row.map(EmailRow::into_email))
    }

    pub(super) async fn update_email(
        &self,
        session: &SessionId,
        change: EmailChange,
        at: Timestamp,
    ) -> Result<Email, StoreError> {
        let row: Option<EmailRow> = on!(&*self.writes.turn().await?, db => sqlx::query_as(
            concat!("UPDATE emails SET recipient = COALESCE($2, recipient), subject = COALESCE($3, subject),
                body = COALESCE($4, body), is_edited = TRUE, updated_at = $5
             WHERE session_id = $1 RETURNING ", email_columns!()),
        )
        .bind(session.as_str())
        .bind(&change.to)
        .bind(&change.subject)
        .bind(&change.body)
        .bind(at.0)
        .fetch_optional(db))?;
        row.map(EmailRow::into_email).ok_or_else(|| no_email(session))
    }
}

#[derive(FromRow)]
struct FeedbackRow {
    #[sqlx(try_from = "String")]
    session_id: SessionId,
    overall_score: i64,
    findings: String,
    created_at: i64,
}

impl FeedbackRow {
    fn into_feedback(self) -> Result<Feedback, StoreError> {
        let broken = |error| unreadable("broken feedback", format!("of {}: {error}", self.session_id));
        Ok(Feedback {
            findings: serde_json::from_str(&self.findings).map_err(broken)?,
            overall_score: score(self.overall_score)?,
            created_at: Timestamp(self.created_at),
            session: self.session_id,
        })
    }
}

#[derive(FromRow)]
struct EmailRow {
    #[sqlx(try_from = "String")]
    session_id: SessionId,
    recipient: String,
    subject: String,
    body: String,
    is_edited: bool,
    created_at: i64,
    updated_at: i64,
}

impl EmailRow {
    fn into_email(self) -> Email {
        Email {
            session: self.session_id,
            to: self.recipient,
            subject: self.subject,
            body: self.body,
            is_edited: self.is_edited,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        }
    }
}

fn no_email(session: &SessionId) -> StoreError {
    StoreError::NotFound(format!("an e-mail of {session}"))
}
