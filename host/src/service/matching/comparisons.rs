//! Compares pictures themselves, where their sketches cannot decide, and keeps the results of stored ones.
//!
//! A result depends on the bytes of the two files alone: it is kept under their digests, and found again whoever
//! asks, in whichever project.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use lru::LruCache;
use tokio::sync::OnceCell;

use crate::domain::{Image, Relation, Sha256};
use crate::sandbox::Input;
use crate::store::BlobKey;

use super::{ServiceError, Services, blobs};

/// Results that are kept: about two megabytes.
const KEPT: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();
/// Pictures are compared so many at once.
pub const AT_ONCE: usize = 4;

/// A picture whose bytes can be had. Those of a stored one are read once, however many it is compared with, and only
/// when they are needed.
#[derive(Clone, Debug)]
pub struct Picture {
    sha256: Sha256,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Sent(Input),
    Stored(BlobKey, Arc<OnceCell<Bytes>>),
}

/// The results of comparisons of stored images; those that nobody asked for lately are forgotten.
pub struct Comparisons(Mutex<LruCache<[Sha256; 2], Relation>>);

/// What the second picture is to the first; `Busy` when the sandbox is.
pub async fn compare(
    services: &Services,
    first: &Picture,
    second: &Picture,
) -> Result<Relation, ServiceError> {
    if first.sha256 == second.sha256 {
        return Ok(Relation::same_bytes());
    }
    if let Some(known) = services.comparisons.get(first.sha256, second.sha256) {
        return Ok(known);
    }
    let (a, b) = tokio::try_join!(first.read(services), second.read(services))?;
    let relation = Relation::from(services.sandbox.compare(a, b, None).await?);
    if first.is_stored() && second.is_stored() {
        let comparisons = &services.comparisons;
        comparisons.put(first.sha256, second.sha256, relation.clone());
    }
    Ok(relation)
}

impl Picture {
    /// One that came along with a question.
    pub fn sent(input: Input, sha256: Sha256) -> Self {
        Self {
            sha256,
            source: Source::Sent(input),
        }
    }

    /// A stored one, as it was given.
    pub fn stored(image: &Image) -> Self {
        Self {
            sha256: image.sha256,
            source: Source::Stored(blobs::given(image), Arc::default()),
        }
    }

    /// The digest of its bytes.
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    fn is_stored(&self) -> bool {
        matches!(self.source, Source::Stored(..))
    }

    async fn read(&self, services: &Services) -> Result<Input, ServiceError> {
        match &self.source {
            Source::Sent(input) => Ok(input.clone()),
            Source::Stored(key, bytes) => {
                let read = || async {
                    let bytes = blobs::read_all(&services.store, key).await?;
                    let gone = || ServiceError::NotFound("the file of an image is gone".into());
                    bytes.ok_or_else(gone)
                };
                Ok(Input::Bytes(bytes.get_or_try_init(read).await?.clone()))
            }
        }
    }
}

impl Comparisons {
    fn get(&self, first: Sha256, second: Sha256) -> Option<Relation> {
        match first < second {
            true => self.kept().get(&[first, second]).cloned(),
            false => self.kept().get(&[second, first]).map(Relation::inverse),
        }
    }

    fn put(&self, first: Sha256, second: Sha256, relation: Relation) {
        match first < second {
            true => self.kept().put([first, second], relation),
            false => self.kept().put([second, first], relation.inverse()),
        };
    }

    // A panic while it was held cannot have left it half changed.
    fn kept(&self) -> MutexGuard<'_, LruCache<[Sha256; 2], Relation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Comparisons {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KEPT)))
    }
}

impl fmt::Debug for Comparisons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept().len();
        f.debug_struct("Comparisons").field("kept", &kept).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Judgement, Orientation};

    #[test]
    fn a_result_is_found_from_either_side() {
        let (one, other) = (Sha256([1; 32]), Sha256([2; 32]));
        let turned = Relation {
            judgement: Judgement::same_bytes(),
            orientation: Orientation::Rotated90,
        };
        let comparisons = Comparisons::default();
        comparisons.put(other, one, turned.clone());
        assert_eq!(comparisons.get(other, one), Some(turned.clone()));
        assert_eq!(comparisons.get(one, other), Some(turned.inverse()));
        assert_eq!(comparisons.get(one, one), None);
    }
}
