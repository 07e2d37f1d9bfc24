//! What cannot be done with duplicates is said plainly, and changes nothing.

use super::*;

const ID: &str = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8";

#[test]
fn questions_that_cannot_be_are_refused() {
    let server = Server::start();
    three_copies(&server, 1);
    for (query, status) in [
        ("radius=65", 400),
        ("radius=-1", 422),
        ("radius=many", 422),
        ("algorithm=md5", 422),
        ("orientation=sideways", 422),
        ("limit=0", 400),
        ("limit=1001", 400),
        ("limit=1000000000", 400),
        ("limit=-1", 422),
        ("after=nobody", 400),
        ("algorithm=pdq&radius=257", 400),
    ] {
        for path in ["/projects/p/duplicates", "/duplicates"] {
            server.get(&format!("{path}?{query}")).refused(status);
        }
    }
    for query in ["limit=0", "limit=1001", "after=nobody"] {
        server
            .get(&format!("/projects/p/duplicates/decisions?{query}"))
            .refused(400);
        server
            .get(&format!("/projects/p/trash?{query}"))
            .refused(400);
    }
}

#[test]
fn questions_to_all_projects_that_cannot_be_are_refused() {
    let server = Server::start();
    for (body, status) in [
        (json!({}), 422),
        (json!({"sha256": "short"}), 400),
        (
            json!({"fingerprints": [{"algorithm": "md5", "bits": "00"}]}),
            422,
        ),
        (
            json!({"fingerprints": [{"algorithm": "phash", "version": 9, "bits": "0123456789abcdef"}]}),
            400,
        ),
        (
            json!({"fingerprints": [{"algorithm": "phash", "bits": "0123456789abcdef"}], "radius": 65}),
            400,
        ),
        (
            json!({"fingerprints": [{"algorithm": "phash", "bits": "0123456789abcdef"}], "limit": 0}),
            400,
        ),
        (
            json!({"fingerprints": [{"algorithm": "phash", "bits": "0123456789abcdef"}], "limit": 1_000_000_000}),
            400,
        ),
    ] {
        server.post_json("/check", &body).refused(status);
    }
    server.post_json("/matches", &json!({})).refused(422);
    server
        .post_json("/matches", &json!({"image_id": ID}))
        .refused(404);
    server
        .post_json("/matches", &json!({"image_id": "a.jpg"}))
        .refused(404);
    server
        .post_json("/matches?limit=0", &json!({"image_id": ID}))
        .refused_somehow();
    let text = vismatch_tests::client::file_form("a.jpg", b"hello");
    server.post_form("/matches", text).refused(400);
    for path in ["/matches", "/check"] {
        let plain = server.request(reqwest::Method::POST, path);
        let plain = plain.header("content-type", "text/plain").body("x");
        vismatch_tests::client::send(plain).unwrap().refused(415);
        server.get(path).refused(405);
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let server = Server::start();
    let [small, ..] = three_copies(&server, 1);
    let elsewhere = server
        .upload("q", "q.jpg", &Picture::photo(7, 90, 60).jpeg(80))
        .json();
    let elsewhere = text(&elsewhere, "image_id");
    for project in ["nowhere", "%00"] {
        let expected = if project == "%00" { 400 } else { 404 };
        for part in ["duplicates", "duplicates/decisions", "trash"] {
            server
                .get(&format!("/projects/{project}/{part}"))
                .refused(expected);
        }
        server
            .delete(&format!("/projects/{project}/trash"))
            .refused(expected);
        server
            .delete(&format!("/projects/{project}/trash/{ID}"))
            .refused(expected);
        server
            .get(&format!("/projects/{project}/trash/{ID}"))
            .refused(expected);
        let restore = format!("/projects/{project}/trash/{ID}/restore");
        server
            .send_to(reqwest::Method::POST, &restore)
            .refused(expected);
        let decision = format!("/projects/{project}/duplicates/decisions/{ID}-{small}");
        server.delete(&decision).refused(expected);
        let bodies = [
            ("decisions", json!({"images": [ID, small]})),
            ("resolve", json!({"keep": ID, "remove": [small]})),
        ];
        for (route, body) in bodies {
            let path = format!("/projects/{project}/duplicates/{route}");
            server.post_json(&path, &body).refused(expected);
        }
    }
    for stranger in [ID, "unknown.jpg", &elsewhere, "../../etc/passwd", ""] {
        let decide = json!({"images": [small, stranger]});
        server
            .post_json("/projects/p/duplicates/decisions", &decide)
            .refused(404);
        for body in [
            json!({"keep": small, "remove": [stranger]}),
            json!({"keep": stranger, "remove": [small]}),
            json!({"images": [small, stranger]}),
        ] {
            server
                .post_json("/projects/p/duplicates/resolve", &body)
                .refused(404);
        }
    }
    for name in [ID, "unknown", &small] {
        server
            .get(&format!("/projects/p/trash/{name}"))
            .refused(404);
        server
            .delete(&format!("/projects/p/trash/{name}"))
            .refused(404);
        let restore = format!("/projects/p/trash/{name}/restore");
        server.send_to(reqwest::Method::POST, &restore).refused(404);
    }
    assert_eq!(server.ids("p").len(), 3);
}

#[test]
fn bodies_that_cannot_be_are_refused() {
    let server = Server::start();
    let [small, large, again] = three_copies(&server, 1);
    let many: Vec<String> = (0..101).map(|_| small.clone()).collect();
    for body in [
        json!({"images": []}),
        json!({"images": [small]}),
        json!({"images": [small, small]}),
        json!({"images": [small, "1-small.jpg"]}),
        json!({"images": many}),
    ] {
        server
            .post_json("/projects/p/duplicates/decisions", &body)
            .refused(400);
    }
    let many: Vec<String> = (0..1001).map(|_| small.clone()).collect();
    for (body, status) in [
        (json!({}), 422),
        (json!({"keep": large}), 422),
        (json!({"remove": [small]}), 422),
        (json!({"keep": large, "remove": []}), 400),
        (json!({"keep": large, "remove": [large]}), 400),
        (
            json!({"keep": large, "remove": ["1-large.jpg", small]}),
            400,
        ),
        (
            json!({"keep": large, "remove": [small], "images": [again]}),
            400,
        ),
        (json!({"keep": large, "remove": many}), 400),
        (json!({"images": [small]}), 400),
        (
            json!({"keep": large, "remove": [small], "dry_run": "True"}),
            422,
        ),
    ] {
        let answer = server.post_json("/projects/p/duplicates/resolve", &body);
        answer.refused(status);
    }
    for route in ["decisions", "resolve"] {
        let path = format!("/projects/p/duplicates/{route}");
        server
            .post_json(&path, &json!({"images": "all"}))
            .refused_somehow();
        let broken = server
            .request(reqwest::Method::POST, &path)
            .header("content-type", "application/json")
            .body("{");
        vismatch_tests::client::send(broken).unwrap().refused(400);
        let plain = server
            .request(reqwest::Method::POST, &path)
            .header("content-type", "text/plain")
            .body("all");
        vismatch_tests::client::send(plain).unwrap().refused(415);
        server.put(&path).refused(405);
    }
    for pair in ["x", "x-y", &format!("{small}-{small}"), &small] {
        server
            .delete(&format!("/projects/p/duplicates/decisions/{pair}"))
            .refused(400);
    }
    server
        .get(&format!("/projects/p/trash/{small}?size=huge"))
        .refused(422);
    assert_eq!(server.ids("p").len(), 3);
    assert!(trash(&server).is_empty());
}

#[test]
fn conflicts_name_what_is_in_the_way() {
    let server = Server::start();
    let [small, large, again] = three_copies(&server, 1);
    let [other, other_large, _] = three_copies(&server, 2);
    resolve(&server, json!({"keep": large, "remove": [small]}));
    let conflict = |body: Value| {
        let answer = server
            .post_json("/projects/p/duplicates/resolve", &body)
            .refused(409);
        text(&answer, "message")
    };
    for body in [
        json!({"keep": small, "remove": [again]}),
        json!({"keep": again, "remove": [small]}),
        json!({"keep": again, "remove": ["1-small.jpg"]}),
    ] {
        let said = conflict(body);
        assert!(said.contains("trash") && said.contains(&large), "{said}");
    }
    let decide = json!({"images": [other, other_large]});
    server
        .post_json("/projects/p/duplicates/decisions", &decide)
        .with_status(201);
    let said = conflict(json!({"images": [other, other_large]}));
    assert!(said.contains("decided"), "{said}");
    let dry = json!({"images": [other, other_large], "dry_run": true});
    server
        .post_json("/projects/p/duplicates/resolve", &dry)
        .refused(409);
    let alias = server.delete("/projects/p/images/1-small.jpg").refused(409);
    assert_eq!(alias["details"]["image_id"], json!(large));
    assert_eq!(server.ids("p").len(), 5);
}

#[test]
fn what_is_no_copy_goes_only_when_somebody_has_looked() {
    let server = Server::start();
    let photo = Picture::photo(1, 640, 480).jpeg(90);
    let large = give(&server, "large.jpg", &photo);
    let small = give(&server, "small.jpg", &Picture::photo(1, 320, 240).jpeg(80));
    let cropped = image::load_from_memory(&photo)
        .unwrap()
        .crop_imm(20, 15, 600, 450);
    let mut file = std::io::Cursor::new(Vec::new());
    cropped
        .write_to(&mut file, image::ImageFormat::Jpeg)
        .unwrap();
    let cropped = give(&server, "cropped.jpg", file.get_ref());
    let stranger = give(
        &server,
        "stranger.jpg",
        &Picture::photo(2, 640, 480).jpeg(90),
    );
    let all = server.ids("p");
    let refused = |body: Value, image: &str, verdicts: &[&str]| {
        let answer = server
            .post_json("/projects/p/duplicates/resolve", &body)
            .refused(409);
        let said = text(&answer, "message");
        assert!(
            verdicts.iter().any(|verdict| said.contains(verdict)),
            "{said}"
        );
        assert_eq!(answer["details"]["image_id"], json!(image), "{said}");
    };
    for dry_run in [true, false] {
        refused(
            json!({"keep": large, "remove": [small, cropped], "dry_run": dry_run}),
            &cropped,
            &["edited"],
        );
        refused(
            json!({"keep": large, "images": [small, large, "cropped.jpg"], "dry_run": dry_run}),
            &cropped,
            &["edited"],
        );
        for accept in ["same_picture", "edited"] {
            refused(
                json!({"keep": large, "remove": [small, stranger], "accept": accept, "dry_run": dry_run}),
                &stranger,
                &["different", "similar"],
            );
        }
    }
    assert_eq!(server.ids("p"), all, "nothing was done");
    server
        .post_json(
            "/projects/p/duplicates/resolve",
            &json!({"keep": large, "remove": [small], "accept": "everything"}),
        )
        .refused_somehow();
    let done = |accept: &str, remove: &[&String]| {
        let body = json!({"keep": large, "remove": remove, "accept": accept});
        let removed = resolve(&server, body)["removed"].clone();
        removed.as_array().unwrap().len()
    };
    assert_eq!(done("edited", &[&small, &cropped]), 2);
    assert_eq!(done("any", &[&stranger]), 1);
    assert_eq!(server.ids("p"), [large]);
}
