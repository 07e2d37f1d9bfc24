//! Who a request comes from, for all that clients share: workers, memory for bodies, connections.
//!
//! It is the address at the other end of the connection. Behind a proxy that would be one client; a proxy that the
//! operator trusts says by `X-Forwarded-For` or `Forwarded` for whom it asks, and each of those is a client of its own.
//! A proxy knows one of the two headers and hands on the other as it came: where both come, only what both say is
//! believed.
//!
//! Says nothing of what a caller may do: that is the matter of `origin_policy`.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};

use crate::config::{Config, Network};
use crate::domain::Client;
use crate::service::on_behalf_of;

use super::error::ApiError;
use super::forwarded::{self, Hop, InvalidForwarded};
use super::slots::{Slot, Slots};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// When a client that has too many requests may come again.
const SOON: Duration = Duration::from_secs(10);

/// The address at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Proxies that are believed.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[Network]>);

/// What is needed to tell clients apart.
pub struct Clients {
    proxies: Proxies,
    /// For clients that have no connections of their own.
    requests: Slots,
    /// The log knows that a proxy is not believed.
    is_told: AtomicBool,
}

/// Runs a request on behalf of its client.
pub async fn share(State(clients): State<Arc<Clients>>, request: Request, next: Next) -> Response {
    let Some(&Peer(peer)) = request.extensions().get() else {
        return next.run(request).await;
    };
    if !clients.proxies.trust(peer) {
        clients.tell_of_unknown_proxy(peer, request.headers());
        return on_behalf_of(peer.into(), next.run(request)).await;
    }
    let client = Client::from(clients.proxies.origin(peer, request.headers()));
    let Some(place) = clients.requests.take(client) else {
        return ApiError::busy("there are too many requests of yours at once", SOON)
            .into_response();
    };
    let response = on_behalf_of(client, next.run(request)).await;
    response.map(|body| {
        Body::new(Placed {
            body,
            _place: place,
        })
    })
}

impl Clients {
    /// Those that the settings tell apart.
    pub fn new(config: &Config) -> Self {
        Self {
            proxies: Proxies::new(config),
            requests: Slots::of_process(),
            is_told: AtomicBool::new(false),
        }
    }

    fn tell_of_unknown_proxy(&self, peer: IpAddr, headers: &HeaderMap) {
        let is_proxy = [FORWARDED_FOR, header::FORWARDED]
            .iter()
            .any(|name| headers.contains_key(name));
        if is_proxy && !self.is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "requests come with X-Forwarded-For or Forwarded from an address that --trusted-proxy does not name: all that \
                 come from it count as one client"
            );
        }
    }
}

impl Proxies {
    /// Those that the operator named.
    pub fn new(config: &Config) -> Self {
        Self(config.trusted_proxies.as_slice().into())
    }

    /// What comes from this address is believed.
    pub fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|proxy| proxy.contains(address))
    }

    /// What trusted proxies say in `Forwarded`, the one that was asked first before all others; nothing when `peer` is
    /// none. What stands before may be made up.
    pub fn believed(
        &self,
        peer: IpAddr,
        headers: &HeaderMap,
    ) -> Result<Vec<Hop>, InvalidForwarded> {
        if !self.trust(peer) {
            return Ok(Vec::new());
        }
        let mut hops = forwarded::hops(headers)?;
        let is_first = |hop: &Hop| !hop.asked_by.is_some_and(|asker| self.trust(asker));
        let first = hops.iter().rposition(is_first);
        Ok(hops.split_off(first.unwrap_or(0)))
    }

    /// The scheme that the first proxy was asked by, as `X-Forwarded-Proto` has it; nothing when `peer` is not trusted.
    pub fn listed_scheme(&self, peer: IpAddr, headers: &HeaderMap) -> Option<String> {
        let listed = headers
            .get(FORWARDED_PROTO)
            .filter(|_| self.trust(peer))?
            .to_str()
            .ok()?;
        let first = listed.split(',').next()?.trim();
        Some(first.to_ascii_lowercase()).filter(|scheme| !scheme.is_empty())
    }

    /// For whom a proxy asks.
    fn origin(&self, proxy: IpAddr, headers: &HeaderMap) -> IpAddr {
        let has = |name| headers.contains_key(name);
        match (has(FORWARDED_FOR), has(header::FORWARDED)) {
            (_, false) => self.listed_origin(proxy, headers),
            (false, true) => self.told_origin(proxy, headers),
            (true, true) => {
                let told = self.told_origin(proxy, headers);
                let is_said_by_both = told == self.listed_origin(proxy, headers);
                if is_said_by_both { told } else { proxy }
            }
        }
    }

    /// The same by `Forwarded`.
    fn told_origin(&self, proxy: IpAddr, headers: &HeaderMap) -> IpAddr {
        let hops = self.believed(proxy, headers).unwrap_or_default();
        let askers = hops.iter().rev().map_while(|hop| hop.asked_by);
        askers.last().unwrap_or(proxy)
    }

    /// The same by `X-Forwarded-For`. Each proxy adds whom it was asked by at the end: what stands before the first
    /// that is not trusted may be made up.
    fn listed_origin(&self, proxy: IpAddr, headers: &HeaderMap) -> IpAddr {
        let hops: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .flat_map(|hops| hops.to_str().unwrap_or_default().split(','))
            .collect();
        let mut origin = proxy;
        for hop in hops.into_iter().rev() {
            let Some(address) = address(hop.trim()) else {
                break;
            };
            origin = address;
            if !self.trust(address) {
                break;
            }
        }
        origin
    }
}

/// An address, with or without a port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    let with_port = || Some(hop.parse::<SocketAddr>().ok()?.ip());
    bare.parse().ok().or_else(with_port)
}

