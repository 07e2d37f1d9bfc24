//! Patience with request bodies: how long the next piece may take, and what happens to a body that
//! nobody wants to read to its end.
//!
//! A refusal may come while the client is still sending. Closing the connection then would break the
//! pipe of plain clients, which look for an answer only when they have sent everything. So the body
//! is lent to the handler, and what a refused one has left is read and thrown away, within reason.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::sync::oneshot;
use tower_http::timeout::TimeoutBody;

/// How long the next piece of a body may take; then the body counts as cut off.
const IDLE: Duration = Duration::from_secs(30);
/// How much of a refused body is still read, in bytes.
const LEFTOVER: usize = 256 << 20;
/// How long a refused body is still read.
const LEFTOVER_TIME: Duration = Duration::from_secs(10);

/// Runs a request with its body under a time limit, and reads the rest of a body that was refused.
pub async fn lend_body(request: Request, next: Next) -> Response {
    let waits = request.headers().contains_key(header::EXPECT);
    let (back, mut returned) = oneshot::channel();
    let response = next.run(request.map(|body| Lent::of(body, back))).await;
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if refused
        && let Ok(rest) = returned.try_recv()
        && (rest.begun || !waits)
    {
        // Time out or not, the refusal goes out now.
        let _ = tokio::time::timeout(LEFTOVER_TIME, discard(rest.body)).await;
    }
    response
}

/// A body in a handler's hands; dropped, it goes back.
struct Lent {
    body: Body,
    /// A client that waits for `100 Continue` gets it when its body is asked for the first time.
    begun: bool,
    back: Option<oneshot::Sender<Rest>>,
}

/// What a handler left of a body.
struct Rest {
    body: Body,
    begun: bool,
}

impl Lent {
    fn of(body: Body, back: oneshot::Sender<Rest>) -> Body {
        Body::new(Self {
            body: Body::new(TimeoutBody::new(IDLE, body)),
            begun: false,
            back: Some(back),
        })
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.begun = true;
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let body = std::mem::take(&mut self.body);
        let begun = self.begun;
        if let Some(back) = self.back.take() {
            // Nobody waits for it when the request was given up.
            let _ = back.send(Rest { body, begun });
        }
    }
}

/// Reads a body to its end or to as much as is read of a refused one.
async fn discard(mut body: Body) {
    let mut read = 0;
    while read < LEFTOVER
        && let Some(Ok(frame)) = body.frame().await
    {
        read += frame.data_ref().map_or(0, Bytes::len);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::StatusCode;
    use futures::{StreamExt, stream};
    use tower::ServiceExt;

    use super::*;

    /// How many of ten pieces are asked of a client whose request is answered with `status` unread.
    async fn pieces_read(status: StatusCode, expect: bool) -> usize {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let pieces = stream::iter(0..10).map(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from_static(b"piece"))
        });
        let mut request = Request::new(Body::from_stream(pieces));
        if expect {
            let value = header::HeaderValue::from_static("100-continue");
            request.headers_mut().insert(header::EXPECT, value);
        }
        let handler = move |_: Request| async move { status };
        let router = Router::new()
            .fallback(handler)
            .layer(axum::middleware::from_fn(lend_body));
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
        asked.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn what_a_refused_body_has_left_is_read() {
        assert_eq!(pieces_read(StatusCode::UNAUTHORIZED, false).await, 10);
    }

    #[tokio::test]
    async fn a_client_that_waits_for_a_go_ahead_sends_nothing() {
        assert_eq!(pieces_read(StatusCode::UNAUTHORIZED, true).await, 0);
    }

    #[tokio::test]
    async fn an_answered_request_is_not_read_further() {
        assert_eq!(pieces_read(StatusCode::OK, false).await, 0);
    }
}
