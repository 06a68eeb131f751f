//! What several tests need.

use std::path::PathBuf;

/// A folder of its own that is gone after the test.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("repartee-test-{}", uuid::Uuid::now_v7());
        Self { path: std::env::temp_dir().join(name) }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
