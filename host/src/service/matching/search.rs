//! One search for all who ask what a picture matches: checks, questions with a picture or about a stored one, what an upload
//! is told, and plugins.
//!
//! Images of the same bytes come first, whatever else is asked for. The others are found by a [`Criterion`].

use crate::domain::{Fingerprint, Image, ImageId, Match, MatchAlgorithm, ProjectName};
use crate::service::{ServiceError, Services, plugins::PluginSearch, projects};

use super::criterion::{Criterion, radius_of};
use super::ranking::Ranking;
use super::subject::{Evidence, ResolvedSubject, Subject};
use super::verification;

/// Most matches that can be asked for.
pub const MAX_LIMIT: usize = 1_000;
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
    let plugin = by.plugin(services)?;
    let subject = subject.resolve(services, &by, plugin.as_ref()).await?;
    let algorithm = match &plugin {
        Some(plugin) => plugin.algorithm(),
        None => by.algorithm().unwrap_or_default().into(),
    };
    let matches = find(services, scope.as_ref(), subject, plugin.as_ref(), limit).await?;
    Ok(matches.named_by(algorithm, limit))
}

/// What was found, the subject itself among it.
struct Found {
    exact: Vec<Image>,
    near: Vec<Match>,
    own: Option<ImageId>,
}

impl Found {
    /// As matches: without the subject itself, and none twice.
    fn named_by(self, algorithm: MatchAlgorithm, limit: usize) -> Matches {
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
    plugin: Option<&PluginSearch<'_>>,
    limit: usize,
) -> Result<Found, ServiceError> {
    let exact = match subject.sha256 {
        Some(digest) => services.store.images_by_digest(scope, digest).await?,
        None => Vec::new(),
    };
    let enough = limit + exact.len() + 1;
    let near = match subject.evidence {
        Evidence::Verification(mut query) => {
            query.except = exact.iter().map(|image| image.id).collect();
            verification::find(services, scope, query, enough).await?
        }
        Evidence::Distances(fingerprints) => {
            let index = services.index.current(&services.store).await?;
            let mut ranking = Ranking::new(index, scope, enough);
            for (orientation, fingerprint, radius) in &fingerprints {
                ranking.add(fingerprint, *orientation, *radius);
            }
            ranking.resolve(services).await?
        }
        Evidence::Plugin(bits) => match plugin {
            Some(plugin) => plugin.near(scope, &bits, enough).await?,
            None => Vec::new(),
        },
    };
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
            return match self.by {
                Criterion::Distance { .. } => {
                    let algorithm = self.by.algorithm().unwrap_or_default();
                    radius_of(algorithm, self.by.radius()).map(drop)
                }
                Criterion::Verified { .. } | Criterion::Plugin { .. } => Ok(()),
            };
        };
        if known.fingerprints.len() > MAX_FINGERPRINTS {
            let text = format!("more than {MAX_FINGERPRINTS} fingerprints");
            return Err(ServiceError::Invalid(text));
        }
        for fingerprint in &known.fingerprints {
            radius_of(fingerprint.algorithm, self.by.radius())?;
            check_fingerprint(fingerprint)?;
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

/// `Invalid` when it is out of range.
fn check_limit(limit: usize) -> Result<(), ServiceError> {
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(());
    }
    let text = format!("limit: {limit} is not in 1 to {MAX_LIMIT}");
    Err(ServiceError::Invalid(text))
}

fn check_fingerprint(fingerprint: &Fingerprint) -> Result<(), ServiceError> {
    let algorithm = fingerprint.algorithm;
    let (name, version, bits) = (algorithm.name(), algorithm.version(), algorithm.bits());
    if fingerprint.version != version {
        let text = format!(
            "{name}: version {version} is spoken here, not {}",
            fingerprint.version
        );
        return Err(ServiceError::Invalid(text));
    }
    if fingerprint.bits.len() * 8 != bits as usize {
        let sent = fingerprint.bits.len() * 8;
        let text = format!("{name}: {bits} bits make a fingerprint, not {sent}");
        return Err(ServiceError::Invalid(text));
    }
    Ok(())
}
