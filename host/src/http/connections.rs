//! Connections: accepted until the server is told to stop, then brought to their end.
//!
//! A client has to send the head of its request in good time, also the next one on the same
//! connection; how long its body may take is `body_timeout`'s matter. It has to read its answer, too. A
//! connection without a place is told to come again.

use std::pin::pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{HeaderValue, header};
use axum::middleware::from_fn;
use axum::serve::Listener;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Layer;

use super::body_timeout::lend_body;
use super::clients::{Peer, Proxies};
use super::error::ApiError;
use super::observe::observe;
use super::slots::{Slot, Slots};

/// How long the head of a request may take, counted from when the connection became free for it;
/// tests do not wait that long.
const HEAD: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 30 });
/// How long a client may read nothing of its answer.
const READ: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 60 });
/// How many connections without a place are answered at once; more of them are closed.
const CROWD: usize = 16;
/// How long one of them may take.
const CROWDED: Duration = Duration::from_secs(10);

/// HTTP has no words for such a time, and `hyper` panics over it.
pub const BEFORE_1970: &str = "the machine's clock says a time before 1970";

/// Serves what a listener accepts until stopped, then finishes the requests that are running.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    slots: Slots,
    proxies: Proxies,
    stopped: CancellationToken,
) {
    let (connections, crowd) = (TaskTracker::new(), TaskTracker::new());
    // The trait's accept, which sits out failures such as too many open files.
    while let Some((stream, client)) = stopped
        .run_until_cancelled(Listener::accept(&mut listener))
        .await
    {
        if SystemTime::now() < UNIX_EPOCH {
            tracing::error!("{BEFORE_1970}: no connection is served");
            continue;
        }
        let peer = Peer(client.ip());
        match place_for(peer, &slots, &proxies) {
            Some(place) => {
                let served = serve_connection(stream, peer, router.clone(), stopped.clone());
                connections.spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            None if crowd.len() < CROWD => {
                let served = serve_connection(stream, peer, crowded(), stopped.clone());
                crowd.spawn(tokio::time::timeout(CROWDED, served));
            }
            None => tracing::debug!("a connection too many is closed"),
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

fn place_for(Peer(peer): Peer, slots: &Slots, proxies: &Proxies) -> Option<Slot> {
    match proxies.trust(peer) {
        true => slots.take_shared(),
        false => slots.take(peer.into()),
    }
}

/// Answers everything that there are too many connections.
fn crowded() -> Router {
    let refuse = async || {
        let refusal = ApiError::busy("there are too many connections", CROWDED);
        refusal.with_header(header::CONNECTION, HeaderValue::from_static("close"))
    };
    Router::new()
        .fallback(refuse)
        .layer(from_fn(lend_body))
        .layer(from_fn(observe))
}

async fn serve_connection(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    stopped: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("a connection keeps its delay: {error}");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(READ));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(Extension(peer).layer(router)),
        )
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = match stopped.run_until_cancelled(connection.as_mut()).await {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended early: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::task::JoinHandle;

    use super::*;

    async fn server() -> (SocketAddr, CancellationToken, JoinHandle<()>) {
        serve_places(Slots::new(100)).await
    }

    async fn serve_places(slots: Slots) -> (SocketAddr, CancellationToken, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let slow = get(async || {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "done"
        });
        let stopped = CancellationToken::new();
        let large = get(async || vec![0_u8; 64 << 20]);
        let router = Router::new().route("/", slow).route("/large", large);
        let proxies = Proxies::default();
        let serving = tokio::spawn(serve(listener, router, slots, proxies, stopped.clone()));
        (address, stopped, serving)
    }

    #[tokio::test]
    async fn a_running_request_is_finished_and_a_silent_connection_is_not_waited_for() {
        let (address, stopped, serving) = server().await;
        let _silent = TcpStream::connect(address).await.unwrap();
        let mut running = TcpStream::connect(address).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n";
        running.write_all(request).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        stopped.cancel();
        let mut answer = String::new();
        running.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("done"), "{answer}");
        let ended = tokio::time::timeout(Duration::from_secs(5), serving).await;
        ended.unwrap().unwrap();
    }

    #[tokio::test]
    async fn half_a_head_is_given_up() {
        let (address, _stopped, _serving) = server().await;
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(10 * HEAD, half.read_to_end(&mut answer)).await;
        ended.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_connection_too_many_is_told_to_come_again() {
        let (address, _stopped, _serving) = serve_places(Slots::new(2)).await;
        let silent = TcpStream::connect(address).await.unwrap();
        let ask = async || {
            let mut asking = TcpStream::connect(address).await.unwrap();
            let request = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
            asking.write_all(request).await.unwrap();
            let mut answer = String::new();
            asking.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let answer = ask().await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("retry-after: "), "{answer}");
        assert!(answer.contains("too many connections"), "{answer}");
        drop(silent);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let answer = ask().await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_its_answer_loses_its_place() {
        let slots = Slots::new(2);
        let (address, _stopped, _serving) = serve_places(slots.clone()).await;
        let mut deaf = TcpStream::connect(address).await.unwrap();
        let request = b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n";
        deaf.write_all(request).await.unwrap();
        let is_free = async || {
            while slots.take(address.ip().into()).is_none() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(slots.take(address.ip().into()).is_none());
        tokio::time::timeout(10 * READ, is_free()).await.unwrap();
    }
}
