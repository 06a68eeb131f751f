//! TCP connections that stop being read while what they sent waits, and that can be closed from within.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
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

pub struct GatedStream {
    stream: TcpStream,
    gate: Arc<OnceLock<Arc<Gate>>>,
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
    /// From now on the whole connection belongs to this gate.
    pub fn obey(&self, gate: &Arc<Gate>) {
        // A connection that became a websocket is one for good.
        let _ = self.gate.set(Arc::clone(gate));
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
                    return (GatedStream { stream, gate: Arc::default() }, peer);
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for GatedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_shut(context))?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_shut(context))?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl GatedStream {
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
