//! What every journal does.

use super::example::{begin_later, open_session, session_id};
use crate::{
    AnsweredRecord, Catalog, CutShortRecord, EndedRecord, HeardRecord, HintRecord, Journal, Line, ObjectKey, Record,
    Resumption, SegmentPart, SegmentRecord, SessionId, SessionStatus, Speaker, SpokenRecord, StoreError, Timestamp,
    TurnRecord, Usage, UserId,
};

/// Runs every check on a fresh journal, together with the catalogue that holds its sessions.
pub async fn suite<D: Journal + Catalog>(fresh: impl AsyncFn() -> D) {
    a_session_of_which_nothing_was_recorded_has_nothing_to_resume(&fresh().await).await;
    what_was_recorded_is_read_again(&fresh().await).await;
    a_typed_turn_without_details_is_read_again(&fresh().await).await;
    recording_twice_changes_nothing(&fresh().await).await;
    segments_and_turns_come_in_order(&fresh().await).await;
    a_session_resumes_where_it_was_left(&fresh().await).await;
    of_an_answer_that_was_cut_short_only_what_was_heard_is_remembered(&fresh().await).await;
    what_was_stored_and_is_no_turn_yet_is_found(&fresh().await).await;
    what_a_segment_is_may_turn_out_later(&fresh().await).await;
    event_numbers_only_ever_grow(&fresh().await).await;
    hints_are_kept_in_order_and_once(&fresh().await).await;
    the_newest_hints_and_names_of_words_are_resumed(&fresh().await).await;
    numbers_of_any_size_are_kept(&fresh().await).await;
    the_end_completes_the_session(&fresh().await).await;
    an_abandoned_session_that_ends_stays_abandoned(&fresh().await).await;
    sessions_do_not_mix(&fresh().await).await;
    a_record_of_no_session_is_not_found(&fresh().await).await;
    an_answer_to_nothing_is_refused_and_its_call_writes_nothing(&fresh().await).await;
    a_bad_record_fails_its_own_caller_only(&fresh().await).await;
    recording_nothing_is_no_error(&fresh().await).await;
    what_is_recorded_together_may_come_in_any_order(&fresh().await).await;
    null_characters_are_left_out_of_what_was_said(&fresh().await).await;
}

fn segment(number: u64) -> SegmentRecord {
    SegmentRecord {
        number,
        object: ObjectKey::of_session(&session_id("s"), "audio", number, "ogg"),
        media_type: "audio/ogg".to_owned(),
        received_bytes: 32_000 + number,
        duration_ms: 2_000,
        through_seq: Some(10 * number),
        part: [Some(SegmentPart::Closes), Some(SegmentPart::GoesOn), Some(SegmentPart::Leaves), None]
            [number as usize % 4],
        intake_state: vec![0, 255, 7],
        event_seq: 3 * number,
        at: Timestamp(2_000 + number.cast_signed()),
    }
}

fn heard(turn: u32) -> HeardRecord {
    HeardRecord {
        turn,
        text: format!("question {turn} 你好"),
        language: "zh-CN".to_owned(),
        confidence: Some(0.1),
        provider: "scripted".to_owned(),
        segments: Some((u64::from(turn), u64::from(turn) + 1)),
        said_as: None,
        duration_ms: 1_800,
        event_seq: 100 + u64::from(turn),
        at: Timestamp(3_000),
    }
}

fn answered(turn: u32) -> AnsweredRecord {
    AnsweredRecord {
        turn,
        text: format!("answer {turn}"),
        provider: "persona".to_owned(),
        usage: Some(Usage { input_tokens: 321, output_tokens: u32::MAX }),
        event_seq: 200 + u64::from(turn),
        at: Timestamp(3_500),
    }
}

fn spoken(turn: u32) -> SpokenRecord {
    SpokenRecord {
        turn,
        object: ObjectKey::of_session(&session_id("s"), "voice", u64::from(turn), "wav"),
        duration_ms: 4_000,
        event_seq: 300 + u64::from(turn),
        at: Timestamp(4_000),
    }
}

