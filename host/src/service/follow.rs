//! Keeps the index in step with the store's change sequence, whichever process wrote to it.
//!
//! Whoever asks for the index gets every change that was committed before the question, so an
//! upload is found by the next search on any process. Nothing is pushed. What is remembered from
//! start to start is a snapshot, taken when enough has changed and when the server stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::Mutex;

use crate::domain::{ImageId, ProjectName, StoredFingerprints};
use crate::index::{Index, IndexedFingerprint, Loader, Mark, SnapshotError};
use crate::store::{Change, SnapshotFile, Store};

use super::ServiceError;
use super::matching::reach;

/// Changes that are read at once.
const BATCH: u64 = 1_000;
/// A snapshot is taken after so many changes: reading them again takes a fraction of a second.
const MANY: u64 = 20_000;
/// With many images it takes longer to write one, and is done after this share of them has changed.
const SHARE: u64 = 50;
/// Fewer changes are not worth a snapshot when the server stops.
const FEW: u64 = 1_000;

/// What of images is in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexed {
    /// The fingerprints of every image, by the pipeline's algorithms and by plugins.
    Pictures,
    /// The local features of those that have some: several for each image.
    Features,
}

/// An index that reads the change sequence before it answers.
#[derive(Debug)]
pub struct FollowedIndex {
    index: Arc<Index>,
    indexed: Indexed,
    /// The last change that is in the index.
    applied: AtomicU64,
    /// Held while changes are applied, so that requests side by side do it once.
    catching_up: Mutex<()>,
    snapshot: Arc<Snapshot>,
}

/// The file that a start begins with.
#[derive(Debug)]
struct Snapshot {
    file: SnapshotFile,
    /// The last change that is in it; 0 when there is none.
    sequence: AtomicU64,
    /// Held while it is written.
    writing: Mutex<()>,
}

impl FollowedIndex {
    /// Begins with the snapshot, or without one with everything that the store has of it.
    pub async fn load(store: &Store, indexed: Indexed) -> Result<Self, ServiceError> {
        let begin = Instant::now();
        let file = match indexed {
            Indexed::Pictures => store.index_snapshot(),
            Indexed::Features => store.feature_snapshot(),
        };
        let (index, applied, saved) = match open(store, file.clone()).await? {
            Some((index, mark)) => (index, mark.sequence, mark.sequence),
            None => {
                let (index, sequence) = build(store, indexed).await?;
                (index, sequence, 0)
            }
        };
        let followed = Self {
            index: Arc::new(index),
            indexed,
            applied: AtomicU64::new(applied),
            catching_up: Mutex::default(),
            snapshot: Arc::new(Snapshot {
                file,
                sequence: AtomicU64::new(saved),
                writing: Mutex::default(),
            }),
        };
        let images = followed.current(store).await?.images();
        tracing::info!(?indexed, images, from_snapshot = saved > 0, took = ?begin.elapsed(), "the index is ready");
        followed.save_if_due(store);
        Ok(followed)
    }

    /// Applies the changes that are new, then hands out the index. One short query when nothing is new.
    pub async fn current(&self, store: &Store) -> Result<&Arc<Index>, ServiceError> {
        let last = store.last_change().await?;
        if self.applied.load(Ordering::Acquire) < last {
            self.catch_up(store, last).await?;
            self.save_if_due(store);
        }
        Ok(&self.index)
    }

    /// Reads everything that the store has of it again and puts it in the place of what was known.
    pub async fn reload(&self, store: &Store) -> Result<(), ServiceError> {
        let _alone = self.catching_up.lock().await;
        let put = |project: &_, image, stored: &_| {
            self.index.insert(project, image, indexed(stored));
        };
        let sequence = self.indexed.read(store, put).await?;
        // What changed since is applied on top, from the earlier of the two places.
        self.applied.fetch_min(sequence, Ordering::AcqRel);
        Ok(())
    }

    /// Takes a snapshot for the next start, unless little has changed since the last one. One that is being
    /// taken is waited for: cut off, it would cost the next start minutes.
    pub async fn close(&self, store: &Store) {
        drop(self.snapshot.writing.lock().await);
        if self.changes_to_save() >= FEW {
            self.save(store).await;
        }
    }

    /// Takes a snapshot for the next start.
    pub fn save(&self, store: &Store) -> impl Future<Output = ()> + use<> {
        let (snapshot, index) = (Arc::clone(&self.snapshot), Arc::clone(&self.index));
        take(
            snapshot,
            index,
            store.clone(),
            self.applied.load(Ordering::Acquire),
        )
    }

    /// Applies changes until `last` is in the index; whoever waited for the lock often finds it done.
    async fn catch_up(&self, store: &Store, last: u64) -> Result<(), ServiceError> {
        let _alone = self.catching_up.lock().await;
        while self.applied.load(Ordering::Acquire) < last {
            let applied = self.applied.load(Ordering::Acquire);
            let changes = self.indexed.changes_since(store, applied).await?;
            let newest = changes.last().map_or(last, |change| change.sequence);
            changes
                .into_iter()
                .for_each(|change| apply(&self.index, change));
            self.applied.store(newest, Ordering::Release);
        }
        Ok(())
    }

