//! Near-duplicates among files of this machine that no store knows.
//!
//! Files of the same bytes are one picture, whatever it shows. Pictures that are near each other are judged, and
//! those that a chain of duplicates leads between are looked at together: the best of them is kept, and those
//! that are its duplicates are its group; what is left over makes groups of its own by the same rule. So a group
//! is never held together by a chain.

mod file_verifier;
mod near;
mod twins;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{
    Algorithm, Fingerprint, ImageInfo, Judgement, Merit, Merits, Plan, Sketch, Verdict, best_copy,
};
use crate::sandbox::{Input, Sandbox};
use crate::store::FileStamp;

use super::ServiceError;
use super::matching::reach::ALGORITHMS;
use super::matching::threads::blocking;
use file_verifier::FileVerifier;
use near::{FileIndex, place};

/// Pictures of one chain that are tried as the one to keep, one after another, without finding a duplicate.
const TRIED: usize = 64;

/// A picture file that was looked at.
#[derive(Clone, Debug)]
pub struct PictureFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it was when it was looked at.
    pub stamp: FileStamp,
    /// Facts of the picture.
    pub info: ImageInfo,
    /// What algorithms say of it.
    pub fingerprints: Vec<Fingerprint>,
    /// What its duplicates are verified by.
    pub sketch: Sketch,
}

/// A file of a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// The file.
    pub file: PictureFile,
    /// Differing bits to the copy to keep.
    pub distance: u32,
    /// What it is to the copy to keep, and why.
    pub judgement: Judgement,
}

/// A file to keep, and its duplicates; with a radius what a chain of near ones leads to.
#[derive(Clone, Debug)]
pub struct FileGroup {
    /// At least two, the copy to keep first.
    pub members: Vec<Member>,
    /// What makes one of them the best copy: the first, unless another was chosen.
    pub merit: Merit,
}

/// The groups among files.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// In the order of the earliest file of each.
    pub groups: Vec<FileGroup>,
    /// Files that have more near ones than they were compared with.
    pub left_out: usize,
}

/// How files are grouped.
pub struct GroupOptions<'a> {
    /// Pictures within a radius; `None` when they are to be judged.
    pub by: Option<(Algorithm, u32)>,
    /// The place of the copy to keep of some; `None` leaves it to the merits.
    pub choose: &'a (dyn Fn(&[&PictureFile]) -> Option<usize> + Sync),
    /// Also find files that have no more than a part in common with another: strong crops, collages.
    pub finds_crops: bool,
    /// Comparisons at once.
    pub workers: usize,
    /// Hears how many of how many pairs were judged.
    pub progress: &'a Progress<'a>,
}

/// Hears what is done, and of how much.
pub type Progress<'a> = dyn Fn(u64, u64) + Sync + 'a;

/// Looks at one file, which had that stamp just before. An algorithm is one more than those that judging
/// takes.
pub async fn fingerprint(
    sandbox: &Sandbox,
    path: PathBuf,
    stamp: FileStamp,
    algorithm: Option<Algorithm>,
) -> Result<PictureFile, ServiceError> {
    let mut algorithms = ALGORITHMS.to_vec();
    algorithms.extend(algorithm.filter(|one| !algorithms.contains(one)));
    let plan = Plan {
        algorithms,
        renditions: Vec::new(),
    };
    let outcome = sandbox.process(Input::File(path.clone()), plan).await?;
    let missing = || ServiceError::Internal(anyhow::anyhow!("the component made no sketch"));
    Ok(PictureFile {
        path,
        stamp,
        info: outcome.info,
        fingerprints: outcome.fingerprints,
        sketch: outcome.sketch.ok_or_else(missing)?,
    })
}

/// What the pictures of two files are to each other, by everything that comparing them tells. Files that cannot
/// be compared are `similar`, with the reason.
pub async fn compare(sandbox: &Sandbox, one: &Path, other: &Path) -> Judgement {
    let input = |path: &Path| Input::File(path.to_owned());
    match sandbox.compare(input(one), input(other), None).await {
        Ok(comparison) => comparison.into(),
        Err(error) => Judgement {
            verdict: Verdict::Similar,
            similarity: 0.0,
            reason: format!("The files could not be compared: {error}"),
            verified: false,
        },
    }
}

