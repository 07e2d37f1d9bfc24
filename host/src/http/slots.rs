//! Slots for connections, and for requests: how many there may be at once, over all listeners, and how many of them
//! one client may have.
//!
//! A connection needs descriptors, and a process has only so many: there are fewer slots than would use them up. Clients
//! behind a proxy share its connections, of which it may have all: so there are slots for their requests, too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::Client;

/// Descriptors that a connection may need: its own, a file that comes, a file that goes.
const EACH: u64 = 3;
/// Descriptors for everything else: the database, the index, the image root, the log.
const OTHERS: u64 = 128;
/// Slots, however many descriptors there are.
const MOST: u64 = 4_096;
/// Slots, however few descriptors there are.
const LEAST: u64 = 16;

/// Slots. Cheap to clone: clones share them.
#[derive(Clone, Debug)]
pub struct Slots {
    all: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_client: HashMap<Client, usize>,
}

/// A slot; dropped, it is free again.
#[derive(Debug)]
pub struct Slot {
    /// `None` when several clients share it.
    client: Option<Client>,
    slots: Slots,
}

impl Slots {
    /// As many places as this process has descriptors for.
    pub fn of_process() -> Self {
        let slots = (descriptors().saturating_sub(OTHERS) / EACH).clamp(LEAST, MOST);
        Self::new(slots as usize)
    }

    /// So many places.
    pub fn new(all: usize) -> Self {
        Self {
            all,
            taken: Arc::default(),
        }
    }

    /// A slot for a client; `None` when all are taken, or half of them by this one.
    pub fn take(&self, client: Client) -> Option<Slot> {
        let mut taken = self.taken();
        let of_client = taken.by_client.get(&client).copied().unwrap_or_default();
        if taken.all >= self.all || of_client >= self.all.div_ceil(2) {
            return None;
        }
        taken.all += 1;
        taken.by_client.insert(client, of_client + 1);
        Some(self.slot(Some(client)))
    }

    /// A slot that several clients share; `None` when all are taken.
    pub fn take_shared(&self) -> Option<Slot> {
        let mut taken = self.taken();
        if taken.all >= self.all {
            return None;
        }
        taken.all += 1;
        Some(self.slot(None))
    }

    fn slot(&self, client: Option<Client>) -> Slot {
        let slots = self.clone();
        Slot { client, slots }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        taken.all -= 1;
        let Some(client) = self.client else {
            return;
        };
        if let Some(of_client) = taken.by_client.get_mut(&client) {
            *of_client -= 1;
            if *of_client == 0 {
                taken.by_client.remove(&client);
            }
        }
    }
}

/// Descriptors that this process may have, once it asked for as many as it can get.
#[cfg(unix)]
fn descriptors() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum.unwrap_or(u64::MAX),
        Err(_) => current.unwrap_or(u64::MAX),
    }
}

/// Other systems have no limit that is reached first.
#[cfg(not(unix))]
fn descriptors() -> u64 {
    u64::MAX
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn client(last: u8) -> Client {
        IpAddr::from(Ipv4Addr::new(10, 0, 0, last)).into()
    }

    #[test]
    fn one_client_gets_half_of_the_places_and_all_together_get_all() {
        let slots = Slots::new(5);
        let first: Vec<_> = (0..9).map_while(|_| slots.take(client(1))).collect();
        assert_eq!(first.len(), 3);
        let second: Vec<_> = (0..9).map_while(|_| slots.take(client(2))).collect();
        assert_eq!(second.len(), 2);
        assert!(slots.take(client(3)).is_none());
        drop(first);
        assert!(slots.take(client(3)).is_some());
    }

    #[test]
    fn places_that_clients_share_are_held_to_no_half() {
        let slots = Slots::new(5);
        let shared: Vec<_> = (0..9).map_while(|_| slots.take_shared()).collect();
        assert_eq!(shared.len(), 5);
        assert!(slots.take(client(1)).is_none());
        drop(shared);
        assert!(slots.take(client(1)).is_some());
    }
}
