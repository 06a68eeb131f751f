use std::process::Command;

use crate::{
    TempDir,
    process::{Process, find_program, free_port},
    skipped,
};

/// A Redis server.
pub struct Redis {
    url: String,
    own: Option<(Process, TempDir)>,
}

impl Redis {
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process, where this test started it.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.own.as_mut().map(|(process, _)| process)
    }
}

/// `REPARTEE_TEST_REDIS` (a URL), or an empty one of its own.
pub fn redis() -> Option<Redis> {
    if let Ok(url) = std::env::var("REPARTEE_TEST_REDIS") {
        return Some(Redis { url, own: None });
    }
    let Some(program) = find_program("redis-server", &[]) else {
        skipped("no redis-server (Debian: apt-get install redis-server)");
        return None;
    };
    let dir = TempDir::new();
    let port = free_port();
    let mut command = Command::new(program);
    command
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--save", "", "--appendonly", "no"])
        .current_dir(dir.path());
    let mut process = Process::start(command, dir.path().join("redis.log"));
    process.wait_for_port(port);
    Some(Redis { url: format!("redis://127.0.0.1:{port}"), own: Some((process, dir)) })
}
