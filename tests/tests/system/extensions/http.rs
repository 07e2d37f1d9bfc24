//! The manners of HTTP: conditions, ranges, HEAD, CORS, request ids, methods, the one error body.

use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::{Value, json};
use vismatch_tests::client::{file_form, send, text};
use vismatch_tests::{Answer, Picture, Server};

/// A server with one image, and the path of its original.
fn with_image() -> (Server, String) {
    let server = Server::start();
    let answer = server
        .upload("p", "a.jpg", &Picture::photo(1, 640, 480).jpeg(90))
        .json();
    let path = text(&answer["urls"], "original");
    (server, path)
}

#[track_caller]
fn asked(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request).unwrap()
}

#[test]
fn a_picture_can_be_asked_for_on_condition() {
    let (server, path) = with_image();
    let first = server.get(&path).ok();
    let (etag, modified) = (first.header("etag"), first.header("last-modified"));
    assert!(etag.starts_with('"') && !modified.is_empty(), "{first:?}");
    assert!(!first.header("cache-control").is_empty());
    let unchanged = asked(&server, Method::GET, &path, &[("if-none-match", etag)]).with_status(304);
    assert!(unchanged.body.is_empty());
    assert_eq!(unchanged.header("etag"), etag);
    asked(&server, Method::GET, &path, &[("if-none-match", "*")]).with_status(304);
    asked(
        &server,
        Method::GET,
        &path,
        &[("if-modified-since", modified)],
    )
    .with_status(304);
    asked(
        &server,
        Method::GET,
        &path,
        &[("if-none-match", "\"other\"")],
    )
    .ok();
    let long_ago = "Sat, 01 Jan 2000 00:00:00 GMT";
    asked(
        &server,
        Method::GET,
        &path,
        &[("if-modified-since", long_ago)],
    )
    .ok();
}

#[test]
fn a_replaced_picture_has_another_etag() {
    let server = Server::start();
    let upload = |seed| {
        let jpeg = Picture::photo(seed, 64, 48).jpeg(90);
        server
            .upload_json("p", "a.jpg", &vismatch_tests::base64(&jpeg))
            .ok();
        let path = "/projects/p/images/a.jpg?size=thumb";
        server.get(path).ok().header("etag").to_owned()
    };
    assert_ne!(upload(1), upload(2));
}

