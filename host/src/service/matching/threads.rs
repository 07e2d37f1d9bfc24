//! Work that takes milliseconds and more, away from the threads that serve requests.

use super::ServiceError;

/// Fewer items are not worth a thread.
const LEAST_SHARE: usize = 8;

/// Does it on a thread of its own.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|panic| ServiceError::Internal(panic.into()))
}

/// Does the same with each item, on as many threads as there are cores; the answers in the order of the items.
pub fn in_threads<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> Option<R> + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(LEAST_SHARE);
    let mut items = items.into_iter();
    let mut shares = Vec::new();
    while items.len() > 0 {
        shares.push(items.by_ref().take(share).collect::<Vec<T>>());
    }
    if shares.len() < 2 {
        return shares.into_iter().flatten().filter_map(work).collect();
    }
    let work = &work;
    std::thread::scope(|scope| {
        let started = shares.into_iter().map(|share| {
            scope.spawn(move || share.into_iter().filter_map(work).collect::<Vec<R>>())
        });
        let started: Vec<_> = started.collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<R>>| match thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        started.into_iter().flat_map(join).collect()
    })
}