/// An answer that keeps its request's place until it is sent.
struct Placed {
    body: Body,
    _place: Slot,
}

impl HttpBody for Placed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::service::current_client;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn proxies() -> Proxies {
        let networks = ["10.0.0.1", "fd00::/8"].map(|network| network.parse().unwrap());
        Proxies(networks.as_slice().into())
    }

    fn said(hops: &[&str]) -> HeaderMap {
        let hops = hops.iter().map(|hop| (FORWARDED_FOR, hop.parse().unwrap()));
        hops.collect()
    }

    #[test]
    fn a_proxy_is_believed_as_far_as_proxies_are_trusted() {
        let origin = |hops: &[&str]| proxies().origin(ip("10.0.0.1"), &said(hops));
        assert_eq!(origin(&[]), ip("10.0.0.1"));
        assert_eq!(origin(&["192.0.2.1"]), ip("192.0.2.1"));
        assert_eq!(origin(&["192.0.2.1, fd00::7"]), ip("192.0.2.1"));
        assert_eq!(origin(&["192.0.2.1", "[fd00::7]:443"]), ip("192.0.2.1"));
        assert_eq!(
            origin(&["made.up, 1.1.1.1, 192.0.2.1:4711"]),
            ip("192.0.2.1")
        );
        assert_eq!(origin(&["1.1.1.1, unknown, fd00::7"]), ip("fd00::7"));
        assert_eq!(origin(&["fd00::8, fd00::7"]), ip("fd00::8"));
    }

    #[test]
    fn what_a_proxy_says_in_forwarded_is_believed_as_far() {
        let origin = |line: &str| {
            let headers = HeaderMap::from_iter([(header::FORWARDED, line.parse().unwrap())]);
            proxies().origin(ip("10.0.0.1"), &headers)
        };
        assert_eq!(origin("for=192.0.2.1;proto=https"), ip("192.0.2.1"));
        assert_eq!(
            origin(r#"for=1.1.1.1, for=192.0.2.1, for="[fd00::7]:443""#),
            ip("192.0.2.1")
        );
        assert_eq!(
            origin(r#"for=1.1.1.1, for=unknown, for="[fd00::7]""#),
            ip("fd00::7")
        );
        assert_eq!(origin(r#"for="[fd00::8]", for="[fd00::7]""#), ip("fd00::8"));
        assert_eq!(origin("for=nobody"), ip("10.0.0.1"));
    }

    #[test]
    fn of_two_headers_that_differ_neither_is_believed() {
        let origin = |listed: &str, told: &str| {
            let mut headers = said(&[listed]);
            headers.insert(header::FORWARDED, told.parse().unwrap());
            proxies().origin(ip("10.0.0.1"), &headers)
        };
        assert_eq!(origin("192.0.2.1", "for=192.0.2.1"), ip("192.0.2.1"));
        assert_eq!(origin("192.0.2.1", "for=192.0.2.2"), ip("10.0.0.1"));
        assert_eq!(origin("192.0.2.1", "for=192.0.2.1, x"), ip("10.0.0.1"));
    }

    #[test]
    fn only_what_trusted_proxies_add_is_believed() {
        let hosts = |peer: &str, line: &str| {
            let headers = HeaderMap::from_iter([(header::FORWARDED, line.parse().unwrap())]);
            let hops = proxies().believed(ip(peer), &headers).unwrap();
            let hosts = hops.into_iter().filter_map(|hop| hop.host);
            hosts.collect::<Vec<_>>()
        };
        let line = r#"for=1.1.1.1;host=made.up, for=192.0.2.1;host=a, for="[fd00::7]";host=b"#;
        assert_eq!(hosts("10.0.0.1", line), ["a", "b"]);
        assert_eq!(hosts("10.0.0.2", line), [""; 0]);
    }

    /// A server that trusts proxies, has four places for requests, and answers who asks.
    fn server() -> Router {
        let clients = Clients {
            proxies: proxies(),
            requests: Slots::new(4),
            is_told: AtomicBool::new(false),
        };
        let who = get(async || format!("{:?}", current_client()));
        Router::new()
            .route("/", who)
            .layer(from_fn_with_state(Arc::new(clients), share))
    }

    async fn ask(server: &Router, peer: &str, hops: &[&str]) -> Response {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(Peer(ip(peer)));
        *request.headers_mut() = said(hops);
        server.clone().oneshot(request).await.unwrap()
    }

    async fn told(response: Response) -> String {
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8_lossy(&body).into_owned()
    }

    #[tokio::test]
    async fn work_is_done_for_who_is_behind_a_trusted_proxy_and_for_no_other_that_is_named() {
        let server = server();
        let client = |address| format!("{:?}", Client::from(ip(address)));
        let answer = ask(&server, "10.0.0.1", &["192.0.2.1"]).await;
        assert_eq!(told(answer).await, client("192.0.2.1"));
        let answer = ask(&server, "10.0.0.2", &["192.0.2.1"]).await;
        assert_eq!(told(answer).await, client("10.0.0.2"));
    }

    #[tokio::test]
    async fn one_client_behind_a_proxy_has_half_of_the_requests_until_their_answers_are_read() {
        let server = server();
        let ask = async |client| ask(&server, "10.0.0.1", &[client]).await;
        let unread = [ask("192.0.2.1").await, ask("192.0.2.1").await];
        let refused = ask("192.0.2.1").await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key("retry-after"));
        assert_eq!(ask("192.0.2.2").await.status(), StatusCode::OK);
        drop(unread);
        assert_eq!(ask("192.0.2.1").await.status(), StatusCode::OK);
    }
}
