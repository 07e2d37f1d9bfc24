//! Who may call: the guard between web pages and a server that asks nobody who they are.
//!
//! A browser lets any page send requests to any address, this one too, and a page whose name was made
//! to lead here (DNS rebinding) reads the answers. So a request has to ask for a host that this server
//! is called; a page of another origin changes nothing, whatever it sends: a form, a body, none; and
//! it reads only what CORS and `Cross-Origin-Resource-Policy` let it. Pages of this machine and of the
//! origins that the operator named may do all of it. Programs that are no browser send no origin and
//! are not held up.
//!
//! A bearer token or an API key opens nothing here. No page has one by itself, so a token that is
//! checked may come from any origin; but without accounts no token is checked, and any page could
//! write one. Whoever adds accounts lets a page in when its token has proved to be one.
//!
//! Says nothing of who a caller is, nor of what programs may do that are no browser.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::uri;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::config::{Config, Host, InvalidHost};

use super::clients::{Peer, Proxies};
use super::error::ApiError;
use super::forwarded::InvalidForwarded;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Routes whose GET does something, as their documented clients have it.
pub const CHANGED_BY_GET: [&str; 1] = ["/images/rebuildBKT"];

/// Who may call, as the operator set it.
pub struct OriginPolicy {
    /// What the server is called beside this machine's own names.
    hosts: Vec<Host>,
    /// Every address of this machine is listened on. A page cannot have a name that is an address.
    any_address: bool,
    /// Origins whose pages may call.
    origins: Vec<String>,
    any_origin: bool,
    /// Those that are believed what they say in `Forwarded`.
    proxies: Proxies,
}

/// How the server was called, by the request itself and at the proxies before.
struct RequestTarget {
    authorities: Vec<Authority>,
    /// The scheme that the first proxy was asked by, where it says so.
    scheme: Option<String>,
}

/// A host and the port that was written behind it.
#[derive(Clone, Debug, PartialEq)]
struct Authority {
    host: Host,
    port: Option<u16>,
}

/// Why a request is turned away.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("HTTP/1.1 asks for exactly one Host header")]
    NotOneHost,
    #[error("{0:?} is no host with or without a port")]
    NoHost(String),
    #[error(transparent)]
    Forwarded(#[from] InvalidForwarded),
    #[error("this server is not called {0:?}; --host says what else it is called")]
    Misdirected(String),
    #[error("pages of {0} may not do this here; --cors-origin names those that may")]
    CrossOrigin(String),
}

/// Lets a request through that may come, and tells browsers which pages may use the answer.
pub async fn admit(
    State(origin_policy): State<Arc<OriginPolicy>>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(refusal) = origin_policy.judge(&request) {
        return ApiError::from(refusal).into_response();
    }
    let policy = origin_policy.resource_policy(request.headers());
    let mut response = next.run(request).await;
    // No `Vary: referer`: what pages share is asked for again at each use (`no-cache`), and 304 brings
    // the policy anew; the page's own files have to be found again by whatever refers to them.
    let policy = HeaderValue::from_static(policy);
    response.headers_mut().insert(RESOURCE_POLICY, policy);
    response
}

impl OriginPolicy {
    /// Those that the settings allow.
    pub fn new(config: &Config) -> Self {
        let addresses: Vec<IpAddr> = config.listen.iter().map(|address| address.ip()).collect();
        let listened = addresses.iter().copied().map(Host::from);
        Self {
            hosts: config.hosts.iter().cloned().chain(listened).collect(),
            any_address: addresses.iter().any(IpAddr::is_unspecified),
            origins: config.cors_origins.clone(),
            any_origin: config.dev,
            proxies: Proxies::new(config),
        }
    }

    /// Pages of this origin may read and change what is here.
    pub fn share_with(&self, origin: &HeaderValue) -> bool {
        let origin = origin.to_str().unwrap_or_default();
        self.any_origin || self.names(origin) || is_of_this_machine(origin)
    }

    fn judge(&self, request: &Request) -> Result<(), Refusal> {
        let target = self.target(request)?;
        if let Some(unknown) = target
            .authorities
            .iter()
            .find(|authority| !self.are_called(&authority.host))
        {
            return Err(Refusal::Misdirected(unknown.host.to_string()));
        }
        if !is_change(request) || self.may_change(request.headers(), &target) {
            return Ok(());
        }
        Err(Refusal::CrossOrigin(asking_page(request.headers())))
    }

    /// Every host that was asked for on the way here.
    fn target(&self, request: &Request) -> Result<RequestTarget, Refusal> {
        let mut authorities = authorities(request)?;
        let headers = request.headers();
        let peer = request.extensions().get().map(|Peer(peer)| *peer);
        let hops = match peer {
            Some(peer) => self.proxies.believed(peer, headers)?,
            None => Vec::new(),
        };
        for host in hops.iter().filter_map(|hop| hop.host.as_deref()) {
            authorities.push(parse(host)?);
        }
        let told = hops.into_iter().next().and_then(|hop| hop.scheme);
        let scheme = told.or_else(|| self.proxies.listed_scheme(peer?, headers));
        Ok(RequestTarget {
            authorities,
            scheme,
        })
    }

