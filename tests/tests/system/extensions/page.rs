//! The page is served from the binary, whole, and takes no address from the API. What it does is tested
//! in a browser: `tests/browser`.

use regex::Regex;
use reqwest::Method;
use vismatch_tests::Server;
use vismatch_tests::client::send;

#[test]
fn the_page_and_everything_it_names_is_there() {
    let server = Server::start();
    let page = server.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["cache-control"], "no-cache");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    assert!(policy.contains("'wasm-unsafe-eval'"));
    let html = page.text();
    let named = Regex::new(r#"(?:src|href)="([^"]+)""#).unwrap();
    let named: Vec<&str> = named
        .captures_iter(&html)
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    assert!(named.len() >= 3, "{html}");
    for path in named {
        assert!(path.starts_with("/assets/"), "{path}");
        let file = server.get(path);
        assert_eq!(file.status, 200, "{path}");
        let lifetime = file.headers["cache-control"].to_str().unwrap();
        assert!(lifetime.contains("immutable"), "{path}: {lifetime}");
    }
    let worker = server.get("/assets/service-worker.js");
    assert_eq!(worker.headers["cache-control"], "no-cache");
    assert_eq!(worker.headers["service-worker-allowed"], "/");
}

#[test]
fn a_known_page_is_not_sent_again() {
    let server = Server::start();
    let tag = server.get("/").headers["etag"].clone();
    let again = server
        .request(Method::GET, "/")
        .header("if-none-match", tag);
    assert_eq!(send(again).unwrap().status, 304);
}

#[test]
fn files_are_sent_compressed_to_who_takes_them_so() {
    let server = Server::start();
    let html = server.get("/").text();
    let script = html.split("src=\"").nth(1).unwrap();
    let script = script.split('"').next().unwrap();
    let plain = server.get(script);
    assert!(!plain.headers.contains_key("content-encoding"));
    let request = server.request(Method::GET, script);
    let packed = send(request.header("accept-encoding", "gzip, br")).unwrap();
    assert_eq!(packed.headers["content-encoding"], "br");
    assert_eq!(packed.headers["vary"], "accept-encoding");
    assert!(packed.body.len() * 2 < plain.body.len());
}

#[test]
fn unknown_addresses_stay_the_apis_also_for_browsers() {
    let server = Server::start();
    for path in [
        "/gallery",
        "/assets/none.js",
        "/assets/../x",
        "/projects/none",
    ] {
        let request = server.request(Method::GET, path);
        let answer = send(request.header("accept", "text/html,*/*")).unwrap();
        answer.refused(404);
    }
}
