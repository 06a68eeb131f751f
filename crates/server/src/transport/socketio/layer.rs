use std::{
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, middleware::from_fn_with_state};
use protocol::{ErrorCode, WireError};
use runtime::Gate;
use serde::Deserialize;
use socketioxide::{
    ParserConfig, SocketIo,
    extract::{Extension, SocketRef, TryData},
    handler::ConnectHandler,
    layer::SocketIoLayer,
    socket::DisconnectReason,
};
use tokio::sync::{mpsc, oneshot};

use super::{
    Registry,
    connection::{Connection, authentication_error, becomes_ready, send_away},
    intake::{Arrival, InOrder, Synchronous, handler},
    member::SocketMember,
    pace::Pace,
    registry::Admitted,
    requests::{gate_requests, is_for_websocket},
};
use crate::{
    address::address_of,
    auth::{Account, AuthError, presented},
    sessions::Sessions,
    transport::Link,
};

/// The interval and the timeout of the old contract.
pub(super) const PING_INTERVAL: Duration = Duration::from_secs(25);
pub(super) const PING_TIMEOUT: Duration = Duration::from_secs(60);
/// What the handshake announces, as the old server did: the largest polling body. It is larger where chunks may be.
const MAX_PAYLOAD: u64 = 1_000_000;
/// What an event adds to the chunk that it carries.
const AROUND_A_CHUNK: u64 = 16 << 10;
/// A chunk over the limit is answered with an error, so it must be allowed to arrive.
const LARGEST_MESSAGE: usize = 8 << 20;
/// A connection holds so much even when nothing arrives, and is read in such pieces; the system is asked for more at once.
const READ_BUFFER: usize = 1 << 10;
/// Messages that wait for a client that does not read.
const OUTGOING: usize = 512;
/// While so much of what a connection sent waits, it is not read.
const WAITING_BYTES: usize = 256 << 10;
/// Polling bodies arrive whole; beyond this their events are refused.
const MOST_WAITING_BYTES: usize = 8 << 20;
/// Why a client that left is not let in on the same connection. It is hung up on before it could hear that.
const LEFT_BEFORE: &str = "This connection was left before; open another one";

/// The Socket.IO endpoint, to be put around the routes.
pub struct Endpoint {
    layer: SocketIoLayer,
    registry: Arc<Registry>,
}

impl Endpoint {
    /// Closes every connection once the last words are out.
    pub fn farewell(&self) -> impl Future<Output = ()> + use<> {
        let registry = Arc::clone(&self.registry);
        // The library's own way would let nobody in who is still about to come, and tell them that it is for good.
        async move { registry.hang_up().await }
    }

    pub fn around(self, routes: Router) -> Router {
        routes.layer(self.layer).layer(from_fn_with_state(self.registry, gate_requests))
    }
}

#[derive(Debug, Default, Deserialize)]
struct Handshake {
    token: Option<String>,
}

/// Tells a connection's task that its client may be spoken to.
#[derive(Clone)]
struct Ready(Arc<Mutex<Option<oneshot::Sender<()>>>>);

/// Its connections reach the sessions and are found in the registry.
pub fn install(sessions: Arc<Sessions>, registry: Arc<Registry>) -> Endpoint {
    let connections = Arc::clone(&registry);
    let parser = ParserConfig::common()
        .max_incoming_binaries(16)
        .max_incoming_binary_buf_size(LARGEST_MESSAGE)
        // The gate may close between a packet and its attachment, for as long as a heartbeat may be missed.
        .packet_completion_timeout(PING_INTERVAL + PING_TIMEOUT);
    let (layer, io) = SocketIo::builder()
        .ping_interval(PING_INTERVAL)
        .ping_timeout(PING_TIMEOUT)
        .max_payload(MAX_PAYLOAD.max((sessions.accepted().max_chunk_bytes as u64).div_ceil(3) * 4 + AROUND_A_CHUNK))
        .ws_read_buffer_size(READ_BUFFER)
        .ws_max_message_size(LARGEST_MESSAGE)
        .ws_max_frame_size(LARGEST_MESSAGE)
        .max_buffer_size(OUTGOING)
        .connect_timeout(Duration::from_secs(10))
        .ack_timeout(Duration::from_secs(5))
        .with_parser(parser)
        .build_layer();
    // What must not be missed is set up before the client hears that it is connected.
    let prepare = move |socket: SocketRef, TryData(handshake): TryData<Handshake>| {
        std::future::ready(prepare(&sessions, &connections, socket, handshake.ok()))
    };
    let announce = async |Extension(Ready(ready)): Extension<Ready>| {
        let ready = ready.lock().ok().and_then(|mut ready| ready.take());
        if let Some(ready) = ready {
            let _ = ready.send(());
        }
    };
    io.ns("/", announce.with(prepare));
    Endpoint { layer, registry }
}

