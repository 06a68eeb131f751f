//! TCP connections that stop being read while what they sent waits, and that can be closed from within.

use std::{
    cell::Cell,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    ops::Range,
    pin::Pin,
    sync::{Arc, OnceLock, Weak},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use runtime::Gate;
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// A peer that acknowledges nothing for so long is gone. Without this, one that stops reading would stay for ever.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
const KEEPALIVE: Duration = Duration::from_secs(60);
/// Too many open files, mostly: it passes when others leave.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(200);

pub struct GatedListener {
    listener: TcpListener,
    /// The same port of IPv6's loopback: to some programs that is what `localhost` means.
    other_loopback: Option<TcpListener>,
}

/// One TCP connection, as request handlers see it.
#[derive(Debug, Clone)]
pub struct Link {
    pub peer: SocketAddr,
    gate: Arc<OnceLock<Arc<Gate>>>,
}

/// Tells of a [`Link`] whether it is still there.
#[derive(Debug)]
pub struct Lifeline(Weak<OnceLock<Arc<Gate>>>);

pub struct GatedStream {
    stream: TcpStream,
    /// Read, and not asked for yet.
    ahead: Option<Ahead>,
    gate: Arc<OnceLock<Arc<Gate>>>,
    unread: Unread,
}

/// While what is said to the peer waits, answers to what it says would wait behind that.
#[derive(Debug, Default)]
struct Unread {
    /// By how much more was read of it than it read, since something began to wait; `None` while nothing does.
    ahead: Option<usize>,
    reader: Option<Waker>,
}

/// So much is read of a peer that does not read itself: many minutes of pongs, half a minute of speech.
const MOST_UNREAD: usize = 1 << 20;

/// At most so much is read ahead: a chunk of a recording, as browsers cut it, and a little more.
const AT_ONCE: usize = 16 << 10;

thread_local! {
    /// Where what arrives is read to. Who reads a connection asks for little at a time, so that a silent one needs little
    /// memory; asking the system as often would cost more than the copy out of here. A connection borrows it for as long
    /// as something is left in it: nearly always until it is asked again, at most until its gate opens.
    static SPARE: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

struct Ahead {
    buffer: Box<[u8]>,
    rest: Range<usize>,
}

impl GatedListener {
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let other_loopback = match address.ip() {
            IpAddr::V4(Ipv4Addr::LOCALHOST) => {
                let port = listener.local_addr()?.port();
                TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok()
            }
            IpAddr::V4(_) | IpAddr::V6(_) => None,
        };
        Ok(Self { listener, other_loopback })
    }

    async fn next(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.other_loopback {
            None => self.listener.accept().await,
            Some(other) => tokio::select! {
                accepted = self.listener.accept() => accepted,
                accepted = other.accept() => accepted,
            },
        }
    }
}

impl Link {
    /// From now on the whole connection belongs to this gate: a websocket, which is one for good.
    pub fn obey(&self, gate: &Arc<Gate>) {
        let _ = self.gate.set(Arc::clone(gate));
    }

    pub fn lifeline(&self) -> Lifeline {
        Lifeline(Arc::downgrade(&self.gate))
    }
}

impl Lifeline {
    pub fn is_broken(&self) -> bool {
        self.0.strong_count() == 0
    }
}

impl Unread {
    fn on_written(&mut self, written: &Poll<io::Result<usize>>) {
        self.ahead = match written {
            Poll::Pending => Some(self.ahead.unwrap_or(0)),
            Poll::Ready(Ok(bytes)) => self.ahead.map(|ahead| ahead.saturating_sub(*bytes)),
            Poll::Ready(Err(_)) => None,
        };
        self.wake_reader();
    }

    /// Nothing waits any more: whoever writes asks for this last.
    fn on_flushed(&mut self) {
        self.ahead = None;
        self.wake_reader();
    }

    fn on_read(&mut self, bytes: usize) {
        if let Some(ahead) = &mut self.ahead {
            *ahead += bytes;
        }
    }

    fn poll_may_be_read(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.may_be_read() {
            return Poll::Ready(());
        }
        self.reader = Some(context.waker().clone());
        Poll::Pending
    }

    fn may_be_read(&self) -> bool {
        self.ahead.is_none_or(|ahead| ahead < MOST_UNREAD)
    }

    fn wake_reader(&mut self) {
        if self.may_be_read()
            && let Some(reader) = self.reader.take()
        {
            reader.wake();
        }
    }
}

impl Listener for GatedListener {
    type Io = GatedStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (GatedStream, SocketAddr) {
        loop {
            match self.next().await {
                Ok((stream, peer)) => {
                    if let Err(error) = prepare(&stream) {
                        tracing::debug!(%error, "A connection keeps the system's settings");
                    }
                    return (
                        GatedStream { stream, ahead: None, gate: Arc::default(), unread: Unread::default() },
                        peer,
                    );
                }
                Err(error) => {
                    tracing::warn!(%error, "A connection could not be accepted");
                    tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, GatedListener>> for Link {
    fn connect_info(stream: IncomingStream<'_, GatedListener>) -> Self {
        Self { peer: *stream.remote_addr(), gate: Arc::clone(&stream.io().gate) }
    }
}

/// Small frames leave at once, and a peer that vanished is noticed.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}

impl AsyncRead for GatedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(gate) = self.gate.get() {
            ready!(gate.poll_open(context));
            if gate.is_shut() {
                return Poll::Ready(Ok(()));
            }
        }
        ready!(self.unread.poll_may_be_read(context));
        let before = buffer.filled().len();
        let read = self.poll_read_some(context, buffer);
        self.unread.on_read(buffer.filled().len() - before);
        read
    }
}

impl AsyncWrite for GatedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_shut(context))?;
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unread.on_written(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_shut(context))?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.unread.on_written(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.unread.on_flushed();
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl GatedStream {
    fn poll_read_some(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(ahead) = self.ahead.take() {
            self.hand_out(ahead, buffer);
            return Poll::Ready(Ok(()));
        }
        if buffer.remaining() >= AT_ONCE {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let mut arrived = SPARE.take().unwrap_or_else(|| vec![0; AT_ONCE].into());
        let mut whole = ReadBuf::new(&mut arrived);
        let read = Pin::new(&mut self.stream).poll_read(context, &mut whole);
        let length = whole.filled().len();
        self.hand_out(Ahead { buffer: arrived, rest: 0..length }, buffer);
        read
    }

    /// As much as is wanted; what is left stays ahead.
    fn hand_out(&mut self, mut ahead: Ahead, wanted: &mut ReadBuf<'_>) {
        let Range { start, end } = ahead.rest;
        ahead.rest.start = end.min(start + wanted.remaining());
        wanted.put_slice(&ahead.buffer[start..ahead.rest.start]);
        if ahead.rest.is_empty() {
            SPARE.set(Some(ahead.buffer));
        } else {
            self.ahead = Some(ahead);
        }
    }

    /// An error once the connection is to be closed; a writer that waits is woken for it.
    fn poll_shut(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(gate) = self.gate.get() else {
            return Poll::Ready(Ok(()));
        };
        gate.wake_writer_when_shut(context);
        if gate.is_shut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn connected() -> (GatedStream, TcpStream) {
        let mut listener = GatedListener::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, (stream, _)) = tokio::join!(TcpStream::connect(address), listener.accept());
        (stream, client.unwrap())
    }

    #[tokio::test]
    async fn who_reads_little_or_much_at_a_time_gets_every_byte_in_order_and_then_the_end() {
        let (mut stream, mut client) = connected().await;
        let sent: Vec<u8> = (0..20 * AT_ONCE + 17).map(|number| (number % 251) as u8).collect();
        let whole = sent.clone();
        let sending = tokio::spawn(async move { client.write_all(&whole).await });
        let mut received = Vec::new();
        let mut buffer = vec![0; 2 * AT_ONCE];
        for size in [1, 1_000, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE].into_iter().cycle() {
            match stream.read(&mut buffer[..size]).await.unwrap() {
                0 => break,
                read => received.extend_from_slice(&buffer[..read]),
            }
        }
        sending.await.unwrap().unwrap();
        assert!(received == sent, "{} of {} bytes", received.len(), sent.len());
        assert!(stream.ahead.is_none());
    }

    #[tokio::test]
    async fn connections_of_one_thread_that_are_read_by_turns_get_each_their_own_bytes() {
        let ((mut one, mut to_one), (mut other, mut to_other)) = (connected().await, connected().await);
        to_one.write_all(&[1; 100]).await.unwrap();
        to_other.write_all(&[2; 100]).await.unwrap();
        let mut buffer = [0; 10];
        for _ in 0..10 {
            one.read_exact(&mut buffer).await.unwrap();
            assert_eq!(buffer, [1; 10]);
            other.read_exact(&mut buffer).await.unwrap();
            assert_eq!(buffer, [2; 10]);
        }
    }

    #[tokio::test]
    async fn a_peer_that_reads_nothing_is_read_only_so_far_until_it_does() {
        let (mut stream, mut client) = connected().await;
        let filling = vec![7; MOST_UNREAD];
        let mut unread = 0;
        while let Some(written) = stream.write(&filling).now_or_never() {
            unread += written.unwrap();
            tokio::task::yield_now().await;
        }
        let (mut reader, mut writer) = client.split();
        let mut buffer = vec![0; AT_ONCE];
        let mut read = 0;
        let saying = async { while writer.write_all(&filling).await.is_ok() {} };
        let hearing = async {
            while read < MOST_UNREAD {
                read += stream.read(&mut buffer).await.unwrap();
            }
            assert!(stream.read(&mut buffer).now_or_never().is_none());
            let catching_up = async {
                let mut rest = vec![0; unread];
                reader.read_exact(&mut rest).await.unwrap();
            };
            catching_up.await;
            // As much more is read as was written, and everything once nothing waits.
            stream.write_all(&[7; 2 * AT_ONCE]).await.unwrap();
            while let Some(more) = stream.read(&mut buffer).now_or_never() {
                read += more.unwrap();
                tokio::task::yield_now().await;
            }
            stream.flush().await.unwrap();
            for _ in 0..4 {
                assert!(stream.read(&mut buffer).await.unwrap() > 0);
            }
        };
        tokio::select! {
            () = saying => unreachable!("the peer never ends"),
            () = hearing => {}
        }
        assert!((MOST_UNREAD..MOST_UNREAD + 4 * AT_ONCE).contains(&read), "{read}");
    }

    #[tokio::test]
    async fn what_was_read_ahead_waits_at_a_closed_gate_and_is_lost_with_a_connection_that_is_shut() {
        let (mut stream, mut client) = connected().await;
        let gate = Gate::new(1);
        stream.gate.set(Arc::clone(&gate)).unwrap();
        client.write_all(&[7; 100]).await.unwrap();
        let mut buffer = [0; 10];
        stream.read_exact(&mut buffer).await.unwrap();
        let charge = gate.charge(1);
        let mut waiting = Box::pin(stream.read_exact(&mut buffer));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(charge);
        waiting.await.unwrap();
        gate.shut();
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 0);
    }
}
