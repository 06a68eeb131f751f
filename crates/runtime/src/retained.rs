//! What was told last, for clients that come back. It is kept written: a busy session holds hundreds of events for as long as it
//! is busy, and most of them are a few numbers.

use std::{collections::VecDeque, sync::Arc};

use ports::{SessionId, Timestamp};

use crate::{Happening, Member, RoomEvent, Told};

/// How many events a client that comes back may ask for, and for how long; frames of speech count by their size.
const EVENTS: usize = 256;
const MILLISECONDS: i64 = 60_000;
const SPEECH_BYTES: usize = 512 << 10;
/// All is told at once, to a client for whom 512 messages may wait: nine seconds of speech, and room for what else comes.
const FRAMES: usize = 224;

#[derive(Default)]
pub(crate) struct Retained {
    events: VecDeque<Written>,
    spoken: VecDeque<Box<Happening>>,
    spoken_bytes: usize,
}

struct Written(Box<[u8]>);

impl Retained {
    pub(crate) fn keep(&mut self, happening: Happening) {
        let oldest = Timestamp(happening.at.0 - MILLISECONDS);
        match speech_bytes(&happening) {
            Some(bytes) => {
                self.spoken_bytes += bytes;
                self.spoken.push_back(Box::new(happening));
            }
            None => self.events.push_back(Written::of(&happening)),
        }
        let mut from_seq = 0;
        while self.events.len() > EVENTS {
            from_seq = self.events.pop_front().map_or(from_seq, |first| first.head().0);
        }
        while self.events.pop_front_if(|first| first.head().1 < oldest).is_some() {}
        // What was said long ago is not spoken again, but its text is told again.
        let is_old = |first: &Happening| first.at < oldest || first.seq < from_seq;
        while self.spoken_bytes > SPEECH_BYTES
            || self.spoken.len() > FRAMES
            || self.spoken.front().is_some_and(|first| is_old(first))
        {
            let first = self.spoken.pop_front();
            self.spoken_bytes -= first.and_then(|first| speech_bytes(&first)).unwrap_or(0);
        }
    }

    /// Tells one member again what came after `seq`.
    pub(crate) fn replay(&self, session: &SessionId, member: &Arc<dyn Member>, seq: u64) {
        let tell = |happening: &Happening| member.tell(Told::Happened { session, happening });
        let mut spoken = self.spoken.iter().map(Box::as_ref).filter(|frame| frame.seq > seq).peekable();
        for written in self.events.iter().filter(|written| written.head().0 > seq) {
            let Some(happening) = written.read() else {
                continue;
            };
            while let Some(before) = spoken.next_if(|frame| frame.seq < happening.seq) {
                tell(before);
            }
            tell(&happening);
        }
        spoken.for_each(tell);
    }
}

impl Written {
    fn of(happening: &Happening) -> Self {
        let mut short = [0; 512];
        Self(match postcard::to_slice(happening, &mut short) {
            Ok(written) => Box::from(&*written),
            Err(_) => postcard::to_stdvec(happening).expect("an event without speech can be written").into(),
        })
    }

    /// Its number, and when it was.
    fn head(&self) -> (u64, Timestamp) {
        postcard::take_from_bytes(&self.0).expect("it was written here").0
    }

    fn read(&self) -> Option<Happening> {
        let read = postcard::from_bytes(&self.0);
        read.inspect_err(|error| tracing::error!(%error, "An event that was kept cannot be read")).ok()
    }
}

fn speech_bytes(happening: &Happening) -> Option<usize> {
    match &happening.event {
        RoomEvent::Frame(frame) => Some(frame.bytes.len()),
        RoomEvent::Session(_)
        | RoomEvent::SpeechEnd { .. }
        | RoomEvent::ObserverJoined { .. }
        | RoomEvent::ObserverLeft { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use audio::SpeechCodec;
    use ports::{Role, UserId};
    use session::{Animation, EndReason, Event, InterruptReason, Source, State, TurnId};

    use super::*;
    use crate::SpeechFrame;

    fn at_once(seq: u64, event: RoomEvent) -> Happening {
        Happening { seq, at: Timestamp(0), event }
    }

    fn frame(number: u32, bytes: usize) -> RoomEvent {
        RoomEvent::Frame(SpeechFrame {
            turn: TurnId(1),
            number,
            codec: SpeechCodec::Pcm16,
            duration_ms: 40,
            bytes: vec![0; bytes].into(),
            text: None,
        })
    }

    #[test]
    fn what_is_kept_is_told_again_as_it_was_however_long_it_is() {
        let heard_text = "I hear you. ".repeat(100);
        let (turn, reason) = (TurnId(7), InterruptReason::BargeIn);
        let events = [
            RoomEvent::Session(Event::State { state: State::Hearing, turn: None }),
            RoomEvent::Session(Event::Interrupted { turn, heard_ms: 3, heard_text, reason }),
            RoomEvent::Session(Event::Transcript {
                turn,
                text: "你好".to_owned(),
                language: "zh-TW".to_owned(),
                confidence: Some(0.5),
                by: Source { provider: "scripted".to_owned(), demo: true },
                audio: None,
            }),
            RoomEvent::Session(Event::Face {
                turn,
                audio: Some("sessions/s/replies/7.wav".to_owned()),
                duration_ms: 900,
                animation: Some(Box::new(Animation { video_url: None, ..Animation::default() })),
                by: None,
            }),
            RoomEvent::Session(Event::Ended { reason: EndReason::UserEnded, turns: 7, duration_ms: u64::MAX }),
            RoomEvent::SpeechEnd { turn, frames: 3, duration_ms: 120 },
            RoomEvent::ObserverJoined { user: UserId::parse("cleo").unwrap(), role: Role::Coach },
        ];
        for event in events {
            let happening = Happening { seq: u64::MAX, at: Timestamp(1_800_000_000_000), event };
            let written = Written::of(&happening);
            assert_eq!(written.head(), (happening.seq, happening.at));
            assert_eq!(written.read(), Some(happening));
        }
    }

    #[test]
    fn speech_is_retained_no_longer_than_what_was_told_after_it() {
        let mut retained = Retained::default();
        retained.keep(at_once(1, frame(0, 1_920)));
        let state = |seq| at_once(seq, RoomEvent::Session(Event::State { state: State::Listening, turn: None }));
        let after = 2..2 + EVENTS as u64;
        after.clone().for_each(|seq| retained.keep(state(seq)));
        assert_eq!((retained.spoken.len(), retained.spoken_bytes > 0), (1, true));
        retained.keep(state(after.end));
        assert_eq!((retained.events.len(), retained.spoken.len(), retained.spoken_bytes), (EVENTS, 0, 0));
    }

    #[test]
    fn all_that_is_retained_can_wait_for_one_client_and_the_newest_speech_is() {
        for (bytes, most) in [(100, FRAMES), (4_096, SPEECH_BYTES / 4_096)] {
            let mut retained = Retained::default();
            (0..1_500).for_each(|number| retained.keep(at_once(u64::from(number), frame(number, bytes))));
            assert_eq!((retained.spoken.len(), retained.spoken_bytes), (most, most * bytes));
            assert_eq!(retained.spoken.back().map(|last| last.seq), Some(1_499));
        }
        const { assert!(EVENTS + FRAMES < 512) };
    }
}
