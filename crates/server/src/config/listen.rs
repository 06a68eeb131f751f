use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{
    Environment,
    parse::{self, WEB_ADDRESS, YES_OR_NO},
    values::Values,
    variable::Variable,
};

/// Where the server listens and which pages may talk to it.
#[derive(Debug, Clone)]
pub struct Listen {
    /// Port 0 takes any free one.
    pub address: SocketAddr,
    /// How the world reaches the server, without a slash at the end.
    pub public_url: Option<String>,
    /// Origins of pages that may use the server, as browsers write them.
    pub allowed_origins: Vec<String>,
    /// A proxy in front of the server says who the client is.
    pub trust_proxy: bool,
}

const HOST: Variable =
    Variable::new("HOST", "127.0.0.1", "IP address to listen on, or localhost; 0.0.0.0 for all of IPv4");
const PORT: Variable = Variable::new("PORT", "3001", "TCP port; 0 takes any free one");
const PUBLIC_URL: Variable = Variable::new(
    "PUBLIC_URL",
    "",
    "How browsers reach the server; default: http with the host that each of them asks for, so behind TLS it must be said",
);
const FRONTEND_URL: Variable = Variable::new(
    "FRONTEND_URL",
    "",
    "Origins of other pages that may use the server, separated by commas; development adds port 3000 of this machine",
);

const TRUST_PROXY: Variable = Variable::new(
    "TRUST_PROXY",
    "false",
    "Whether a proxy in front of the server writes X-Forwarded-For; limits per address then count the clients behind it",
);

pub(super) const VARIABLES: &[Variable] = &[HOST, PORT, PUBLIC_URL, FRONTEND_URL, TRUST_PROXY];

const LOCAL_PAGES: [&str; 2] = ["http://localhost:3000", "http://127.0.0.1:3000"];

pub(super) fn read(values: &mut Values, environment: Environment) -> Listen {
    let host = values.required(&HOST, "an IP address or localhost", host);
    let port = parse::number(values, &PORT, 0..=u16::MAX);
    let public_url = values.optional(&PUBLIC_URL, WEB_ADDRESS, parse::web_address);
    let mut allowed_origins: Vec<String> = values
        .optional(&FRONTEND_URL, "origins such as https://app.example, without a path, separated by commas", |text| {
            text.split(',').map(|part| parse::origin(part.trim())).collect()
        })
        .unwrap_or_default();
    allowed_origins.extend(public_url.as_deref().and_then(origin_of));
    if environment == Environment::Development {
        allowed_origins.extend(LOCAL_PAGES.map(str::to_owned));
    }
    let trust_proxy = values.required(&TRUST_PROXY, YES_OR_NO, parse::yes_or_no);
    Listen { address: SocketAddr::new(host, port), public_url, allowed_origins, trust_proxy }
}

fn host(text: &str) -> Option<IpAddr> {
    match text {
        "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        other => other.parse().ok(),
    }
}

fn origin_of(address: &str) -> Option<String> {
    let parts: Vec<&str> = address.splitn(4, '/').take(3).collect();
    parse::origin(&parts.join("/"))
}
