use std::{
    fs,
    os::unix::{fs::MetadataExt, fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use crate::{
    TempDir,
    process::{Process, find_program, free_port},
    skipped,
};

/// A PostgreSQL server.
pub struct Postgres {
    admin_url: String,
    own: Option<(Process, TempDir)>,
}

impl Postgres {
    /// Creates an empty database and answers its URL.
    pub async fn new_database(&self) -> String {
        let name = format!("test_{}", Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(&self.admin_url).await.expect("the PostgreSQL server is there");
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut admin)
            .await
            .expect("the test's user may create databases");
        let (server, _) = self.admin_url.rsplit_once('/').expect("the URL names a database");
        format!("{server}/{name}")
    }

    /// Stops it at once, in the middle of whatever it does; `false` where this test did not start it.
    pub fn stop(&mut self) -> bool {
        let Some((mut process, _dir)) = self.own.take() else {
            return false;
        };
        // A killed one leaves its shared memory behind, on the machine. What does not listen is killed all the same.
        let _ = process.end_by("QUIT");
        true
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `REPARTEE_TEST_POSTGRES` (a URL whose user may create databases), or an empty one of its own.
pub fn postgres() -> Option<Postgres> {
    if let Ok(admin_url) = std::env::var("REPARTEE_TEST_POSTGRES") {
        return Some(Postgres { admin_url, own: None });
    }
    let folders = debian_folders();
    let (Some(initdb), Some(server), Some(user)) =
        (find_program("initdb", &folders), find_program("postgres", &folders), unprivileged_user())
    else {
        skipped("no PostgreSQL server (Debian: apt-get install postgresql)");
        return None;
    };
    let dir = TempDir::new();
    let data = dir.path().join("data");
    user.own(dir.path());
    run_to_end(user.command(&initdb).arg("-D").arg(&data).args([
        "--username=test",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    ]));
    let port = free_port();
    let mut command = user.command(&server);
    command
        .arg("-D")
        .arg(&data)
        .arg("-k")
        .arg(dir.path())
        .args(["-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "max_connections=50"])
        .args(["-c", "fsync=off"]);
    let mut process = Process::start(command, dir.path().join("postgres.log"));
    process.wait_for_print("database system is ready to accept connections");
    Some(Postgres { admin_url: format!("postgres://test@127.0.0.1:{port}/postgres"), own: Some((process, dir)) })
}

/// Debian keeps the server's programs off the PATH, a folder per version.
fn debian_folders() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<_> = versions.flatten().map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders
}

/// PostgreSQL refuses to run as root; then it runs as the user that its package made.
enum ServerUser {
    Myself,
    Other { uid: u32, gid: u32 },
}

/// `None` for root on a machine without a `postgres` user.
fn unprivileged_user() -> Option<ServerUser> {
    let myself = fs::metadata("/proc/self").ok()?.uid();
    if myself != 0 {
        return Some(ServerUser::Myself);
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2).map(str::parse);
    Some(ServerUser::Other { uid: fields.next()?.ok()?, gid: fields.next()?.ok()? })
}

impl ServerUser {
    fn own(&self, folder: &Path) {
        if let Self::Other { uid, gid } = self {
            chown(folder, Some(*uid), Some(*gid)).expect("root may give a folder away");
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Self::Other { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }
}

fn run_to_end(command: &mut Command) {
    let output = command.current_dir("/").output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}
