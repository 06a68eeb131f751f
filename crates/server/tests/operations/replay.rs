use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use session::redact;
use testkit::SocketEvent;

use crate::place::{Place, said, session, speech, start_live_session};

const TYPED: &str = "A very peculiar sentence about Penelope's marmalade, and nine oranges";

/// A recorded session in which much happens: somebody speaks, speaks over the persona, and types.
struct Recorded {
    place: Place,
    file: String,
    /// Everything that either of them said.
    words: BTreeSet<String>,
}

impl Recorded {
    async fn with(variables: &[(&str, &str)]) -> Self {
        let recording = [("RECORD_SESSIONS", "recordings"), ("TTS_PROVIDER", "built-in")];
        let mut place = Place::start(&[&recording, variables].concat());
        let client = place.connect(&place.token("Wolfgang", "trainee")).await;
        let id = "Penelope-1";
        client.emit("start-session", &start_live_session(id));
        speech(id, 0).for_each(|chunk| client.emit("audio-chunk", &chunk));
        client.wait_for(|event| event.name == "audio-frame").await.expect("the session goes on");
        let seq = speech(id, 0).count() as u64;
        speech(id, seq).for_each(|chunk| client.emit("audio-chunk", &chunk));
        let interrupted = client.wait_for(|event| event.name == "interrupted").await.expect("the session goes on");
        let is_next = |event: &SocketEvent| event.payload["turnId"] != interrupted.payload["turnId"];
        client.wait_for(|event| event.name == "ai-response" && is_next(event)).await.expect("the session goes on");
        client.emit("transcription", &said(id, TYPED));
        client.emit("interrupt", &session(id));
        client
            .wait_for(|event| event.name == "transcription" && event.payload["text"] == TYPED)
            .await
            .expect("the session goes on");
        client.emit("end-session", &session(id));
        client.wait_for(|event| event.name == "session-ended").await.expect("the session goes on");
        let text = |event: SocketEvent| Some(event.payload["text"].as_str()?.to_owned());
        let told: Vec<String> = client.events().into_iter().filter_map(text).collect();
        place.process.terminate();
        let files = files(&place.path("recordings"));
        let [file] = &files[..] else { panic!("{files:?}") };
        let file = file.to_str().expect("a temporary path is text").to_owned();
        Self { place, file, words: told.iter().flat_map(|text| words(text)).collect() }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).expect("the folder can be read");
    files.map(|file| file.expect("the folder can be read").path()).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Every text in a line but the names of fields and providers.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "provider").flat_map(|(_, value)| texts(value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_session_is_replayed_to_the_identical_outputs_and_tells_no_word() {
    let recorded = Recorded::with(&[]).await;
    let Recorded { place, file, words: spoken } = &recorded;
    let (told, status) = place.run(&["replay", file]);
    assert!(status.success() && told.starts_with(&format!("{file}: identical, ")), "{told}");
    assert!(told.ends_with(" s of session time\n"), "{told}");

    let content = fs::read_to_string(file).unwrap();
    let telling: Vec<&String> = spoken.iter().filter(|word| redact(word) != **word).collect();
    assert!(telling.len() > 10 && telling.iter().any(|word| *word == "marmalade"), "{telling:?}");
    for line in content.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let written: Vec<String> = texts(&line).into_iter().flat_map(words).collect();
        for word in &telling {
            assert!(!written.contains(word), "{word} is in {line}");
        }
    }
    for name in ["Penelope", "Wolfgang", "test-scenario"] {
        assert!(!content.contains(name), "{name} is in {content}");
    }

    let (timeline, _) = place.run(&["replay", "--timeline", file]);
    for text in ["  is Listening", "  user (turn 1): ", "  persona (turn 1, 1/", "  interrupted (turn 1): BargeIn"] {
        assert!(timeline.contains(text), "{text:?} is missing in\n{timeline}");
    }
    let (reasons, peculiar) =
        ("  ended: UserEnded after ", "> says: A very xxxxxxxx xxxxxxxx about Xxxxxxxx'x xxxxxxxxx, and");
    assert!(timeline.contains(reasons) && timeline.contains(peculiar), "{timeline}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_recorded_with_its_words_is_replayed_with_them() {
    let Recorded { place, file, .. } = &Recorded::with(&[("RECORD_WORDS", "true")]).await;
    let (told, status) = place.run(&["replay", "--timeline", file]);
    assert!(status.success() && told.contains(&format!("> says: {TYPED}")), "{told}");

    let content = fs::read_to_string(file).unwrap();
    let line = content.lines().position(|line| line.contains("\"Interrupted\"")).unwrap() + 1;
    fs::write(file, content.replace("\"reason\":\"BargeIn\"", "\"reason\":\"Client\"")).unwrap();
    let empty = place.path("left-by-a-crash.jsonl");
    fs::write(&empty, "").unwrap();
    let empty = empty.to_str().expect("a temporary path is text");
    assert!(place.run(&["replay", empty]).1.success());
    let (told, status) = place.run(&["replay", file, empty, "no-such-file"]);
    assert_eq!(status.code(), Some(1));
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with(&format!("{file}: different in line {line}, at ")), "{told}");
    assert!(lines[1].starts_with("  happened:  {"), "{told}");
    assert!(
        lines[2].starts_with("  recorded:  {\"Event\":{\"Interrupted\"") && lines[2].contains("\"Client\""),
        "{told}"
    );
    assert!(lines[3].starts_with("  replayed:  {\"Event\":{\"Interrupted\"") && lines[3].contains("BargeIn"), "{told}");
    assert_eq!(lines[4], format!("{empty}: empty, the server stopped before anything was written"));
    assert!(lines[5].starts_with("no-such-file: cannot be opened"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_recorded_unless_it_is_asked_for() {
    let place = Place::start(&[]);
    let client = place.connect(&place.token("ann", "trainee")).await;
    client.emit("start-session", &start_live_session("s-1"));
    client.wait_for(|event| event.name == "session-started").await.unwrap();
    let left = files(&place.path(""));
    assert_eq!(left.len(), 2, "besides the data and the log: {left:?}");
}
