//! Whose turn it is: a bounded queue before a number of workers that serves clients by the time they have had.
//!
//! Start-time fair queueing (P. Goyal, H. M. Vin, H. Cheng, SIGCOMM 1996) with a queue for each client. A client's tag
//! is the time of workers that it has had, with what runs for it now, as nobody knows before what a picture takes. A
//! free worker goes to the waiting client of the smallest tag. A client that comes, or comes back, starts with the
//! smallest tag of those that are there: it is owed nothing for the time in which it asked for nothing.
//!
//! When all places are taken, the client that waits most often gives up the place that it took last, to one that
//! waits less (P. E. McKenney, "Stochastic fairness queueing", 1990: the longest queue drops). So one client may take
//! all places, but none from another.
//!
//! Knows no threads and no clock: the time is handed in.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crate::domain::Client;

/// Workers, and what waits for them.
#[derive(Debug)]
pub struct FairQueue<T> {
    free_workers: usize,
    free_places: usize,
    /// Of clients that wait or for which something runs.
    clients: HashMap<Client, Account<T>>,
    last: u64,
}

/// Something that waits, by the order in which it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// What becomes of something that asks for a worker.
#[derive(Debug, PartialEq, Eq)]
pub enum Admission {
    /// It has one.
    Runs,
    /// It waits.
    Waits(Ticket),
    /// There is no place for it.
    Refused,
}

/// What one client has had, has, and wants.
#[derive(Debug)]
struct Account<T> {
    had: Duration,
    /// When what runs was begun.
    running: Vec<Instant>,
    waiting: VecDeque<(Ticket, T)>,
}

impl<T> Account<T> {
    fn starting_with(had: Duration) -> Self {
        Self {
            had,
            running: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    /// The time of workers that it has had up to now.
    fn tag(&self, now: Instant) -> Duration {
        let running = self.running.iter();
        self.had + running.map(|&since| now - since).sum::<Duration>()
    }

    fn is_idle(&self) -> bool {
        self.running.is_empty() && self.waiting.is_empty()
    }
}

impl<T> FairQueue<T> {
    /// So many workers, and places before them.
    pub fn new(workers: usize, places: usize) -> Self {
        Self {
            free_workers: workers,
            free_places: places,
            clients: HashMap::new(),
            last: 0,
        }
    }

    /// A worker for something of a client; or a place, where it is kept. Drops what had to give up its place.
    pub fn ask(&mut self, client: Client, what: T, now: Instant) -> Admission {
        if self.free_workers > 0 {
            self.begin(client, now);
            return Admission::Runs;
        }
        if self.free_places == 0 && !self.make_place(client) {
            return Admission::Refused;
        }
        self.free_places -= 1;
        self.last += 1;
        let ticket = Ticket(self.last);
        let account = self.account(client, now);
        account.waiting.push_back((ticket, what));
        Admission::Waits(ticket)
    }

    /// Something of a client that was begun then has ended; the answer is what begins now in its place.
    pub fn end(&mut self, client: Client, begun: Instant, now: Instant) -> Option<(Client, T)> {
        self.free_workers += 1;
        if let Some(account) = self.clients.get_mut(&client)
            && let Some(at) = account.running.iter().position(|&since| since == begun)
        {
            account.running.swap_remove(at);
            account.had += now - begun;
        }
        let next = self.next(now);
        self.forget_if_idle(client);
        next
    }

    /// Something waits no more; `None` when its turn had come.
    pub fn leave(&mut self, client: Client, ticket: Ticket) -> Option<T> {
        let account = self.clients.get_mut(&client)?;
        let at = account
            .waiting
            .iter()
            .position(|(waiting, _)| *waiting == ticket)?;
        let (_, what) = account.waiting.remove(at)?;
        self.free_places += 1;
        self.forget_if_idle(client);
        Some(what)
    }

    /// What begins on a free worker.
    fn next(&mut self, now: Instant) -> Option<(Client, T)> {
        let waiting = self
            .clients
            .iter()
            .filter(|(_, account)| !account.waiting.is_empty());
        // Of two that have had as much, the one that came first.
        let (&client, _) = waiting.min_by_key(|(_, account)| {
            let first = account.waiting.front().map(|(ticket, _)| *ticket);
            (account.tag(now), account.running.len(), first)
        })?;
        let (_, what) = self.clients.get_mut(&client)?.waiting.pop_front()?;
        self.free_places += 1;
        self.begin(client, now);
        Some((client, what))
    }

    fn begin(&mut self, client: Client, now: Instant) {
        self.free_workers -= 1;
        self.account(client, now).running.push(now);
    }

    fn account(&mut self, client: Client, now: Instant) -> &mut Account<T> {
        let smallest = || self.clients.values().map(|account| account.tag(now)).min();
        let start = match self.clients.contains_key(&client) {
            true => Duration::ZERO,
            false => smallest().unwrap_or_default(),
        };
        self.clients
            .entry(client)
            .or_insert_with(|| Account::starting_with(start))
    }

    /// Takes a place from the client that waits most often, if it waits more often than this one then would.
    fn make_place(&mut self, client: Client) -> bool {
        let own = self
            .clients
            .get(&client)
            .map_or(0, |account| account.waiting.len());
        let most = self
            .clients
            .iter_mut()
            .max_by_key(|(_, account)| account.waiting.len());
        let Some((&longest, account)) = most.filter(|(_, most)| most.waiting.len() > own + 1)
        else {
            return false;
        };
        account.waiting.pop_back();
        self.free_places += 1;
        self.forget_if_idle(longest);
        true
    }

    /// Clients are remembered for as long as they ask for something.
    fn forget_if_idle(&mut self, client: Client) {
        if self.clients.get(&client).is_some_and(Account::is_idle) {
            self.clients.remove(&client);
        }
    }
}

#[cfg(test)]
mod tests;