fn ended() -> EndedRecord {
    EndedRecord { reason: "user_ended".to_owned(), duration_ms: 60_000, turns: 1, event_seq: 900, at: Timestamp(9_000) }
}

fn a_whole_turn(turn: u32) -> Vec<Record> {
    vec![
        Record::Segment(segment(u64::from(turn))),
        Record::Heard(heard(turn)),
        Record::Answered(answered(turn)),
        Record::Spoken(spoken(turn)),
    ]
}

fn said(turn: u32) -> TurnRecord {
    TurnRecord { heard: heard(turn), answered: Some(answered(turn)), cut_short: None, spoken: Some(spoken(turn)) }
}

async fn record(journal: &impl Journal, session: &SessionId, records: Vec<Record>) {
    assert_eq!(journal.record(session, records).await, Ok(()));
}

async fn a_session_of_which_nothing_was_recorded_has_nothing_to_resume(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    assert_eq!(db.resume(&session).await, Ok(None));
    assert_eq!(db.resume(&session_id("unknown")).await, Ok(None));
    assert_eq!(db.segments(&session).await, Ok(Vec::new()));
    assert_eq!(db.turns(&session).await, Ok(Vec::new()));
}

async fn what_was_recorded_is_read_again(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    record(db, &session, a_whole_turn(1)).await;
    assert_eq!(db.segments(&session).await, Ok(vec![segment(1)]));
    assert_eq!(db.turns(&session).await, Ok(vec![said(1)]));
}

async fn a_typed_turn_without_details_is_read_again(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let typed = HeardRecord { confidence: None, segments: None, said_as: Some("tab-1:7".to_owned()), ..heard(1) };
    let unmeasured = AnsweredRecord { usage: None, ..answered(1) };
    let unnumbered = SegmentRecord { through_seq: None, intake_state: Vec::new(), ..segment(1) };
    let records =
        vec![Record::Segment(unnumbered.clone()), Record::Heard(typed.clone()), Record::Answered(unmeasured.clone())];
    record(db, &session, records).await;
    let turn = TurnRecord { heard: typed, answered: Some(unmeasured), cut_short: None, spoken: None };
    assert_eq!(db.turns(&session).await, Ok(vec![turn]));
    assert_eq!(db.segments(&session).await, Ok(vec![unnumbered]));
}

async fn the_newest_hints_and_names_of_words_are_resumed(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    for number in 1..=20 {
        let said_as = Some(format!("w{number}")).filter(|_| number % 10 != 0);
        let said = HeardRecord { segments: None, said_as, ..heard(number) };
        let hint = HintRecord {
            coach: UserId::parse("cleo").expect("it is one"),
            text: format!("hint {number}"),
            at: Timestamp(1_000 + i64::from(number)),
        };
        record(db, &session, vec![Record::Heard(said), Record::Hint(hint)]).await;
    }
    let resumption = db.resume(&session).await.expect("the journal is read").expect("there is something to resume");
    let numbers = |from| (from..=20).filter(|number| number % 10 != 0);
    let names: Vec<String> = numbers(3).map(|number| format!("w{number}")).collect();
    assert_eq!(resumption.said_as, names);
    let hints: Vec<String> = resumption.hints.into_iter().map(|hint| hint.text).collect();
    assert_eq!(hints, (5..=20).map(|number| format!("hint {number}")).collect::<Vec<_>>());
}

async fn recording_twice_changes_nothing(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let mut records = a_whole_turn(1);
    records.push(Record::Ended(ended()));
    record(db, &session, records.clone()).await;
    let first = db.resume(&session).await;
    record(db, &session, records).await;
    assert_eq!(db.resume(&session).await, first);
    assert_eq!(db.turns(&session).await, Ok(vec![said(1)]));
    assert_eq!(db.segments(&session).await, Ok(vec![segment(1)]));
}

