//! Sessions and what was said in them.

use ports::{
    Claim, Deserted, Journal, Message, MessageRole, NewSession, Page, PageRequest, SessionId, SessionRow,
    SessionStatus, StoreError, Timestamp, TurnRecord, UserId,
};
use sqlx::FromRow;

use super::{
    Database,
    backend::{execute, on},
    failure::unreadable,
};

macro_rules! select_sessions {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.user_id, s.scenario_id, s.is_private, s.status, s.started_at, s.closed_at,
                CASE WHEN s.opening IS NULL THEN 0 ELSE 1 END
                + (SELECT COUNT(*) FROM turns t WHERE t.session_id = s.id)
                + (SELECT COUNT(*) FROM answers a WHERE a.session_id = s.id) AS messages,
                (SELECT f.overall_score FROM feedback f WHERE f.session_id = s.id) AS score
             FROM sessions s ",
            $rest
        )
    };
}

impl Database {
    pub(super) async fn insert_new_session(&self, session: NewSession) -> Result<SessionRow, StoreError> {
        if !self.insert_session(&session).await? {
            return Err(StoreError::Conflict(format!("session {}", session.id)));
        }
        self.existing_session(&session.id).await
    }

    /// The insert decides alone who owns the session; what is read afterwards does not change any more.
    pub(super) async fn insert_or_find_session(&self, session: NewSession) -> Result<Claim, StoreError> {
        let created = self.insert_session(&session).await?;
        let row = self.existing_session(&session.id).await?;
        Ok(match created {
            true => Claim::Created(row),
            false if row.user == session.user => Claim::Own(row),
            false => Claim::Taken,
        })
    }

    pub(super) async fn find_session(&self, id: &SessionId) -> Result<Option<SessionRow>, StoreError> {
        let row: Option<Row> = on!(&self.reads, db => sqlx::query_as(
            select_sessions!("WHERE s.id = $1"),
        )
        .bind(id.as_str())
        .fetch_optional(db))?;
        row.map(Row::into_session).transpose()
    }

    pub(super) async fn abandon_sessions_before(&self, last: &SessionId, at: Timestamp) -> Result<u64, StoreError> {
        execute!(&*self.writes.turn().await?, db => sqlx::query(
            "UPDATE sessions SET status = 'abandoned', closed_at = $2
             WHERE user_id = (SELECT l.user_id FROM sessions l WHERE l.id = $1) AND status = 'active'
             AND (started_at, id) < (SELECT l.started_at, l.id FROM sessions l WHERE l.id = $1)",
        )
        .bind(last.as_str())
        .bind(at.0)
        .execute(db))
    }

