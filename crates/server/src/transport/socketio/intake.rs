//! The one synchronous handler: reads an event where it arrives and puts it into the connection's mailbox.

use std::sync::Arc;

use bytes::Bytes;
use protocol::{
    ErrorCode, WireError,
    roleplay::{ErrorEvent, Limits, Request, decode},
};
use runtime::{Charge, Gate};
use socketioxide::{
    adapter::{Adapter, LocalAdapter},
    extract::AckSender,
    handler::{FromMessageParts, MessageHandler, Value},
    socket::Socket,
};
use tokio::sync::mpsc;

use super::{acknowledgement::Acknowledgement, outgoing};
use crate::{clock, transport::Traffic};

/// Every event costs at least this much of what may wait, so that their number is bounded as well.
const LEAST_CHARGE: usize = 512;

/// What arrives in a connection's mailbox.
pub(super) enum Arrival {
    Event(Box<Event>),
    Gone,
}

pub(super) struct Event {
    pub(super) request: Result<Request, WireError>,
    pub(super) acknowledgement: Option<Acknowledgement>,
    pub(super) bytes: usize,
    pub(super) charge: Charge,
}

/// The library's own handlers are asynchronous and lose the order.
pub(super) struct InOrder<F>(pub(super) F);

/// Tells the library's handler kinds apart.
pub(super) struct Synchronous;

impl<A: Adapter, F> MessageHandler<A, Synchronous> for InOrder<F>
where
    F: Fn(Arc<Socket<A>>, Value, Option<i64>) + Send + Sync + 'static,
{
    fn call(&self, socket: Arc<Socket<A>>, value: Value, ack: Option<i64>) {
        (self.0)(socket, value, ack);
    }
}

fn overloaded() -> WireError {
    let message = "Too much of what you sent still waits; send this again in a moment";
    WireError::new(ErrorCode::Overloaded, message).after(1_000)
}

/// Runs in the task that reads the connection: it must not wait. What comes while too much waits is refused at once, and
/// waits for nothing.
pub(super) fn handler(
    mailbox: mpsc::UnboundedSender<Arrival>,
    gate: Arc<Gate>,
    limits: Limits,
    most_waiting: usize,
    traffic: Arc<Traffic>,
) -> impl Fn(Arc<Socket<LocalAdapter>>, Value, Option<i64>) + Send + Sync + 'static {
    move |socket, mut value, ack| {
        let sender = ack.and_then(|_| AckSender::from_message_parts(&socket, &mut value, &ack).ok());
        let acknowledgement = sender.map(|sender| {
            let (gate, traffic) = (Arc::clone(&gate), Arc::clone(&traffic));
            Acknowledgement { sender, gate, traffic }
        });
        if gate.waiting() > most_waiting {
            return match acknowledgement {
                Some(acknowledgement) => acknowledgement.bad(overloaded()),
                None => {
                    traffic.on_refused(ErrorCode::Overloaded);
                    let sent = socket.emit("error", &ErrorEvent::of(overloaded(), clock::now().0));
                    outgoing::check(sent, "error", &gate, &traffic);
                }
            };
        }
        let Value::Str(text, attachments) = value else {
            return;
        };
        let attachments: Vec<Bytes> = attachments.unwrap_or_default().into();
        let bytes = text.len() + attachments.iter().map(Bytes::len).sum::<usize>();
        let request = decode(&text, &attachments, &limits);
        let charge = gate.charge(bytes.max(LEAST_CHARGE));
        let event = Event { request, acknowledgement, bytes, charge };
        // The connection's task is gone: so is whoever sent this.
        let _ = mailbox.send(Arrival::Event(Box::new(event)));
    }
}
