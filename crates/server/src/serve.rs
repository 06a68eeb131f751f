//! From a configuration to a listening server, and down again.

use std::{fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::serve::Listener;
use runtime::{Clock, Engine, Hub, Recorder};
use tape::Words;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{Accounts, Origins, Passwords, Tokens, load_or_generate},
    clock,
    config::{Config, Environment, Limits, Recordings},
    departures::see_everybody_off,
    deserted::end_what_is_deserted,
    http::{App, Throttles, TypedTurns, media::MediaLinks, protect, routes},
    operations,
    recording::Archive,
    retention::Housekeeping,
    sessions::Sessions,
    transport::{
        GatedListener, Link,
        socketio::{self, Registry},
    },
    wiring::{self, Providers, Stores},
};

/// Sessions finish what they have begun, and clients are told, within this time.
const LEAVING: Duration = Duration::from_secs(20);

/// What a person wants to know once the server listens.
#[derive(Debug, Clone)]
pub struct Ready {
    pub address: SocketAddr,
    pub url: String,
    /// Signs a browser in as a demo user.
    pub demo: Option<String>,
    pub providers: String,
}

/// Serves until the process is told to stop. `ready` is called when connections are accepted.
pub async fn serve(config: Config, ready: impl FnOnce(&Ready) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let wanted = config.listen.address;
    let listener = GatedListener::bind(wanted)
        .await
        .with_context(|| format!("cannot listen on {wanted}; stop what does, or set HOST and PORT"))?;
    let address = Listener::local_addr(&listener)?;
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    let stores = wiring::open_stores(&config).await?;
    let providers = wiring::providers(&config.providers).await?;
    let recorder = recorder(config.operations.recordings.as_ref()).await?;
    let app = Arc::new(open(config, address, &stores, &providers, recorder.clone())?);
    let sessions = Arc::new(Sessions::new(Arc::clone(&app)));
    let registry = Arc::new(Registry::default());
    let endpoint = socketio::install(Arc::clone(&sessions), Arc::clone(&registry));
    let farewell = endpoint.farewell();
    let router = protect(endpoint.around(routes(&app)).merge(operations::routes(&app, &registry)), &app);
    let now_ready = Ready::of(&app, address, &providers);
    tracing::info!(%address, providers = now_ready.providers, "ready");
    let mut told_to_stop = std::pin::pin!(listen_for_the_end()?);
    ready(&now_ready)?;
    let archivist = Arc::clone(&app);
    tokio::spawn(async move { archivist.archive.record_what_ends().await });
    tokio::spawn(end_what_is_deserted(Arc::clone(&app)));
    let connections = Arc::clone(&registry);
    tokio::spawn(see_everybody_off(Arc::clone(&app), move |user| connections.hang_up_on(user)));
    let (catalog, objects) = (Arc::clone(&stores.catalog), Arc::clone(&stores.objects));
    tokio::spawn(Housekeeping::new(catalog, objects, &app.config).every_day());
    let stop = CancellationToken::new();
    let service = router.into_make_service_with_connect_info::<Link>();
    let server = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned()).into_future();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        failed = &mut server => return Ok(failed?),
        () = &mut told_to_stop => {}
    }
    registry.close();
    let leaving = async {
        sessions.hub().suspend().await;
        if let Some(recorder) = recorder {
            recorder.finish().await;
        }
        farewell.await;
        // Only now: a client that polls must come once more to be told.
        stop.cancel();
    };
    match tokio::time::timeout(LEAVING, async { tokio::join!(leaving, server) }).await {
        Ok(((), left)) => left?,
        Err(_) => tracing::warn!("stopped before everybody had left"),
    }
    tracing::info!("stopped");
    Ok(())
}

async fn recorder(recordings: Option<&Recordings>) -> anyhow::Result<Option<Arc<Recorder>>> {
    let Some(Recordings { folder, words }) = recordings else {
        return Ok(None);
    };
    let words = if *words { Words::Kept } else { Words::Redacted };
    let recorder = Recorder::open(folder.clone(), words, env!("CARGO_PKG_VERSION")).await;
    let folder = folder.display();
    Ok(Some(Arc::new(
        recorder.with_context(|| format!("cannot record sessions in {folder}; look at RECORD_SESSIONS"))?,
    )))
}

fn hub(limits: &Limits, stores: &Stores, providers: &Providers, recorder: Option<Arc<Recorder>>) -> Hub {
    let engine = Engine {
        clock: Clock::starting_at(clock::now()),
        recogniser: Arc::clone(&providers.speech_to_text),
        persona: Arc::clone(&providers.language_model),
        voice: providers.text_to_speech.clone(),
        face: providers.avatar.clone(),
        objects: Arc::clone(&stores.objects),
        holder: Arc::clone(&stores.holder),
        journal: Arc::clone(&stores.journal),
    };
    let mut hub = Hub::new(Arc::new(engine), limits.max_sessions_per_user);
    if let Some(most) = limits.max_sessions {
        hub = hub.limited_to(most);
    }
    match recorder {
        Some(recorder) => hub.recorded_by(recorder),
        None => hub,
    }
}

fn open(
    config: Config,
    address: SocketAddr,
    stores: &Stores,
    providers: &Providers,
    recorder: Option<Arc<Recorder>>,
) -> anyhow::Result<App> {
    let secret = load_or_generate(&config)?;
    let tokens = Tokens::new(&config.auth, &secret);
    let public_url = config.listen.public_url.clone();
    Ok(App {
        public_url: public_url.unwrap_or_else(|| local_url(address)),
        accounts: Accounts::new(tokens, Arc::clone(&stores.catalog), config.auth.provision_users),
        passwords: Passwords::new(),
        origins: Origins::new(&config.listen.allowed_origins),
        media: MediaLinks::new(&secret),
        typed_turns: TypedTurns::default(),
        throttles: Throttles::new(&config.limits),
        departing: Notify::new(),
        archive: Archive::new(Arc::clone(&stores.catalog), Arc::clone(&stores.journal), Arc::clone(&stores.objects)),
        hub: hub(&config.limits, stores, providers, recorder),
        catalog: Arc::clone(&stores.catalog),
        journal: Arc::clone(&stores.journal),
        objects: Arc::clone(&stores.objects),
        language_model: Arc::clone(&providers.language_model),
        config,
    })
}

/// Nobody can visit 0.0.0.0.
fn local_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{address}")
}

/// Waits for Ctrl+C, or the SIGTERM of a service manager, which from now on do not end the process at once.
fn listen_for_the_end() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

impl Ready {
    fn of(app: &App, address: SocketAddr, providers: &Providers) -> Self {
        let demo = match app.config.environment {
            Environment::Development => Some(format!("{}/demo", app.public_url)),
            Environment::Production => None,
        };
        Self { address, url: app.public_url.clone(), demo, providers: providers.describe() }
    }
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Repartee is ready: {}", self.url)?;
        if let Some(demo) = &self.demo {
            writeln!(f, "  signed in as a demo user: {demo}")?;
        }
        writeln!(f, "  {}", self.providers)?;
        writeln!(f, "  Ctrl+C stops it")
    }
}
