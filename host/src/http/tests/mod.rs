//! The router as a client sees it, over a real store and the real component, without a network.

mod base_path;
mod origin_policy;
mod server;

use axum::http::{Method, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use server::{MAX_BODY, Server, form, picture};

/// One server for all: to start one takes the compilation of the component.
#[tokio::test(flavor = "multi_thread")]
async fn clients_are_served_as_documented() {
    let server = Server::start().await;
    images_live_in_projects(&server).await;
    pictures_are_served_whole_in_parts_and_once(&server).await;
    what_has_been_seen_is_found(&server).await;
    base64_clients_are_served(&server).await;
    bad_input_is_refused_in_the_one_body(&server).await;
    the_server_tells_about_itself(&server).await;
    origin_policy::pages_of_other_sites_change_nothing(&server).await;
    origin_policy::pages_of_other_sites_read_nothing(&server).await;
    origin_policy::pages_that_may_call_are_let_in(&server).await;
    origin_policy::the_server_answers_to_its_own_names_alone(&server).await;
    base_path::addresses_begin_with_the_path_that_the_server_is_below(&server).await;
    server.app.stop().await;
}

async fn images_live_in_projects(server: &Server) {
    let first = server.upload("trip", "C:\\me\\a.ppm", &picture(1.0)).await;
    let id = first["image_id"].as_str().unwrap();
    assert_eq!(first["project_id"], "trip");
    assert_eq!(first["name"], "a.ppm");
    assert_eq!(first["is_primary"], true);
    assert_eq!(
        (&first["width"], &first["height"]),
        (&json!(64), &json!(48))
    );
    assert_eq!(
        first["urls"]["game"],
        format!("/projects/trip/images/{id}?size=game")
    );
    assert!(first.get("duplicates").is_none(), "{first}");

    let again = server.upload("trip", "a.ppm", &picture(1.0)).await;
    assert_eq!(again["name"], "a (2).ppm");
    assert_eq!(again["is_primary"], false);
    assert_eq!(again["duplicates"][0]["image_id"], id);
    assert_eq!(again["duplicates"][0]["kind"], "exact");

    server
        .get("/projects/trip/images?limit=few")
        .await
        .assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "query: limit: ");
    let page = server.get("/projects/trip/images?limit=1").await;
    assert_eq!(page.json()[0]["image_id"], id);
    let link = page.header(header::LINK).to_owned();
    let next = link.trim_start_matches('<').split('>').next().unwrap();
    let rest = server.get(next).await;
    assert_eq!(rest.json().as_array().unwrap().len(), 1);
    assert!(!rest.headers.contains_key(header::LINK));

    let deleted = server
        .call(Method::DELETE, &format!("/projects/trip/images/{id}"))
        .await;
    let expected = json!({"ok": true, "project_id": "trip", "deleted_image_id": id, "new_primary": again["image_id"]});
    assert_eq!(deleted.json(), expected);
    let gone = server.get(&format!("/projects/trip/images/{id}")).await;
    gone.assert_refused(StatusCode::NOT_FOUND, id);

    let deleted = server.call(Method::DELETE, "/projects/trip").await;
    assert_eq!(
        deleted.json(),
        json!({"ok": true, "project_id": "trip", "deleted_images": 1})
    );
    server
        .get("/projects/trip")
        .await
        .assert_refused(StatusCode::NOT_FOUND, "trip");
}

