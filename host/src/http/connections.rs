//! Connections: accepted until the server is told to stop, then brought to their end.
//!
//! A client has to send the head of its request in good time, also the next one on the same
//! connection; how long its body may take is `patience`'s matter.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long the head of a request may take, counted from when the connection became free for it;
/// tests do not wait that long.
const HEAD: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 30 });

/// Serves what a listener accepts until stopped, then finishes the requests that are running.
pub async fn serve(mut listener: TcpListener, router: Router, stopped: CancellationToken) {
    let connections = TaskTracker::new();
    // The trait's accept, which sits out failures such as too many open files.
    while let Some((stream, _)) = stopped
        .run_until_cancelled(Listener::accept(&mut listener))
        .await
    {
        connections.spawn(serve_connection(stream, router.clone(), stopped.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn serve_connection(stream: TcpStream, router: Router, stopped: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("a connection keeps its delay: {error}");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
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
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let slow = get(async || {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "done"
        });
        let stopped = CancellationToken::new();
        let router = Router::new().route("/", slow);
        let serving = tokio::spawn(serve(listener, router, stopped.clone()));
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
}
