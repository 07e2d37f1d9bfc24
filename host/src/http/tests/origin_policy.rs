//! Which pages may call, and by which names.

use axum::body::Body;
use axum::http::{HeaderName, Method, Request, StatusCode, Version, header};

use crate::http::clients::Peer;

use super::server::{Answer, Server, form, picture, request};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-host");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

type Headers<'a> = &'a [(HeaderName, &'a str)];

/// What browsers send along with a request of a page from elsewhere, and what such a page may add.
fn cross_origin() -> [Vec<(HeaderName, &'static str)>; 10] {
    let evil = (header::ORIGIN, "https://evil.example");
    let referer = (header::REFERER, "https://evil.example/of/http://localhost");
    [
        vec![evil.clone()],
        vec![(header::ORIGIN, "https://localhost.evil.example")],
        vec![(header::ORIGIN, "https://localhost@evil.example")],
        vec![(header::ORIGIN, "null")],
        vec![(SITE, "cross-site")],
        vec![(SITE, "same-site")],
        vec![(SITE, "cross-site"), referer.clone()],
        vec![referer],
        vec![evil.clone(), (header::AUTHORIZATION, "Bearer made-up")],
        vec![evil, (API_KEY, "made-up")],
    ]
}

async fn call(server: &Server, method: Method, path: &str, headers: Headers<'_>) -> Answer {
    let request = request(method, path, headers, Body::empty());
    server.send(request).await
}

pub async fn pages_of_other_sites_change_nothing(server: &Server) {
    let id = server.upload("doors", "a.ppm", &picture(1.0)).await["image_id"].clone();
    let id = id.as_str().unwrap();
    let before = server.get("/projects/doors/images").await.body;
    let changes = [
        (Method::DELETE, format!("/projects/doors/images/{id}")),
        (Method::DELETE, "/projects/doors".into()),
        (Method::PUT, format!("/projects/doors/primary/{id}")),
        (Method::PATCH, "/projects/doors".into()),
        (
            Method::POST,
            format!("/projects/doors/matches?image_id={id}"),
        ),
        (Method::POST, "/projects/doors/images/".into()),
        (Method::POST, "/upload".into()),
        (Method::POST, "/nowhere".into()),
        (Method::GET, "/images/rebuildBKT".into()),
        (Method::HEAD, "/images/rebuildBKT/".into()),
    ];
    for headers in &cross_origin() {
        for (method, path) in &changes {
            let answer = call(server, method.clone(), path, headers).await;
            let shown = format!("{method} {path} {headers:?}");
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{shown}");
        }
        upload_is_refused(server, headers).await;
    }
    let socket = [
        (header::ORIGIN, "https://evil.example"),
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
    ];
    let answer = call(server, Method::GET, "/events", &socket).await;
    answer.assert_refused(StatusCode::FORBIDDEN, "https://evil.example");
    assert_eq!(server.get("/projects/doors/images").await.body, before);
}

/// The form is whole and good: only who sends it is not.
async fn upload_is_refused(server: &Server, headers: Headers<'_>) {
    let body = form(&[("file", Some("b.ppm"), &picture(3.0))]);
    let media_type = "multipart/form-data; boundary=a-boundary";
    let headers = [headers, &[(header::CONTENT_TYPE, media_type)]].concat();
    let path = "/projects/doors/images";
    let request = request(Method::POST, path, &headers, body.into());
    let answer = server.send(request).await;
    answer.assert_refused(StatusCode::FORBIDDEN, "--cors-origin");
}

pub async fn pages_of_other_sites_read_nothing(server: &Server) {
    let shared = header::ACCESS_CONTROL_ALLOW_ORIGIN;
    for headers in &cross_origin() {
        for path in ["/projects/doors/images", "/projects/nowhere"] {
            let answer = server.get_with(path, headers).await;
            assert!(!answer.headers.contains_key(&shared), "{headers:?}");
            assert_eq!(answer.header(RESOURCE_POLICY), "same-origin", "{headers:?}");
        }
        let asked = [
            (header::ACCESS_CONTROL_REQUEST_METHOD, "DELETE"),
            (header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization"),
        ];
        let headers = [headers.as_slice(), &asked].concat();
        let answer = call(server, Method::OPTIONS, "/projects/doors", &headers).await;
        assert!(!answer.headers.contains_key(&shared), "{headers:?}");
    }
}

pub async fn pages_that_may_call_are_let_in(server: &Server) {
    let named = server.with(|config| {
        config.cors_origins = vec!["https://Shop.example".into()];
        config.hosts = vec!["pictures.example".parse().unwrap()];
    });
    let own = |origin| [(header::HOST, "pictures.example"), (header::ORIGIN, origin)];
    for headers in [
        &[][..],
        &[(SITE, "none")],
        &[
            (SITE, "same-origin"),
            (header::ORIGIN, "https://behind.example"),
        ],
        &own("http://pictures.example"),
        &own("https://pictures.example"),
        &[
            (FORWARDED, "pictures.example:8443"),
            (header::ORIGIN, "https://pictures.example:8443"),
        ],
        &[
            (FORWARDED, "pictures.example"),
            (header::REFERER, "https://pictures.example/#/upload"),
        ],
    ] {
        assert_eq!(
            change(&named, headers).await.status,
            StatusCode::OK,
            "{headers:?}"
        );
    }
    for headers in [
        own("http://pictures.example:8080"),
        own("https://evil.example"),
    ] {
        assert_eq!(
            change(&named, &headers).await.status,
            StatusCode::FORBIDDEN,
            "{headers:?}"
        );
    }
    for origin in [
        "http://localhost:5173",
        "https://localhost",
        "http://app.localhost:8080",
        "http://127.0.0.1:1",
        "http://[::1]:9",
        "https://shop.example",
    ] {
        page_is_let_in(&named, origin).await;
    }
    let cross_origin = [(header::ORIGIN, "https://shop.example")];
    assert_eq!(
        change(server, &cross_origin).await.status,
        StatusCode::FORBIDDEN
    );
    let anybody = server.with(|config| config.dev = true);
    page_is_let_in(&anybody, "https://evil.example").await;
    page_is_let_in(&anybody, "null").await;
}

/// It changes and reads, by `fetch` and by elements that show pictures.
async fn page_is_let_in(server: &Server, origin: &str) {
    let headers = [(header::ORIGIN, origin), (SITE, "cross-site")];
    let answer = change(server, &headers).await;
    assert_eq!(answer.status, StatusCode::OK, "{origin}");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), origin);
    assert!(
        !answer
            .headers
            .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
    );
    let preflight = [
        (header::ORIGIN, origin),
        (header::ACCESS_CONTROL_REQUEST_METHOD, "DELETE"),
    ];
    let answer = call(server, Method::OPTIONS, "/projects/doors", &preflight).await;
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), origin);
    let page = format!("{origin}/page");
    let shown = [(header::REFERER, page.as_str()), (SITE, "cross-site")];
    let answer = server.get_with("/projects/doors/thumbnail", &shown).await;
    assert_eq!(answer.header(RESOURCE_POLICY), "cross-origin");
}

