use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
};

use uuid::Uuid;

use crate::{
    TempDir,
    process::{Process, find_program, free_port},
    skipped,
};

/// An S3 server; any key and secret will do.
pub struct S3 {
    address: String,
    own: Option<(Process, TempDir)>,
}

impl S3 {
    /// For path-style addressing.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Creates an empty bucket and answers its name.
    pub fn new_bucket(&self) -> String {
        let bucket = format!("test-{}", Uuid::now_v7().simple());
        let answer = self.send("PUT", &format!("/{bucket}"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        bucket
    }

    /// The whole answer to an unsigned request, head and body.
    pub fn send(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the S3 server is there");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("the S3 server takes a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the S3 server answers");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The process, where this test started it.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.own.as_mut().map(|(process, _)| process)
    }
}

/// `REPARTEE_TEST_S3` (`http://host:port`, unsigned requests allowed), or an empty one of its own.
pub fn s3() -> Option<S3> {
    if let Ok(url) = std::env::var("REPARTEE_TEST_S3") {
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        return Some(S3 { address: address.to_owned(), own: None });
    }
    // The version that `scripts/setup.sh` installs; another one on the way may have other mistakes.
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python/bin");
    let Some(program) = find_program("moto_server", &[installed]) else {
        skipped("no moto_server (Python: pip install 'moto[server]')");
        return None;
    };
    let dir = TempDir::new();
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    let mut process = Process::start(command, dir.path().join("s3.log"));
    process.wait_for_port(port);
    Some(S3 { address: format!("127.0.0.1:{port}"), own: Some((process, dir)) })
}
