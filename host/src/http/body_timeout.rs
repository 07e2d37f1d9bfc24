//! Timeouts of request bodies: how slowly one may come, and what happens to a body that nobody wants
//! to read to its end.
//!
//! Only the time that a handler waits for the client counts: a handler that is busy itself makes nobody
//! too slow. A body that is too slow is answered 408, whatever the handler made of its breaking off.
//!
//! A refusal may come while the client is still sending. Closing the connection then would break the
//! pipe of plain clients, which look for an answer only when they have sent everything. So the body
//! is lent to the handler, and what a refused one has left is read and thrown away, within reason.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use thiserror::Error;
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep_until};

use super::error::ApiError;

/// How long a body may be waited for.
#[derive(Clone, Copy, Debug)]
struct BodyTimeout {
    /// For its next piece.
    idle: Duration,
    /// For all of its pieces, beside what the least rate allows.
    grace: Duration,
    /// Bytes a second.
    least_rate: u32,
    /// For all of its pieces, however many bytes have come.
    longest: Duration,
}

/// A phone at the edge of a cell sends some ten kilobytes a second.
const TIMEOUT: BodyTimeout = BodyTimeout {
    idle: Duration::from_secs(30),
    grace: Duration::from_secs(30),
    least_rate: 4 << 10,
    longest: Duration::from_secs(3_600),
};
/// How much of a refused body is still read, in bytes.
const LEFTOVER: usize = 256 << 20;
/// How long a refused body is still read.
const LEFTOVER_TIME: Duration = Duration::from_secs(10);

/// Runs a request with its body under a time limit, and reads the rest of a body that was refused.
pub async fn lend_body(request: Request, next: Next) -> Response {
    let waits = request.headers().contains_key(header::EXPECT);
    let (back, mut returned) = oneshot::channel();
    let response = next
        .run(request.map(|body| Lent::wrap(body, TIMEOUT, back)))
        .await;
    let refused = response.status().is_client_error() || response.status().is_server_error();
    let Ok(rest) = returned.try_recv() else {
        return response;
    };
    if refused && rest.too_slow {
        return too_slow();
    }
    if refused && (rest.begun || !waits) {
        // Time out or not, the refusal goes out now.
        let _ = tokio::time::timeout(LEFTOVER_TIME, discard(rest.body)).await;
    }
    response
}

fn too_slow() -> Response {
    ApiError::new(StatusCode::REQUEST_TIMEOUT, TooSlow.to_string())
        .with_header(header::CONNECTION, HeaderValue::from_static("close"))
        .into_response()
}

/// Why a body breaks off.
#[derive(Debug, Error)]
#[error("the body came too slowly")]
struct TooSlow;

/// A body in a handler's hands; dropped, it goes back.
struct Lent {
    body: Body,
    wait: Wait,
    /// A client that waits for `100 Continue` gets it when its body is asked for the first time.
    begun: bool,
    too_slow: bool,
    back: Option<oneshot::Sender<Rest>>,
}

/// What a handler left of a body.
struct Rest {
    body: Body,
    begun: bool,
    too_slow: bool,
}

/// How long a body has been waited for.
struct Wait {
    body_timeout: BodyTimeout,
    received: u64,
    /// Without the present wait.
    before: Duration,
    /// Since when the present wait lasts, and when it is over.
    now: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Wait {
    fn new(body_timeout: BodyTimeout) -> Self {
        Self {
            body_timeout,
            received: 0,
            before: Duration::ZERO,
            now: None,
        }
    }

    /// A piece came.
    fn came(&mut self, bytes: usize) {
        self.received += bytes as u64;
        if let Some((since, _)) = self.now.take() {
            self.before += since.elapsed();
        }
    }

    /// Ready when the next piece has been waited for too long.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.left();
        let (_, alarm) = self.now.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + left)))
        });
        alarm.as_mut().poll(context)
    }

    /// How long the next piece may take.
    fn left(&self) -> Duration {
        let BodyTimeout {
            idle,
            grace,
            least_rate,
            longest,
        } = self.body_timeout;
        let earned = Duration::from_secs(self.received / u64::from(least_rate));
        let all = grace.saturating_add(earned).min(longest);
        idle.min(all.saturating_sub(self.before))
    }
}

impl Lent {
    fn wrap(body: Body, timeout: BodyTimeout, back: oneshot::Sender<Rest>) -> Body {
        Body::new(Self {
            body,
            wait: Wait::new(timeout),
            begun: false,
            too_slow: false,
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
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let bytes = match &frame {
                Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                _ => 0,
            };
            self.wait.came(bytes);
            return Poll::Ready(frame);
        }
        ready!(self.wait.poll(context));
        self.too_slow = true;
        Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
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
        let rest = Rest {
            body: std::mem::take(&mut self.body),
            begun: self.begun,
            too_slow: self.too_slow,
        };
        if let Some(back) = self.back.take() {
            // Nobody waits for it when the request was given up.
            let _ = back.send(rest);
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

    /// What becomes of a body whose pieces of 100 bytes come every 20 ms.
    async fn read_slowly(body_timeout: BodyTimeout) -> Result<usize, String> {
        let pieces = stream::iter(0..20).then(|_| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; 100]))
        });
        let (back, _returned) = oneshot::channel();
        let body = Lent::wrap(Body::from_stream(pieces), body_timeout, back);
        let read = axum::body::to_bytes(body, usize::MAX).await;
        read.map(|bytes| bytes.len())
            .map_err(|error| error.to_string())
    }

    const ENOUGH: BodyTimeout = BodyTimeout {
        idle: Duration::from_secs(10),
        grace: Duration::from_secs(10),
        least_rate: 100,
        longest: Duration::from_secs(10),
    };

    #[tokio::test]
    async fn a_body_has_to_come_at_the_least_rate_and_to_its_end() {
        assert_eq!(read_slowly(ENOUGH).await, Ok(2_000));
        let grace = Duration::from_millis(100);
        let refused = Err(TooSlow.to_string());
        let at_a_rate = |least_rate| BodyTimeout {
            grace,
            least_rate,
            ..ENOUGH
        };
        assert_eq!(read_slowly(at_a_rate(1 << 20)).await, refused);
        assert_eq!(read_slowly(at_a_rate(50)).await, Ok(2_000));
        let longest = grace;
        let refused_in_time = read_slowly(BodyTimeout { longest, ..ENOUGH });
        assert_eq!(refused_in_time.await, refused);
        let idle = Duration::from_millis(5);
        assert_eq!(read_slowly(BodyTimeout { idle, ..ENOUGH }).await, refused);
    }

    #[tokio::test]
    async fn a_busy_handler_makes_nobody_too_slow() {
        let pieces =
            stream::iter(0..3).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(b"piece")));
        let (back, _returned) = oneshot::channel();
        let body_timeout = BodyTimeout {
            longest: Duration::from_millis(50),
            ..ENOUGH
        };
        let mut body = Lent::wrap(Body::from_stream(pieces), body_timeout, back);
        while let Some(frame) = body.frame().await {
            assert!(frame.is_ok());
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
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
