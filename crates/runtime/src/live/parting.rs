//! How a session ends for this process: it is over, it went on elsewhere, or it was deleted.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use ports::{ObjectKey, SessionId};
use session::Refusal;

use super::{Letter, LiveSession};
use crate::{Engine, Rejection, Told};

/// Pauses before attempts to delete what was stored.
const FORGETTING: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(20),
    Duration::from_secs(120),
    Duration::from_secs(600),
];

/// Why nothing of a session is written down here any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// Another process has it.
    Moved,
    /// Whoever deleted it did not know that it was live here.
    Deleted,
}

impl LiveSession {
    pub(super) async fn close(mut self: Box<Self>) {
        self.mailbox.close();
        let rejection = self.farewell();
        while let Some(letter) = self.mailbox.recv().await {
            if let Letter::From(envelope) = letter {
                self.reject(envelope.from.as_ref(), envelope.reply, &rejection);
            }
        }
        // Whoever goes on with the session is told it again.
        for reply in self.words.give_up().chain(self.outbox.give_up()) {
            reply.answer(Err(&rejection));
        }
        if self.lost == Some(Lost::Deleted) {
            self.abort_work();
            tokio::spawn(forget_objects(Arc::clone(&self.desk.engine), self.desk.session.clone()));
        }
    }

    /// What was not written down was not acknowledged either; where the user went on in another process, it is sent there again.
    pub(super) fn let_go(&mut self, lost: Lost) {
        self.lost = Some(lost);
        let (to_trainee, to_observers) = match lost {
            Lost::Moved => {
                self.has_moved.store(true, Ordering::Relaxed);
                tracing::info!(session.id = %self.desk.session, "Another server has the session now");
                (Rejection::TakenOver, Rejection::Elsewhere)
            }
            Lost::Deleted => {
                tracing::info!(session.id = %self.desk.session, "The session was deleted");
                (Rejection::Ended, Rejection::Ended)
            }
        };
        let session = &self.desk.session;
        if let Some(trainee) = self.room.trainee() {
            trainee.tell(Told::Rejected { session, rejection: &to_trainee });
        }
        for observer in self.room.observers() {
            observer.tell(Told::Rejected { session, rejection: &to_observers });
        }
    }

    /// What is told to whoever still asks for something.
    pub(super) fn farewell(&self) -> Rejection {
        match self.lost {
            Some(Lost::Moved) => Rejection::TakenOver,
            None if self.machine.is_suspended() => Rejection::Refused(Refusal::Suspended),
            Some(Lost::Deleted) | None => Rejection::Ended,
        }
    }

    fn abort_work(&self) {
        for task in self.running.values() {
            task.abort();
        }
    }
}

/// Of a session that was deleted while it was live here: what was stored since. What was on its way to the store arrives later, and
/// the store may be away for a while.
async fn forget_objects(engine: Arc<Engine>, session: SessionId) {
    let folder = format!("{}/", ObjectKey::session_prefix(&session));
    let mut forgotten = Ok(());
    for pause in FORGETTING {
        tokio::time::sleep(pause).await;
        forgotten = match engine.journal.resume(&session).await {
            Ok(None) => engine.objects.delete_all(&folder).await,
            // Its user began another one by the same name.
            Ok(Some(_)) => return,
            Err(error) => Err(error),
        };
    }
    if let Err(error) = forgotten {
        tracing::error!(session.id = %session, %error, "What was stored of a deleted session could not be deleted");
    }
}

impl Drop for LiveSession {
    fn drop(&mut self) {
        self.abort_work();
    }
}
