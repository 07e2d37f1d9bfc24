//! What happens, as it happens: changes of the store, whichever process made them, and how far the
//! indexing of the image root, the plugins and the judging of duplicates have come.
//!
//! The change sequence is the only thing that all processes share, so it is looked at twice a second
//! while somebody listens: one row by its key.

use std::collections::VecDeque;
use std::time::Duration;

use futures::{Stream, stream};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::store::Change;

use super::image_root::ScanState;
use super::matching::JudgingState;
use super::plugins::PluginState;
use super::{ServiceError, Services};

/// How often the change sequence is looked at.
const PACE: Duration = Duration::from_millis(500);
/// Changes that are read at once.
const BATCH: u64 = 500;
/// A listener that missed more begins anew: to list again what it shows is less work by then.
const MOST_MISSED: u64 = 10_000;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The first of every stream: what comes are the changes after this one.
    Ready {
        /// The last change that the listener knows.
        change: u64,
        /// Nothing that happened since the listener was last here is left out.
        resumed: bool,
    },
    /// An image came, was replaced, or went.
    Image(Change),
    /// The indexing of the image root went on.
    Scan(ScanState),
    /// A plugin was asked about more images, or is otherwise than it was.
    Plugin(PluginState),
    /// An answer about duplicates is in the making and went on.
    Judging(JudgingState),
}

/// What happens from now on or, for a listener that comes back, from behind the last change it heard of.
/// Ends with the first error.
pub fn follow(
    services: Services,
    heard: Option<u64>,
) -> impl Stream<Item = Result<Event, ServiceError>> {
    stream::try_unfold(None, move |listener: Option<Listener>| {
        let services = services.clone();
        async move {
            let mut listener = match listener {
                Some(listener) => listener,
                None => Listener::begin(services, heard).await?,
            };
            let event = listener.next().await?;
            Ok(Some((event, Some(listener))))
        }
    })
}

/// Somebody who listens, and what was not told yet.
struct Listener {
    services: Services,
    change: u64,
    scan: ScanState,
    plugins: Vec<PluginState>,
    judgings: Vec<JudgingState>,
    untold: VecDeque<Event>,
    pace: Interval,
}

impl Listener {
    async fn begin(services: Services, heard: Option<u64>) -> Result<Self, ServiceError> {
        let newest = services.store.last_change().await?;
        let missed = heard.and_then(|heard| newest.checked_sub(heard));
        let resumed = missed.is_some_and(|missed| missed <= MOST_MISSED);
        let change = heard.filter(|_| resumed).unwrap_or(newest);
        let scan = services.scan.state();
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let plugins = services.plugins.states();
        let mut untold = VecDeque::from([Event::Ready { change, resumed }, Event::Scan(scan)]);
        untold.extend(plugins.iter().cloned().map(Event::Plugin));
        Ok(Self {
            services,
            change,
            scan,
            plugins,
            judgings: Vec::new(),
            untold,
            pace,
        })
    }

    async fn next(&mut self) -> Result<Event, ServiceError> {
        loop {
            if let Some(event) = self.untold.pop_front() {
                return Ok(event);
            }
            self.pace.tick().await;
            self.poll().await?;
        }
    }

    async fn poll(&mut self) -> Result<(), ServiceError> {
        let scan = self.services.scan.state();
        if scan != self.scan {
            self.scan = scan;
            self.untold.push_back(Event::Scan(scan));
        }
        let plugins = self.services.plugins.states();
        for (now, told) in plugins.iter().zip(&self.plugins) {
            if now != told {
                self.untold.push_back(Event::Plugin(now.clone()));
            }
        }
        self.plugins = plugins;
        let judgings = self.services.groups.judgings.states();
        let new = judgings
            .iter()
            .filter(|state| !self.judgings.contains(state));
        self.untold.extend(new.cloned().map(Event::Judging));
        self.judgings = judgings;
        let store = &self.services.store;
        if store.last_change().await? > self.change {
            let changes = store.changes_since(self.change, BATCH).await?;
            self.change = changes.last().map_or(self.change, |last| last.sequence);
            self.untold.extend(changes.into_iter().map(Event::Image));
        }
        Ok(())
    }
}
