//! What the server says of itself: OpenAPI, its pages, the component.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;
use vismatch_tests::client::text;
use vismatch_tests::{Server, sha256};

/// Every route of the three documents and of this server's own.
const ROUTES: [&str; 44] = [
    "get /projects",
    "get /projects/{}",
    "delete /projects/{}",
    "post /projects/{}/images",
    "get /projects/{}/images",
    "get /projects/{}/images/{}",
    "delete /projects/{}/images/{}",
    "get /projects/{}/images/{}/fingerprints",
    "get /projects/{}/thumbnail",
    "put /projects/{}/primary/{}",
    "post /projects/{}/check",
    "post /projects/{}/matches",
    "get /projects/{}/duplicates",
    "get /duplicates",
    "get /projects/{}/duplicates/decisions",
    "post /projects/{}/duplicates/decisions",
    "delete /projects/{}/duplicates/decisions/{}",
    "post /projects/{}/duplicates/resolve",
    "get /projects/{}/trash",
    "delete /projects/{}/trash",
    "get /projects/{}/trash/{}",
    "delete /projects/{}/trash/{}",
    "post /projects/{}/trash/{}/restore",
    "get /projects/{}/bank",
    "post /matches",
    "post /check",
    "post /images/upload",
    "post /images/similar",
    "get /images/browsing",
    "get /images/rebuildBKT",
    "post /compare",
    "get /component",
    "post /diff",
    "post /upload",
    "delete /upload/{}",
    "get /healthz",
    "get /readyz",
    "get /metrics",
    "get /events",
    "get /",
    "get /assets/{}",
    "get /openapi.json",
    "get /docs",
    "get /redoc",
];

/// `method path` of every operation, names of path parameters left out.
fn operations(document: &Value) -> BTreeSet<String> {
    let parameter = Regex::new(r"\{\w+\}").unwrap();
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "patch"] {
            if item.get(method).is_some() {
                found.insert(format!("{method} {}", parameter.replace_all(path, "{}")));
            }
        }
    }
    found
}

#[test]
fn openapi_names_every_route() {
    let document = Server::start().get("/openapi.json").json();
    assert!(text(&document, "openapi").starts_with("3.1"));
    let found = operations(&document);
    let missing: Vec<_> = ROUTES
        .iter()
        .filter(|route| !found.contains(**route))
        .collect();
    assert!(missing.is_empty(), "{missing:?} are not among {found:#?}");
}

#[test]
fn every_described_route_exists() {
    let server = Server::start();
    let document = server.get("/openapi.json").json();
    for operation in operations(&document) {
        let (method, path) = operation.split_once(' ').unwrap();
        let method = method.to_uppercase().parse().unwrap();
        let path = match path {
            "/docs/{}" => "/docs/swagger-ui.css".to_owned(),
            "/assets/{}" => "/assets/service-worker.js".to_owned(),
            "/events" => continue, // never ends; `events` reads it
            _ => path.replace("{}", "unknown"),
        };
        let answer = server.send_to(method, &path);
        let words = answer.text();
        assert_ne!(answer.status, 405, "{operation}: {words}");
        assert!(answer.status < 500, "{operation}: {words}");
        assert!(
            !words.contains("nothing at this address"),
            "{operation}: {words}"
        );
    }
}

#[test]
fn every_operation_says_what_it_does_and_answers() {
    let document = Server::start().get("/openapi.json").json();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(!text(operation, "summary").is_empty(), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.len() >= 2, "{method} {path}: only {responses:?}");
            // What is done to a thing that the path names needs no more words.
            let is_told_all = path.ends_with("/restore") || path.ends_with("/backfill");
            let takes_body = matches!(method.as_str(), "post" | "patch") && !is_told_all;
            assert_eq!(
                operation.get("requestBody").is_some(),
                takes_body,
                "{method} {path}"
            );
        }
    }
    let error = &document["components"]["schemas"]["ErrorBody"]["properties"];
    for field in [
        "success",
        "error",
        "message",
        "detail",
        "details",
        "timestamp",
    ] {
        assert!(error.get(field).is_some(), "{field}");
    }
}

/// Addresses that a page loads by itself.
fn loaded(page: &str) -> Vec<String> {
    let tag = Regex::new(
        r#"(?is)<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)\s*=\s*["']([^"']+)["']"#,
    );
    let style = Regex::new(r#"(?i)(?:url\(|@import\s+)\s*["']?([^"')\s]+)"#);
    let patterns = [tag.unwrap(), style.unwrap()];
    let all = patterns
        .iter()
        .flat_map(|pattern| pattern.captures_iter(page));
    all.map(|found| found[1].to_owned()).collect()
}

#[test]
fn pages_load_nothing_from_elsewhere() {
    let server = Server::start();
    for start in ["/docs", "/redoc"] {
        let page = server.get(start).ok();
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{page:?}"
        );
        assert!(
            page.header("content-security-policy")
                .contains("script-src 'self'")
        );
        let addresses = loaded(&page.text());
        assert!(!addresses.is_empty(), "{start} loads nothing at all");
        for address in addresses {
            assert!(
                address.starts_with('/') && !address.starts_with("//"),
                "{start}: {address}"
            );
            let part = server.get(&address).ok();
            assert!(!part.body.is_empty(), "{address}");
            if address.ends_with(".css") {
                let from = loaded(&part.text());
                let foreign = from
                    .iter()
                    .any(|url| !url.starts_with("data:") && url.contains("//"));
                assert!(!foreign, "{address}: {from:?}");
            }
        }
    }
    let font = server.get("/redoc").ok().text();
    assert!(!font.contains("fonts.googleapis"), "{font}");
}

#[test]
fn the_component_is_served_with_its_digest() {
    let server = Server::start();
    let file = server.get("/component").ok();
    assert_eq!(file.header("content-type"), "application/wasm");
    assert!(file.body.starts_with(b"\0asm\x0d\0\x01\0"), "a component");
    let digest = sha256(&file.body);
    let in_base64 = vismatch_tests::base64(&hex::decode(&digest).unwrap());
    assert_eq!(file.header("repr-digest"), format!("sha-256=:{in_base64}:"));
    assert_eq!(file.header("etag"), format!("\"{digest}\""));
    let request = server.request(reqwest::Method::GET, "/component");
    let again = request.header("if-none-match", file.header("etag"));
    vismatch_tests::client::send(again)
        .unwrap()
        .with_status(304);
    let request = server.request(reqwest::Method::GET, "/component");
    let described = request.header("accept", "application/json");
    let described = vismatch_tests::client::send(described).unwrap().json();
    assert_eq!(text(&described, "digest"), format!("sha256:{digest}"));
    assert_eq!(described["bytes"], file.body.len());
}

#[test]
fn the_contract_is_served_too() {
    let wit = Server::start().get("/component?wit").ok();
    assert!(wit.header("content-type").starts_with("text/plain"));
    for part in [
        "package vismatch:pipeline@",
        "interface hashing",
        "world imaging",
    ] {
        assert!(wit.text().contains(part), "{part}");
    }
}