async fn pictures_are_served_whole_in_parts_and_once(server: &Server) {
    let uploaded = server.upload("p", "a.ppm", &picture(2.0)).await;
    let url = uploaded["urls"]["thumb"].as_str().unwrap();
    let whole = server.get(url).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.header(header::CONTENT_TYPE), "image/jpeg");
    assert_eq!(whole.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(whole.header(header::ACCEPT_RANGES), "bytes");
    assert_eq!(
        whole.header(header::CONTENT_LENGTH),
        whole.body.len().to_string()
    );
    assert!(whole.headers.contains_key(header::CACHE_CONTROL));

    let etag = whole.header(header::ETAG);
    let known = server.get_with(url, &[(header::IF_NONE_MATCH, etag)]).await;
    assert_eq!(
        (known.status, known.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
    let modified = whole.header(header::LAST_MODIFIED);
    let known = server
        .get_with(url, &[(header::IF_MODIFIED_SINCE, modified)])
        .await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);

    let part = server.get_with(url, &[(header::RANGE, "bytes=-10")]).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.body, whole.body.slice(whole.body.len() - 10..));
    let beyond = server
        .get_with(url, &[(header::RANGE, "bytes=9999999-")])
        .await;
    beyond.assert_refused(StatusCode::RANGE_NOT_SATISFIABLE, "outside");
    assert_eq!(
        beyond.header(header::CONTENT_RANGE),
        format!("bytes */{}", whole.body.len())
    );

    let head = server.call(Method::HEAD, url).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(
        head.headers[header::CONTENT_LENGTH],
        whole.headers[header::CONTENT_LENGTH]
    );
    let cover = server.get("/projects/p/thumbnail").await;
    assert_eq!(cover.body, whole.body);
    let unknown = server.get("/projects/p/images/a.ppm?size=huge").await;
    unknown.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "medium");
}

async fn what_has_been_seen_is_found(server: &Server) {
    let one = server.upload("m", "one.ppm", &picture(1.0)).await;
    let two = server.upload("m", "two.ppm", &picture(7.0)).await;

    let check = json!({"sha256": one["sha256"], "fingerprints": two["fingerprints"]});
    let checked = server.post_json("/projects/m/check", check).await.json();
    assert_eq!(checked["exact"][0]["image_id"], one["image_id"]);
    assert_eq!(checked["near"][0]["image_id"], two["image_id"]);
    assert_eq!(checked["near"][0]["distance"], 0);

    let sent = form(&[("radius", None, b"64"), ("file", Some("q"), &picture(7.0))]);
    let matches = server
        .post_form("/projects/m/matches?limit=1&radius=0", sent)
        .await
        .json();
    assert_eq!(matches.as_array().unwrap().len(), 1, "{matches}");
    assert_eq!(matches[0]["name"], "two.ppm");
    let stored = server
        .call(
            Method::POST,
            "/projects/m/matches?image_id=one.ppm&radius=64",
        )
        .await;
    assert_eq!(stored.json()[0]["name"], "two.ppm");
    let neither = server.call(Method::POST, "/projects/m/matches").await;
    neither.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "image_id");

    let pair = json!({"a": {"project_id": "m", "image_id": "one.ppm"}, "b": {"project_id": "m", "image_id": "one.ppm"}});
    let same = server.post_json("/compare", pair).await.json();
    assert_eq!(
        (&same["verdict"], &same["is_duplicate"]),
        (&json!("exact"), &json!(true))
    );
    let sent = form(&[
        ("a", Some("a"), &picture(1.0)),
        ("b", Some("b"), &picture(7.0)),
    ]);
    server
        .post_form("/compare?threshold=65", sent.clone())
        .await
        .assert_refused(StatusCode::BAD_REQUEST, "radius: ");
    let different = server.post_form("/compare", sent).await.json();
    assert_eq!(different["is_duplicate"], false, "{different}");

    server.upload("m", "three.ppm", &picture(1.0)).await;
    let groups = server.get("/projects/m/duplicates").await.json();
    let names: Vec<_> = groups["groups"][0]["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["name"])
        .collect();
    assert_eq!(names, ["one.ppm", "three.ppm"]);
}

