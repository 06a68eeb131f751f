//! Where a server keeps its things, and the server itself.

use std::{
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex},
};

use ports::ObjectStore;
use secrecy::SecretString;
use storage::{Database, FolderStore, S3Config, S3Store};
use testkit::{Postgres, Process, S3, TempDir};

const SECRET: &str = "a secret that is long enough for a test of this kind";
const ACCESS_KEY: &str = "test";

/// Survives the server.
pub(crate) struct Place {
    folder: TempDir,
    database_url: String,
    bucket: Option<Bucket>,
    settings: Vec<(&'static str, String)>,
}

struct Bucket {
    name: String,
    endpoint_url: String,
}

impl Place {
    /// SQLite and a folder.
    pub(crate) fn embedded() -> Self {
        let folder = TempDir::new();
        let database_url = format!("sqlite://{}", folder.path().join("data/repartee.db").display());
        Self { folder, database_url, bucket: None, settings: Vec::new() }
    }

    /// An empty database and an empty bucket.
    pub(crate) async fn services(postgres: &Postgres, s3: &S3) -> Self {
        let bucket = Bucket { name: s3.new_bucket(), endpoint_url: s3.endpoint_url() };
        let database_url = postgres.new_database().await;
        Self { folder: TempDir::new(), database_url, bucket: Some(bucket), settings: Vec::new() }
    }

    pub(crate) fn set(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }

    /// `host:port` of the database.
    pub(crate) fn database_address(&self) -> &str {
        let (_, rest) = self.database_url.split_once('@').unwrap();
        rest.split_once('/').unwrap().0
    }

    /// Reaches the database by another way.
    pub(crate) fn database_through(self, address: &str) -> Self {
        let url = self.database_url.replace(self.database_address(), address);
        self.set("DATABASE_URL", &url)
    }

    /// `host:port` of the object store.
    pub(crate) fn objects_address(&self) -> &str {
        self.bucket.as_ref().unwrap().endpoint_url.trim_start_matches("http://")
    }

    /// Reaches the object store by another way.
    pub(crate) fn objects_through(self, address: &str) -> Self {
        self.set("S3_ENDPOINT", &format!("http://{address}"))
    }

    pub(crate) fn objects_folder(&self) -> PathBuf {
        self.folder.path().join("data/objects")
    }

    /// Starts a server here and returns when it is ready.
    pub(crate) fn serve(&self) -> Server {
        let mut process = Process::start(self.command(&["serve"]), self.folder.path().join("server.log"));
        process.wait_for_print("Ctrl+C stops it");
        let log = process.log();
        let (_, ready) = log.split_once("Repartee is ready: http://").unwrap();
        let address = ready.lines().next().unwrap().to_owned();
        Server { address, process: Arc::new(Mutex::new(process)) }
    }

    pub(crate) fn token(&self) -> String {
        let output = self.command(&["token", "--user", "ann"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) async fn database(&self) -> Database {
        Database::open(&self.database_url).await.unwrap()
    }

    pub(crate) async fn objects(&self) -> Box<dyn ObjectStore> {
        let Some(Bucket { name, endpoint_url }) = &self.bucket else {
            return Box::new(FolderStore::open(&self.objects_folder(), false).await.unwrap());
        };
        Box::new(S3Store::new(&S3Config {
            bucket: name.clone(),
            endpoint_url: Some(endpoint_url.clone()),
            region: "us-east-1".to_owned(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SecretString::from(ACCESS_KEY),
            path_style: true,
            public_base_url: None,
        }))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_repartee"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().envs([
            ("HOST", "127.0.0.1"),
            ("PORT", "0"),
            ("JWT_SECRET", SECRET),
            ("TTS_PROVIDER", "built-in"),
            ("RATE_EVENTS_PER_SECOND", "0"),
            ("RATE_BYTES_PER_SECOND", "0"),
            ("DATABASE_URL", &self.database_url),
        ]);
        if let Some(Bucket { name, endpoint_url }) = &self.bucket {
            command.envs([
                ("OBJECT_STORE_URL", format!("s3://{name}").as_str()),
                ("S3_ENDPOINT", endpoint_url),
                ("S3_REGION", "us-east-1"),
                ("S3_ACCESS_KEY_ID", ACCESS_KEY),
                ("S3_SECRET_ACCESS_KEY", ACCESS_KEY),
            ]);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    process: Arc<Mutex<Process>>,
}

impl Server {
    /// As `kill -9` does.
    pub(crate) fn kill(&self) {
        self.process.lock().unwrap().kill();
    }

    /// Bytes of memory that the process holds.
    pub(crate) fn memory(&self) -> u64 {
        let id = self.process.lock().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1_024
    }

    /// As a service manager does, until it is gone.
    pub(crate) fn stop(&self) {
        self.process.lock().unwrap().terminate();
    }

    /// As a service manager does.
    pub(crate) fn tell_to_stop(&self) {
        let id = self.process.lock().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }
}
