use std::fs;

use session::{
    Command, Cutting, Endpointing, Interruption, LeftOver, Manner, Session, Source, Speech, StageLimits, TurnDetection,
};
use tape::{Lines, Outcome, Summary, replay};
use tempfile::TempDir;

use super::*;

struct Place {
    folder: TempDir,
    recorder: Recorder,
}

impl Place {
    async fn new(words: Words) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::open(folder.path().join("recordings"), words, "1.2.3").await.unwrap();
        Self { folder, recorder }
    }

    fn begin(&self) -> Tape {
        let (config, briefing) = (config(), briefing());
        let (started_at, now, at) = (Timestamp(5), Timestamp(7), SessionTime(2));
        let beginning = Beginning { started_at, now, at, config: &config, briefing: &briefing };
        self.recorder.begin(&SessionId::parse("s-1").unwrap(), beginning)
    }

    async fn written(&self) -> String {
        self.recorder.finish().await;
        fs::read_to_string(self.folder.path().join("recordings/7-s-1.jsonl")).unwrap()
    }
}

fn source() -> Source {
    Source { provider: "test".into(), demo: false }
}

fn briefing() -> Briefing {
    Briefing {
        language: "en".into(),
        voice: None,
        persona: source(),
        max_turns: 8,
        history: vec![],
        last_turn: 0,
        answered_turns: 0,
        left_over: LeftOver::default(),
    }
}

fn config() -> Config {
    Config {
        manner: Manner {
            detection: TurnDetection::Threshold,
            cutting: Cutting { bytes: 32_000, silence_ms: 2_000 },
            endpointing: Endpointing::default(),
            barge_in: false,
            speech: Speech::Mute,
        },
        interruption: Interruption::default(),
        stall_ms: 1_000,
        max_buffered_bytes: 2 << 20,
        idle_ms: 60_000,
        grace_ms: 60_000,
        max_session_ms: 600_000,
        ending_ms: 1_000,
        store_patience_ms: 1_000,
        limits: StageLimits { transcribe_ms: 1_000, answer_ms: 1_000, speak_ms: 1_000, animate_ms: 1_000 },
        max_waiting_texts: 8,
        history_lines: 8,
        max_reply_chars: 1_000,
    }
}

/// As the session's task does it.
fn live(tape: &mut Tape, machine: &mut Session, at: u64, input: Input) {
    tape.on_input(SessionTime(at), &input);
    machine.handle(SessionTime(at), input);
    drain(tape, machine);
}

fn drain(tape: &mut Tape, machine: &mut Session) {
    while let Some(output) = machine.poll() {
        tape.on_output(&output);
    }
    tape.pass_on();
}

fn live_on(tape: &mut Tape) {
    let mut machine = Session::new(config(), briefing(), SessionTime(2));
    drain(tape, &mut machine);
    let said = Input::Client(Command::Said { text: "Marmalade, please".into(), confidence: None });
    live(tape, &mut machine, 10, said);
    live(tape, &mut machine, 20, Input::Client(Command::End));
    live(tape, &mut machine, 5_000, Input::Tick);
}

fn summary(written: &str) -> Summary {
    match replay(written.as_bytes(), |_, _| ()).unwrap() {
        Outcome::Identical(summary) => summary,
        other => panic!("{other:#?} of\n{written}"),
    }
}

#[tokio::test]
async fn what_is_recorded_can_be_replayed() {
    for words in [Words::Kept, Words::Redacted] {
        let place = Place::new(words).await;
        live_on(&mut place.begin());
        let written = place.written().await;
        let summary = summary(&written);
        assert_eq!((summary.words, summary.inputs, summary.is_over), (words, 3, true), "{written}");
        assert_eq!((summary.version.as_str(), summary.duration_ms), ("1.2.3", 4_998));
        assert_eq!(written.contains("Marmalade"), words == Words::Kept, "{written}");
    }
}

#[tokio::test]
async fn a_session_that_breaks_off_leaves_what_broke_it() {
    let place = Place::new(Words::Kept).await;
    let mut tape = place.begin();
    tape.on_input(SessionTime(3), &Input::Suspend);
    drop(tape);
    let written = place.written().await;
    let lines: Vec<Line> = Lines::new(written.as_bytes()).map(|line| line.unwrap().1).collect();
    assert!(matches!(&lines[..], [Line::Opened(_), Line::Happened(Step { input: Input::Suspend, .. })]), "{written}");
}

#[tokio::test]
async fn a_recording_that_cannot_keep_up_is_given_up_and_says_so() {
    let place = Place::new(Words::Redacted).await;
    let mut tape = place.begin();
    // Nobody writes meanwhile: this task does not wait.
    for at in 0..2 * WAITING_LINES as u64 {
        tape.on_input(SessionTime(at), &Input::Tick);
    }
    drop(tape);
    let written = place.written().await;
    assert_eq!(written.lines().count(), WAITING_LINES + 1);
    assert!(written.ends_with("{\"given_up\":\"the disk was slower than the session\"}\n"), "{written}");
}

#[tokio::test]
async fn a_session_goes_on_where_it_cannot_be_recorded() {
    let place = Place::new(Words::Kept).await;
    fs::remove_dir(place.folder.path().join("recordings")).unwrap();
    let mut tape = place.begin();
    live_on(&mut tape);
    drop(tape);
    place.recorder.finish().await;
    assert!(fs::read_dir(place.folder.path()).unwrap().next().is_none());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_server_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new(Words::Kept).await;
    live_on(&mut place.begin());
    place.written().await;
    let file = fs::metadata(place.folder.path().join("recordings/7-s-1.jsonl")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}
