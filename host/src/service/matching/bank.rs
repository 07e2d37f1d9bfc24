//! A project's fingerprints for those who search elsewhere: everything, or what has changed.
//!
//! Where a bank stands is read first and its images after that: what changes meanwhile may be in it
//! already, and comes again with the changes since.

use crate::domain::{Algorithm, BankMark, Fingerprint, ImageId, ProjectName};
use crate::service::{ServiceError, Services, projects};
use crate::store::{Change, FingerprintPage};

/// Images, or changes, that are read at once.
const PAGE: u64 = 1_000;

/// One image of a bank; without bits it has no fingerprint, or is gone.
pub type BankEntry = (ImageId, Option<Vec<u8>>);

/// A bank that is being read.
#[derive(Clone, Debug)]
pub struct Bank {
    project: ProjectName,
    /// Whose fingerprints.
    pub algorithm: Algorithm,
    /// With `None` all images are read, else what has changed since.
    pub since: Option<u64>,
    /// Where the bank stands when it has been read.
    pub mark: BankMark,
    next: Option<Next>,
}

/// Where the bank of an asker stands.
#[derive(Clone, Copy, Debug)]
pub struct KnownBank {
    /// The last change that is in it.
    pub sequence: u64,
    /// The image of that change, to prove that it is of this history; believed without.
    pub witness: Option<ImageId>,
}

/// What is read next.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// Images behind this place in the upload order.
    Images(u64),
    /// Changes after this one.
    Changes(u64),
}

/// The bank of a project by an algorithm as it is now. `known` is where the asker's bank stands: then only what
/// has changed is read, unless that mark is of another history, or so much has changed that everything is
/// shorter.
pub async fn bank(
    services: &Services,
    project: &ProjectName,
    algorithm: Algorithm,
    known: Option<KnownBank>,
) -> Result<Bank, ServiceError> {
    let images = projects::get(services, project).await?.images;
    let mark = mark(services, services.store.last_change().await?).await?;
    let since = match known {
        Some(known) if is_within_reach(services, known, mark, images).await? => {
            Some(known.sequence)
        }
        _ => None,
    };
    Ok(Bank {
        project: project.clone(),
        algorithm,
        since,
        mark,
        next: Some(since.map_or(Next::Images(0), Next::Changes)),
    })
}

impl Bank {
    /// The next entries; `None` at the end. Of entries of one image the last counts.
    pub async fn next(
        &mut self,
        services: &Services,
    ) -> Result<Option<Vec<BankEntry>>, ServiceError> {
        match self.next {
            Some(Next::Images(behind)) => self.images(services, behind).await,
            Some(Next::Changes(behind)) => self.changes(services, behind).await,
            None => Ok(None),
        }
    }

    async fn images(
        &mut self,
        services: &Services,
        behind: u64,
    ) -> Result<Option<Vec<BankEntry>>, ServiceError> {
        let store = &services.store;
        let FingerprintPage { images, last } =
            store.fingerprint_page(&self.project, behind, PAGE).await?;
        self.next = (!images.is_empty()).then_some(Next::Images(last));
        let entries = images.into_iter().filter_map(|(image, fingerprints)| {
            let bits = telling(self.algorithm, fingerprints)?;
            Some((image, Some(bits)))
        });
        Ok(self.next.map(|_| entries.collect()))
    }

    async fn changes(
        &mut self,
        services: &Services,
        behind: u64,
    ) -> Result<Option<Vec<BankEntry>>, ServiceError> {
        let left = self.mark.sequence.saturating_sub(behind).min(PAGE);
        if left == 0 {
            self.next = None;
            return Ok(None);
        }
        let mut changes = services.store.changes_since(behind, left).await?;
        // Numbers that were never given out make no difference.
        changes.retain(|change| change.sequence <= self.mark.sequence);
        let last = changes
            .last()
            .map_or(self.mark.sequence, |last| last.sequence);
        self.next = Some(Next::Changes(last));
        let own = changes
            .into_iter()
            .filter(|change| change.project == self.project);
        let entry = |change: Change| {
            let fingerprints = change.fingerprints.unwrap_or_default();
            (change.image, telling(self.algorithm, fingerprints))
        };
        Ok(Some(own.map(entry).collect()))
    }
}

/// The bits that a search compares: of today's definition, and of a picture with any detail. One of a
/// single colour is near every other such picture, which says nothing.
fn telling(algorithm: Algorithm, fingerprints: Vec<Fingerprint>) -> Option<Vec<u8>> {
    let wanted = |fingerprint: &Fingerprint| {
        fingerprint.algorithm == algorithm
            && fingerprint.version == algorithm.version()
            && fingerprint.quality > 0
            && fingerprint.bits.len() * 8 == algorithm.bits() as usize
    };
    fingerprints
        .into_iter()
        .find(wanted)
        .map(|fingerprint| fingerprint.bits)
}

/// The change of this number, with its image as witness.
async fn mark(services: &Services, sequence: u64) -> Result<BankMark, ServiceError> {
    let before = sequence.saturating_sub(1);
    let found = services.store.changes_since(before, 1).await?;
    let change = found.first().filter(|change| change.sequence == sequence);
    let witness = change.map_or([0; 16], |change| *change.image.as_bytes());
    Ok(BankMark { sequence, witness })
}

async fn is_within_reach(
    services: &Services,
    known: KnownBank,
    now: BankMark,
    images: u64,
) -> Result<bool, ServiceError> {
    let Some(behind) = now.sequence.checked_sub(known.sequence) else {
        return Ok(false);
    };
    let Some(witness) = known.witness else {
        return Ok(behind <= images.max(PAGE));
    };
    let own = mark(services, known.sequence).await?;
    Ok(behind <= images.max(PAGE) && own.witness == *witness.as_bytes())
}
