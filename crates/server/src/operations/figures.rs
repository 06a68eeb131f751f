use std::time::Duration;

use ports::Provider;
use runtime::Hub;
use serde_json::{Value, json};

use super::{Operations, process::Process};
use crate::{http::App, transport::socketio::Registry};

/// Everything that is told, at one moment.
pub(super) struct Figures<'a> {
    pub(super) app: &'a App,
    pub(super) registry: &'a Registry,
    pub(super) uptime: Duration,
    pub(super) process: Process,
    /// Alive in the async runtime.
    pub(super) tasks: usize,
}

impl<'a> Figures<'a> {
    pub(super) fn gather(operations: &'a Operations) -> Self {
        Self {
            app: &operations.app,
            registry: &operations.registry,
            uptime: operations.began.elapsed(),
            process: Process::now(),
            tasks: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
        }
    }
}

/// By role, with the names that clients are told.
pub(super) fn providers(hub: &Hub) -> Value {
    let engine = hub.engine();
    let shown = |provider: Option<Provider>| {
        let provider = provider.unwrap_or_else(|| Provider::real("none"));
        json!({ "name": provider.name, "demo": provider.demo })
    };
    json!({
        "stt": shown(Some(engine.recogniser.provider())),
        "llm": shown(Some(engine.persona.provider())),
        "tts": shown(engine.voice.as_ref().map(|voice| voice.provider())),
        "avatar": shown(engine.face.as_ref().map(|face| face.provider())),
    })
}
