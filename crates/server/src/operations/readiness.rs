use std::time::Duration;

use ports::{SessionId, StoreError};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use super::Operations;
use crate::{http::App, operations::figures};

/// A dependency that does not answer within this time is down.
const PATIENCE: Duration = Duration::from_secs(2);
const FRESH: Duration = Duration::from_secs(1);

/// What the server depends on, as it was when somebody looked.
pub(super) struct Readiness {
    stopping: bool,
    database: Dependency,
    object_store: Dependency,
    providers: Value,
}

/// What was seen last. Whoever asks again within [`FRESH`] is told the same, for anybody may ask as often as they like.
#[derive(Default)]
pub(super) struct Seen(Mutex<Option<Look>>);

#[derive(Clone)]
struct Look {
    at: Instant,
    database: Dependency,
    object_store: Dependency,
}

/// No session goes on without it.
#[derive(Clone)]
struct Dependency {
    is_up: bool,
    took: Duration,
}

impl Readiness {
    pub(super) async fn look(operations: &Operations) -> Self {
        let app = &operations.app;
        let Look { database, object_store, .. } = operations.seen.look(database(app), app.objects.check()).await;
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

impl Seen {
    /// Of those who ask at once, one looks and the others wait.
    async fn look(
        &self,
        database: impl Future<Output = Result<(), StoreError>>,
        object_store: impl Future<Output = Result<(), StoreError>>,
    ) -> Look {
        let mut last = self.0.lock().await;
        if let Some(look) = last.as_ref().filter(|look| look.at.elapsed() < FRESH) {
            return look.clone();
        }
        let (database_was_up, store_was_up) =
            last.as_ref().map_or((true, true), |look| (look.database.is_up, look.object_store.is_up));
        let (database, object_store) = tokio::join!(
            look_at("database", database, database_was_up),
            look_at("objectStore", object_store, store_was_up)
        );
        last.insert(Look { at: Instant::now(), database, object_store }).clone()
    }
}

/// Any question that a database only answers when it works.
async fn database(app: &App) -> Result<(), StoreError> {
    let nobody = SessionId::parse("readyz").expect("it is an id");
    app.catalog.session(&nobody).await.map(drop)
}

/// The log tells once that it is down.
async fn look_at(name: &str, check: impl Future<Output = Result<(), StoreError>>, was_up: bool) -> Dependency {
    let began = Instant::now();
    let no_answer = |_| Err(StoreError::Unavailable(format!("no answer within {} s", PATIENCE.as_secs())));
    let checked = timeout(PATIENCE, check).await.unwrap_or_else(no_answer);
    let is_up = checked.is_ok();
    match (checked, was_up) {
        (Err(error), true) => tracing::warn!(dependency = name, %error, "A dependency is down"),
        (Ok(()), false) => tracing::info!(dependency = name, "A dependency is up again"),
        (Err(_), false) | (Ok(()), true) => {}
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_at_once_or_soon_again_costs_the_stores_nothing() {
        let (seen, asked, is_up) = (Seen::default(), Cell::new(0), Cell::new(true));
        let store = async || {
            asked.set(asked.get() + 1);
            sleep(Duration::from_millis(100)).await;
            if is_up.get() { Ok(()) } else { Err(StoreError::Unavailable("it is away".to_owned())) }
        };
        let look = async || seen.look(async { Ok(()) }, store()).await.object_store.is_up;
        assert_eq!(tokio::join!(look(), look(), look()), (true, true, true));
        is_up.set(false);
        sleep(FRESH - Duration::from_millis(1)).await;
        assert_eq!((look().await, asked.get()), (true, 1));
        sleep(Duration::from_millis(1)).await;
        assert_eq!((look().await, asked.get()), (false, 2));
    }
}