async fn of_an_answer_that_was_cut_short_only_what_was_heard_is_remembered(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let cut = |turn, heard_text: &str| CutShortRecord {
        turn,
        heard_text: heard_text.to_owned(),
        heard_ms: 700,
        event_seq: 400 + u64::from(turn),
        at: Timestamp(5_000),
    };
    let (in_the_middle, before_the_first_word) = (cut(1, "ans"), cut(2, ""));
    record(db, &session, a_whole_turn(1)).await;
    record(db, &session, vec![Record::CutShort(in_the_middle.clone())]).await;
    let mut second = a_whole_turn(2);
    second.push(Record::CutShort(before_the_first_word.clone()));
    record(db, &session, second).await;
    record(db, &session, vec![Record::CutShort(cut(1, "answ"))]).await;
    let turns = vec![
        TurnRecord { cut_short: Some(in_the_middle), ..said(1) },
        TurnRecord { cut_short: Some(before_the_first_word), ..said(2) },
    ];
    assert_eq!(db.turns(&session).await, Ok(turns));
    let resumption = db.resume(&session).await.expect("the journal is read").expect("there is something to resume");
    let history: Vec<&str> = resumption.history.iter().map(|line| line.text.as_ref()).collect();
    assert_eq!(history, ["question 1 你好", "ans", "question 2 你好"]);
    assert_eq!((resumption.answered_turns, resumption.last_event_seq), (2, 402));
    let messages: Vec<String> =
        db.messages(&session).await.expect("messages are read").into_iter().map(|said| said.text).collect();
    assert_eq!(messages[messages.len() - 3..], ["question 1 你好", "ans", "question 2 你好"]);
    let cut_off = db.record(&session, vec![Record::CutShort(cut(9, ""))]).await;
    assert!(matches!(cut_off, Err(StoreError::Refused(_))), "{cut_off:?}");
}

async fn segments_and_turns_come_in_order(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    for number in [2, 10, 1] {
        record(db, &session, a_whole_turn(number)).await;
    }
    let segments = db.segments(&session).await.expect("segments are read");
    let numbers: Vec<_> = segments.iter().map(|segment| segment.number).collect();
    assert_eq!(numbers, [1, 2, 10]);
    let turns = db.turns(&session).await.expect("turns are read");
    let numbers: Vec<_> = turns.iter().map(|turn| turn.heard.turn).collect();
    assert_eq!(numbers, [1, 2, 10]);
}

async fn a_session_resumes_where_it_was_left(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    record(db, &session, a_whole_turn(1)).await;
    let unnumbered = SegmentRecord { through_seq: None, event_seq: 5, ..segment(2) };
    let unanswered = vec![Record::Segment(unnumbered.clone()), Record::Heard(heard(2))];
    record(db, &session, unanswered).await;
    let line = |speaker, text: &str| Line { speaker, text: text.into() };
    let resumption = Resumption {
        last_segment: Some(unnumbered),
        untranscribed: Vec::new(),
        through_seq: Some(10),
        last_turn: 2,
        answered_turns: 1,
        is_unanswered: true,
        last_event_seq: 301,
        duration_ms: 4_000,
        history: vec![
            line(Speaker::User, "question 1 你好"),
            line(Speaker::Persona, "answer 1"),
            line(Speaker::User, "question 2 你好"),
        ],
        said_as: Vec::new(),
        hints: Vec::new(),
        ended: None,
    };
    assert_eq!(db.resume(&session).await, Ok(Some(resumption.clone())));

    record(db, &session, vec![Record::Ended(ended())]).await;
    let over = Resumption { last_event_seq: 900, ended: Some(ended()), ..resumption };
    assert_eq!(db.resume(&session).await, Ok(Some(over)));
}

