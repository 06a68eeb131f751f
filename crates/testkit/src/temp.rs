use std::{
    fs,
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// A folder of its own that disappears with this value.
#[derive(Debug)]
pub struct TempDir(PathBuf);

impl TempDir {
    #[expect(clippy::new_without_default, reason = "a folder is made, not defaulted")]
    pub fn new() -> Self {
        // Short, because a Unix socket's path in it may have 107 bytes.
        let name = Uuid::now_v7().simple().to_string();
        let path = std::env::temp_dir().join(format!("repartee-{}", &name[16..]));
        fs::create_dir_all(&path).expect("the temporary folder can be created");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
