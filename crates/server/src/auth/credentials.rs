use axum::http::{HeaderMap, Uri, header};

/// The tokens that a request presents, in the order in which they count.
///
/// `handshake` is what a socket sent as `auth.token`. The cookie is left out when the request comes from a page that is
/// not ours: the browser adds it by itself, so it does not show that the page knows the token.
pub fn presented(headers: &HeaderMap, uri: &Uri, handshake: Option<&str>, origins: &Origins) -> Vec<String> {
    let cookie = origins.trust(headers).then(|| cookie_token(headers)).flatten();
    [handshake.map(str::to_owned), bearer_token(headers), cookie, query_token(uri)]
        .into_iter()
        .flatten()
        .map(|token| token.trim().to_owned())
        .filter(|token| !token.is_empty())
        .collect()
}

/// Which pages may use the server with the user's cookie.
#[derive(Debug, Clone)]
pub struct Origins {
    allowed: Vec<String>,
}

impl Origins {
    pub fn new(allowed: &[String]) -> Self {
        Self { allowed: allowed.to_vec() }
    }

    /// Without an origin it is no page of another site: a native client, or a plain navigation.
    pub fn trust(&self, headers: &HeaderMap) -> bool {
        match headers.get(header::ORIGIN) {
            None => true,
            Some(origin) => origin.to_str().is_ok_and(|origin| self.allow(origin, headers)),
        }
    }

    /// Allowed by name, or the server's own page: a browser lets no page choose `Host`.
    pub fn allow(&self, origin: &str, headers: &HeaderMap) -> bool {
        let origin = origin.to_ascii_lowercase();
        let own = || {
            let host = headers.get(header::HOST)?.to_str().ok()?;
            let (_, authority) = origin.split_once("://")?;
            Some(authority.eq_ignore_ascii_case(host))
        };
        self.allowed.contains(&origin) || own().unwrap_or(false)
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.to_owned())
}

fn cookie_token(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        // Other cookies may hold any bytes.
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .find_map(|pair| pair.trim_ascii().strip_prefix(b"token="))
        .and_then(|token| str::from_utf8(token).ok().map(str::to_owned))
}

/// A token has no character that a query would escape.
fn query_token(uri: &Uri) -> Option<String> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn tokens(pairs: &[(&'static str, &'static str)]) -> Vec<String> {
        let origins = Origins::new(&["https://app.example".to_owned()]);
        let uri = "/api/auth/me?x=1&token=query".parse().unwrap();
        presented(&headers(pairs), &uri, Some("handshake"), &origins)
    }

    #[test]
    fn tokens_count_in_the_order_of_how_deliberately_they_were_sent() {
        let presented = tokens(&[("cookie", "theme=dark; token=cookie"), ("authorization", "Bearer bearer")]);
        assert_eq!(presented, ["handshake", "bearer", "cookie", "query"]);
    }

    #[test]
    fn a_cookie_counts_whatever_others_hold() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_bytes("theme=café; token=cookie; x=".as_bytes()).unwrap());
        headers.append(header::COOKIE, HeaderValue::from_bytes(b"token=\xff").unwrap());
        assert_eq!(cookie_token(&headers), Some("cookie".to_owned()));
    }

    #[test]
    fn a_cookie_counts_from_an_allowed_page_from_our_own_and_without_any() {
        for origin in [
            &[][..],
            &[("origin", "https://app.example")],
            &[("origin", "https://APP.example")],
            &[("origin", "http://127.0.0.1:3001"), ("host", "127.0.0.1:3001")],
        ] {
            let request = [origin, &[("cookie", "token=cookie")]].concat();
            assert!(tokens(&request).contains(&"cookie".to_owned()), "{origin:?}");
        }
    }

    #[test]
    fn a_foreign_page_cannot_ride_on_the_cookie() {
        for origin in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("origin", "https://app.example.evil.example")],
            &[("origin", "http://evil.example:3001"), ("host", "127.0.0.1:3001")],
        ] {
            let request = [origin, &[("cookie", "token=cookie")]].concat();
            assert!(!tokens(&request).contains(&"cookie".to_owned()), "{origin:?}");
        }
    }
}
