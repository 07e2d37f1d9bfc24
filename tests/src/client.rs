//! An HTTP client whose answers are checked where they are used: `server.get("/projects/x").refused(404)`.

use std::net::IpAddr;
use std::time::Duration;

use regex::Regex;
use reqwest::Method;
use reqwest::blocking::multipart::{Form, Part};
use reqwest::blocking::{RequestBuilder, Response};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// A client of one server.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    http: reqwest::blocking::Client,
}

/// A whole answer, and what it answers.
#[derive(Debug)]
pub struct Answer {
    /// Method of the request.
    pub method: Method,
    /// Path of the request, without its query.
    pub path: String,
    /// Status code.
    pub status: u16,
    /// Header fields.
    pub headers: HeaderMap,
    /// Body, as it came.
    pub body: Vec<u8>,
}

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:3000`.
    pub fn new(base: &str) -> Self {
        Self::from(base, None)
    }

    /// A client of the same server that calls from another address of this machine.
    pub fn from_address(&self, address: IpAddr) -> Self {
        Self::from(&self.base, Some(address))
    }

    fn from(base: &str, address: Option<IpAddr>) -> Self {
        let http = reqwest::blocking::Client::builder()
            .no_proxy()
            .local_address(address)
            .timeout(Duration::from_secs(180))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client can be made");
        Self {
            base: base.to_owned(),
            http,
        }
    }

    /// Scheme, host and port of the server.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request to be completed by the caller and given to [`send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// GET.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send_to(Method::GET, path)
    }

    /// DELETE.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.send_to(Method::DELETE, path)
    }

    /// PUT without a body.
    #[track_caller]
    pub fn put(&self, path: &str) -> Answer {
        self.send_to(Method::PUT, path)
    }

    /// Any method without a body.
    #[track_caller]
    pub fn send_to(&self, method: Method, path: &str) -> Answer {
        send(self.request(method, path)).expect("the server answers")
    }

    /// POST of a JSON body.
    #[track_caller]
    pub fn post_json(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).expect("the server answers")
    }

    /// POST of a form.
    #[track_caller]
    pub fn post_form(&self, path: &str, form: Form) -> Answer {
        send(self.request(Method::POST, path).multipart(form)).expect("the server answers")
    }

    /// POST of a form without files, as `application/x-www-form-urlencoded`.
    #[track_caller]
    pub fn post_urlencoded(&self, path: &str, form: &str) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        send(request).expect("the server answers")
    }

    /// S4's upload: a file under a file name, into a project.
    #[track_caller]
    pub fn upload(&self, project: &str, file_name: &str, bytes: &[u8]) -> Answer {
        self.try_upload(project, file_name, bytes)
            .expect("the server answers")
    }

    /// S4's upload to a server that may die over it.
    pub fn try_upload(
        &self,
        project: &str,
        file_name: &str,
        bytes: &[u8],
    ) -> reqwest::Result<Answer> {
        let path = format!("/projects/{project}/images");
        send(
            self.request(Method::POST, &path)
                .multipart(file_form(file_name, bytes)),
        )
    }

    /// S4's delete from a server that may die over it.
    pub fn try_delete(&self, project: &str, image: &str) -> reqwest::Result<Answer> {
        send(self.request(
            Method::DELETE,
            &format!("/projects/{project}/images/{image}"),
        ))
    }

    /// The ids of a project's images, in upload order.
    #[track_caller]
    pub fn ids(&self, project: &str) -> Vec<String> {
        let list = self.get(&format!("/projects/{project}/images")).json();
        let images = list.as_array().expect("a bare array").iter();
        images.map(|image| text(image, "image_id")).collect()
    }

    /// S0's upload.
    #[track_caller]
    pub fn upload_json(&self, project: &str, name: &str, data: &str) -> Answer {
        self.post_json(
            "/upload",
            &json!({"project_name": project, "image_name": name, "data": data}),
        )
    }

    /// S0's question.
    #[track_caller]
    pub fn diff(&self, project: &str, data: &str, with_image: bool) -> Answer {
        self.post_json(
            "/diff",
            &json!({"project_name": project, "data": data, "with_image": with_image}),
        )
    }
}

/// A form with one picture in the field `file`.
pub fn file_form(file_name: &str, bytes: &[u8]) -> Form {
    Form::new().part("file", file_part(file_name, bytes))
}

/// One picture as part of a form.
pub fn file_part(file_name: &str, bytes: &[u8]) -> Part {
    Part::bytes(bytes.to_vec()).file_name(file_name.to_owned())
}

/// Sends a request and reads its whole answer.
pub fn send(request: RequestBuilder) -> reqwest::Result<Answer> {
    let (http, request) = request.build_split();
    let request = request?;
    let method = request.method().clone();
    let path = request.url().path().to_owned();
    let response: Response = http.execute(request)?;
    Ok(Answer {
        method,
        path,
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.bytes()?.to_vec(),
    })
}

/// A text field of a JSON object.
#[track_caller]
pub fn text(value: &Value, field: &str) -> String {
    match value[field].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("{field} is no text in {value:#}"),
    }
}

impl Answer {
    /// A header field's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a header is text"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// An answer that has to be 200.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.with_status(200)
    }

    /// An answer that has to have this status.
    #[track_caller]
    pub fn with_status(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{} {} answered {:.2000}",
            self.method,
            self.path,
            self.text()
        );
        self
    }

    /// The JSON of an answer that has to be 200.
    #[track_caller]
    pub fn json(self) -> Value {
        let answer = self.ok();
        assert!(
            answer
                .header("content-type")
                .starts_with("application/json"),
            "{answer:?}"
        );
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// The bytes of an answer that has to be a picture of this media type.
    #[track_caller]
    pub fn picture(self, media_type: &str) -> Vec<u8> {
        let answer = self.ok();
        assert_eq!(answer.header("content-type"), media_type);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        answer.body
    }

    /// The one error body of an answer that has to have this status: every field is checked.
    #[track_caller]
    pub fn refused(self, status: u16) -> Value {
        self.with_status(status).error_body()
    }

    /// The one error body of an answer that has to be some 4xx.
    #[track_caller]
    pub fn refused_somehow(self) -> Value {
        assert!(
            (400..500).contains(&self.status),
            "{} {} answered {}: {:.2000}",
            self.method,
            self.path,
            self.status,
            self.text()
        );
        self.error_body()
    }

    /// The error body that every family shares.
    #[track_caller]
    pub fn error_body(self) -> Value {
        let shown = format!("{:.2000}", self.text());
        assert!(
            self.header("content-type").starts_with("application/json"),
            "{} in {shown}",
            self.header("content-type")
        );
        assert!(!self.header("x-request-id").is_empty(), "{shown}");
        let body: Value = serde_json::from_slice(&self.body).expect(&shown);
        assert_eq!(body["success"], json!(false), "{shown}");
        let name = Regex::new("^[A-Z][A-Za-z]+$").expect("a pattern");
        assert!(name.is_match(&text(&body, "error")), "{shown}");
        assert!(!text(&body, "message").trim().is_empty(), "{shown}");
        assert_eq!(body["message"], body["detail"], "{shown}");
        let details = json!({
            "status_code": self.status,
            "method": self.method.as_str(),
            "path": self.path,
        });
        for (field, value) in details.as_object().expect("an object") {
            assert_eq!(&body["details"][field], value, "details.{field} in {shown}");
        }
        let time = Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$");
        let time = time.expect("a pattern");
        assert!(time.is_match(&text(&body, "timestamp")), "{shown}");
        body
    }
}
