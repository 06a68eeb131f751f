use std::ops::Range;

use proptest::prelude::*;
use tape::{BadTape, Line, Lines, Outcome, replay};

use crate::conversation::{Chance, chances, file, recorded};

fn complaint(file: &str) -> String {
    match replay(file.as_bytes(), |_, _| ()) {
        Err(bad) => bad.to_string(),
        Ok(outcome) => panic!("nothing is wrong: {outcome:?}"),
    }
}

fn lines_of(file: &[u8]) -> Vec<Result<(u64, Line), BadTape>> {
    // Whoever goes on after a mistake must come to an end too.
    Lines::new(file).collect()
}

#[test]
fn a_file_that_is_no_recording_is_refused_with_the_line_and_the_reason() {
    let whole = file(recorded(&[]));
    let (first, rest) = whole.split_once('\n').unwrap();
    let (second, _) = rest.split_once('\n').unwrap();
    for (file, expected) in [
        ("hello\n".to_owned(), "line 1: not a recording of a session: "),
        ("{\"level\":\"INFO\"}".to_owned(), "line 1: not a recording of a session: "),
        (rest.to_owned(), "line 1: a recording begins with the opening of its session"),
        (first.replacen("\"format\":2", "\"format\":1", 1), "line 1: it has format 1, and this program reads format 2"),
        (format!("{first}\n{first}\n"), "line 2: a session opens only once"),
        (format!("{first}\n\n{second}\n"), "line 2: "),
        (format!("{first}\n{{\"given_up\":\"\"}}\n{second}\n"), "line 3: nothing may follow"),
        (
            format!("{first}\n{}\n", second.replace("\"Client\"", "\"Clown\"")),
            "line 2: happened.input: unknown variant",
        ),
        (format!("{first}\n{}\n", second.replace("\"at\":0", "\"at\":-1")), "line 2: happened.at: invalid value"),
        (format!("{first}\n{second}{second}\n"), "line 2: trailing characters"),
    ] {
        let told = complaint(&file);
        assert!(told.starts_with(expected), "{told:?} does not begin with {expected:?}");
    }
}

#[test]
fn a_file_that_a_crash_left_empty_is_no_mistake() {
    assert!(matches!(replay(&[][..], |_, _| ()), Ok(Outcome::Empty)));
}

proptest! {
    #[test]
    fn a_line_is_read_as_it_was_written(chances in chances()) {
        let lines = recorded(&chances);
        let written = file(lines);
        let read: Vec<Line> = Lines::new(written.as_bytes()).map(|line| line.unwrap().1).collect();
        prop_assert_eq!(file(read), written);
    }

    #[test]
    fn any_bytes_are_lines_or_a_complaint(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for (number, line) in lines_of(&bytes).into_iter().enumerate() {
            prop_assert!(line.is_err(), "line {number} is {line:?}");
        }
    }

    #[test]
    fn a_recording_with_broken_bytes_is_read_line_by_line(
        chances in prop::collection::vec(any::<(u8, u16)>(), 1..20),
        breaks in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let chances: Vec<Chance> = chances.into_iter().map(|(kind, number)| (kind, number, "so be it".into())).collect();
        let mut bytes = file(recorded(&chances)).into_bytes();
        for (place, byte) in breaks {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let numbers: Vec<u64> = lines_of(&bytes).into_iter().filter_map(|line| Some(line.ok()?.0)).collect();
        prop_assert!(numbers.is_sorted());
        let count = bytes.split_inclusive(|byte| *byte == b'\n').count() as u64;
        prop_assert!(numbers.iter().all(|number| (1..=count).contains(number)));
    }

    /// Whoever is sent a recording can replay it, whatever it says.
    #[test]
    fn a_recording_with_other_numbers_is_replayed_or_refused(
        chances in chances(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), number()), 1..4),
    ) {
        let mut recording = file(recorded(&chances));
        for (place, number) in changes {
            let numbers = numbers_in(&recording);
            recording.replace_range(numbers[place.index(numbers.len())].clone(), &number.to_string());
        }
        let _ = replay(recording.as_bytes(), |_, _| ());
    }
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(1), 0..100_u64, 0..1_000_000_u64]
}

fn numbers_in(text: &str) -> Vec<Range<usize>> {
    let is_digit = |at: &usize| text.as_bytes()[*at].is_ascii_digit();
    let mut numbers: Vec<Range<usize>> = Vec::new();
    for at in (0..text.len()).filter(is_digit) {
        match numbers.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => numbers.push(at..at + 1),
        }
    }
    numbers
}
