use protocol::{WireError, roleplay::Ack};
use runtime::{Rejection, Reply};
use socketioxide::extract::AckSender;

use super::told::wire_error;

/// Answers the callback of a client that asked for one.
pub(super) struct Acknowledgement(pub(super) AckSender);

impl Acknowledgement {
    pub(super) fn good(self) {
        self.send(&Ack::good(None));
    }

    pub(super) fn bad(self, error: WireError) {
        self.send(&Ack::bad(error));
    }

    fn send(self, ack: &Ack) {
        if let Err(error) = self.0.send(ack) {
            tracing::debug!(%error, "An acknowledgement could not be sent");
        }
    }
}

impl Reply for Acknowledgement {
    fn answer(self: Box<Self>, outcome: Result<Option<u64>, &Rejection>) {
        let ack = match outcome {
            Ok(through_seq) => Ack::good(through_seq),
            Err(rejection) => Ack::bad(wire_error(rejection)),
        };
        self.send(&ack);
    }
}
