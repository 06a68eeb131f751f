//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};

use crate::transport::Link;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address. What a header says of it counts only where a proxy that we trust wrote it: the last entry,
/// for a client may have written those before. An IPv6 address stands for its whole network, because a client has all of it.
pub fn address_of(extensions: &Extensions, headers: &HeaderMap, trust_proxy: bool) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<Link>>().map(|ConnectInfo(link)| link.peer.ip());
    let forwarded = trust_proxy.then(|| forwarded(headers)).flatten();
    network(forwarded.or(peer).unwrap_or(Ipv4Addr::UNSPECIFIED.into()))
}

/// Whether it was made on this machine, and not by a proxy for somebody else.
pub fn is_local(extensions: &Extensions, headers: &HeaderMap) -> bool {
    let peer = extensions.get::<ConnectInfo<Link>>().map(|ConnectInfo(link)| link.peer.ip().to_canonical());
    let is_forwarded = headers.contains_key(FORWARDED_FOR) || headers.contains_key("forwarded");
    peer.is_some_and(|peer| peer.is_loopback()) && !is_forwarded
}

fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
    let client = last.rsplit(',').next()?.trim();
    // Some proxies write the port too.
    client.parse().ok().or_else(|| Some(client.parse::<SocketAddr>().ok()?.ip()))
}

fn network(address: IpAddr) -> IpAddr {
    const NETWORK: u128 = u128::MAX << 64;
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & NETWORK).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(values: &[&str], trust_proxy: bool) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        address_of(&Extensions::new(), &headers, trust_proxy).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_say_who_the_client_is() {
        assert_eq!(claimed(&["203.0.113.7"], false), "0.0.0.0");
        assert_eq!(claimed(&["203.0.113.7"], true), "203.0.113.7");
        assert_eq!(claimed(&["203.0.113.7:5678"], true), "203.0.113.7");
        assert_eq!(claimed(&["not an address"], true), "0.0.0.0");
    }

    #[test]
    fn what_a_client_wrote_before_the_proxy_does_not_count() {
        assert_eq!(claimed(&["10.0.0.1, 203.0.113.7"], true), "203.0.113.7");
        assert_eq!(claimed(&["10.0.0.1", "203.0.113.7"], true), "203.0.113.7");
    }

    #[test]
    fn a_client_cannot_wander_through_its_own_network() {
        assert_eq!(claimed(&["2001:db8:1:2:aaaa::1"], true), claimed(&["2001:db8:1:2:bbbb::2"], true));
        assert_ne!(claimed(&["2001:db8:1:2::1"], true), claimed(&["2001:db8:1:3::1"], true));
        assert_eq!(claimed(&["::ffff:203.0.113.7"], true), "203.0.113.7");
    }
}
