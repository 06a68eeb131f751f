use super::*;

const LEAD: Duration = Duration::from_millis(200);
const FRAME: Duration = Duration::from_millis(40);
const TURN: TurnId = TurnId(1);

fn speaking(ms: u64) -> (Mouth, Instant) {
    let mut mouth = Mouth::new(LEAD);
    mouth.begin(TURN, Some(SpeechCodec::Pcm16));
    mouth.on_stretch("Well.");
    assert_eq!(mouth.voice(&vec![7; (ms * 24) as usize]), ms);
    (mouth, Instant::now())
}

/// The numbers of the frames that are let out now.
fn let_out(mouth: &mut Mouth, now: Instant) -> Vec<u32> {
    let number = |event| match event {
        RoomEvent::Frame(frame) => Some(frame.number),
        _ => None,
    };
    std::iter::from_fn(|| mouth.next(now)).filter_map(number).collect()
}

#[tokio::test(start_paused = true)]
async fn frames_are_let_out_in_order_and_never_further_ahead_than_the_lead() {
    let (mut mouth, began) = speaking(2_000);
    assert_eq!(let_out(&mut mouth, began), [0, 1, 2, 3, 4, 5]);
    assert_eq!(mouth.due(began), Some(began + FRAME));
    assert_eq!(let_out(&mut mouth, began + FRAME * 3), [6, 7, 8]);
}

#[tokio::test(start_paused = true)]
async fn a_long_lead_lets_frames_go_together() {
    let mut mouth = Mouth::new(LEAD * 10);
    mouth.begin(TURN, Some(SpeechCodec::Pcm16));
    mouth.voice(&[7; 4_000 * 24]);
    let began = Instant::now();
    assert_eq!(mouth.wants_to_speak(began), Some(began), "nobody waits for the first one");
    assert_eq!(let_out(&mut mouth, began).len(), 51);
    assert_eq!(mouth.due(began), Some(began + FRAME));
    let wake = mouth.wants_to_speak(began).unwrap();
    assert_eq!(wake, began + FRAME * 6);
    assert_eq!(let_out(&mut mouth, wake), [51, 52, 53, 54, 55, 56]);
}

#[tokio::test(start_paused = true)]
async fn the_last_frames_wait_for_no_others() {
    let mut mouth = Mouth::new(LEAD * 10);
    mouth.begin(TURN, Some(SpeechCodec::Pcm16));
    mouth.voice(&[7; 2_120 * 24]);
    let began = Instant::now();
    assert_eq!(let_out(&mut mouth, began).len(), 51);
    let wake = mouth.wants_to_speak(began).unwrap();
    assert_eq!(wake, began + FRAME * 2);
    assert_eq!(let_out(&mut mouth, wake), [51, 52]);
}

#[tokio::test(start_paused = true)]
async fn a_short_lead_lets_every_frame_go_when_it_is_due() {
    let (mut mouth, began) = speaking(2_000);
    let_out(&mut mouth, began);
    assert_eq!(mouth.wants_to_speak(began), mouth.due(began));
}

#[tokio::test(start_paused = true)]
async fn a_mouth_that_is_held_says_nothing_and_goes_on_where_it_stopped() {
    let (mut mouth, began) = speaking(2_000);
    assert_eq!(let_out(&mut mouth, began).len(), 6);
    mouth.hold(began);
    let later = began + Duration::from_secs(3);
    assert_eq!((mouth.due(later), let_out(&mut mouth, later)), (None, vec![]));
    mouth.go_on(later);
    assert!(let_out(&mut mouth, later).is_empty());
    assert_eq!(let_out(&mut mouth, later + FRAME), [6]);
    assert_eq!((mouth.began(TURN), mouth.began(TurnId(2))), (Some(later), None));
}

#[tokio::test(start_paused = true)]
async fn the_end_follows_the_last_frame_which_is_filled_up() {
    let (mut mouth, began) = speaking(60);
    mouth.finish();
    let events: Vec<RoomEvent> = std::iter::from_fn(|| mouth.next(began)).collect();
    let [RoomEvent::Frame(first), RoomEvent::Frame(second), end] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!((first.bytes.len(), second.bytes.len()), (1_920, 1_920));
    assert_eq!((first.text.as_deref(), second.text.as_deref()), (Some("Well."), None));
    assert_eq!(*end, RoomEvent::SpeechEnd { turn: TURN, frames: 2, duration_ms: 60 });
    assert_eq!(mouth.next(began + LEAD * 9), None);
}

#[tokio::test(start_paused = true)]
async fn after_it_was_stopped_nothing_leaves_it_but_what_was_said_can_be_kept() {
    let (mut mouth, began) = speaking(1_000);
    let_out(&mut mouth, began);
    mouth.stop();
    mouth.finish();
    assert_eq!(mouth.voice(&[7; 2_400]), 0);
    assert_eq!((mouth.due(began), mouth.next(began + LEAD * 9)), (None, None));
    assert_eq!(mouth.speech(TURN, Some(250)).len(), 6_000);
    assert_eq!(mouth.speech(TURN, None).len(), 24_000);
    assert!(mouth.speech(TurnId(2), None).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_talked_over_began_when_it_did_however_long_it_was_held_before() {
    let (mut mouth, began) = speaking(1_000);
    let_out(&mut mouth, began);
    mouth.hold(began + FRAME);
    mouth.stop();
    mouth.go_on(began + Duration::from_secs(2));
    assert_eq!(mouth.began(TURN), Some(began));
    mouth.begin(TurnId(2), Some(SpeechCodec::Pcm16));
    assert_eq!((mouth.began(TURN), mouth.began(TurnId(2))), (Some(began), None), "it may be kept later");
}

#[tokio::test(start_paused = true)]
async fn a_voice_that_falls_behind_does_not_run_ahead_afterwards() {
    let (mut mouth, began) = speaking(80);
    assert_eq!(let_out(&mut mouth, began), [0, 1]);
    let late = began + Duration::from_secs(5);
    mouth.voice(&vec![7; 48_000]);
    assert_eq!(let_out(&mut mouth, late), [2, 3, 4, 5, 6, 7], "the listener begins anew");
}

#[tokio::test(start_paused = true)]
async fn whoever_fetches_the_whole_is_sent_no_frames() {
    let mut mouth = Mouth::new(LEAD);
    mouth.begin(TURN, None);
    mouth.voice(&[7; 24_000]);
    mouth.finish();
    assert_eq!(mouth.next(Instant::now()), None);
    assert_eq!(mouth.speech(TURN, None).len(), 24_000);
}

#[test]
fn lengths_in_whole_milliseconds_add_up() {
    let mut mouth = Mouth::new(LEAD);
    mouth.begin(TURN, None);
    let total: u64 = (0..1_000).map(|_| mouth.voice(&[7; 35])).sum();
    assert_eq!(total, 35_000 / 24);
}
