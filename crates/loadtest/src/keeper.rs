//! A plain WebSocket server that stores every segment as a file and every turn in a database, on one thread, and does nothing
//! else: the least that a server costs which keeps what it is sent so. It asks nobody who they are and believes every byte.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    rc::Rc,
};

use anyhow::Context as _;
use futures_util::{SinkExt as _, StreamExt as _};
use rusqlite::Connection;
use serde::Deserialize;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
    task::{LocalSet, spawn_local, yield_now},
};
use tokio_tungstenite::{
    WebSocketStream, accept_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

const READ_BUFFER: usize = 16 << 10;
/// As many rows as the server writes of a turn of one segment.
const TABLES: [&str; 3] = ["segments", "turns", "answers"];
const INSERTIONS: [&str; TABLES.len()] = [
    "INSERT INTO segments VALUES (?, ?, ?)",
    "INSERT INTO turns VALUES (?, ?, ?)",
    "INSERT INTO answers VALUES (?, ?, ?)",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk<'a> {
    session_id: &'a str,
    audio_data: &'a str,
}

struct Keeper {
    folder: PathBuf,
    segment_bytes: usize,
    book: Connection,
    turns: RefCell<Vec<Turn>>,
    ring: Notify,
}

/// What is to be written, and who waits for it.
struct Turn {
    session: String,
    number: u64,
    written: oneshot::Sender<()>,
}

/// Serves on a free port of this machine until the process is ended, and prints where.
pub(crate) async fn serve(folder: PathBuf, segment_bytes: usize) -> anyhow::Result<()> {
    let book = open_book(&folder)?;
    let keeper = Rc::new(Keeper { folder, segment_bytes, book, turns: RefCell::default(), ring: Notify::new() });
    let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen")?;
    let address = listener.local_addr()?;
    writeln!(io::stdout(), "The keeper is ready: http://{address}")?;
    let receiving = async {
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let keeper = Rc::clone(&keeper);
            spawn_local(async move {
                // A client that goes away is no failure of the keeper.
                let _ = keeper.attend(stream).await;
            });
        }
    };
    let serving = async {
        tokio::select! {
            ended = receiving => ended,
            ended = keeper.write_turns() => ended,
        }
    };
    LocalSet::new().run_until(serving).await
}

fn open_book(folder: &Path) -> anyhow::Result<Connection> {
    fs::create_dir_all(folder.join("incoming")).with_context(|| format!("cannot write below {}", folder.display()))?;
    let book = Connection::open(folder.join("book.db"))?;
    book.pragma_update(None, "journal_mode", "wal")?;
    book.pragma_update(None, "synchronous", "normal")?;
    for table in TABLES {
        book.execute_batch(&format!(
            "CREATE TABLE {table} (session TEXT, number INTEGER, text TEXT, PRIMARY KEY (session, number)) WITHOUT ROWID"
        ))?;
    }
    Ok(book)
}

impl Keeper {
    async fn attend(&self, stream: TcpStream) -> anyhow::Result<()> {
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let mut socket = accept_async_with_config(stream, Some(config)).await?;
        socket.send(Message::text("0{}")).await?;
        let (mut segment, mut number) = (Vec::with_capacity(self.segment_bytes), 0);
        while let Some(message) = socket.next().await {
            let message = message?;
            let frame = message.to_text()?;
            if frame.starts_with("40") {
                socket.send(Message::text(r#"42["connected",{}]"#)).await?;
            } else if frame.starts_with(r#"42["start-session""#) {
                socket.send(Message::text(r#"42["session-started",{}]"#)).await?;
            } else if let Some(chunk) = frame.strip_prefix(r#"42["audio-chunk","#) {
                let Chunk { session_id, audio_data } = serde_json::from_str(chunk.trim_end_matches(']'))?;
                base64_simd::STANDARD.decode_append(audio_data, &mut segment)?;
                if segment.len() >= self.segment_bytes {
                    number += 1;
                    self.keep(session_id, number, &segment).await?;
                    tell(&mut socket, session_id, number, segment.len()).await?;
                    segment.clear();
                }
            }
        }
        Ok(())
    }

    async fn keep(&self, session: &str, number: u64, segment: &[u8]) -> anyhow::Result<()> {
        self.store(session, number, segment)?;
        let (written, waiting) = oneshot::channel();
        self.turns.borrow_mut().push(Turn { session: session.to_owned(), number, written });
        self.ring.notify_one();
        waiting.await.context("nobody writes any more")
    }

    /// By a rename, so that it is there whole or not at all.
    fn store(&self, session: &str, number: u64, segment: &[u8]) -> io::Result<()> {
        let folder = self.folder.join(session);
        if number == 1 {
            fs::create_dir_all(&folder)?;
        }
        let incoming = self.folder.join("incoming").join(format!("{session}-{number}"));
        File::create(&incoming)?.write_all(segment)?;
        fs::rename(incoming, folder.join(format!("{number:06}.wav")))
    }

    /// Whatever was stored meanwhile goes into one transaction.
    async fn write_turns(&self) -> anyhow::Result<()> {
        loop {
            self.ring.notified().await;
            yield_now().await;
            let turns = self.turns.take();
            let transaction = self.book.unchecked_transaction()?;
            for Turn { session, number, .. } in &turns {
                for insertion in INSERTIONS {
                    transaction.prepare_cached(insertion)?.execute((session, number.cast_signed(), "some words"))?;
                }
            }
            transaction.commit()?;
            for turn in turns {
                let _ = turn.written.send(());
            }
        }
    }
}

async fn tell(socket: &mut WebSocketStream<TcpStream>, session: &str, number: u64, bytes: usize) -> anyhow::Result<()> {
    let head = format!(r#""sessionId":"{session}","eventSeq":{number},"timestamp":1790000000000"#);
    for event in [
        format!(r#"42["audio-received",{{{head},"audioSize":{bytes},"segmentId":"{number}"}}]"#),
        format!(
            r#"42["transcription",{{{head},"text":"what was said","turnId":"{number}","audio":{{"segmentIds":["{number}"]}}}}]"#
        ),
        format!(r#"42["ai-response",{{{head},"text":"what is answered","turnId":"{number}"}}]"#),
    ] {
        socket.feed(Message::text(event)).await?;
    }
    Ok(socket.flush().await?)
}