    pub(super) async fn left_open_before(&self, before: Timestamp, at_most: u32) -> Result<Vec<Deserted>, StoreError> {
        let rows: Vec<(String, i64)> = on!(&self.reads, db => sqlx::query_as(
            "SELECT o.id, o.since FROM (
                SELECT s.id, (
                    SELECT MAX(signs.at) FROM (
                        SELECT s.started_at AS at
                        UNION ALL SELECT MAX(h.at) FROM session_holders h WHERE h.session_id = s.id
                        UNION ALL SELECT MAX(g.at) FROM segments g WHERE g.session_id = s.id
                        UNION ALL SELECT MAX(t.at) FROM turns t WHERE t.session_id = s.id
                        UNION ALL SELECT MAX(a.at) FROM answers a WHERE a.session_id = s.id
                        UNION ALL SELECT MAX(v.at) FROM speeches v WHERE v.session_id = s.id
                        UNION ALL SELECT MAX(c.at) FROM cuts c WHERE c.session_id = s.id
                    ) signs
                ) AS since
                FROM sessions s WHERE s.status = 'active' AND s.started_at < $1
             ) o WHERE o.since < $1 ORDER BY o.since, o.id LIMIT $2",
        )
        .bind(before.0)
        .bind(i64::from(at_most))
        .fetch_all(db))?;
        let deserted = |(id, since): (String, i64)| {
            let session = SessionId::parse(&id).map_err(|bad| unreadable("a session id", bad))?;
            Ok(Deserted { session, since: Timestamp(since) })
        };
        rows.into_iter().map(deserted).collect()
    }

    pub(super) async fn end_left_open(
        &self,
        id: &SessionId,
        before: Timestamp,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let completed = execute!(&*self.writes.turn().await?, db => sqlx::query(
            "UPDATE sessions SET closed_at = $2, status = CASE
                WHEN EXISTS (SELECT 1 FROM segments g WHERE g.session_id = $1) THEN 'completed'
                WHEN EXISTS (SELECT 1 FROM turns t WHERE t.session_id = $1) THEN 'completed'
                ELSE 'abandoned' END
             WHERE id = $1 AND status = 'active'
             AND NOT EXISTS (SELECT 1 FROM session_holders h WHERE h.session_id = $1 AND h.at >= $3)",
        )
        .bind(id.as_str())
        .bind(at.0)
        .bind(before.0)
        .execute(db))?;
        Ok(completed == 1)
    }

    pub(super) async fn complete_once(&self, id: &SessionId, at: Timestamp) -> Result<SessionRow, StoreError> {
        self.journal.complete(id.clone(), at).await?;
        let row = self.existing_session(id).await?;
        match row.status {
            SessionStatus::Completed => Ok(row),
            SessionStatus::Active | SessionStatus::Abandoned => {
                Err(StoreError::Conflict(format!("session {id} was abandoned")))
            }
        }
    }

    pub(super) async fn completed_sessions(
        &self,
        user: &UserId,
        page: PageRequest,
    ) -> Result<Page<SessionRow>, StoreError> {
        let total: i64 = on!(&self.reads, db => sqlx::query_scalar(
            "SELECT COUNT(*) FROM sessions WHERE user_id = $1 AND status = 'completed'",
        )
        .bind(user.as_str())
        .fetch_one(db))?;
        let size = i64::from(page.size);
        let rows: Vec<Row> = on!(&self.reads, db => sqlx::query_as(select_sessions!(
            "WHERE s.user_id = $1 AND s.status = 'completed'
             ORDER BY s.closed_at DESC, s.id LIMIT $2 OFFSET $3"
        ))
        .bind(user.as_str())
        .bind(size)
        .bind(size.saturating_mul(i64::from(page.page.saturating_sub(1))))
        .fetch_all(db))?;
        Ok(Page {
            items: rows.into_iter().map(Row::into_session).collect::<Result<_, _>>()?,
            total: total.cast_unsigned(),
        })
    }

    pub(super) async fn list_sessions_of(&self, user: &UserId, at_most: u32) -> Result<Vec<SessionRow>, StoreError> {
        let rows: Vec<Row> = on!(&self.reads, db => sqlx::query_as(
            select_sessions!("WHERE s.user_id = $1 ORDER BY s.started_at, s.id LIMIT $2"),
        )
        .bind(user.as_str())
        .bind(i64::from(at_most))
        .fetch_all(db))?;
        rows.into_iter().map(Row::into_session).collect()
    }

    pub(super) async fn said_in(&self, session: &SessionId) -> Result<Vec<Message>, StoreError> {
        let opening: Option<(Option<String>, i64)> = on!(&self.reads, db => sqlx::query_as(
            "SELECT opening, started_at FROM sessions WHERE id = $1",
        )
        .bind(session.as_str())
        .fetch_optional(db))?;
        let opening = opening
            .and_then(|(text, at)| text.map(|text| message(session, 0, MessageRole::Ai, text, None, Timestamp(at))));
        let turns = self.turns(session).await?;
        let voices = turns.into_iter().flat_map(|turn| both_voices(session, turn));
        Ok(opening.into_iter().chain(voices).collect())
    }

    /// Answers whether the id was free.
    async fn insert_session(&self, session: &NewSession) -> Result<bool, StoreError> {
        let inserted = execute!(&*self.writes.turn().await?, db => sqlx::query(
            "INSERT INTO sessions (id, user_id, scenario_id, opening, is_private, status, started_at)
             SELECT $1, $2, $3, $4, $5, 'active', $6
             WHERE NOT EXISTS (SELECT 1 FROM departures WHERE user_id = $2)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(session.id.as_str())
        .bind(session.user.as_str())
        .bind(&session.scenario_id)
        .bind(&session.opening)
        .bind(session.private)
        .bind(session.at.0)
        .execute(db))?;
        Ok(inserted == 1)
    }

    async fn existing_session(&self, id: &SessionId) -> Result<SessionRow, StoreError> {
        let missing = || StoreError::NotFound(format!("session {id}"));
        self.find_session(id).await?.ok_or_else(missing)
    }
}

fn both_voices(session: &SessionId, turn: TurnRecord) -> impl Iterator<Item = Message> {
    let number = turn.heard.turn;
    let persona = turn.heard_answer().zip(turn.answered.as_ref()).map(|(text, answer)| {
        let provider = Some(answer.provider.clone());
        message(session, number, MessageRole::Ai, text.to_owned(), provider, answer.at)
    });
    let heard = turn.heard;
    let user = message(session, number, MessageRole::User, heard.text, Some(heard.provider), heard.at);
    std::iter::once(user).chain(persona)
}

fn message(
    session: &SessionId,
    turn: u32,
    role: MessageRole,
    text: String,
    provider: Option<String>,
    at: Timestamp,
) -> Message {
    let voice = match role {
        MessageRole::User => "user",
        MessageRole::Ai => "ai",
        MessageRole::System => "system",
    };
    Message { id: format!("{session}-{turn}-{voice}"), session: session.clone(), turn, role, text, provider, at }
}

#[derive(FromRow)]
struct Row {
    #[sqlx(try_from = "String")]
    id: SessionId,
    #[sqlx(try_from = "String")]
    user_id: UserId,
    scenario_id: String,
    is_private: bool,
    status: String,
    started_at: i64,
    closed_at: Option<i64>,
    #[sqlx(try_from = "i64")]
    messages: u64,
    score: Option<i64>,
}

impl Row {
    fn into_session(self) -> Result<SessionRow, StoreError> {
        let status = status(&self.status)?;
        let is_completed = status == SessionStatus::Completed;
        Ok(SessionRow {
            id: self.id,
            user: self.user_id,
            scenario_id: self.scenario_id,
            status,
            private: self.is_private,
            started_at: Timestamp(self.started_at),
            completed_at: self.closed_at.filter(|_| is_completed).map(Timestamp),
            messages: self.messages,
            score: self.score.map(score).transpose()?,
        })
    }
}

pub(super) fn score(score: i64) -> Result<u8, StoreError> {
    u8::try_from(score).map_err(|error| unreadable("a score", error))
}

fn status(name: &str) -> Result<SessionStatus, StoreError> {
    match name {
        "active" => Ok(SessionStatus::Active),
        "completed" => Ok(SessionStatus::Completed),
        "abandoned" => Ok(SessionStatus::Abandoned),
        other => Err(unreadable("the session status", other)),
    }
}
