//! Who is in the room. A person writes down everything it is told, and at once checks what it may be told.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use ports::UserId;
use runtime::{Happening, HistoryLine, Member, MemberId, Rejection, RoomEvent, Told};
use session::{EndReason, Event};
use tokio::sync::Notify;

use crate::{journal::Book, objects::Objects, world::user_id};

pub(crate) struct Person {
    id: MemberId,
    user: UserId,
    book: Arc<Book>,
    objects: Arc<Objects>,
    highest: Arc<AtomicU64>,
    /// What a process that is dead told last.
    used_up: u64,
    notes: Mutex<Notes>,
    written: Notify,
    panics: AtomicBool,
}

#[derive(Default, Clone)]
pub(crate) struct Notes {
    pub(crate) joined: Vec<Welcome>,
    pub(crate) happened: Vec<Happening>,
    pub(crate) rejected: Vec<Rejection>,
    pub(crate) hints: Vec<String>,
    /// What this person should not have been told yet.
    wrongs: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Welcome {
    pub(crate) event_seq: Option<u64>,
    pub(crate) resumed: bool,
    pub(crate) through_seq: Option<u64>,
    pub(crate) next_seq: u64,
    pub(crate) last_event_seq: u64,
    pub(crate) history: Vec<HistoryLine>,
    pub(crate) language: String,
}

impl Person {
    pub(crate) fn new(
        number: u64,
        book: Arc<Book>,
        objects: Arc<Objects>,
        highest: Arc<AtomicU64>,
        used_up: u64,
    ) -> Arc<Self> {
        Arc::new(Self {
            id: MemberId(number),
            user: user_id(),
            book,
            objects,
            highest,
            used_up,
            notes: Mutex::default(),
            written: Notify::new(),
            panics: AtomicBool::new(false),
        })
    }

    /// From now on it breaks whoever tells it something.
    pub(crate) fn panics(&self) {
        self.panics.store(true, Ordering::Relaxed);
    }

    /// What it was told so far; fails when it was told something too early.
    pub(crate) fn notes(&self) -> Notes {
        let notes = self.notes.lock().unwrap().clone();
        assert!(notes.wrongs.is_empty(), "{:#?}", notes.wrongs);
        notes
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        let session = |happening: Happening| match happening.event {
            RoomEvent::Session(event) => Some(event),
            RoomEvent::Frame(_)
            | RoomEvent::SpeechEnd { .. }
            | RoomEvent::ObserverJoined { .. }
            | RoomEvent::ObserverLeft { .. } => None,
        };
        self.notes().happened.into_iter().filter_map(session).collect()
    }

    pub(crate) fn event_numbers(&self) -> Vec<u64> {
        self.notes().happened.iter().map(|happening| happening.seq).collect()
    }

    pub(crate) fn transcripts(&self) -> Vec<String> {
        let text = |event| match event {
            Event::Transcript { text, .. } => Some(text),
            _ => None,
        };
        self.events().into_iter().filter_map(text).collect()
    }

    pub(crate) fn replies(&self) -> Vec<String> {
        let text = |event| match event {
            Event::Reply { text, .. } => Some(text),
            _ => None,
        };
        self.events().into_iter().filter_map(text).collect()
    }

    /// The last numbered chunk that it knows to be stored.
    pub(crate) fn through_seq(&self) -> Option<u64> {
        let notes = self.notes();
        let welcomed = notes.joined.iter().filter_map(|welcome| welcome.through_seq);
        let told = notes.happened.iter().filter_map(|happening| match &happening.event {
            RoomEvent::Session(Event::AudioStored(stored)) => stored.last_seq,
            _ => None,
        });
        welcomed.chain(told).max()
    }

    pub(crate) fn ending(&self) -> Option<EndReason> {
        self.events().into_iter().find_map(|event| match event {
            Event::Ended { reason, .. } => Some(reason),
            _ => None,
        })
    }

    pub(crate) async fn joined(&self) -> Welcome {
        self.notes_when(|notes| !notes.joined.is_empty()).await.joined.pop().expect("it was welcomed")
    }