async fn base64_clients_are_served(server: &Server) {
    let upload = async |name: &str, data: String| {
        let body = json!({"project_name": "my_project", "image_name": name, "data": data});
        server.post_json("/upload", body).await
    };
    let near = BASE64_STANDARD.encode(picture(1.0));
    let stored = upload("near.ppm", near.clone()).await.json();
    assert_eq!(stored["success"], true);
    assert_eq!(stored["message"], "image uploaded and indexed successfully");
    let far = format!(
        "data:image/x-portable-anymap;base64,{}",
        BASE64_STANDARD.encode(picture(7.0))
    );
    upload("far.ppm", far).await;

    let diff = async |with_image: bool| {
        let body = json!({"project_name": "my_project", "data": near, "with_image": with_image});
        server.post_json("/diff", body).await.json()
    };
    let plain = diff(false).await;
    assert_eq!(
        plain["compare_result"][0],
        json!({"image_name": "near.ppm", "distance": 0.0, "data": null})
    );
    assert_eq!(plain["compare_result"].as_array().unwrap().len(), 2);
    // The same name again is another picture at the same address.
    let kept = server.get("/projects/my_project/images/near.ppm").await;
    assert!(kept.header(header::CACHE_CONTROL).contains("no-cache"));
    let full = diff(true).await;
    assert_eq!(full["compare_result"][0]["data"], near);
    assert_eq!(full["project_name"], "my_project");

    let token = stored["token"].as_str().unwrap();
    let deleted = server
        .call(Method::DELETE, &format!("/upload/{token}"))
        .await;
    assert_eq!(deleted.json()["image_name"], "near.ppm");
    let again = server
        .call(Method::DELETE, &format!("/upload/{token}"))
        .await;
    again.assert_refused(StatusCode::NOT_FOUND, "token");

    let body = json!({"project_name": "nowhere", "data": near});
    server
        .post_json("/diff", body)
        .await
        .assert_refused(StatusCode::NOT_FOUND, "nowhere");
    let body = json!({"project_name": "my_project", "data": "!!!"});
    server
        .post_json("/diff", body)
        .await
        .assert_refused(StatusCode::BAD_REQUEST, "base64");
    let missing = server.post_json("/diff", json!({"data": near})).await;
    missing.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "project_name");
    let signed_out = server.post_form("/upload", form(&[])).await;
    signed_out.assert_refused(StatusCode::UNAUTHORIZED, "sign in");
}

async fn bad_input_is_refused_in_the_one_body(server: &Server) {
    let images = "/projects/x/images";
    let upload = async |content: &[u8]| {
        server
            .post_form(images, form(&[("file", Some("a.jpg"), content)]))
            .await
    };
    upload(b"")
        .await
        .assert_refused(StatusCode::BAD_REQUEST, "");
    upload(b"just words")
        .await
        .assert_refused(StatusCode::BAD_REQUEST, "picture");
    let large = vec![0; MAX_BODY + 1];
    upload(&large)
        .await
        .assert_refused(StatusCode::PAYLOAD_TOO_LARGE, "limit");
    let mut cut = form(&[("file", Some("a.ppm"), &picture(1.0))]);
    cut.truncate(5000);
    server
        .post_form(images, cut)
        .await
        .assert_refused(StatusCode::BAD_REQUEST, "");
    let other = form(&[("image", Some("a.ppm"), &picture(1.0))]);
    server
        .post_form(images, other)
        .await
        .assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "`file`");
    server
        .post_json(images, json!({}))
        .await
        .assert_refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "multipart");
    server
        .get("/projects/x")
        .await
        .assert_refused(StatusCode::NOT_FOUND, "x");

    let original = server.upload("x", "a.ppm", &picture(1.0)).await;
    let reject = format!("{images}?on_duplicate=reject");
    let conflict = server
        .post_form(&reject, form(&[("file", Some("b.ppm"), &picture(1.0))]))
        .await;
    conflict.assert_refused(StatusCode::CONFLICT, "a.ppm");
    assert_eq!(conflict.json()["details"]["image_id"], original["image_id"]);

    for path in [
        "/projects/%2e%2e/images",
        "/projects/a%00b/images",
        "/projects/%ff/images",
        "/projects/a%2Fb/images",
    ] {
        server
            .get(path)
            .await
            .assert_refused(StatusCode::BAD_REQUEST, "");
    }
    server
        .get("/projects/x/images/..%2F..%2Fetc")
        .await
        .assert_refused(StatusCode::NOT_FOUND, "");
    server
        .get("/projects/x/images?limit=0")
        .await
        .assert_refused(StatusCode::BAD_REQUEST, "limit");
    server
        .get("/nowhere")
        .await
        .assert_refused(StatusCode::NOT_FOUND, "");
    let wrong = server.call(Method::PATCH, "/projects").await;
    wrong.assert_refused(StatusCode::METHOD_NOT_ALLOWED, "Allow");
    assert!(wrong.header(header::ALLOW).contains("GET"));
}