async fn what_was_stored_and_is_no_turn_yet_is_found(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let mut records = a_whole_turn(1);
    records.extend([2, 3, 4].map(|number| Record::Segment(segment(number))));
    record(db, &session, records).await;
    let resumption = db.resume(&session).await.expect("the journal is read").expect("there is something to resume");
    assert_eq!(resumption.untranscribed, [segment(3), segment(4)]);
    assert!(!resumption.is_unanswered);
}

async fn what_a_segment_is_may_turn_out_later(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let part = |segment, part| Record::Part { segment, part };
    record(db, &session, vec![Record::Segment(segment(1)), Record::Segment(segment(2))]).await;
    record(db, &session, vec![part(1, SegmentPart::GoesOn), part(1, SegmentPart::Closes)]).await;
    record(db, &session, vec![part(1, SegmentPart::Leaves), Record::Segment(segment(1))]).await;
    let turned_out = SegmentRecord { part: Some(SegmentPart::Leaves), ..segment(1) };
    assert_eq!(db.segments(&session).await, Ok(vec![turned_out.clone(), segment(2)]));
    let resumption = db.resume(&session).await.expect("the journal is read").expect("there is something to resume");
    assert_eq!(resumption.untranscribed, [turned_out, segment(2)]);
}

async fn hints_are_kept_in_order_and_once(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let hint = |text: &str, at| HintRecord {
        coach: UserId::parse("coach").expect("it is an id"),
        text: text.to_owned(),
        at: Timestamp(at),
    };
    let (first, second) = (hint("Ask why.", 10), hint("慢一點", 20));
    for written in [&second, &first, &first] {
        record(db, &session, vec![Record::Hint(written.clone())]).await;
    }
    assert_eq!(db.hints(&session).await, Ok(vec![first, second]));
}

async fn event_numbers_only_ever_grow(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let last = async || db.resume(&session).await.expect("it is read").map(|resumption| resumption.last_event_seq);
    record(db, &session, vec![Record::Numbered { event_seq: 1_000 }]).await;
    assert_eq!(last().await, Some(1_000));
    record(db, &session, a_whole_turn(1)).await;
    record(db, &session, vec![Record::Numbered { event_seq: 500 }]).await;
    assert_eq!(last().await, Some(1_000));
    record(db, &session, vec![Record::Numbered { event_seq: 2_000 }]).await;
    assert_eq!(last().await, Some(2_000));
}

async fn numbers_of_any_size_are_kept(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let large = SegmentRecord {
        received_bytes: 1 << 40,
        through_seq: Some((1 << 53) - 1),
        event_seq: 1 << 40,
        at: Timestamp(-1),
        ..segment(u64::from(u32::MAX) + 1)
    };
    record(db, &session, vec![Record::Segment(large.clone())]).await;
    assert_eq!(db.segments(&session).await, Ok(vec![large]));
}

async fn the_end_completes_the_session(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    record(db, &session, vec![Record::Ended(ended())]).await;
    let row = db.session(&session).await.expect("sessions are read");
    let row = row.expect("the session is there");
    assert_eq!(row.status, SessionStatus::Completed);
    assert_eq!(row.completed_at, Some(ended().at));

    let again = db.complete_session(&session, Timestamp(99_000)).await;
    assert_eq!(again, Ok(row));
    let scenario = db.scenario("budget").await.expect("scenarios are read");
    assert_eq!(scenario.expect("it is there").practice_count, 1);
}

async fn an_abandoned_session_that_ends_stays_abandoned(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let later = begin_later(db, "later", "ann").await;
    let abandoned = db.abandon_earlier_sessions(&later, Timestamp(5_000)).await;
    assert_eq!(abandoned, Ok(1));
    record(db, &session, vec![Record::Ended(ended())]).await;
    let row = db.session(&session).await.expect("sessions are read");
    let row = row.expect("the session is there");
    assert_eq!((row.status, row.completed_at), (SessionStatus::Abandoned, None));
}

