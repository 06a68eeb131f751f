//! An object store in memory that fails or hangs when it is told to.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use ports::{ObjectKey, ObjectStore, StoreError, StoredObject, Timestamp};

use crate::world::{Condition, Weather};

#[derive(Default)]
pub(crate) struct Objects(Mutex<BTreeMap<ObjectKey, Bytes>>);

impl Objects {
    pub(crate) fn has(&self, key: &ObjectKey) -> bool {
        self.0.lock().unwrap().contains_key(key)
    }

    pub(crate) fn keys(&self) -> Vec<ObjectKey> {
        self.0.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn read(&self, key: &ObjectKey) -> Bytes {
        self.0.lock().unwrap().get(key).cloned().unwrap_or_else(|| panic!("{key} was not stored"))
    }
}

/// The store as one process reaches it.
pub(crate) struct Reached {
    pub(crate) objects: Arc<Objects>,
    pub(crate) weather: Arc<Weather>,
}

#[async_trait]
impl ObjectStore for Reached {
    /// What is on its way arrives, also where nobody waits for it any more.
    async fn put(&self, key: &ObjectKey, body: Bytes, _: &str) -> Result<(), StoreError> {
        let (objects, weather, key) = (Arc::clone(&self.objects), Arc::clone(&self.weather), key.clone());
        let putting = tokio::spawn(async move {
            weather.before().await.map_err(|()| down())?;
            objects.0.lock().unwrap().insert(key, body);
            weather.after().await;
            Ok(())
        });
        putting.await.expect("putting does not panic")
    }

    async fn get(&self, key: &ObjectKey) -> Result<Bytes, StoreError> {
        let found = self.objects.0.lock().unwrap().get(key).cloned();
        found.ok_or_else(|| StoreError::NotFound(key.to_string()))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        self.objects.0.lock().unwrap().remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<StoredObject>, StoreError> {
        if self.weather.now() == Condition::Failing {
            return Err(down());
        }
        let objects = self.objects.0.lock().unwrap();
        let found = objects.iter().filter(|(key, _)| key.as_str().starts_with(prefix));
        let stored = |(key, body): (&ObjectKey, &Bytes)| StoredObject {
            key: key.clone(),
            bytes: body.len() as u64,
            modified_at: Timestamp(0),
        };
        Ok(found.map(stored).collect())
    }

    async fn check(&self) -> Result<(), StoreError> {
        match self.weather.now() {
            Condition::Fine => Ok(()),
            Condition::Failing | Condition::Hanging => Err(down()),
        }
    }
}

fn down() -> StoreError {
    StoreError::Unavailable("the test made the store fail".to_owned())
}
