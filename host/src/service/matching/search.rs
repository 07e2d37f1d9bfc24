//! One search for all who ask what a picture matches: checks, questions with a picture or about a stored one, and what an
//! upload is told; by the pipeline's algorithms and by plugins.
//!
//! Images of the same bytes come first, whatever else is asked for. The others are found by a [`Criterion`].

use std::collections::HashSet;

use crate::domain::{
    AlgorithmDefinition, Image, ImageId, Match, NamedAlgorithm, ProjectName, check_limit,
};
use crate::service::{ServiceError, Services, projects};

use super::criterion::{Criterion, radius_of};
use super::fingerprinter::Fingerprinter;
use super::ranking::Ranking;
use super::subject::{Evidence, ResolvedSubject, Subject, check_fingerprint};
use super::verification;

/// Most fingerprints of one subject: every algorithm in both versions of a picture, with room to spare.
pub const MAX_FINGERPRINTS: usize = 16;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Search {
    /// The picture that is asked about.
    pub subject: Subject,
    /// What counts as a match beside the same bytes.
    pub by: Criterion,
    /// The project that is searched; `None` = all.
    pub scope: Option<ProjectName>,
    /// Most matches, 1 to 1000.
    pub limit: usize,
}

/// What was found, the subject itself aside.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    /// Images of the same bytes, in upload order; at most as many as were asked for.
    pub exact: Vec<Match>,
    /// The others, best first; at most as many as were asked for.
    pub near: Vec<Match>,
}

/// What matches. `Invalid` for a limit or radius out of range, and fingerprints of a wrong length or version; `NotFound` when
/// there is no such project, image or plugin.
pub async fn search(services: &Services, search: Search) -> Result<Matches, ServiceError> {
    check_limit(search.limit)?;
    search.check()?;
    let Search {
        subject,
        by,
        scope,
        limit,
    } = search;
    if let Some(project) = &scope {
        projects::check(services, project).await?;
    }
    let fingerprinter = Fingerprinter::open(services, &by.algorithm())?;
    let subject = subject.resolve(services, &by, &fingerprinter).await?;
    let matches = find(services, scope.as_ref(), subject, limit).await?;
    Ok(matches.named_by(&fingerprinter.definition(), limit))
}

/// What was found, the subject itself among it.
struct Found {
    exact: Vec<Image>,
    near: Vec<Match>,
    own: Option<ImageId>,
}

impl Found {
    /// As matches: without the subject itself, and none twice.
    fn named_by(self, algorithm: &AlgorithmDefinition, limit: usize) -> Matches {
        let Self {
            exact,
            mut near,
            own,
        } = self;
        near.retain(|found| exact.iter().all(|same| same.id != found.image.id));
        near.retain(|found| Some(found.image.id) != own);
        near.truncate(limit);
        let others = exact.into_iter().filter(|image| Some(image.id) != own);
        Matches {
            exact: others
                .take(limit)
                .map(|image| Match::same_bytes(image, algorithm.clone()))
                .collect(),
            near,
        }
    }
}

async fn find(
    services: &Services,
    scope: Option<&ProjectName>,
    subject: ResolvedSubject,
    limit: usize,
) -> Result<Found, ServiceError> {
    let exact = match subject.sha256 {
        Some(digest) => services.store.images_by_digest(scope, digest).await?,
        None => Vec::new(),
    };
    let enough = limit + exact.len() + 1;
    let Evidence {
        verification,
        distances,
    } = subject.evidence;
    let mut near = match verification {
        Some(mut query) => {
            query.except = exact.iter().map(|image| image.id).collect();
            verification::find(services, scope, query, enough).await?
        }
        None => Vec::new(),
    };
    if !distances.is_empty() {
        let index = services.index.current(&services.store).await?;
        let mut ranking = Ranking::new(index, scope, enough);
        distances.iter().for_each(|probe| ranking.add(probe));
        let known: HashSet<ImageId> = near.iter().map(|found| found.image.id).collect();
        let mut others = ranking.resolve(services).await?;
        others.retain(|found| !known.contains(&found.image.id));
        near.extend(others);
    }
    Ok(Found {
        exact,
        near,
        own: subject.image,
    })
}

impl Search {
    /// `Invalid` for numbers that cannot be, before anything is read or computed.
    fn check(&self) -> Result<(), ServiceError> {
        let Subject::Known(known) = &self.subject else {
            return match self.by.algorithm() {
                NamedAlgorithm::BuiltIn(algorithm) => {
                    radius_of(&algorithm.into(), self.by.radius()).map(drop)
                }
                NamedAlgorithm::Plugin(_) => Ok(()),
            };
        };
        if known.fingerprints.len() + known.by_plugins.len() > MAX_FINGERPRINTS {
            let text = format!("more than {MAX_FINGERPRINTS} fingerprints");
            return Err(ServiceError::Invalid(text));
        }
        for fingerprint in &known.fingerprints {
            let algorithm = fingerprint.algorithm.into();
            radius_of(&algorithm, self.by.radius())?;
            check_fingerprint(&algorithm, fingerprint.version, &fingerprint.bits)?;
        }
        Ok(())
    }
}

impl Matches {
    /// All of them, the exact ones first, at most `limit`.
    pub fn into_list(self, limit: usize) -> Vec<Match> {
        self.exact
            .into_iter()
            .chain(self.near)
            .take(limit)
            .collect()
    }
}