async fn sessions_do_not_mix(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let other = super::example::new_session("S", "ann");
    let other = db.create_session(other).await.expect("it is created").id;
    record(db, &session, a_whole_turn(1)).await;
    assert_eq!(db.resume(&other).await, Ok(None));
    record(db, &other, a_whole_turn(2)).await;
    assert_eq!(db.turns(&session).await, Ok(vec![said(1)]));
    assert_eq!(db.turns(&other).await, Ok(vec![said(2)]));
}

async fn a_record_of_no_session_is_not_found(db: &(impl Journal + Catalog)) {
    let unknown = session_id("unknown");
    let written = db.record(&unknown, vec![Record::Segment(segment(1))]).await;
    assert!(matches!(written, Err(StoreError::NotFound(_))), "{written:?}");
}

async fn an_answer_to_nothing_is_refused_and_its_call_writes_nothing(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let records = vec![Record::Segment(segment(1)), Record::Answered(answered(1))];
    let written = db.record(&session, records).await;
    assert!(matches!(written, Err(StoreError::Refused(_))), "{written:?}");
    assert_eq!(db.segments(&session).await, Ok(Vec::new()));
}

async fn a_bad_record_fails_its_own_caller_only(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let unknown = session_id("unknown");
    let calls = (1..=50).map(|number| {
        let whose = if number == 25 { &unknown } else { &session };
        db.record(whose, vec![Record::Segment(segment(number))])
    });
    let written = futures_util::future::join_all(calls).await;
    let failed: Vec<_> = (1..).zip(&written).filter(|(_, done)| done.is_err()).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0].0, 25);
    record(db, &session, vec![Record::Segment(segment(25))]).await;
    let segments = db.segments(&session).await.expect("segments are read");
    assert_eq!(segments.len(), 50);
}

async fn recording_nothing_is_no_error(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    record(db, &session, Vec::new()).await;
    assert_eq!(db.resume(&session).await, Ok(None));
}

async fn what_is_recorded_together_may_come_in_any_order(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let backwards = vec![Record::Spoken(spoken(1)), Record::Answered(answered(1)), Record::Heard(heard(1))];
    record(db, &session, backwards).await;
    let turns = db.turns(&session).await;
    assert!(matches!(turns.as_deref(), Ok([turn]) if turn.spoken.is_some()), "{turns:?}");
}

async fn null_characters_are_left_out_of_what_was_said(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let (heard, answered, ended) = (heard(1), answered(1), ended());
    let cut =
        CutShortRecord { turn: 1, heard_text: "ans".to_owned(), heard_ms: 700, event_seq: 401, at: Timestamp(5_000) };
    let hint = HintRecord { coach: super::example::user_id("coach"), text: "Ask why.".to_owned(), at: Timestamp(10) };
    let with_nulls = |text: &str| format!("\0{}\0", text.replace(' ', " \0"));
    let records = vec![
        Record::Segment(SegmentRecord { media_type: with_nulls(&segment(1).media_type), ..segment(1) }),
        Record::Heard(HeardRecord { text: with_nulls(&heard.text), language: with_nulls("zh-CN"), ..heard.clone() }),
        Record::Answered(AnsweredRecord { text: with_nulls(&answered.text), ..answered.clone() }),
        Record::CutShort(CutShortRecord { heard_text: with_nulls(&cut.heard_text), ..cut.clone() }),
        Record::Hint(HintRecord { text: with_nulls(&hint.text), ..hint.clone() }),
        Record::Ended(EndedRecord { reason: with_nulls(&ended.reason), ..ended.clone() }),
    ];
    record(db, &session, records).await;
    let turn = TurnRecord { heard, answered: Some(answered), cut_short: Some(cut), spoken: None };
    assert_eq!(db.turns(&session).await, Ok(vec![turn]));
    assert_eq!(db.segments(&session).await, Ok(vec![segment(1)]));
    assert_eq!(db.hints(&session).await, Ok(vec![hint]));
    let resumption = db.resume(&session).await.expect("the journal is read").expect("there is something to resume");
    assert_eq!(resumption.ended, Some(ended));
}
