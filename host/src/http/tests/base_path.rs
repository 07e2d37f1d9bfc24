//! The server below a path: as a setting, or as a proxy says it.

use axum::body::Body;
use axum::http::{HeaderName, Method, StatusCode, header};

use super::server::{Answer, Server, picture, request};

const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const SCOPE: HeaderName = HeaderName::from_static("service-worker-allowed");

/// One way to the server: what is put before its paths, and what the proxy says.
struct Way {
    server: Server,
    path: &'static str,
    says: Vec<(HeaderName, &'static str)>,
}

impl Way {
    async fn get(&self, path: &str) -> Answer {
        let path = format!("{}{path}", self.path);
        let answer = self.server.get_with(&path, &self.says).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer
    }
}

pub async fn addresses_begin_with_the_path_that_the_server_is_below(server: &Server) {
    server.upload("below", "a.ppm", &picture(1.0)).await;
    server.upload("below", "b.ppm", &picture(5.0)).await;
    let set = server.with(|config| config.base_path = "/my/pictures".parse().unwrap());
    let other = server.with(|config| config.base_path = "/elsewhere".parse().unwrap());
    let way = |server: &Server, path, says: &[_]| Way {
        server: server.clone(),
        path,
        says: says.to_vec(),
    };
    for way in [
        way(&set, "", &[]),
        way(&set, "/my/pictures", &[]),
        way(server, "", &[(PREFIX, "/my/pictures/")]),
        way(server, "", &[(PREFIX, "/my, /pictures")]),
        way(&other, "", &[(PREFIX, "/my/pictures")]),
    ] {
        addresses_are_below(&way).await;
    }
    for prefix in ["//evil.example", "pictures", "/a\"b", "/../b"] {
        let answer = server.get_with("/projects", &[(PREFIX, prefix)]).await;
        answer.assert_refused(StatusCode::BAD_REQUEST, "x-forwarded-prefix");
    }
    let outside = set.get("/my/picturesque").await;
    outside.assert_refused(StatusCode::NOT_FOUND, "");
    let root = server.get("/").await;
    assert!(root.text().contains("=\"/assets/"), "{}", root.text());
    assert_eq!(
        server.get("/openapi.json").await.json()["servers"][0]["url"],
        "/"
    );
}

async fn addresses_are_below(way: &Way) {
    let is_below = |text: &str| text.starts_with("/my/pictures/");
    let page = way.get("/projects/below/images?limit=1").await;
    let url = page.json()[0]["urls"]["thumb"].as_str().unwrap().to_owned();
    assert!(is_below(&url), "{url}");
    let link = page.header(header::LINK).to_owned();
    assert!(
        link.starts_with("</my/pictures/projects/below/images?"),
        "{link}"
    );
    let groups = way.get("/duplicates?radius=64&limit=1").await;
    if let Some(link) = groups.headers.get(header::LINK) {
        assert!(
            link.to_str()
                .unwrap()
                .starts_with("</my/pictures/duplicates?")
        );
    }
    let browsed = way.get("/images/browsing").await.json();
    let url = browsed["images"][0]["url"].as_str().unwrap();
    assert!(is_below(&format!("/{url}")), "{url}");
    let component = [(header::ACCEPT, "application/json")];
    let asked = [&way.says[..], &component].concat();
    let path = format!("{}/component", way.path);
    let described = way.server.get_with(&path, &asked).await.json();
    assert_eq!(described["file"], "/my/pictures/component");
    pages_are_below(way).await;
}

async fn pages_are_below(way: &Way) {
    for path in ["/", "/docs", "/redoc"] {
        let html = way.get(path).await.text();
        let addresses: Vec<&str> = html.split("=\"").skip(1).collect();
        let own = addresses.iter().filter(|text| text.starts_with(['/', '.']));
        assert!(own.clone().count() >= 2, "{path}: {html}");
        for address in own {
            assert!(address.starts_with("/my/pictures/"), "{path}: {address}");
        }
    }
    let description = way.get("/openapi.json").await.json();
    assert_eq!(description["servers"][0]["url"], "/my/pictures/");
    let starter = way.get("/docs/swagger-initializer.js").await.text();
    assert!(starter.contains("/my/pictures/openapi.json"), "{starter}");
    let worker = way.get("/assets/service-worker.js").await;
    assert_eq!(worker.header(SCOPE), "/my/pictures/");
    let tag = way.get("/").await.header(header::ETAG).to_owned();
    let known = [&way.says[..], &[(header::IF_NONE_MATCH, tag.as_str())]].concat();
    let again = request(
        Method::GET,
        &format!("{}/", way.path),
        &known,
        Body::empty(),
    );
    let again = way.server.send(again).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let root = way.server.get_with("/", &[(PREFIX, "/")]).await;
    assert_ne!(root.header(header::ETAG), tag, "another page");
}