    pub(crate) async fn hears(&self, is_it: impl Fn(&Event) -> bool) {
        let heard = |happening: &Happening| matches!(&happening.event, RoomEvent::Session(event) if is_it(event));
        self.notes_when(|notes| notes.happened.iter().any(heard)).await;
    }

    pub(crate) async fn hears_replies(&self, count: usize) {
        let is_reply = |happening: &&Happening| {
            let RoomEvent::Session(event) = &happening.event else { return false };
            matches!(event, Event::Reply { .. })
        };
        self.notes_when(|notes| notes.happened.iter().filter(is_reply).count() >= count).await;
    }

    pub(crate) async fn hears_stored(&self, last: u64) {
        self.hears(|event| matches!(event, Event::AudioStored(stored) if stored.last_seq == Some(last))).await;
    }

    pub(crate) async fn is_rejected(&self) -> Rejection {
        self.notes_when(|notes| !notes.rejected.is_empty()).await.rejected.pop().expect("it was rejected")
    }

    async fn notes_when(&self, is_so: impl Fn(&Notes) -> bool) -> Notes {
        let waiting = async {
            loop {
                let written = self.written.notified();
                let notes = self.notes();
                if is_so(&notes) {
                    return notes;
                }
                written.await;
            }
        };
        // An hour of simulated time takes no time.
        let waited = tokio::time::timeout(std::time::Duration::from_secs(3_600), waiting).await;
        waited.unwrap_or_else(|_| panic!("{:?} waited in vain: {:#?}", self.id, self.notes().happened))
    }

    fn check(&self, event: &Event) -> Option<String> {
        let turn_in_book = |number| self.book.turns().into_iter().find(|known| known.heard.turn == number);
        match event {
            Event::AudioStored(stored) => {
                let missing = (stored.first_segment..=stored.last_segment).find(|number| {
                    let written = self.book.has_segment(*number);
                    !written.is_some_and(|segment| self.objects.has(&segment.object))
                });
                missing.map(|number| format!("segment {number} counts as stored and is not"))
            }
            Event::Transcript { turn, text, .. } => {
                let written = turn_in_book(turn.0).is_some_and(|known| known.heard.text == *text);
                (!written).then(|| format!("the transcript of {turn:?} is not written down"))
            }
            Event::Reply { turn, text, .. } => {
                let answered = turn_in_book(turn.0).and_then(|known| known.answered);
                let written = answered.is_some_and(|answered| answered.text == *text);
                (!written).then(|| format!("the reply of {turn:?} is not written down"))
            }
            Event::Ended { reason, .. } if *reason != EndReason::Suspended => {
                self.book.ended().is_none().then(|| "the end is not written down".to_owned())
            }
            _ => None,
        }
    }
}

impl Member for Person {
    fn id(&self) -> MemberId {
        self.id
    }

    fn user(&self) -> &UserId {
        &self.user
    }

    fn tell(&self, told: Told<'_>) {
        assert!(!self.panics.load(Ordering::Relaxed), "the test wants this session to panic");
        let mut notes = self.notes.lock().unwrap();
        match told {
            Told::Joined(joined) => notes.joined.push(Welcome {
                event_seq: joined.event_seq,
                resumed: joined.resumed,
                through_seq: joined.through_seq,
                next_seq: joined.next_seq,
                last_event_seq: joined.last_event_seq,
                history: joined.history.iter().cloned().collect(),
                language: joined.language.to_owned(),
            }),
            Told::Happened { happening, .. } => {
                if let RoomEvent::Session(event) = &happening.event {
                    notes.wrongs.extend(self.check(event));
                }
                if happening.seq <= self.used_up {
                    notes.wrongs.push(format!("event {} was told before the crash", happening.seq));
                }
                if happening.seq > self.book.counted() {
                    notes.wrongs.push(format!("event {} may be told again after a crash", happening.seq));
                }
                self.highest.fetch_max(happening.seq, Ordering::Relaxed);
                notes.happened.push(happening.clone());
            }
            Told::Hint { text, .. } => notes.hints.push(text.to_owned()),
            Told::Rejected { rejection, .. } => notes.rejected.push(rejection.clone()),
        }
        drop(notes);
        self.written.notify_waiters();
    }
}
