//! Places for connections: how many there may be at once, over all listeners, and how many of them one client may
//! have.
//!
//! A connection needs descriptors, and a process has only so many: there are fewer places than would use them up.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Descriptors that a connection may need: its own, a file that comes, a file that goes.
const EACH: u64 = 3;
/// Descriptors for everything else: the database, the index, the image root, the log.
const OTHERS: u64 = 128;
/// Places, however many descriptors there are.
const MOST: u64 = 4_096;
/// Places, however few descriptors there are.
const LEAST: u64 = 16;

/// The places for connections. Cheap to clone: clones share them.
#[derive(Clone, Debug)]
pub struct Places {
    all: usize,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection's place; dropped, it is free again.
#[derive(Debug)]
pub struct Place {
    client: IpAddr,
    places: Places,
}

impl Places {
    /// As many places as this process has descriptors for.
    pub fn of_process() -> Self {
        let places = (descriptors().saturating_sub(OTHERS) / EACH).clamp(LEAST, MOST);
        Self::new(places as usize)
    }

    /// So many places.
    pub fn new(all: usize) -> Self {
        Self {
            all,
            taken: Arc::default(),
        }
    }

    /// A place for a connection from this address; `None` when all are taken, or half of them by this one.
    pub fn take(&self, client: IpAddr) -> Option<Place> {
        let mut taken = self.taken();
        if taken.values().sum::<usize>() >= self.all {
            return None;
        }
        let of_client = taken.entry(client).or_default();
        if *of_client >= self.all.div_ceil(2) {
            return None;
        }
        *of_client += 1;
        Some(Place {
            client,
            places: self.clone(),
        })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(of_client) = taken.get_mut(&self.client) {
            *of_client -= 1;
            if *of_client == 0 {
                taken.remove(&self.client);
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
    use std::net::Ipv4Addr;

    use super::*;

    fn client(last: u8) -> IpAddr {
        Ipv4Addr::new(10, 0, 0, last).into()
    }

    #[test]
    fn one_client_gets_half_of_the_places_and_all_together_get_all() {
        let places = Places::new(5);
        let first: Vec<_> = (0..9).map_while(|_| places.take(client(1))).collect();
        assert_eq!(first.len(), 3);
        let second: Vec<_> = (0..9).map_while(|_| places.take(client(2))).collect();
        assert_eq!(second.len(), 2);
        assert!(places.take(client(3)).is_none());
        drop(first);
        assert!(places.take(client(3)).is_some());
    }
}