/// The groups among files: duplicates of one that is kept, or with an algorithm and a radius what is within that
/// by a chain. `compare` decides where sketches cannot.
pub async fn groups<C, F>(
    files: Vec<PictureFile>,
    options: &GroupOptions<'_>,
    compare: C,
) -> Result<Found, ServiceError>
where
    C: Fn(PathBuf, PathBuf) -> F,
    F: Future<Output = Judgement>,
{
    let files = Arc::new(files);
    let of = Arc::clone(&files);
    let tell = move || {
        let merits: Vec<Merits> = of.iter().map(PictureFile::merits).collect();
        (twins::heads(&of), merits)
    };
    let (heads, merits) = blocking(tell).await?;
    let mut classes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, head) in heads.iter().enumerate() {
        classes.entry(*head).or_default().push(place);
    }
    let mut builder = FileGroupBuilder {
        file_verifier: FileVerifier::new(Arc::clone(&files), compare, options),
        heads,
        classes,
        files,
        merits,
        options,
        cut: HashSet::new(),
    };
    let mut groups = Vec::new();
    for chain in builder.chains().await? {
        match options.by {
            Some((algorithm, _)) => groups.push(builder.whole(&chain, algorithm).await?),
            None => groups.extend(builder.around_kept(chain).await?),
        }
    }
    groups.retain(|(_, group)| group.members.len() > 1);
    groups.sort_by_key(|(first, _)| *first);
    Ok(Found {
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        left_out: builder.cut.len(),
    })
}

/// Groups in the making. Files of the same bytes go by the place of their first, their head.
struct FileGroupBuilder<'a, C> {
    file_verifier: FileVerifier<C>,
    /// Of each place its head.
    heads: Vec<usize>,
    /// Heads, with the places of all files of the same bytes.
    classes: BTreeMap<usize, Vec<usize>>,
    files: Arc<Vec<PictureFile>>,
    /// Of each file.
    merits: Vec<Merits>,
    options: &'a GroupOptions<'a>,
    /// Heads of those that were not compared with all that are near.
    cut: HashSet<usize>,
}

/// The earliest place of a group, and the group.
type Placed = (usize, FileGroup);

