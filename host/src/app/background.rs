//! What a server does beside its requests: a list, begun at its start and stopped at its end.
//!
//! Each piece of work watches for what it has to do, and ends when it is asked to stop. None is waited for by a request.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::service::{ServiceError, Services, crops, image_root, plugins, trash, unerased};

/// How long it may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

/// The work of a server, going on.
#[derive(Clone, Default)]
pub struct Background {
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// One piece of work.
struct Work {
    /// For the log.
    name: String,
    future: BoxFuture<'static, Result<(), ServiceError>>,
}

impl Background {
    /// Begins all that there is to do; what changes the store, only where that can be written.
    pub fn begin(&self, services: &Services, config: &Config) {
        let mut list = self.for_plugins(services);
        if services.store.read_only().is_none() {
            list.extend(self.changes(services, config));
        }
        for Work { name, future } in list {
            self.tasks.spawn(async move {
                if let Err(error) = future.await {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "background work has ended: {name}");
                }
            });
        }
    }

    /// Stops it, and waits until it has.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        let stopped = tokio::time::timeout(STOP_TIMEOUT, self.tasks.wait()).await;
        if stopped.is_err() {
            tracing::warn!(
                "background work did not stop within {STOP_TIMEOUT:?}, leaving it behind"
            );
        }
    }

    /// Asking plugins about the images that they have not seen.
    fn for_plugins(&self, services: &Services) -> Vec<Work> {
        let work = services.plugins.all().map(|plugin| {
            let name = format!("asking plugin {}", plugin.name());
            let follow = plugins::follow(services.clone(), Arc::clone(plugin), self.stop.clone());
            Work::new(name, follow.map(Ok))
        });
        work.collect()
    }

    /// Work that changes the store whenever it does anything.
    fn changes(&self, services: &Services, config: &Config) -> [Work; 4] {
        let (of, stop) = (|| services.clone(), || self.stop.clone());
        let trash = trash::keep_short(of(), config.trash_retention, stop());
        [
            Work::new("following the image root", image_root::follow(of(), stop())),
            Work::new("making local features", crops::follow(of(), stop()).map(Ok)),
            Work::new("emptying the trash", trash.map(Ok)),
            Work::new(
                "erasing deleted files",
                unerased::erase_all(of(), stop()).map(Ok),
            ),
        ]
    }
}

impl Work {
    fn new(
        name: impl Into<String>,
        future: impl Future<Output = Result<(), ServiceError>> + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            future: future.boxed(),
        }
    }
}
