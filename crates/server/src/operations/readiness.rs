use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use ports::{SessionId, StoreError};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::Operations;
use crate::{http::App, operations::figures};

/// A dependency that does not answer within this time is down.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the server depends on, as it was when somebody looked.
pub(super) struct Readiness {
    stopping: bool,
    database: Dependency,
    object_store: Dependency,
    providers: Value,
}

/// What was down when somebody looked last, so that the log tells it once.
#[derive(Default)]
pub(super) struct Seen {
    database_down: AtomicBool,
    object_store_down: AtomicBool,
}

/// No session goes on without it.
struct Dependency {
    is_up: bool,
    took: Duration,
}

impl Readiness {
    pub(super) async fn look(operations: &Operations) -> Self {
        let (app, seen) = (&operations.app, &operations.seen);
        let (database, object_store) = tokio::join!(
            look_at("database", database(app), &seen.database_down),
            look_at("objectStore", app.objects.check(), &seen.object_store_down)
        );
        let stopping = operations.registry.is_closing();
        Self { stopping, database, object_store, providers: figures::providers(&app.hub) }
    }

    pub(super) fn is_ready(&self) -> bool {
        !self.stopping && self.database.is_up && self.object_store.is_up
    }

    /// Which of the needed ones are up.
    pub(super) fn services(&self) -> Value {
        json!({ "database": self.database.is_up, "objectStore": self.object_store.is_up })
    }
}

/// Any question that a database only answers when it works.
async fn database(app: &App) -> Result<(), StoreError> {
    let nobody = SessionId::parse("readyz").expect("it is an id");
    app.catalog.session(&nobody).await.map(drop)
}

async fn look_at(name: &str, check: impl Future<Output = Result<(), StoreError>>, was_down: &AtomicBool) -> Dependency {
    let began = Instant::now();
    let no_answer = |_| Err(StoreError::Unavailable(format!("no answer within {} s", PATIENCE.as_secs())));
    let checked = timeout(PATIENCE, check).await.unwrap_or_else(no_answer);
    let is_up = checked.is_ok();
    match (checked, was_down.swap(!is_up, Ordering::Relaxed)) {
        (Err(error), false) => tracing::warn!(dependency = name, %error, "A dependency is down"),
        (Ok(()), true) => tracing::info!(dependency = name, "A dependency is up again"),
        (Err(_), true) | (Ok(()), false) => {}
    }
    Dependency { is_up, took: began.elapsed() }
}

impl Serialize for Readiness {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let dependency = |dependency: &Dependency| {
            let state = if dependency.is_up { "up" } else { "down" };
            json!({ "state": state, "needed": true, "ms": dependency.took.as_millis() })
        };
        let mut dependencies = json!({
            "database": dependency(&self.database),
            "objectStore": dependency(&self.object_store),
        });
        // Nobody is called only to see whether it answers: its failures are among the metrics.
        for (name, provider) in self.providers.as_object().into_iter().flatten() {
            dependencies[name] = json!({
                "state": if provider["name"] == "none" { "off" } else { "configured" },
                "needed": false,
                "name": provider["name"],
                "demo": provider["demo"],
            });
        }
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("ready", &self.is_ready())?;
        map.serialize_entry("stopping", &self.stopping)?;
        map.serialize_entry("dependencies", &dependencies)?;
        map.end()
    }
}