    fn are_called(&self, host: &Host) -> bool {
        let is_address = matches!(host, Host::Address(_));
        host.is_loopback() || (is_address && self.any_address) || self.hosts.contains(host)
    }

    /// A browser's own word for where the page is from outranks the comparison of names, which a proxy
    /// may have changed. A program that is no browser sends neither.
    fn may_change(&self, headers: &HeaderMap, target: &RequestTarget) -> bool {
        let origin = page_origin(headers);
        if origin.as_ref().is_some_and(|page| self.share_with(page)) {
            return true;
        }
        match (
            headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes),
            origin,
        ) {
            (Some(b"same-origin" | b"none"), _) | (None, None) => true,
            (Some(_), _) => false,
            (None, Some(origin)) => is_own(&origin, target),
        }
    }

    fn resource_policy(&self, headers: &HeaderMap) -> &'static str {
        let origin = page_origin(headers);
        match self.any_origin || origin.is_some_and(|page| self.share_with(&page)) {
            true => "cross-origin",
            false => "same-origin",
        }
    }

    fn names(&self, origin: &str) -> bool {
        self.origins
            .iter()
            .any(|named| named.eq_ignore_ascii_case(origin))
    }
}

impl FromStr for Authority {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let authority: uri::Authority = text.parse().map_err(|_| InvalidHost)?;
        if text.contains('@') {
            return Err(InvalidHost);
        }
        Ok(Self {
            host: authority.host().parse()?,
            port: authority.port_u16(),
        })
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::NotOneHost | Refusal::NoHost(_) | Refusal::Forwarded(_) => {
                StatusCode::BAD_REQUEST
            }
            Refusal::Misdirected(_) => StatusCode::MISDIRECTED_REQUEST,
            Refusal::CrossOrigin(_) => StatusCode::FORBIDDEN,
        };
        Self::new(status, refusal.to_string())
    }
}

/// The hosts that were asked for by the request itself and, as `X-Forwarded-Host` has it, of the proxies before.
fn authorities(request: &Request) -> Result<Vec<Authority>, Refusal> {
    let headers = request.headers();
    let named: Vec<&HeaderValue> = headers.get_all(header::HOST).iter().collect();
    if named.len() > 1 || (named.is_empty() && request.version() >= Version::HTTP_11) {
        return Err(Refusal::NotOneHost);
    }
    // A target with a host in it outranks the header (RFC 9112, section 3.2.2).
    let direct = match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => named.first().map(|name| text(name)),
    };
    let forwarded = headers.get_all(FORWARDED_HOST).iter();
    let forwarded = forwarded.flat_map(|names| text(names).split(','));
    direct.into_iter().chain(forwarded).map(parse).collect()
}

fn parse(host: &str) -> Result<Authority, Refusal> {
    let refusal = |_| Refusal::NoHost(host.to_owned());
    host.trim().parse().map_err(refusal)
}

/// What is not ASCII is no host and no origin.
fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or("?")
}

/// Its route changes something though its method is a safe one (RFC 9110, section 9.2.1).
pub fn is_unsafe_get(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    route.is_some_and(|route| CHANGED_BY_GET.contains(&route.as_str()))
}

/// The handshake of a WebSocket counts as a change: CORS does not hold for what comes after it.
fn is_change(request: &Request) -> bool {
    match *request.method() {
        Method::OPTIONS => false,
        Method::GET | Method::HEAD => {
            is_unsafe_get(request) || request.headers().contains_key(header::UPGRADE)
        }
        _ => true,
    }
}

/// Where the page that sends a request is from: by its origin, or, where browsers send none, by what
/// it is referred from, which a page can leave out but not make up.
fn page_origin(headers: &HeaderMap) -> Option<HeaderValue> {
    if let Some(origin) = headers.get(header::ORIGIN) {
        return Some(origin.clone());
    }
    let page = Url::parse(headers.get(header::REFERER)?.to_str().ok()?).ok()?;
    page.origin().ascii_serialization().parse().ok()
}

fn asking_page(headers: &HeaderMap) -> String {
    match page_origin(headers) {
        Some(origin) => text(&origin).to_owned(),
        None => "another site".to_owned(),
    }
}

fn is_of_this_machine(origin: &str) -> bool {
    let Some(url) = web_url(origin) else {
        return false;
    };
    url.host()
        .is_some_and(|host| Host::from(host.to_owned()).is_loopback())
}

/// The origin is that of the page that this server gives out, by a name that it was asked for.
fn is_own(origin: &HeaderValue, target: &RequestTarget) -> bool {
    let Some(url) = web_url(text(origin)) else {
        return false;
    };
    let Some(host) = url.host().map(|host| Host::from(host.to_owned())) else {
        return false;
    };
    if target
        .scheme
        .as_deref()
        .is_some_and(|scheme| scheme != url.scheme())
    {
        return false;
    }
    let default = match url.scheme() {
        "https" => 443,
        _ => 80,
    };
    let port = url.port().unwrap_or(default);
    target
        .authorities
        .iter()
        .any(|authority| authority.host == host && authority.port.unwrap_or(default) == port)
}

fn web_url(origin: &str) -> Option<Url> {
    let url = Url::parse(origin).ok()?;
    ["http", "https"].contains(&url.scheme()).then_some(url)
}
