use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// A port that leads to another one until it is cut: then every connection breaks and none is accepted.
pub struct Wire {
    here: SocketAddr,
    there: String,
    carrying: JoinHandle<()>,
}

impl Wire {
    /// `there` is `host:port`.
    pub async fn to(there: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("this machine has a free port");
        let here = listener.local_addr().expect("it is bound");
        Self { here, there: there.to_owned(), carrying: tokio::spawn(carry(listener, there.to_owned())) }
    }

    /// `host:port` on this side.
    pub fn address(&self) -> String {
        self.here.to_string()
    }

    pub async fn cut(&mut self) {
        self.carrying.abort();
        let _ = (&mut self.carrying).await;
    }

    pub async fn mend(&mut self) {
        let listener = TcpListener::bind(self.here).await.expect("the port is still free");
        self.carrying = tokio::spawn(carry(listener, self.there.clone()));
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

/// The connections are aborted with this task.
async fn carry(listener: TcpListener, there: String) {
    let mut connections = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        let there = there.clone();
        connections.spawn(async move {
            let mut far = TcpStream::connect(there).await?;
            copy_bidirectional(&mut near, &mut far).await
        });
    }
}