/// A change that can be made again and again.
async fn change(server: &Server, headers: Headers<'_>) -> Answer {
    call(
        server,
        Method::PUT,
        "/projects/doors/primary/a.ppm",
        headers,
    )
    .await
}

pub async fn the_server_answers_to_its_own_names_alone(server: &Server) {
    let asked = async |server: &Server, host: &str| {
        let answer = server.get_with("/projects", &[(header::HOST, host)]).await;
        answer.status
    };
    for host in [
        "localhost",
        "LocalHost:3000",
        "127.0.0.1:80",
        "[::1]:3000",
        "a.localhost",
    ] {
        assert_eq!(asked(server, host).await, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example:3000",
        "192.168.1.5",
        "0.0.0.0:3000",
    ] {
        assert_eq!(
            asked(server, host).await,
            StatusCode::MISDIRECTED_REQUEST,
            "{host}"
        );
    }
    for host in ["", "a b", "localhost/x", "me@localhost", "[::1"] {
        assert_eq!(
            asked(server, host).await,
            StatusCode::BAD_REQUEST,
            "{host:?}"
        );
    }
    let named = server.with(|config| {
        config.listen = vec!["192.168.1.5:3000".parse().unwrap()];
        config.hosts = vec!["pictures.example".parse().unwrap()];
    });
    for host in [
        "192.168.1.5:3000",
        "Pictures.Example.",
        "pictures.example:8443",
        "localhost",
    ] {
        assert_eq!(asked(&named, host).await, StatusCode::OK, "{host}");
    }
    assert_eq!(
        asked(&named, "192.168.1.6").await,
        StatusCode::MISDIRECTED_REQUEST
    );
    let open = server.with(|config| config.listen = vec!["0.0.0.0:3000".parse().unwrap()]);
    for host in ["192.168.1.6:3000", "[fd00::7]:3000"] {
        assert_eq!(asked(&open, host).await, StatusCode::OK, "{host}");
    }
    assert_eq!(
        asked(&open, "evil.example").await,
        StatusCode::MISDIRECTED_REQUEST
    );
    what_proxies_were_asked_for_counts(&named).await;
    what_trusted_proxies_say_counts(&named).await;
    a_request_names_one_host(server).await;
}

async fn what_proxies_were_asked_for_counts(server: &Server) {
    let asked = async |forwarded: &str| {
        let headers = [(FORWARDED, forwarded)];
        server.get_with("/projects", &headers).await
    };
    assert_eq!(asked("pictures.example").await.status, StatusCode::OK);
    for forwarded in ["evil.example", "pictures.example, evil.example"] {
        let answer = asked(forwarded).await;
        answer.assert_refused(StatusCode::MISDIRECTED_REQUEST, "evil.example");
    }
}

/// What trusted proxies say in `Forwarded`: of hosts, and of the scheme of their own pages.
async fn what_trusted_proxies_say_counts(server: &Server) {
    let server = server.with(|config| config.trusted_proxies = vec!["10.0.0.1".parse().unwrap()]);
    let send = async |peer: &str, method: Method, headers: Headers<'_>| {
        let mut request = request(method, "/projects/doors", headers, Body::empty());
        let peer = Peer(peer.parse().unwrap());
        request.extensions_mut().insert(peer);
        server.send(request).await
    };
    let asked = async |peer, forwarded| {
        let headers = [(header::FORWARDED, forwarded)];
        send(peer, Method::GET, &headers).await.status
    };
    let misdirected = StatusCode::MISDIRECTED_REQUEST;
    let evil = "for=192.0.2.1;host=evil.example";
    assert_eq!(asked("10.0.0.1", evil).await, misdirected);
    assert_ne!(asked("10.0.0.2", evil).await, misdirected);
    let good = r#"for=192.0.2.1;host="pictures.example:8443";proto=https"#;
    assert_ne!(asked("10.0.0.1", good).await, misdirected);
    let broken = asked("10.0.0.1", "for=192.0.2.1;host").await;
    assert_eq!(broken, StatusCode::BAD_REQUEST);

    let (plain, secure) = (
        "http://pictures.example:8443",
        "https://pictures.example:8443",
    );
    let changed = async |origin| {
        let headers = [(header::FORWARDED, good), (header::ORIGIN, origin)];
        send("10.0.0.1", Method::DELETE, &headers).await.status
    };
    assert_eq!(changed(plain).await, StatusCode::FORBIDDEN);
    assert_ne!(changed(secure).await, StatusCode::FORBIDDEN);

    let changed = async |peer, origin| {
        let scheme = HeaderName::from_static("x-forwarded-proto");
        let headers = [
            (header::HOST, "pictures.example:8443"),
            (scheme, "https, http"),
            (header::ORIGIN, origin),
        ];
        send(peer, Method::DELETE, &headers).await.status
    };
    assert_eq!(changed("10.0.0.1", plain).await, StatusCode::FORBIDDEN);
    assert_ne!(changed("10.0.0.1", secure).await, StatusCode::FORBIDDEN);
    assert_ne!(changed("10.0.0.2", plain).await, StatusCode::FORBIDDEN);
}

async fn a_request_names_one_host(server: &Server) {
    let bare = |version, uri: &str| {
        let request = Request::get(uri).version(version);
        request.body(Body::empty()).unwrap()
    };
    let answer = server.send(bare(Version::HTTP_11, "/healthz")).await;
    answer.assert_refused(StatusCode::BAD_REQUEST, "Host");
    let answer = server.send(bare(Version::HTTP_10, "/healthz")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let twice = [(header::HOST, "localhost"), (header::HOST, "localhost")];
    let answer = server.get_with("/healthz", &twice).await;
    answer.assert_refused(StatusCode::BAD_REQUEST, "Host");
    let mut absolute = bare(Version::HTTP_11, "http://evil.example/healthz");
    let headers = absolute.headers_mut();
    headers.insert(header::HOST, "localhost".parse().unwrap());
    let answer = server.send(absolute).await;
    answer.assert_refused(StatusCode::MISDIRECTED_REQUEST, "evil.example");
}