fn prepare(
    sessions: &Arc<Sessions>,
    registry: &Arc<Registry>,
    socket: SocketRef,
    handshake: Option<Handshake>,
) -> Result<(), &'static str> {
    let request = socket.req_parts();
    let address = address_of(&request.extensions, &request.headers, sessions.trusts_proxy());
    let most = sessions.limits().max_connections_per_address;
    let Some(Admitted { gate, is_crowded }) = registry.add(socket.id, address, most, new_gate) else {
        registry.shut(socket.id);
        return Err(LEFT_BEFORE);
    };
    if let Some(link) = own_link(&socket) {
        link.obey(&gate);
    }
    let (arrivals, mailbox) = mpsc::unbounded_channel();
    let limits = sessions.accepted();
    let traffic = Arc::clone(registry.traffic());
    let on_event = handler(arrivals.clone(), Arc::clone(&gate), limits, MOST_WAITING_BYTES, traffic);
    socket.on_fallback::<_, Synchronous>(InOrder(on_event));
    let leaving = Arc::clone(registry);
    socket.on_disconnect(move |socket: SocketRef, reason: DisconnectReason| {
        match reason {
            DisconnectReason::ClientNSDisconnect | DisconnectReason::ServerNSDisconnect => leaving.shut_soon(socket.id),
            _ => leaving.remove(socket.id),
        }
        let _ = arrivals.send(Arrival::Gone);
        std::future::ready(())
    });
    let (announce, ready) = oneshot::channel();
    socket.extensions.insert(Ready(Arc::new(Mutex::new(Some(announce)))));
    let handshake = handshake.and_then(|handshake| handshake.token);
    let (sessions, registry) = (Arc::clone(sessions), Arc::clone(registry));
    let arriving = Arriving { sessions, registry, socket, gate, mailbox, handshake, is_crowded };
    tokio::spawn(arriving.arrive(ready));
    Ok(())
}

pub(super) fn new_gate() -> Arc<Gate> {
    Gate::new(WAITING_BYTES)
}

/// The TCP connection of a client that began with a websocket. Of one that began with polling the socket knows only the
/// connection of the first request, which others may share.
fn own_link(socket: &SocketRef) -> Option<&Link> {
    let request = socket.req_parts();
    if !is_for_websocket(&request.uri) {
        return None;
    }
    request.extensions.get::<ConnectInfo<Link>>().map(|ConnectInfo(link)| link)
}

/// A connection before it is known whose it is.
struct Arriving {
    sessions: Arc<Sessions>,
    registry: Arc<Registry>,
    socket: SocketRef,
    gate: Arc<Gate>,
    mailbox: mpsc::UnboundedReceiver<Arrival>,
    handshake: Option<String>,
    /// Its address has as many connections as one may have without it.
    is_crowded: bool,
}

impl Arriving {
    async fn arrive(self, ready: oneshot::Receiver<()>) {
        let id = self.socket.id;
        let tokens = {
            let request = self.socket.req_parts();
            presented(&request.headers, &request.uri, self.handshake.as_deref(), self.sessions.origins())
        };
        let account = Box::pin(self.sessions.authenticate(&tokens)).await;
        let account = account.map(|account| {
            let limits = self.sessions.limits();
            let pace_of_user = Pace::of_a_user(limits.events_per_second, limits.bytes_per_second);
            let pace_of_user = self.registry.belongs_to(id, &account.user.id, pace_of_user);
            (account, pace_of_user)
        });
        if !becomes_ready(ready).await {
            return self.registry.shut(id);
        }
        let (registry, gate) = (Arc::clone(&self.registry), Arc::clone(&self.gate));
        self.welcome(account).await;
        if gate.is_shut() {
            registry.shut(id);
        }
    }

    async fn welcome(self, account: Result<(Account, Arc<Mutex<Pace>>), AuthError>) {
        let base_url = self.sessions.base_url(&self.socket.req_parts().headers);
        let user = match &account {
            Ok((account, _)) => account.user.id.clone(),
            Err(_) => ports::UserId::parse("nobody").expect("it is an id"),
        };
        let member = Arc::new(SocketMember {
            id: self.registry.next_id(),
            user,
            socket: self.socket,
            gate: self.gate,
            sessions: Arc::clone(&self.sessions),
            traffic: Arc::clone(self.registry.traffic()),
            base_url,
            extended: AtomicBool::new(false),
            binary: AtomicBool::new(false),
        });
        let refusal = match &account {
            Ok(_) if self.registry.is_closing() => {
                let message = "The server is restarting; reconnect in a few seconds";
                Some(WireError::new(ErrorCode::ShuttingDown, message).after(3_000))
            }
            Ok(_) if self.is_crowded => {
                let message = "Too many connections from your address; close some of them first";
                Some(WireError::new(ErrorCode::RateLimited, message).after(10_000))
            }
            Ok(_) => None,
            Err(error) => Some(authentication_error(error)),
        };
        match (account, refusal) {
            (Ok((account, pace_of_user)), None) => {
                let limits = self.sessions.limits();
                let pace = Pace::new(limits.events_per_second, limits.bytes_per_second);
                let (sessions, mailbox) = (self.sessions, self.mailbox);
                let known = Vec::new();
                let connection =
                    Connection { sessions, member, account, mailbox, pace, pace_of_user, known, slowed: false };
                // Boxed: what it took to arrive need not be kept as long as the connection.
                Box::pin(connection.run()).await;
            }
            (_, Some(error)) => send_away(&member, error).await,
            (Err(_), None) => (),
        }
    }
}
