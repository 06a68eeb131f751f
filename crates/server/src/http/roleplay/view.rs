use std::time::Duration;

use ports::{Message, MessageRole, SessionId, SessionRow, SessionStatus, StoreError, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    clock,
    http::{
        App,
        feedback::{FeedbackView, feedback_of},
        scenarios::ScenarioView,
    },
};

/// A session with everything said in it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct SessionView {
    #[schema(value_type = String)]
    id: SessionId,
    #[schema(value_type = String)]
    user_id: UserId,
    scenario_id: String,
    #[schema(value_type = String)]
    status: SessionStatus,
    started_at: String,
    completed_at: Option<String>,
    scenario: Option<ScenarioView>,
    messages: Vec<MessageView>,
    /// Where the recording plays without a token, on this server and for an hour; `null` where nothing was spoken.
    recording_url: Option<String>,
    /// `null` until the session is completed, and where too little was said.
    feedback: Option<FeedbackView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageView {
    id: String,
    #[schema(value_type = String)]
    session_id: SessionId,
    conversation_id: Option<String>,
    #[schema(value_type = String)]
    role: MessageRole,
    content: String,
    timestamp: String,
    #[schema(value_type = Option<Object>)]
    embeddings: Option<()>,
}

const LINK_LASTS: Duration = Duration::from_secs(3_600);

impl SessionView {
    pub(super) async fn load(app: &App, row: SessionRow) -> Result<Self, StoreError> {
        let scenario = app.catalog.scenario_of_any_status(&row.scenario_id).await?;
        let messages = app.catalog.messages(&row.id).await?;
        let feedback = feedback_of(app, &row).await?;
        let is_recorded = !app.journal.segments(&row.id).await?.is_empty();
        let expires_at = clock::after(clock::now(), LINK_LASTS);
        Ok(Self {
            user_id: row.user,
            scenario_id: row.scenario_id,
            status: row.status,
            started_at: clock::iso(row.started_at),
            completed_at: row.completed_at.map(clock::iso),
            scenario: scenario.map(ScenarioView::from),
            messages: messages.into_iter().map(MessageView::from).collect(),
            recording_url: is_recorded.then(|| app.media.sign_recording(row.id.as_str(), expires_at)),
            id: row.id,
            feedback: feedback.map(FeedbackView::from),
        })
    }
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            session_id: message.session,
            conversation_id: None,
            role: message.role,
            content: message.text,
            timestamp: clock::iso(message.at),
            embeddings: None,
        }
    }
}
