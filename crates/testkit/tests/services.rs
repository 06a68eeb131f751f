//! The services start, answer, and are gone with their value.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use testkit::{Process, TempDir};

#[test]
fn a_redis_server_answers_and_is_gone_with_its_value() {
    let Some(redis) = testkit::redis() else { return };
    let address = redis.url().trim_start_matches("redis://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(b"PING\r\n").unwrap();
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
    let own = std::env::var_os("REPARTEE_TEST_REDIS").is_none();
    drop(redis);
    assert_eq!(TcpStream::connect(&address).is_err(), own);
}

#[test]
fn a_temporary_folder_disappears_with_its_value() {
    let dir = TempDir::new();
    let path = dir.path().to_owned();
    std::fs::write(path.join("file"), "text").unwrap();
    drop(dir);
    assert!(!path.exists());
}

#[test]
#[should_panic(expected = "it broke")]
fn a_program_that_ends_too_early_shows_its_log() {
    let dir = TempDir::new();
    let mut command = Command::new("sh");
    command.args(["-c", "echo it broke; exit 3"]);
    // A free port could be taken by another test meanwhile, and then somebody would answer.
    const NOBODY_LISTENS: u16 = 1;
    Process::start(command, dir.path().join("log")).wait_for_port(NOBODY_LISTENS);
}
