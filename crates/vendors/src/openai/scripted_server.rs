//! A server of a few answers, written byte by byte as a test wants them.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

use super::{Endpoint, Timeouts};

pub(super) struct ScriptedServer {
    address: String,
    requests: Mutex<mpsc::UnboundedReceiver<Request>>,
    serving: JoinHandle<()>,
}

pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

/// Pieces of an answer, each written on its own. After the last one the connection is closed.
pub(super) struct Script {
    pieces: Vec<Vec<u8>>,
    hang: bool,
}

impl Script {
    /// Keeps the connection open in silence after the last piece, until the client hangs up.
    pub(super) fn and_hang(self) -> Self {
        Self { hang: true, ..self }
    }
}

pub(super) fn raw<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Script {
    Script { pieces: pieces.into_iter().map(<[u8]>::to_vec).collect(), hang: false }
}

pub(super) fn http(status: u16, headers: &str, body: &str) -> Script {
    let head = format!("HTTP/1.1 {status} x\r\ncontent-type: {headers}\r\ncontent-length: {}\r\n\r\n", body.len());
    raw([head.as_bytes(), body.as_bytes()])
}

/// A streamed 200 that ends well.
pub(super) fn chunked(media_type: &str, pieces: &[&[u8]]) -> Script {
    let mut script = cut_off(media_type, pieces);
    script.pieces.push(b"0\r\n\r\n".to_vec());
    script
}

/// A streamed 200 whose connection closes in the middle.
pub(super) fn cut_off(media_type: &str, pieces: &[&[u8]]) -> Script {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ntransfer-encoding: chunked\r\n\r\n");
    let mut written = vec![head.into_bytes()];
    for piece in pieces {
        written.push([format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat());
    }
    Script { pieces: written, hang: false }
}

impl ScriptedServer {
    /// Gives one answer per connection, in order, and then refuses connections.
    pub(super) async fn answering(scripts: impl IntoIterator<Item = Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, requests) = mpsc::unbounded_channel();
        let scripts: Vec<Script> = scripts.into_iter().collect();
        let serving = tokio::spawn(async move {
            for script in scripts {
                let (mut socket, _) = listener.accept().await.unwrap();
                socket.set_nodelay(true).unwrap();
                let request = read_request(&mut socket).await;
                let _ = sender.send(request);
                for piece in &script.pieces {
                    // A client that has heard enough hangs up.
                    if socket.write_all(piece).await.is_err() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
                if script.hang {
                    let _ = socket.read_to_end(&mut Vec::new()).await;
                }
            }
        });
        Self { address, requests: Mutex::new(requests), serving }
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint {
            base_url: format!("http://{}/v1/", self.address),
            api_key: Some("sk-secret".into()),
            timeouts: Timeouts { retry_delay: Duration::ZERO, ..Timeouts::default() },
        }
    }

    pub(super) async fn next_request(&self) -> Request {
        self.requests.lock().await.recv().await.expect("one more request")
    }

    /// How many requests came that were not looked at yet. Waits until the script is over.
    pub(super) async fn other_requests(mut self) -> usize {
        (&mut self.serving).await.unwrap();
        let mut requests = self.requests.lock().await;
        std::iter::from_fn(|| requests.try_recv().ok()).count()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn read_request(socket: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    loop {
        let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head_end) = head_end {
            let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= head_end + 4 + length {
                return Request { head, body: bytes.split_off(head_end + 4) };
            }
        }
        if socket.read_buf(&mut bytes).await.unwrap() == 0 {
            return Request { head: String::from_utf8_lossy(&bytes).into_owned(), body: Vec::new() };
        }
    }
}
