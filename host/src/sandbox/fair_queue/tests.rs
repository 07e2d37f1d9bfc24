//! Who is served when, told by a clock that the tests set.

use std::net::{IpAddr, Ipv4Addr};

use super::*;

const SLOW: Duration = Duration::from_secs(10);
const QUICK: Duration = Duration::from_millis(10);

/// A queue whose workers end what they run when the test says so.
struct Bench {
    queue: FairQueue<(u8, Duration)>,
    now: Instant,
    /// Of which client, since when, until when.
    running: Vec<(u8, Instant, Instant)>,
    order: Vec<u8>,
}

fn client(number: u8) -> Client {
    IpAddr::from(Ipv4Addr::new(10, 0, 0, number)).into()
}

impl Bench {
    fn new(workers: usize, places: usize) -> Self {
        Self {
            queue: FairQueue::new(workers, places),
            now: Instant::now(),
            running: Vec::new(),
            order: Vec::new(),
        }
    }

    fn ask(&mut self, number: u8, takes: Duration) -> Admission {
        let asked = self.queue.ask(client(number), (number, takes), self.now);
        if asked == Admission::Runs {
            self.run(number, takes);
        }
        asked
    }

    fn run(&mut self, number: u8, takes: Duration) {
        self.running.push((number, self.now, self.now + takes));
    }

    /// Lets time pass until the next call ends; of which client it was.
    fn end_one(&mut self) -> u8 {
        let (at, _) = self
            .running
            .iter()
            .enumerate()
            .min_by_key(|(_, (_, _, until))| *until)
            .expect("something runs");
        let (number, since, until) = self.running.remove(at);
        self.now = until;
        self.order.push(number);
        if let Some((_, (next, takes))) = self.queue.end(client(number), since, self.now) {
            self.run(next, takes);
        }
        number
    }

    fn end_all(&mut self) -> &[u8] {
        while !self.running.is_empty() {
            self.end_one();
        }
        &self.order
    }

    fn is_as_new(&self, workers: usize, places: usize) -> bool {
        self.queue.clients.is_empty()
            && (self.queue.free_workers, self.queue.free_places) == (workers, places)
    }
}

#[test]
fn a_newcomer_waits_for_one_call_of_another_and_no_more() {
    let mut bench = Bench::new(1, 10);
    for _ in 0..6 {
        bench.ask(1, SLOW);
    }
    bench.ask(2, QUICK);
    assert_eq!(bench.end_all(), [1, 2, 1, 1, 1, 1, 1]);
    assert!(bench.is_as_new(1, 10));
}

#[test]
fn turns_are_of_time_and_not_of_calls() {
    let mut bench = Bench::new(1, 100);
    for _ in 0..4 {
        bench.ask(1, SLOW);
    }
    for _ in 0..30 {
        bench.ask(2, QUICK);
    }
    let order = bench.end_all();
    // 30 quick ones have not had what one slow one has.
    assert_eq!(order[0], 1);
    assert_eq!(order[1..31], [2; 30]);
    assert_eq!(order[31..], [1; 3]);
}

#[test]
fn equal_clients_take_turns_and_calls_of_one_keep_their_order() {
    let mut bench = Bench::new(1, 100);
    for _ in 0..3 {
        bench.ask(1, QUICK);
    }
    for _ in 0..2 {
        bench.ask(2, QUICK);
        bench.ask(3, QUICK);
    }
    assert_eq!(bench.end_all(), [1, 2, 3, 1, 2, 3, 1]);
}

#[test]
fn what_runs_counts_while_it_runs() {
    let mut bench = Bench::new(2, 10);
    bench.ask(1, SLOW);
    bench.ask(2, QUICK);
    bench.ask(1, QUICK);
    bench.ask(2, QUICK);
    bench.ask(2, QUICK);
    // The first client has a worker already.
    assert_eq!(bench.end_all(), [2, 2, 2, 1, 1]);
}

#[test]
fn nothing_is_owed_for_time_in_which_nothing_was_asked() {
    let mut bench = Bench::new(1, 100);
    for _ in 0..20 {
        bench.ask(1, SLOW);
    }
    for _ in 0..10 {
        bench.end_one();
    }
    for _ in 0..5 {
        bench.ask(2, SLOW);
    }
    bench.end_all();
    assert_eq!(bench.order[10..15], [1, 2, 1, 2, 1]);
}

#[test]
fn one_client_may_take_every_place_and_none_from_another() {
    let mut bench = Bench::new(1, 4);
    for _ in 0..5 {
        assert_ne!(bench.ask(1, SLOW), Admission::Refused);
    }
    assert_eq!(bench.ask(1, SLOW), Admission::Refused);
    // The first gives way until both wait as often.
    for _ in 0..2 {
        assert!(matches!(bench.ask(2, QUICK), Admission::Waits(_)));
    }
    assert_eq!(bench.ask(2, QUICK), Admission::Refused);
    assert_eq!(bench.ask(1, QUICK), Admission::Refused);
    assert_eq!(bench.end_all(), [1, 2, 2, 1, 1]);
    assert!(bench.is_as_new(1, 4));
}

#[test]
fn what_leaves_gives_its_place_back_once() {
    let mut bench = Bench::new(1, 1);
    bench.ask(1, SLOW);
    let Admission::Waits(ticket) = bench.ask(2, QUICK) else {
        panic!("it did not wait");
    };
    assert!(bench.queue.leave(client(2), ticket).is_some());
    assert!(bench.queue.leave(client(2), ticket).is_none());
    assert!(matches!(bench.ask(3, QUICK), Admission::Waits(_)));
    assert_eq!(bench.end_all(), [1, 3]);
    assert!(bench.is_as_new(1, 1));
}
