//! The real binary, as an operator starts it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

/// A working directory of its own, and an environment with nothing in it.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("repartee-test-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        Self { folder }
    }

    fn repartee(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_repartee"));
        command.args(arguments).current_dir(&self.folder).env_clear();
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.repartee(arguments).output().expect("the binary starts")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A server that is ready, with what it printed so far.
struct Running {
    child: Child,
    lines: Vec<String>,
    address: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary starts");
        let output = child.stdout.take().expect("its output is piped");
        let lines: Vec<String> = BufReader::new(output).lines().map_while(Result::ok).take(4).collect();
        let first = lines.first().expect("it says that it is ready");
        let address = first.strip_prefix("Repartee is ready: http://").expect(first).to_owned();
        Self { child, lines, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it accepts connections");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_server_starts_with_nothing_set_and_stops_when_it_is_told_to() {
    let place = Place::new();
    let mut server = Running::start(place.repartee(&[]).env("PORT", "0"));
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
    assert!(server.get("/api/scenarios").contains("\"success\":true"));
    let demo = format!("  signed in as a demo user: http://{}/demo", server.address);
    assert_eq!(server.lines[1], demo);
    assert!(server.get("/demo").starts_with("HTTP/1.1 303"));
    assert!(place.folder.join("data/repartee.db").is_file());

    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn a_token_is_all_that_is_printed_and_the_server_accepts_it() {
    let place = Place::new();
    let printed = place.output(&["token", "--user", "ann", "--role", "coach", "--expires-in", "1h"]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let printed = text(&printed.stdout);
    let token = printed.trim_end();
    assert_eq!(token.split('.').count(), 3);
    assert!(!token.contains(char::is_whitespace));

    let server = Running::start(place.repartee(&["serve"]).env("PORT", "0"));
    let me = server.get(&format!("/api/auth/me?token={token}"));
    assert!(me.contains(r#""id":"ann""#) && me.contains(r#""role":"trainer""#), "{me}");
}

#[test]
fn a_broken_configuration_stops_the_start_with_all_its_mistakes() {
    let place = Place::new();
    std::fs::write(place.folder.join(".env"), "PORT=many\nLOG_FORMAT=xml\n").unwrap();
    let output = place.repartee(&["serve"]).env("REPARTEE_ENV", "production").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    for expected in ["PORT is \"many\"", "LOG_FORMAT is \"xml\"", "JWT_SECRET is not set"] {
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let place = Place::new();
    std::fs::write(place.folder.join(".env"), "HOST=localhost\nPORT=1\nJWT_SECRET=hush-hush\n").unwrap();
    let output = place.repartee(&["config", "check"]).env("PORT", "2").output().unwrap();
    let shown = text(&output.stdout);
    let row = |name: &str| {
        let row = shown.lines().find(|line| line.starts_with(name)).unwrap();
        row.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("HOST"), ".env localhost");
    assert_eq!(row("PORT"), "environment 2");
    assert_eq!(row("LOG_FORMAT"), "default text");
    assert_eq!(row("JWT_SECRET"), ".env (hidden)");
    assert!(!shown.contains("hush-hush"));
}

#[test]
fn migrating_says_what_it_did_and_then_has_nothing_to_do() {
    let place = Place::new();
    let first = text(&place.output(&["migrate"]).stdout);
    assert!(first.starts_with("applied 0001"), "{first}");
    assert_eq!(text(&place.output(&["migrate"]).stdout), "nothing to do\n");
}

#[test]
fn a_taken_port_is_told_with_the_remedy() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let place = Place::new();
    let output = place.repartee(&[]).env("PORT", &port).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{told}");
    assert!(told.contains("set HOST and PORT"), "{told}");
}
