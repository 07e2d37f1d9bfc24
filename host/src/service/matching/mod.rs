//! Matching: has this picture been seen, what is it like, what is there twice.
//!
//! Each question is a [`Search`]. Asked for a radius or an algorithm, answers are plain distances; asked for neither, what the
//! index names goes through `verification`. The index names images and distances, the store says what they are now; an image
//! that the index still names and the store no longer has is left out without a word.

mod answer_cache;
mod bank;
pub(super) mod candidates;
pub(super) mod clusters;
pub mod comparisons;
mod criterion;
mod duplicates;
mod fingerprinter;
mod grouping;
mod groups;
mod judging;
mod merits;
pub(super) mod pairs;
pub mod parts;
mod ranking;
pub mod reach;
pub mod search;
pub(super) mod sketches;
mod subject;
pub(super) mod threads;
pub(super) mod verification;

pub use bank::{Bank, BankEntry, KnownBank, bank};
pub use comparisons::Comparisons;
pub use criterion::Criterion;
pub use duplicates::{Duplicates, DuplicatesPage, duplicates};
pub use groups::GroupCache;
pub use judging::{JudgingState, Judgings};
pub use merits::merits;
pub use search::{MAX_FINGERPRINTS, Matches, Search, search};
pub use subject::{KnownPicture, KnownPluginFingerprint, Subject};

use crate::domain::{Algorithm, Comparison, ProjectName};
use crate::sandbox::Input;

use super::{ServiceError, Services, blobs, images, projects, retry};
use criterion::radius_of;

/// A picture to compare with another one.
#[derive(Clone, Debug)]
pub enum ComparedPicture {
    /// Sent along.
    Picture(Input),
    /// Stored in a project, by id or name.
    Stored(ProjectName, String),
}

/// Two pictures judged.
pub async fn compare(
    services: &Services,
    a: ComparedPicture,
    b: ComparedPicture,
    radius: Option<u32>,
) -> Result<Comparison, ServiceError> {
    check_radius(radius)?;
    let (a, b) = (a.read(services).await?, b.read(services).await?);
    Ok(services.sandbox.compare(a, b, radius).await?)
}

impl ComparedPicture {
    async fn read(self, services: &Services) -> Result<Input, ServiceError> {
        match self {
            Self::Picture(input) => Ok(input),
            Self::Stored(project, id_or_name) => {
                let image = images::get(services, &project, &id_or_name).await?;
                blobs::input(services, &image).await
            }
        }
    }
}

fn check_radius(radius: Option<u32>) -> Result<(), ServiceError> {
    let bits = Algorithm::default().bits();
    if radius.is_some_and(|radius| radius > bits) {
        return Err(ServiceError::Invalid(format!(
            "radius: over the {bits} bits of {}",
            Algorithm::default().name()
        )));
    }
    Ok(())
}
