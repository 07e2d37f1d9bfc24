//! A server to ask in tests, its answers, and what is sent to it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::app::App;
use crate::config::Config;

/// Largest picture that the server of these tests takes, in bytes.
pub const MAX_BODY: usize = 64 << 10;
const BOUNDARY: &str = "a-boundary";

#[derive(Clone)]
pub struct Server {
    router: Router,
    pub app: App,
    _data: Arc<TempDir>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Server {
    pub async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let flags = json!({"data": data.path(), "max_body": MAX_BODY});
        let app = App::start(Config::load(None, &flags).unwrap())
            .await
            .unwrap();
        Self {
            router: crate::http::router(app.clone()),
            app,
            _data: Arc::new(data),
        }
    }

    /// The same server with other settings.
    pub fn with(&self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::clone(&self.app.config);
        change(&mut config);
        let mut server = self.clone();
        server.app.config = Arc::new(config);
        server.router = crate::http::router(server.app.clone());
        server
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, &[], Body::empty()))
            .await
    }

    pub async fn get_with(&self, path: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
        self.send(request(Method::GET, path, headers, Body::empty()))
            .await
    }

    pub async fn call(&self, method: Method, path: &str) -> Answer {
        self.send(request(method, path, &[], Body::empty())).await
    }

    pub async fn post_json(&self, path: &str, body: Value) -> Answer {
        let json = [(header::CONTENT_TYPE, "application/json")];
        self.send(request(Method::POST, path, &json, body.to_string().into()))
            .await
    }

    pub async fn post_form(&self, path: &str, form: Vec<u8>) -> Answer {
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let headers = [(header::CONTENT_TYPE, media_type.as_str())];
        self.send(request(Method::POST, path, &headers, form.into()))
            .await
    }

    /// Uploads a picture and answers what the server says of it.
    pub async fn upload(&self, project: &str, name: &str, picture: &[u8]) -> Value {
        let form = form(&[("file", Some(name), picture)]);
        let answer = self
            .post_form(&format!("/projects/{project}/images"), form)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The answer is the one error body with this status.
    #[track_caller]
    pub fn assert_refused(&self, status: StatusCode, message_has: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        let body = self.json();
        assert_eq!(body["success"], false, "{body}");
        assert_eq!(body["details"]["status_code"], status.as_u16(), "{body}");
        assert_eq!(body["message"], body["detail"], "{body}");
        let message = body["message"].as_str().unwrap();
        assert!(
            message.contains(message_has),
            "{message:?} without {message_has:?}"
        );
    }
}

/// A request; to `localhost` unless its headers name another host.
pub fn request(
    method: Method,
    path: &str,
    headers: &[(header::HeaderName, &str)],
    body: Body,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    if !headers.iter().any(|(name, _)| name == header::HOST) {
        request = request.header(header::HOST, "localhost");
    }
    request.body(body).unwrap()
}

/// A multipart form of `(field, file name, content)`.
pub fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (field, file_name, content) in fields {
        let file_name = file_name.map(|name| format!("; filename=\"{name}\""));
        let file_name = file_name.unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"{file_name}\r\n\r\n"
        );
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// A PPM of 64x48 pixels whose waves differ with `waves`.
pub fn picture(waves: f32) -> Vec<u8> {
    let mut file = b"P6 64 48 255\n".to_vec();
    for y in 0..48u8 {
        for x in 0..64u8 {
            let (x, y) = (f32::from(x) / 64.0, f32::from(y) / 48.0);
            let light = (x * waves).sin() + (y * (11.0 - waves)).cos() + x - y;
            let level = (light * 40.0 + 120.0).clamp(0.0, 255.0) as u8;
            file.extend_from_slice(&[level, level / 2, 255 - level]);
        }
    }
    file
}