async fn the_server_tells_about_itself(server: &Server) {
    for path in [
        "/healthz",
        "/healthz/",
        "/readyz",
        "/openapi.json",
        "/docs",
        "/docs/",
        "/docs/swagger-initializer.js",
        "/redoc",
        "/redoc/redoc.standalone.js",
        "/component",
    ] {
        assert_eq!(server.get(path).await.status, StatusCode::OK, "{path}");
    }
    let metrics = server.get("/metrics").await.text();
    assert!(
        metrics.contains(r#"http_requests_total{method="GET",route="/healthz",status="200"}"#),
        "{metrics}"
    );
    let wit = server.get("/component?wit").await.text();
    assert!(wit.contains("package vismatch:pipeline"), "{wit}");
    let accept = [(header::ACCEPT, "application/json")];
    let described = server.get_with("/component", &accept).await.json();
    assert_eq!(
        described["digest"],
        format!("sha256:{}", server.app.services.sandbox.digest())
    );

    let named = [(super::observe::REQUEST_ID, "my-id-1")];
    let answer = server.get_with("/healthz", &named).await;
    assert_eq!(answer.header(super::observe::REQUEST_ID), "my-id-1");
}

#[test]
fn pages_load_nothing_from_elsewhere() {
    for page in [super::docs::SWAGGER_PAGE, super::docs::REDOC_PAGE] {
        assert!(!page.contains("//"), "{page}");
    }
}

#[tokio::test]
async fn an_upload_says_what_became_of_its_name() {
    let server = Server::start().await;
    let first = server.upload("p", "%C3%A9.ppm", &picture(3.0)).await;
    assert_eq!(first["name"], "é.ppm");
    let first = server.upload("p", "a%20 b.ppm", &picture(3.5)).await;
    assert_eq!(
        first["name"], "a%20 b.ppm",
        "only what is encoded throughout is"
    );
    assert!(first.get("sent_name").is_none(), "{first}");
    let taken = server.upload("p", "e\u{301}.ppm", &picture(4.0)).await;
    assert_eq!(taken["name"], "é (2).ppm");
    assert_eq!(taken["sent_name"], "e\u{301}.ppm");
    let long = format!("{}.ppm", "x".repeat(400));
    let cut = server.upload("p", &long, &picture(5.0)).await;
    assert_eq!(cut["name"], format!("{}.ppm", "x".repeat(251)));
    assert_eq!(cut["sent_name"], long);
    let quoted = server
        .upload("p", "say %22hi%22 a:b.ppm", &picture(6.0))
        .await;
    assert_eq!(quoted["name"], "say \"hi\" a:b.ppm");
    let file = "image_root/p/say %22hi%22 a%3Ab.ppm";
    assert!(server.app.config.data.join(file).is_file());
    let address = "/projects/p/images/say%20%22hi%22%20a%3Ab.ppm?size=thumb";
    assert_eq!(server.get(address).await.status, StatusCode::OK);
    let nfd = server
        .call(Method::DELETE, "/projects/p/images/e%CC%81.ppm")
        .await;
    assert_eq!(nfd.status, StatusCode::OK, "{}", nfd.text());
}