impl<C, F> FileGroupBuilder<'_, C>
where
    C: Fn(PathBuf, PathBuf) -> F,
    F: Future<Output = Judgement>,
{
    /// The heads that may be of one group; also those alone that others have the bytes of.
    async fn chains(&mut self) -> Result<Vec<Vec<usize>>, ServiceError> {
        let heads: Vec<usize> = self.classes.keys().copied().collect();
        let files = Arc::clone(&self.files);
        let mut chains = match self.options.by {
            Some((algorithm, radius)) => {
                let chained =
                    move || Ok(FileIndex::new(&files, &heads)?.chained(algorithm, radius));
                blocking::<Result<_, ServiceError>>(chained).await??
            }
            None => {
                let index = match self.options.finds_crops {
                    true => FileIndex::with_parts,
                    false => FileIndex::new,
                };
                let candidates = move || Ok(index(&files, &heads)?.candidates(&files));
                let mut found = blocking::<Result<_, ServiceError>>(candidates).await??;
                let clusters = self
                    .file_verifier
                    .clusters(&mut found, self.options.progress)
                    .await?;
                self.cut = found.cut.into_iter().map(place).collect();
                let places = |cluster: Vec<_>| cluster.into_iter().map(place).collect();
                clusters.into_iter().map(places).collect()
            }
        };
        let chained: HashSet<usize> = chains.iter().flatten().copied().collect();
        let twins = self.classes.iter().filter(|(_, class)| class.len() > 1);
        let alone = twins.filter(|(head, _)| !chained.contains(head));
        chains.extend(alone.map(|(head, _)| vec![*head]));
        Ok(chains)
    }

    /// All of a chain, with what each is to the one that is kept.
    async fn whole(&mut self, chain: &[usize], by: Algorithm) -> Result<Placed, ServiceError> {
        let (kept, merit) = self.kept(chain);
        let others = self.judged(kept, chain).await?;
        Ok(self.group((kept, merit), &others, by))
    }

    /// Groups of those that are duplicates of the one that is kept, until nothing is left that has any.
    async fn around_kept(&mut self, chain: Vec<usize>) -> Result<Vec<Placed>, ServiceError> {
        let mut groups = Vec::new();
        let mut left = chain;
        let mut tried = 0;
        while !left.is_empty() {
            if tried == TRIED {
                self.cut.extend(left);
                break;
            }
            let (kept, merit) = self.kept(&left);
            let mut others = self.judged(kept, &left).await?;
            others.retain(|(_, judgement)| judgement.verdict.is_duplicate());
            let head = self.heads[kept];
            let taken: HashSet<usize> = others.iter().map(|(other, _)| *other).collect();
            left.retain(|place| *place != head && !taken.contains(place));
            let group = self.group((kept, merit), &others, Algorithm::default());
            tried = if group.1.members.len() > 1 {
                0
            } else {
                tried + 1
            };
            groups.push(group);
        }
        Ok(groups)
    }

    /// What the others of a chain are to the one that is kept, by heads.
    async fn judged(
        &mut self,
        kept: usize,
        chain: &[usize],
    ) -> Result<Vec<(usize, Judgement)>, ServiceError> {
        let head = self.heads[kept];
        let others: Vec<usize> = chain.iter().filter(|one| **one != head).copied().collect();
        let judgements = self.file_verifier.verified(head, &others).await?;
        Ok(others.into_iter().zip(judgements).collect())
    }

    /// The place of the file to keep of a chain, and what makes the best of them that.
    fn kept(&self, chain: &[usize]) -> (usize, Merit) {
        let classes = chain.iter().filter_map(|head| self.classes.get(head));
        let mut places: Vec<usize> = classes.flatten().copied().collect();
        places.sort_unstable();
        let files: Vec<&PictureFile> = places.iter().map(|place| &self.files[*place]).collect();
        let merits: Vec<&Merits> = places.iter().map(|place| &self.merits[*place]).collect();
        let (best, merit) = match best_copy(&merits) {
            Some(best) => (best.position, best.merit),
            None => (0, Merit::Earliest),
        };
        let chosen = (self.options.choose)(&files).unwrap_or(best);
        (places[chosen], merit)
    }

    /// The kept file, then the others with those of the same bytes, as they came.
    fn group(
        &self,
        (kept, merit): (usize, Merit),
        others: &[(usize, Judgement)],
        algorithm: Algorithm,
    ) -> Placed {
        let exact = (self.heads[kept], Judgement::same_bytes());
        let mut judged: Vec<(usize, &Judgement)> = Vec::new();
        for (head, judgement) in others.iter().chain([&exact]) {
            let class = self.classes.get(head).into_iter().flatten();
            judged.extend(class.map(|place| (*place, judgement)));
        }
        judged.sort_unstable_by_key(|(place, _)| (*place != kept, *place));
        let first = &self.files[kept];
        let members = judged.iter().map(|(place, judgement)| {
            let file = &self.files[*place];
            Member {
                file: file.clone(),
                distance: first.distance(file, algorithm),
                judgement: at_least_similar(judgement),
            }
        });
        let group = FileGroup {
            members: members.collect(),
            merit,
        };
        let earliest = judged.iter().map(|(place, _)| *place).min();
        (earliest.unwrap_or(kept), group)
    }
}

/// Within a radius, what is no duplicate is near all the same.
fn at_least_similar(judgement: &Judgement) -> Judgement {
    Judgement {
        verdict: judgement.verdict.min(Verdict::Similar),
        ..judgement.clone()
    }
}

impl PictureFile {
    fn merits(&self) -> Merits {
        let sketch = Some(&self.sketch);
        Merits::new(&self.info, &self.fingerprints, self.stamp.bytes, sketch)
    }

    /// Differing bits.
    fn distance(&self, other: &Self, algorithm: Algorithm) -> u32 {
        let of = |file: &Self| {
            let mut made = file.fingerprints.iter();
            made.find(|made| made.algorithm == algorithm).cloned()
        };
        let pair = of(self).zip(of(other));
        let distance = pair.and_then(|(one, other)| one.distance(&other).ok());
        distance.unwrap_or(algorithm.bits())
    }
}