    /// Begins to take a snapshot in the background when much has changed.
    fn save_if_due(&self, store: &Store) {
        let share = self.index.images() as u64 / SHARE;
        if self.changes_to_save() >= MANY.max(share) {
            tokio::spawn(self.save(store));
        }
    }

    /// How many changes the next start would have to read.
    fn changes_to_save(&self) -> u64 {
        let saved = self.snapshot.sequence.load(Ordering::Acquire);
        self.applied.load(Ordering::Acquire).saturating_sub(saved)
    }
}

impl Indexed {
    /// Hands out every image with what is indexed of it, and tells the change that this stands at.
    async fn read(
        self,
        store: &Store,
        each: impl FnMut(&ProjectName, ImageId, &StoredFingerprints),
    ) -> Result<u64, ServiceError> {
        Ok(match self {
            Self::Pictures => store.fingerprints(None, each).await?,
            Self::Features => store.features(None, each).await?,
        })
    }

    async fn changes_since(
        self,
        store: &Store,
        sequence: u64,
    ) -> Result<Vec<Change>, ServiceError> {
        Ok(match self {
            Self::Pictures => store.changes_since(sequence, BATCH).await?,
            Self::Features => store.feature_changes_since(sequence, BATCH).await?,
        })
    }
}

/// Takes a snapshot in which every change up to `applied` is. One that cannot be taken costs time at the
/// next start, and nothing else.
async fn take(snapshot: Arc<Snapshot>, index: Arc<Index>, store: Store, applied: u64) {
    let Ok(_alone) = snapshot.writing.try_lock() else {
        return;
    };
    let begin = Instant::now();
    match write(&snapshot, index, &store, applied).await {
        Ok(true) => {
            snapshot.sequence.store(applied, Ordering::Release);
            tracing::info!(changes = applied, took = ?begin.elapsed(), "took a snapshot of the index");
        }
        Ok(false) => tracing::debug!("another process takes a snapshot of the index"),
        Err(error) => tracing::warn!(
            error = &*error as &dyn std::error::Error,
            "no snapshot of the index: the next start reads all fingerprints"
        ),
    }
}

async fn write(
    snapshot: &Snapshot,
    index: Arc<Index>,
    store: &Store,
    applied: u64,
) -> anyhow::Result<bool> {
    let mark = Mark {
        sequence: applied,
        witnesses: witnesses(store, applied).await?,
    };
    let file = snapshot.file.clone();
    let write = move || file.replace(|file| index.save(file, mark));
    Ok(tokio::task::spawn_blocking(write).await??)
}

/// The change of a number, and some before it, each farther away: what tells stores apart.
async fn witnesses(store: &Store, last: u64) -> Result<Vec<(u64, String)>, ServiceError> {
    let mut witnesses = Vec::new();
    let mut back = 0;
    while let Some(sequence) = last.checked_sub(back).filter(|sequence| *sequence > 0) {
        let changes = store.changes_since(sequence - 1, 1).await?;
        let change = changes.first().filter(|change| change.sequence == sequence);
        witnesses.extend(change.map(|change| (sequence, change.image.to_string())));
        back = back * 4 + 1;
    }
    Ok(witnesses)
}

/// The snapshot, when there is one and it is of this store as it is now or was before.
async fn open(store: &Store, file: SnapshotFile) -> Result<Option<(Index, Mark)>, ServiceError> {
    let open = move || {
        let file = file.open().map_err(SnapshotError::Unreadable)?;
        file.map(|file| Index::open(&file)).transpose()
    };
    let opened = tokio::task::spawn_blocking(open).await;
    match opened.map_err(|panic| ServiceError::Internal(panic.into()))? {
        Ok(None) => Ok(None),
        Ok(Some((index, mark))) if witnesses(store, mark.sequence).await? == mark.witnesses => {
            Ok(Some((index, mark)))
        }
        Ok(Some(_)) => {
            tracing::warn!("the index's snapshot is of another database, building the index");
            Ok(None)
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "building the index");
            Ok(None)
        }
    }
}

/// An index of everything, and the change that it stands at.
async fn build(store: &Store, what: Indexed) -> Result<(Index, u64), ServiceError> {
    let mut loader = Loader::default();
    let add = |project: &_, image, stored: &_| loader.add(project, image, indexed(stored));
    let sequence = what.read(store, add).await?;
    let index = tokio::task::spawn_blocking(move || loader.finish()).await;
    let index = index.map_err(|panic| ServiceError::Internal(panic.into()))?;
    Ok((index, sequence))
}

fn apply(index: &Index, change: Change) {
    match change.fingerprints {
        Some(stored) => index.insert(&change.project, change.image, indexed(&stored)),
        None => index.remove(&change.project, change.image),
    }
}

/// What is indexed of an image.
fn indexed(stored: &StoredFingerprints) -> impl Iterator<Item = IndexedFingerprint<'_>> {
    let by_plugins = stored.by_plugins.iter();
    reach::indexed(&stored.built_in).chain(by_plugins.filter_map(IndexedFingerprint::by_plugin))
}
