use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use ports::{
    HintRecord, Message, MessageRole, SessionId, SessionRow, SessionStatus, StoreError, UserId, offline::is_demo,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::recorded::Recorded;

use crate::{
    auth::Account,
    clock,
    feedback::Delivery,
    http::{
        App,
        feedback::{FeedbackView, feedback_of, told_to, trainee},
        scenarios::ScenarioView,
    },
    recording::Span,
};

/// A session with everything said in it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct SessionView {
    #[schema(value_type = String)]
    id: SessionId,
    #[schema(value_type = String)]
    user_id: UserId,
    /// Whose practice it is; `null` where nobody knows them any more.
    user_name: Option<String>,
    scenario_id: String,
    #[schema(value_type = String)]
    status: SessionStatus,
    started_at: String,
    completed_at: Option<String>,
    scenario: Option<ScenarioView>,
    messages: Vec<MessageView>,
    /// How the persona's answers would have gone on that were cut short, in order.
    unheard: Vec<UnheardView>,
    /// Where the recording plays without a token, on this server and for an hour; `null` where nothing was spoken.
    recording_url: Option<String>,
    /// A recording of both voices comes within seconds; what plays until then knows no `recordingAtMs`.
    recording_pending: bool,
    /// `null` until the session is completed, and where too little was said.
    feedback: Option<FeedbackView>,
    /// `null` until something is said.
    delivery: Option<Delivery>,
    /// What coaches whispered, oldest first.
    hints: Vec<HintView>,
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
    /// 0 is the opening.
    turn: u32,
    /// Where the recording of both voices plays it; `null` where it does not.
    recording_at_ms: Option<u64>,
    /// How long it is heard there.
    recorded_ms: Option<u64>,
    /// Who transcribed or answered it, `typed` for what was typed; `null` for the opening.
    provider: Option<String>,
    /// It was made up for a demonstration and is to be labelled so.
    demo: bool,
    #[schema(value_type = Option<Object>)]
    embeddings: Option<()>,
}

/// Written and perhaps spoken, but the trainee did not hear it.
#[derive(Serialize, ToSchema)]
pub(super) struct UnheardView {
    pub(super) turn: u32,
    /// It follows what the message of this turn says; where the persona was not heard at all, there is no such message.
    pub(super) text: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HintView {
    text: String,
    timestamp: String,
    #[schema(value_type = String)]
    coach_id: UserId,
    coach_name: Option<String>,
}

const LINK_LASTS: Duration = Duration::from_secs(3_600);

impl SessionView {
    /// As it is told to the reader.
    pub(super) async fn load(app: &App, reader: &Account, row: SessionRow) -> Result<Self, StoreError> {
        let scenario = app.catalog.scenario_of_any_status(&row.scenario_id).await?;
        let messages = app.catalog.messages(&row.id).await?;
        let feedback = feedback_of(app, &row).await?;
        let recorded = Recorded::load(app, &row).await?;
        let delivery = scenario.as_ref().and_then(|scenario| recorded.delivery(&scenario.scenario));
        let spoken = |message: Message| MessageView::spoken(message, &recorded);
        let user_name = trainee(app, &row).await?;
        let known = scenario.as_ref().map(|summary| &summary.scenario);
        let feedback = feedback.map(|feedback| told_to(reader, &row, user_name.as_deref(), known, feedback));
        let expires_at = clock::after(clock::now(), LINK_LASTS);
        Ok(Self {
            messages: messages.into_iter().map(spoken).collect(),
            unheard: recorded.unheard(),
            user_name,
            recording_url: recorded.plays().then(|| app.media.sign_recording(row.id.as_str(), expires_at)),
            recording_pending: row.status == SessionStatus::Completed && recorded.is_pending(),
            hints: hints(app, &row.id).await?,
            feedback: feedback.map(|feedback| FeedbackView::new(feedback, delivery.as_ref())),
            delivery,
            scenario: scenario.map(ScenarioView::from),
            user_id: row.user,
            scenario_id: row.scenario_id,
            status: row.status,
            started_at: clock::iso(row.started_at),
            completed_at: row.completed_at.map(clock::iso),
            id: row.id,
        })
    }
}

async fn hints(app: &App, session: &SessionId) -> Result<Vec<HintView>, StoreError> {
    let hints = app.journal.hints(session).await?;
    let coaches: BTreeSet<&UserId> = hints.iter().map(|hint| &hint.coach).collect();
    let mut names = BTreeMap::new();
    for coach in coaches {
        names.insert(coach.clone(), app.catalog.user(coach).await?.map(|coach| coach.name));
    }
    let view = |hint: HintRecord| HintView {
        coach_name: names.get(&hint.coach).cloned().flatten(),
        coach_id: hint.coach,
        text: hint.text,
        timestamp: clock::iso(hint.at),
    };
    Ok(hints.into_iter().map(view).collect())
}

impl MessageView {
    fn spoken(message: Message, recorded: &Recorded) -> Self {
        let span = recorded.span(&message);
        Self {
            recording_at_ms: span.map(|span| span.begin_ms),
            recorded_ms: span.map(Span::duration_ms),
            ..Self::from(message)
        }
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
            turn: message.turn,
            recording_at_ms: None,
            recorded_ms: None,
            demo: message.provider.as_deref().is_some_and(is_demo),
            provider: message.provider,
            embeddings: None,
        }
    }
}