#[test]
fn a_picture_can_be_asked_for_in_parts() {
    let (server, path) = with_image();
    let whole = server.get(&path).ok();
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let length = whole.body.len();
    let part = |range: &str| asked(&server, Method::GET, &path, &[("range", range)]);
    let first = part("bytes=0-99").with_status(206);
    assert_eq!(first.body, whole.body[..100]);
    assert_eq!(
        first.header("content-range"),
        format!("bytes 0-99/{length}")
    );
    let last = part("bytes=-10").with_status(206);
    assert_eq!(last.body, whole.body[length - 10..]);
    let rest = part(&format!("bytes={}-", length - 5)).with_status(206);
    assert_eq!(rest.body, whole.body[length - 5..]);
    let beyond = part(&format!("bytes={}-", length + 1)).with_status(416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    beyond.error_body();
    part("parsecs=1-2").ok();
    let other = [("range", "bytes=0-9"), ("if-range", "\"other\"")];
    asked(&server, Method::GET, &path, &other).ok();
}

#[test]
fn nothing_is_done_to_what_is_not_as_the_request_demands() {
    let (server, path) = with_image();
    let first = server.get(&path).ok();
    let (etag, modified) = (first.header("etag"), first.header("last-modified"));
    let list = server.get("/projects/p/images").ok().body;
    let id = path.split(['/', '?']).nth(4).unwrap();
    let long_ago = "Sat, 01 Jan 2000 00:00:00 GMT";
    let demands = [("if-match", "\"other\""), ("if-unmodified-since", long_ago)];
    for demand in demands {
        for method in [Method::GET, Method::HEAD, Method::DELETE] {
            let answer = asked(&server, method.clone(), &path, &[demand]);
            assert_eq!(answer.status, 412, "{method} {demand:?}");
        }
    }
    for (method, path) in [
        (Method::POST, "/projects/p/images".to_owned()),
        (Method::POST, "/upload".into()),
        (Method::PUT, format!("/projects/p/primary/{id}")),
        (Method::PATCH, "/projects/p".into()),
        (Method::DELETE, "/projects/p".into()),
        (Method::DELETE, "/projects/p/trash".into()),
        (Method::GET, "/projects/p/images".into()),
    ] {
        let answer = asked(&server, method, &path, &demands[..1]).refused(412);
        assert_eq!(answer["error"], "PreconditionFailed");
    }
    assert_eq!(server.get("/projects/p/images").ok().body, list);
    asked(&server, Method::GET, "/projects/nowhere", &demands).refused(404);
    let met = [("if-match", etag), ("if-unmodified-since", modified)];
    asked(&server, Method::GET, &path, &met[..1]).ok();
    asked(&server, Method::GET, &path, &met[1..]).ok();
    asked(
        &server,
        Method::POST,
        "/projects/p/images",
        &[("if-none-match", "*")],
    )
    .refused(412);
    asked(&server, Method::DELETE, &path, &met).ok();
    server.get(&path).refused(404);
}

#[test]
fn head_knows_no_parts() {
    let (server, path) = with_image();
    let length = server.get(&path).ok().body.len().to_string();
    for range in ["bytes=0-9", "bytes=99999999-"] {
        let head = asked(&server, Method::HEAD, &path, &[("range", range)]).ok();
        assert_eq!(head.header("content-length"), length, "{range}");
        assert_eq!(head.header("content-range"), "");
    }
}

#[test]
fn head_is_get_without_the_body() {
    let (server, path) = with_image();
    for path in [
        path.as_str(),
        "/projects/p/images",
        "/projects/p/thumbnail",
        "/healthz",
    ] {
        let get = server.get(path).ok();
        let head = asked(&server, Method::HEAD, path, &[]).ok();
        assert!(head.body.is_empty(), "{path}");
        for name in ["content-type", "etag"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
        assert_eq!(
            head.header("content-length"),
            get.body.len().to_string(),
            "{path}"
        );
    }
    asked(&server, Method::HEAD, "/projects/nowhere", &[]).with_status(404);
}

#[test]
fn pages_of_this_machine_may_call() {
    let (server, path) = with_image();
    let origin = [("origin", "http://localhost:5173")];
    let answer = asked(&server, Method::GET, &path, &origin).ok();
    let allowed = "access-control-allow-origin";
    assert_eq!(answer.header(allowed), origin[0].1);
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let refused = asked(&server, Method::GET, "/projects/nowhere", &origin).with_status(404);
    assert_eq!(
        refused.header(allowed),
        origin[0].1,
        "errors can be read too"
    );
    let preflight = [
        origin[0],
        ("access-control-request-method", "DELETE"),
        ("access-control-request-headers", "content-type"),
    ];
    let answer = asked(&server, Method::OPTIONS, "/projects/p/images/x", &preflight);
    assert!(matches!(answer.status, 200 | 204), "{answer:?}");
    let methods = answer.header("access-control-allow-methods");
    assert!(methods.contains("DELETE") || methods == "*", "{methods}");
}

#[test]
fn origins_can_be_named() {
    let server = Server::settings()
        .arguments(["--cors-origin", "https://shop.example"])
        .start();
    let allowed = |origin: &str| {
        let answer = asked(&server, Method::GET, "/projects", &[("origin", origin)]).ok();
        answer.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(allowed("https://shop.example"), "https://shop.example");
    assert_eq!(allowed("https://evil.example"), "");
    let change = |origin: &str| {
        let origin = [("origin", origin)];
        asked(&server, Method::DELETE, "/projects/nowhere", &origin)
    };
    change("https://shop.example").refused(404);
    change("https://evil.example").refused(403);
}

#[test]
fn any_origin_may_call_while_a_page_is_developed_and_the_log_says_so() {
    let server = Server::settings().arguments(["--dev"]).start();
    let origin = [("origin", "https://any.example")];
    let answer = asked(&server, Method::DELETE, "/projects/nowhere", &origin).with_status(404);
    assert_eq!(answer.header("access-control-allow-origin"), origin[0].1);
    assert!(server.log().contains("--dev"), "{}", server.log());
}

#[test]
fn a_name_that_leads_here_is_not_answered_unless_it_was_given() {
    let server = Server::settings()
        .arguments(["--host", "pictures.example"])
        .start();
    let by = |host: &str| asked(&server, Method::GET, "/projects", &[("host", host)]);
    by("pictures.example").ok();
    by("localhost:1").ok();
    by("rebound.example").refused(421);
}

#[test]
fn a_request_names_the_host_that_it_is_for() {
    let server = Server::start();
    let answered = |head: &str| {
        let host = server.base().trim_start_matches("http://");
        let mut connection = TcpStream::connect(host).unwrap();
        write!(connection, "{head}\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        connection.read_exact(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[9..]).into_owned()
    };
    assert_eq!(answered("GET /healthz HTTP/1.1"), "400");
    assert_eq!(
        answered("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a"),
        "400"
    );
    assert_eq!(answered("GET /healthz HTTP/1.1\r\nHost: localhost"), "200");
    assert_eq!(answered("GET /healthz HTTP/1.0"), "200");
}

#[test]
fn request_ids_come_back_or_are_given() {
    let server = Server::start();
    let given = server
        .get("/healthz")
        .ok()
        .header("x-request-id")
        .to_owned();
    assert!(given.len() >= 8, "{given}");
    assert_ne!(server.get("/healthz").ok().header("x-request-id"), given);
    let mine = asked(
        &server,
        Method::GET,
        "/healthz",
        &[("x-request-id", "mine-1")],
    )
    .ok();
    assert_eq!(mine.header("x-request-id"), "mine-1");
    let hostile = asked(
        &server,
        Method::GET,
        "/healthz",
        &[("x-request-id", "a b\"<script>")],
    )
    .ok();
    assert_ne!(hostile.header("x-request-id"), "a b\"<script>");
}

#[test]
fn a_trailing_slash_is_accepted() {
    let (server, _) = with_image();
    let list = server.get("/projects/p/images").json();
    assert_eq!(server.get("/projects/p/images/").json(), list);
    let jpeg = Picture::photo(2, 64, 48).jpeg(90);
    server
        .post_form("/projects/p/images/", file_form("b.jpg", &jpeg))
        .ok();
    server.get("/projects/").ok();
    server.get("/projects/p/thumbnail/").ok();
    server.get("/projects/p/images/b.jpg/?size=game").ok();
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let (server, _) = with_image();
    for (method, path, allowed) in [
        (Method::PATCH, "/projects/p/images", "POST"),
        (Method::POST, "/projects/p/thumbnail", "GET"),
        (Method::GET, "/projects/p/primary/x", "PUT"),
        (Method::GET, "/diff", "POST"),
        (Method::DELETE, "/healthz", "GET"),
        (Method::PUT, "/compare", "POST"),
    ] {
        let answer = server.send_to(method, path).with_status(405);
        assert!(
            answer.header("allow").contains(allowed),
            "{path}: {}",
            answer.header("allow")
        );
        assert_eq!(answer.error_body()["error"], "MethodNotAllowed");
    }
}

#[test]
fn every_refusal_has_the_one_body() {
    let (server, _) = with_image();
    server.get("/nowhere").refused(404);
    server.get("/projects/p/nowhere").refused(404);
    server.get("/projects/p/images?limit=many").refused(422);
    server.get("/projects/p/duplicates?radius=-1").refused(422);
    server
        .post_json("/projects/p/images", &json!({}))
        .refused(415);
    let text_body = |path: &str| {
        let request = server
            .request(Method::POST, path)
            .header("content-type", "text/plain");
        send(request.body("x")).unwrap()
    };
    for path in [
        "/upload",
        "/diff",
        "/compare",
        "/projects/p/images",
        "/projects/p/check",
    ] {
        text_body(path).refused(415);
    }
    let unfit = server.request(Method::POST, "/projects/p/images");
    let unfit = unfit
        .header("content-type", "multipart/form-data")
        .body("x");
    send(unfit).unwrap().refused_somehow();
}

#[test]
fn an_error_names_its_request() {
    let server = Server::start();
    let mine = [("x-request-id", "mine-2")];
    let answer = asked(&server, Method::GET, "/projects/nowhere", &mine);
    assert_eq!(answer.header("x-request-id"), "mine-2");
    let error = answer.refused(404);
    assert!(text(&error, "message").contains("nowhere"), "{error:#}");
    assert_eq!(error["error"], "NotFound");
}

#[test]
fn it_says_how_it_is() {
    let (server, _) = with_image();
    server.get("/healthz").json();
    assert_eq!(
        server.get("/readyz").json()["scan"]["finished"]
            .as_bool()
            .map(|_| ()),
        Some(())
    );
    let metrics = server.get("/metrics").ok();
    assert!(
        metrics.header("content-type").starts_with("text/plain"),
        "{metrics:?}"
    );
    let text = metrics.text();
    let counted = text.lines().any(|line| {
        line.starts_with("http_requests_total{") && line.contains("POST") && line.ends_with(" 1")
    });
    assert!(counted, "{text}");
    assert!(
        !text.contains("a.jpg"),
        "labels must not grow with what is asked for: {text}"
    );
}

#[test]
fn a_request_is_one_line_in_the_log() {
    let (server, _) = with_image();
    let id = "find-me-7";
    asked(
        &server,
        Method::GET,
        "/projects/p/images",
        &[("x-request-id", id)],
    )
    .ok();
    vismatch_tests::server::eventually("the request is logged", || server.log().contains(id));
    let log = server.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(id)).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    for word in ["GET", "/projects/p/images", "200"] {
        assert!(lines[0].contains(word), "{word} in {}", lines[0]);
    }
}

#[test]
fn names_of_all_scripts_work() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 64, 48).jpeg(90);
    let project = "H%C3%B6hle%20%231%2050%25%3F";
    let answer = server.upload(project, "Ünïcödé 写真 📷.jpg", &jpeg).json();
    assert_eq!(answer["project_id"], "Höhle #1 50%?");
    assert_eq!(answer["name"], "Ünïcödé 写真 📷.jpg");
    server
        .get(&text(&answer["urls"], "game"))
        .picture("image/jpeg");
    let by_name = "%C3%9Cn%C3%AFc%C3%B6d%C3%A9%20%E5%86%99%E7%9C%9F%20%F0%9F%93%B7.jpg";
    server
        .get(&format!("/projects/{project}/images/{by_name}"))
        .picture("image/jpeg");
    let known: Value = server.get("/projects").json();
    assert!(known.to_string().contains("Höhle #1 50%?"), "{known}");
}

#[test]
fn a_query_that_is_not_utf_8_is_refused() {
    let server = Server::start();
    let picture = Picture::photo(1, 64, 48).png();
    let answer = server.post_form("/projects/p/images?name=%FF", file_form("a.png", &picture));
    let error = answer.refused(400);
    assert!(text(&error, "message").contains("UTF-8"), "{error:#}");
    assert_eq!(server.get("/projects").json(), json!([]));
}
