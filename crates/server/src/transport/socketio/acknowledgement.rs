use std::sync::Arc;

use protocol::{WireError, roleplay::Ack};
use runtime::{Rejection, Reply};
use socketioxide::extract::AckSender;

use super::told::wire_error;
use crate::transport::Traffic;

/// Answers the callback of a client that asked for one.
pub(super) struct Acknowledgement {
    pub(super) sender: AckSender,
    pub(super) traffic: Arc<Traffic>,
}

impl Acknowledgement {
    pub(super) fn good(self) {
        self.send(&Ack::good(None));
    }

    pub(super) fn bad(self, error: WireError) {
        self.traffic.on_refused(error.code);
        self.send(&Ack::bad(error));
    }

    fn send(self, ack: &Ack) {
        if let Err(error) = self.sender.send(ack) {
            tracing::debug!(%error, "An acknowledgement could not be sent");
        }
    }
}

impl Reply for Acknowledgement {
    fn answer(self: Box<Self>, outcome: Result<Option<u64>, &Rejection>) {
        match outcome {
            Ok(through_seq) => self.send(&Ack::good(through_seq)),
            Err(rejection) => self.bad(wire_error(rejection)),
        }
    }
}
