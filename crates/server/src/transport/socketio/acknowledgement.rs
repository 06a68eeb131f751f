use std::sync::Arc;

use protocol::{ErrorCode, WireError, roleplay::Ack};
use runtime::{Gate, Rejection, Reply};
use socketioxide::extract::AckSender;

use super::{outgoing, told::wire_error};
use crate::transport::Traffic;

/// Answers the callback of a client that asked for one.
pub(super) struct Acknowledgement {
    pub(super) sender: AckSender,
    pub(super) gate: Arc<Gate>,
    pub(super) traffic: Arc<Traffic>,
}

impl Acknowledgement {
    pub(super) fn good(self) {
        self.send(&Ack::good(None));
    }

    pub(super) fn bad(self, error: WireError) {
        self.refuse(error.code, &Ack::bad(error));
    }

    fn refuse(self, code: ErrorCode, ack: &Ack) {
        self.traffic.on_refused(code);
        self.send(ack);
    }

    fn send(self, ack: &Ack) {
        outgoing::check(self.sender.send(ack), "acknowledgement", &self.gate, &self.traffic);
    }
}

impl Reply for Acknowledgement {
    fn answer(self: Box<Self>, outcome: Result<Option<u64>, &Rejection>) {
        match outcome {
            Ok(through_seq) => self.send(&Ack::good(through_seq)),
            Err(rejection @ Rejection::Gap { expected, .. }) => {
                self.refuse(ErrorCode::AudioGap, &Ack::gap(wire_error(rejection), *expected));
            }
            Err(rejection) => self.bad(wire_error(rejection)),
        }
    }
}
