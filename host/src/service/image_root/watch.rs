//! Notices what happens in the image root and waits until it has settled. What to do about it is
//! not decided here. Links are not followed.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep, sleep_until};

use crate::service::ServiceError;

/// Quiet after an event that ends something: closed, renamed, removed.
const SETTLED: Duration = Duration::from_millis(300);
/// Quiet after an event that more is likely to follow: created, written to.
const WRITING: Duration = Duration::from_secs(2);
/// How often due paths are gathered.
const TICK: Duration = Duration::from_millis(100);
/// How often everything is gone through where the system cannot watch the folder.
const UNWATCHED: Duration = Duration::from_secs(60);

/// When what was passed over is looked at again.
const AGAIN: Duration = Duration::from_secs(30);

/// Something was renamed from the event's first path to its second.
const MOVED: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::Both));

/// What was noticed.
#[derive(Debug)]
pub enum Noticed {
    /// Events were lost: look at everything.
    Everything,
    /// These have been quiet for a while.
    Settled(Vec<Settled>),
}

/// A path that something happened to and that has been quiet since.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Settled {
    /// Where.
    pub path: PathBuf,
    /// What was here is elsewhere in the folder now.
    pub moved_within: bool,
}

impl Settled {
    /// What lies here now.
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            moved_within: false,
        }
    }
}

/// A watch over a folder and all below it.
pub struct Watch {
    /// `None` when the system cannot watch.
    watcher: Option<RecommendedWatcher>,
    events: UnboundedReceiver<notify::Result<Event>>,
    pending: Pending,
}

/// Paths with the moment at which they count as settled.
#[derive(Default)]
struct Pending {
    paths: HashMap<PathBuf, Instant>,
    moved_within: HashSet<PathBuf>,
    everything: Option<Instant>,
}

impl Watch {
    /// Starts to watch; a system that cannot is a warning, and everything is looked at once a minute.
    pub async fn start(folder: PathBuf) -> Result<Self, ServiceError> {
        let (sender, events) = unbounded_channel();
        let notice = move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, is_of_interest) {
                // The receiver is gone only when the server stops.
                let _ = sender.send(event);
            }
        };
        let watcher = tokio::task::spawn_blocking(move || watch(&folder, notice))
            .await
            .map_err(|panic| ServiceError::Internal(panic.into()))?;
        if let Err(error) = &watcher {
            tracing::warn!(%error, "the image root cannot be watched; it is scanned once a minute");
        }
        Ok(Self {
            watcher: watcher.ok(),
            events,
            pending: Pending::default(),
        })
    }

    /// Waits for something to have happened. May be called again whenever it has answered.
    pub async fn next(&mut self) -> Noticed {
        loop {
            if self.watcher.is_none() {
                sleep(UNWATCHED).await;
                return Noticed::Everything;
            }
            if let Some(noticed) = self.pending.due(Instant::now()) {
                return noticed;
            }
            let tick = Instant::now() + TICK;
            tokio::select! {
                event = self.events.recv() => self.note(event),
                () = sleep_until(tick), if !self.pending.is_empty() => {}
            }
        }
    }

    /// These are to be looked at again after a while.
    pub fn retry_later(&mut self, passed_over: Vec<Settled>) {
        let due = Instant::now() + AGAIN;
        for Settled { path, moved_within } in passed_over {
            if moved_within {
                self.pending.moved_within.insert(path.clone());
            }
            self.pending.paths.insert(path, due);
        }
    }

    /// Without a watcher behind it no event ever comes again.
    fn note(&mut self, event: Option<notify::Result<Event>>) {
        match event {
            Some(event) => self.pending.note(event, Instant::now()),
            None => self.watcher = None,
        }
    }
}

fn watch(
    folder: &Path,
    notice: impl FnMut(notify::Result<Event>) + Send + 'static,
) -> notify::Result<RecommendedWatcher> {
    let config = Config::default().with_follow_symlinks(false);
    let mut watcher = RecommendedWatcher::new(notice, config)?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(watcher)
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.everything.is_none()
    }

    fn note(&mut self, event: notify::Result<Event>, now: Instant) {
        match event {
            Ok(event) if event.need_rescan() => self.everything = Some(now + WRITING),
            Ok(event) => {
                let Some(quiet) = quiet_after(event.kind) else {
                    return;
                };
                let due = now + quiet;
                if let (MOVED, [from, _]) = (event.kind, event.paths.as_slice()) {
                    self.moved_within.insert(from.clone());
                }
                self.paths
                    .extend(event.paths.into_iter().map(|path| (path, due)));
            }
            Err(error) => {
                tracing::warn!(%error, "watching the image root: events may be lost");
                self.everything = Some(now + WRITING);
            }
        }
    }

    /// What is due; a look at everything takes care of all paths.
    fn due(&mut self, now: Instant) -> Option<Noticed> {
        if self.everything.is_some_and(|due| due <= now) {
            self.everything = None;
            return Some(Noticed::Everything);
        }
        let due = self.paths.extract_if(|_, due| *due <= now);
        let mut settled: Vec<Settled> = due
            .map(|(path, _)| Settled {
                moved_within: self.moved_within.remove(&path),
                path,
            })
            .collect();
        settled.sort();
        (!settled.is_empty()).then_some(Noticed::Settled(settled))
    }
}

fn is_of_interest(event: &Event) -> bool {
    event.need_rescan() || quiet_after(event.kind).is_some()
}

/// How long a path must be quiet after an event; `None` when the event says nothing.
fn quiet_after(kind: EventKind) -> Option<Duration> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(SETTLED),
        EventKind::Access(_) => None,
        EventKind::Create(CreateKind::Folder) => Some(SETTLED),
        EventKind::Modify(ModifyKind::Name(_)) | EventKind::Remove(_) => Some(SETTLED),
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Any | EventKind::Other => {
            Some(WRITING)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: EventKind = EventKind::Create(CreateKind::File);
    const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));

    fn event(kind: EventKind) -> notify::Result<Event> {
        Ok(Event::new(kind).add_path("/image_root/p/x.jpg".into()))
    }

    #[test]
    fn a_written_file_is_due_soon_after_it_is_closed() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        pending.note(event(CREATED), start);
        assert!(
            pending.due(start + SETTLED).is_none(),
            "still being written"
        );
        pending.note(event(CLOSED), start + SETTLED);
        let Some(Noticed::Settled(settled)) = pending.due(start + SETTLED * 2) else {
            panic!("closed and quiet");
        };
        let [one] = settled.as_slice() else {
            panic!("{settled:?}");
        };
        assert_eq!(one.path, Path::new("/image_root/p/x.jpg"));
        assert!(pending.is_empty(), "told once");
    }

    #[test]
    fn a_file_that_appears_whole_is_due_later() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        pending.note(event(CREATED), start);
        assert!(pending.due(start + WRITING).is_some());
    }

    #[test]
    fn lost_events_ask_for_everything() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        let overflow = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        pending.note(Ok(overflow), start);
        assert!(matches!(
            pending.due(start + WRITING),
            Some(Noticed::Everything)
        ));
    }

    #[test]
    fn reading_a_file_is_nothing_that_happens_to_it() {
        let read = EventKind::Access(AccessKind::Open(AccessMode::Any));
        assert!(quiet_after(read).is_none());
    }
}
