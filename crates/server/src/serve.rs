//! From a configuration to a listening server, and down again.

use std::{fmt, net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    auth::{Accounts, Origins, Passwords, Tokens, load_or_generate},
    config::{Config, Environment},
    http::{App, TypedTurns, media::MediaLinks, protect, routes},
    wiring::{self, Providers, Stores},
};

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
    let listener = TcpListener::bind(wanted)
        .await
        .with_context(|| format!("cannot listen on {wanted}; stop what does, or set HOST and PORT"))?;
    let address = listener.local_addr()?;
    let stores = wiring::open_stores(&config).await?;
    let providers = wiring::providers(&config.providers).await?;
    let app = Arc::new(open(config, address, &stores, &providers)?);
    let router = protect(routes(&app), &app);
    let now_ready = Ready::of(&app, address, &providers);
    tracing::info!(%address, providers = now_ready.providers, "ready");
    ready(&now_ready)?;
    axum::serve(listener, router).with_graceful_shutdown(told_to_stop()).await?;
    tracing::info!("stopped");
    Ok(())
}

fn open(config: Config, address: SocketAddr, stores: &Stores, providers: &Providers) -> anyhow::Result<App> {
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

/// Ctrl+C, or the SIGTERM of a service manager.
async fn told_to_stop() {
    let mut terminate = signal(SignalKind::terminate()).expect("a process may listen for SIGTERM");
    let mut interrupt = signal(SignalKind::interrupt()).expect("a process may listen for SIGINT");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
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
