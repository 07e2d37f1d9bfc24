//! What happens, as it happens: server-sent events, and coming back to them.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::blocking::Response;
use serde_json::Value;
use vismatch_tests::client::text;
use vismatch_tests::{Client, Picture, Server};

/// Somebody who listens.
struct Listener {
    lines: std::io::Lines<BufReader<Response>>,
}

/// One event: its name, id and data.
#[derive(Debug)]
struct Heard {
    name: String,
    id: Option<String>,
    data: Value,
}

impl Listener {
    fn begin(client: &Client, last: Option<&str>) -> Self {
        let mut request = client.request(Method::GET, "/events");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-cache");
        Self {
            lines: BufReader::new(answer).lines(),
        }
    }

    /// The next event of that name; others are passed over.
    fn hear(&mut self, name: &str) -> Heard {
        loop {
            let heard = self.next();
            if heard.name == name {
                return heard;
            }
        }
    }

    fn next(&mut self) -> Heard {
        let mut heard = Heard {
            name: String::new(),
            id: None,
            data: Value::Null,
        };
        loop {
            let line = self.lines.next().expect("events do not end").unwrap();
            match line.split_once(": ") {
                Some(("event", name)) => heard.name = name.to_owned(),
                Some(("id", id)) => heard.id = Some(id.to_owned()),
                Some(("data", data)) => heard.data = serde_json::from_str(data).unwrap(),
                _ if line.is_empty() && !heard.name.is_empty() => return heard,
                _ => {}
            }
        }
    }
}

fn upload(client: &Client, number: u64) -> String {
    let picture = Picture::photo(number, 200, 150).jpeg(85);
    let answer = client.upload("trip", &format!("{number}.jpg"), &picture);
    text(&answer.json(), "image_id")
}

#[test]
fn changes_are_told_as_they_happen() {
    let server = Server::start();
    let mut listener = Listener::begin(&server, None);
    let ready = listener.hear("ready");
    assert_eq!(ready.data["change"], 0);
    assert_eq!(ready.id.as_deref(), Some("0"));
    listener.hear("scan");
    let id = upload(&server, 1);
    let came = listener.hear("image");
    assert_eq!(came.data["image_id"], id.as_str());
    assert_eq!(came.data["project_id"], "trip");
    assert_eq!(came.data["present"], true);
    assert_eq!(came.id, Some(came.data["change"].to_string()));
    server.delete(&format!("/projects/trip/images/{id}"));
    let went = listener.hear("image");
    assert_eq!(went.data["image_id"], id.as_str());
    assert_eq!(went.data["present"], false);
}

#[test]
fn who_comes_back_hears_what_was_missed() {
    let server = Server::start();
    let mut listener = Listener::begin(&server, None);
    listener.hear("ready");
    upload(&server, 1);
    let last = listener.hear("image").id.unwrap();
    drop(listener);
    let missed = upload(&server, 2);
    let mut back = Listener::begin(&server, Some(&last));
    assert_eq!(back.hear("ready").data["resumed"], true);
    assert_eq!(back.hear("image").data["image_id"], missed.as_str());
}

#[test]
fn who_comes_from_another_world_is_told_so() {
    let server = Server::start();
    upload(&server, 1);
    for stale in ["99999", "-1", "nonsense"] {
        let ready = Listener::begin(&server, Some(stale)).hear("ready");
        assert_eq!(ready.data["resumed"], false, "{stale}");
        assert_eq!(ready.data["change"], 1, "{stale}");
    }
}

#[test]
fn every_listener_hears_what_another_process_did() {
    let server = Server::start();
    let other = Server::over(server.data());
    let mut listeners: Vec<Listener> = (0..3).map(|_| Listener::begin(&server, None)).collect();
    for listener in &mut listeners {
        listener.hear("ready");
    }
    let id = upload(&other, 1);
    for listener in &mut listeners {
        assert_eq!(listener.hear("image").data["image_id"], id.as_str());
    }
}

#[cfg(unix)]
#[test]
fn listeners_do_not_hold_up_a_stop() {
    let mut server = Server::start();
    let mut listener = Listener::begin(&server, None);
    listener.hear("ready");
    let begin = Instant::now();
    server.ask_to_stop();
    assert!(server.wait_for_end().success());
    assert!(begin.elapsed() < Duration::from_secs(30));
}
