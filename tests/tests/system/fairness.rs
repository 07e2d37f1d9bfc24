//! One client does not hold up another: expensive pictures of one, and a good upload of another that comes after all of
//! them. The order in which they are answered decides, never the time.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use vismatch_tests::client::{file_form, send};
use vismatch_tests::server::eventually;
use vismatch_tests::{Client, Picture, Server, hostile};

/// How many expensive pictures there are.
const EXPENSIVE: usize = 6;
const GREEDY: &str = "127.0.0.2";
const MODEST: &str = "127.0.0.3";

/// Progressive, of 85 scans; a picture of so many pixels may have 95.
fn expensive() -> Vec<u8> {
    hostile::square_of_scans(4096, 2)
}

fn good() -> Vec<u8> {
    Picture::photo(1, 320, 240).jpeg(90)
}

fn calling_from(server: &Server, address: &str) -> Client {
    server.from_address(address.parse::<IpAddr>().unwrap())
}

/// The number that a metric without labels has.
fn metric(server: &Server, name: &str) -> u64 {
    let text = server.get("/metrics").ok().text();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0, |value| value.trim().parse().unwrap())
}

fn wait_for_queue(server: &Server, least: u64) {
    eventually("pictures wait", || {
        metric(server, "vismatch_sandbox_queue_depth ") >= least
    });
}

/// Who was answered, in order, and with what.
#[derive(Clone, Default)]
struct Answered(Arc<Mutex<Vec<(&'static str, u16)>>>);

impl Answered {
    /// Uploads a picture on a thread of its own and notes its answer.
    fn upload(
        &self,
        who: &'static str,
        client: &Client,
        forwarded_for: &str,
        file: &[u8],
    ) -> JoinHandle<()> {
        let (answered, client, file) = (self.clone(), client.clone(), file.to_owned());
        let forwarded_for = forwarded_for.to_owned();
        thread::spawn(move || {
            let request = client.request(reqwest::Method::POST, &format!("/projects/{who}/images"));
            let request = request
                .header("x-forwarded-for", forwarded_for)
                .multipart(file_form("a.jpg", &file));
            let answer = send(request).expect("the server answers");
            answered.0.lock().unwrap().push((who, answer.status));
        })
    }

    fn list(&self) -> Vec<(&'static str, u16)> {
        self.0.lock().unwrap().clone()
    }

    /// How many were answered before the first of this one.
    fn before(&self, who: &str) -> usize {
        let list = self.list();
        list.iter()
            .position(|(one, _)| *one == who)
            .expect("answered")
    }
}

/// Four wait at least, then the good one comes: how many expensive ones are answered before it, without those that
/// were before it came.
fn overtaken(server: &Server, greedy: (&Client, &str), modest: (&Client, &str)) -> usize {
    let answered = Answered::default();
    let file = expensive();
    let mut uploads: Vec<_> = (0..EXPENSIVE)
        .map(|_| answered.upload("greedy", greedy.0, greedy.1, &file))
        .collect();
    wait_for_queue(server, EXPENSIVE as u64 - 2);
    let before = answered.list().len();
    uploads.push(answered.upload("modest", modest.0, modest.1, &good()));
    uploads.into_iter().for_each(|one| one.join().unwrap());
    let list = answered.list();
    assert!(list.iter().all(|(_, status)| *status == 200), "{list:?}");
    answered.before("modest") - before
}

fn one_worker(arguments: &[&str]) -> Server {
    let settings = Server::settings().arguments(["--workers", "1"]);
    settings.arguments(arguments.iter().copied()).start()
}

#[test]
fn a_good_upload_waits_for_one_picture_of_another_client_and_no_more() {
    let server = one_worker(&[]);
    let [greedy, modest] = [GREEDY, MODEST].map(|address| calling_from(&server, address));
    let overtaken = overtaken(&server, (&greedy, ""), (&modest, ""));
    // That which ran, and one more whose answer was on its way.
    assert!(overtaken <= 2, "{overtaken} of {EXPENSIVE} came before it");
}

#[test]
fn clients_behind_a_trusted_proxy_are_told_apart() {
    let server = one_worker(&["--trusted-proxy", "127.0.0.0/8"]);
    let proxy = server.client();
    let overtaken = overtaken(
        &server,
        (&proxy, "192.0.2.1"),
        (&proxy, "6.6.6.6, 192.0.2.2"),
    );
    assert!(overtaken <= 2, "{overtaken} of {EXPENSIVE} came before it");
}

#[test]
fn what_is_no_trusted_proxy_is_one_client_whatever_it_says() {
    let server = one_worker(&["--trusted-proxy", "10.0.0.1"]);
    let client = server.client();
    let overtaken = overtaken(&server, (&client, "192.0.2.1"), (&client, "192.0.2.2"));
    assert!(overtaken > 2, "only {overtaken} came before it");
    let told = server.log();
    let told = told.lines().filter(|line| line.contains("--trusted-proxy"));
    assert_eq!(told.count(), 1, "{}", server.log());
}

/// The queue has three places. One client takes them all; another gets one, and the first has one refused for it.
#[test]
fn one_client_does_not_fill_the_queue() {
    let server = one_worker(&["--queue", "3"]);
    let [greedy, modest] = [GREEDY, MODEST].map(|address| calling_from(&server, address));
    let answered = Answered::default();
    // It takes seconds, in which all of this happens.
    let file = hostile::black_png(9_900, 9_900);
    let mut uploads: Vec<_> = (0..4)
        .map(|_| answered.upload("greedy", &greedy, "", &file))
        .collect();
    wait_for_queue(&server, 3);
    let refused = greedy.upload("greedy", "b.jpg", &file);
    assert!(!refused.header("retry-after").is_empty());
    refused.refused(503);
    uploads.push(answered.upload("modest", &modest, "", &good()));
    uploads.into_iter().for_each(|one| one.join().unwrap());
    let list = answered.list();
    assert!(list.contains(&("modest", 200)), "{list:?}");
    let refused = list.iter().filter(|(_, status)| *status == 503).count();
    assert_eq!(refused, 1, "{list:?}");
}
