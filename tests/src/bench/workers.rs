//! The same work on many things, on all cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often standard error is told how far work has come.
const TOLD: Duration = Duration::from_secs(10);

/// Does the work with each item, and tells how far `what` has come; the results in the order of the items.
pub fn each<T: Sync, R: Send>(what: &str, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let told = Mutex::new(Instant::now());
    let worker = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else {
                return done;
            };
            tell(&told, what, place, items.len());
            done.push((place, work(item)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let results = running.into_iter().map(|thread| thread.join());
        results
            .flat_map(|done| done.expect("a worker that panics ends the bench"))
            .collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

fn tell(told: &Mutex<Instant>, what: &str, done: usize, all: usize) {
    // Whoever finds it locked leaves the telling to the other.
    let Ok(mut told) = told.try_lock() else {
        return;
    };
    if told.elapsed() >= TOLD {
        *told = Instant::now();
        eprintln!("{what}: {done} of {all}");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_the_order_of_the_items() {
        let numbers: Vec<u32> = (0..1_000).collect();
        let doubled = super::each("numbers", &numbers, |number| number * 2);
        assert!((0..1_000).map(|number| number * 2).eq(doubled));
    }
}
