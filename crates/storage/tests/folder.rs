//! The folder store keeps the contract of an object store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Mutex;

use ports::contract::object_store;
use storage::FolderStore;
use testkit::TempDir;

async fn suite(fsync: bool) {
    let folders = Mutex::new(Vec::new());
    object_store::suite(async || {
        let dir = TempDir::new();
        let store = FolderStore::open(&dir.path().join("objects"), fsync).await.unwrap();
        folders.lock().unwrap().push(dir);
        store
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_an_object_store() {
    suite(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_waits_for_the_disk_is_an_object_store() {
    suite(true).await;
}
