use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{Notify, mpsc, oneshot},
    task::AbortHandle,
    time::timeout,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A Socket.IO client over a WebSocket, small enough to be trusted: text only, the root namespace, no reconnecting.
pub struct SocketClient {
    shared: Arc<Shared>,
    outgoing: mpsc::UnboundedSender<String>,
    asked: AtomicU64,
    task: AbortHandle,
}

#[derive(Debug, Clone)]
pub struct SocketEvent {
    pub name: String,
    pub payload: Value,
}

#[derive(Default)]
struct Shared {
    inbox: Mutex<Inbox>,
    changed: Notify,
}

#[derive(Default)]
struct Inbox {
    events: Vec<SocketEvent>,
    answers: HashMap<u64, oneshot::Sender<Value>>,
    gone: bool,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl SocketClient {
    /// `address` is `host:port`; `None` when the server is not there, refuses, or goes away meanwhile.
    pub async fn connect(address: &str, auth: &Value) -> Option<Self> {
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let (mut socket, _) = connect_async(url).await.ok()?;
        next_text(&mut socket).await.filter(|open| open.starts_with('0'))?;
        socket.send(Message::text(format!("40{auth}"))).await.ok()?;
        next_packet(&mut socket).await.filter(|connected| connected.starts_with('0'))?;
        let shared = Arc::new(Shared::default());
        let (outgoing, queue) = mpsc::unbounded_channel();
        let task = tokio::spawn(run(socket, queue, Arc::clone(&shared))).abort_handle();
        Some(Self { shared, outgoing, asked: AtomicU64::new(0), task })
    }

    /// Says something; nobody knows whether it arrives.
    pub fn emit(&self, event: &str, payload: &Value) {
        let _ = self.outgoing.send(format!("42{}", json!([event, payload])));
    }

    /// Says something and waits for its acknowledgement; `None` when the connection goes first.
    pub async fn ask(&self, event: &str, payload: &Value) -> Option<Value> {
        let id = self.asked.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        {
            let mut inbox = self.shared.inbox();
            if inbox.gone {
                return None;
            }
            inbox.answers.insert(id, answer);
        }
        let _ = self.outgoing.send(format!("42{id}{}", json!([event, payload])));
        let waited = timeout(PATIENCE, answered).await;
        waited.unwrap_or_else(|_| panic!("{event} was not acknowledged; came: {:?}", self.names())).ok()
    }

    /// Everything that came so far.
    pub fn events(&self) -> Vec<SocketEvent> {
        self.shared.inbox().events.clone()
    }

    /// The first event, of all that came or come, that `is_it`; `None` when the connection goes first.
    pub async fn wait_for(&self, is_it: impl Fn(&SocketEvent) -> bool) -> Option<SocketEvent> {
        let (mut looked_at, coming) = (0, &self.shared.changed);
        let waiting = async {
            loop {
                let changed = coming.notified();
                {
                    let inbox = self.shared.inbox();
                    if let Some(event) = inbox.events[looked_at..].iter().find(|event| is_it(event)) {
                        return Some(event.clone());
                    }
                    looked_at = inbox.events.len();
                    if inbox.gone {
                        return None;
                    }
                }
                changed.await;
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        waited.unwrap_or_else(|_| panic!("what was waited for did not come; came: {:?}", self.names()))
    }

    /// Waits until the connection is gone.
    pub async fn gone(&self) {
        self.wait_for(|_| false).await;
    }

    fn names(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.name).collect()
    }
}

impl Drop for SocketClient {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, packet: &str) {
        let (id, body) = packet.split_at(packet.find(|c: char| !c.is_ascii_digit()).unwrap_or(packet.len()));
        let (kind, id) = id.split_at(1.min(id.len()));
        let Ok(Value::Array(arguments)) = serde_json::from_str(body) else { return };
        let mut arguments = arguments.into_iter();
        let mut inbox = self.inbox();
        match (kind, arguments.next()) {
            ("2", Some(Value::String(name))) => {
                inbox.events.push(SocketEvent { name, payload: arguments.next().unwrap_or_default() });
            }
            ("3", answer) => {
                let asked = id.parse().ok().and_then(|id: u64| inbox.answers.remove(&id));
                if let Some(asked) = asked {
                    let _ = asked.send(answer.unwrap_or_default());
                }
            }
            _ => (),
        }
    }
}

async fn run(mut socket: Socket, mut queue: mpsc::UnboundedReceiver<String>, shared: Arc<Shared>) {
    loop {
        tokio::select! {
            text = queue.recv() => {
                let Some(text) = text else { break };
                if socket.send(Message::text(text)).await.is_err() {
                    break;
                }
            }
            packet = next_packet(&mut socket) => match packet.as_deref() {
                Some("1") | None => break,
                Some(packet) => shared.take(packet),
            },
        }
        shared.changed.notify_waiters();
    }
    let mut inbox = shared.inbox();
    inbox.gone = true;
    inbox.answers.clear();
    drop(inbox);
    shared.changed.notify_waiters();
}

/// The next Socket.IO packet; the server's heartbeat is answered on the way.
async fn next_packet(socket: &mut Socket) -> Option<String> {
    loop {
        let text = next_text(socket).await?;
        if let Some(packet) = text.strip_prefix('4') {
            return Some(packet.to_owned());
        }
        if text == "2" {
            socket.send(Message::text("3")).await.ok()?;
        }
    }
}

async fn next_text(socket: &mut Socket) -> Option<String> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return Some(text.as_str().to_owned()),
            Message::Close(_) => return None,
            _ => (),
        }
    }
}
