use std::time::Duration;

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

/// No session goes on without it.
struct Dependency {
    is_up: bool,
    took: Duration,
}

impl Readiness {
    pub(super) async fn look(operations: &Operations) -> Self {
        let app = &operations.app;
        let (database, object_store) =
            tokio::join!(look_at("database", database(app)), look_at("objectStore", app.objects.check()));
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

async fn look_at(name: &str, check: impl Future<Output = Result<(), StoreError>>) -> Dependency {
    let began = Instant::now();
    let is_up = match timeout(PATIENCE, check).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::debug!(dependency = name, %error, "A dependency is down");
            false
        }
        Err(_) => {
            tracing::debug!(dependency = name, "A dependency does not answer");
            false
        }
    };
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
