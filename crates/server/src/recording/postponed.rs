use std::{collections::HashMap, time::Duration};

use ports::{SessionId, Timestamp};

use crate::clock;

/// What failed here, and when it is tried again: the longer it fails, the later.
#[derive(Default)]
pub(super) struct Postponed(HashMap<SessionId, Postponement>);

struct Postponement {
    until: Timestamp,
    pause: Duration,
}

const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

impl Postponed {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_due(&self, session: &SessionId, now: Timestamp) -> bool {
        self.0.get(session).is_none_or(|postponed| postponed.until <= now)
    }

    /// Answers for how long.
    pub(super) fn put_off(&mut self, session: &SessionId, now: Timestamp) -> Duration {
        let last = self.0.get(session);
        let pause = last.map_or(FIRST_PAUSE, |last| (last.pause * 2).min(LONGEST_PAUSE));
        self.0.insert(session.clone(), Postponement { until: clock::after(now, pause), pause });
        pause
    }

    /// Whatever else failed was done by somebody else, or deleted.
    pub(super) fn keep_only(&mut self, waiting: &[SessionId]) {
        self.0.retain(|session, _| waiting.contains(session));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_again_and_again_is_tried_less_often_but_never_given_up() {
        let session = SessionId::parse("s").unwrap();
        let (mut postponed, now) = (Postponed::default(), Timestamp(1_000));
        assert!(postponed.is_due(&session, now));
        let pauses: Vec<u64> = (0..9).map(|_| postponed.put_off(&session, now).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
        assert!(!postponed.is_due(&session, Timestamp(600_999)));
        assert!(postponed.is_due(&session, Timestamp(601_000)));
        postponed.keep_only(&[]);
        assert!(postponed.is_due(&session, now));
    }
}
