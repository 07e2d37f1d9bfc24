//! Near-duplicates among files of this machine that no store knows.

use std::path::{Path, PathBuf};

use crate::domain::{
    Algorithm, Fingerprint, ImageId, ImageInfo, InvalidName, Merit, Merits, Orientation, Plan,
    ProjectName, Sketch, Verdict, best_copy, judge,
};
use crate::index::Index;
use crate::sandbox::{Input, Sandbox};
use crate::store::FileStamp;

use super::matching::{clusters, verification};
use super::{ServiceError, digest};

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
    /// What verifies duplicates of it.
    pub sketch: Sketch,
}

/// A file of a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// The file.
    pub file: PictureFile,
    /// Differing bits to the copy to keep.
    pub distance: u32,
    /// What it is to the copy to keep.
    pub verdict: Verdict,
}

/// Files that are near-duplicates of each other, directly or through one between them.
#[derive(Clone, Debug)]
pub struct FileGroup {
    /// At least two, the copy to keep first.
    pub members: Vec<Member>,
    /// What makes one of them the best copy: the first, unless another was chosen.
    pub merit: Merit,
}

/// Looks at one file, which had that stamp just before. An algorithm is one more than those that judging
/// takes.
pub async fn look_at(
    sandbox: &Sandbox,
    path: PathBuf,
    stamp: FileStamp,
    algorithm: Option<Algorithm>,
) -> Result<PictureFile, ServiceError> {
    let mut algorithms = verification::ALGORITHMS.to_vec();
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

/// The pictures of two files are duplicates, by everything that comparing them tells; `threshold`
/// replaces the default radius of `phash`.
pub async fn are_duplicates(
    sandbox: &Sandbox,
    a: &Path,
    b: &Path,
    threshold: Option<u32>,
) -> Result<bool, ServiceError> {
    let input = |path: &Path| Input::File(path.to_owned());
    let comparison = sandbox.compare(input(a), input(b), threshold).await?;
    Ok(comparison.verdict.is_duplicate())
}

/// The groups among files: duplicates, or with an algorithm and a radius what is within that; the order of
/// the files decides that of the groups. `choose` names the copy to keep of a group, or leaves it to the
/// merits. Takes time with the square of the files, and reads those of the same length: not for an async
/// thread.
pub fn groups(
    files: Vec<PictureFile>,
    by: Option<(Algorithm, u32)>,
    choose: impl Fn(&[PictureFile]) -> Option<usize>,
) -> Result<Vec<FileGroup>, InvalidName> {
    let folder = ProjectName::parse("folder")?;
    let index = Index::default();
    for (position, file) in files.iter().enumerate() {
        index.insert(&folder, id(position), &file.fingerprints);
    }
    let groups = match by {
        Some((algorithm, radius)) => index.groups(Some(&folder), algorithm, radius),
        None => clusters::among_files(&index, |image| Some(&files[position(image)].sketch)),
    };
    let algorithm = by.map_or(Algorithm::default(), |(algorithm, _)| algorithm);
    let mut files: Vec<Option<PictureFile>> = files.into_iter().map(Some).collect();
    let mut take = |id| files.get_mut(position(id)).and_then(Option::take);
    let mut ranked = |group: Vec<ImageId>| {
        let files = group.into_iter().filter_map(&mut take).collect();
        ranked(files, algorithm, &choose)
    };
    Ok(groups.into_iter().filter_map(&mut ranked).collect())
}

/// The index knows images by id: a file's is its place in the list.
fn id(position: usize) -> ImageId {
    ImageId::from_bytes((position as u128).to_be_bytes())
}

fn position(id: ImageId) -> usize {
    u128::from_be_bytes(*id.as_bytes()) as usize
}

/// The copy to keep first, then the others as they came.
fn ranked(
    mut files: Vec<PictureFile>,
    algorithm: Algorithm,
    choose: impl Fn(&[PictureFile]) -> Option<usize>,
) -> Option<FileGroup> {
    let merits: Vec<Merits> = files
        .iter()
        .map(|file| Merits::of(&file.info, &file.fingerprints, file.stamp.bytes))
        .collect();
    let best = best_copy(&merits)?;
    let first = files.remove(choose(&files).unwrap_or(best.position));
    files.insert(0, first.clone());
    let members = files.into_iter().filter_map(|file| {
        Some(Member {
            distance: distance(&first, &file, algorithm)?,
            verdict: verdict(&first, &file),
            file,
        })
    });
    Some(FileGroup {
        members: members.collect(),
        merit: best.merit,
    })
}

/// What a file is to the best copy.
fn verdict(best: &PictureFile, file: &PictureFile) -> Verdict {
    if have_the_same_bytes(best, file) {
        return Verdict::Exact;
    }
    let (judged, _) = judge(&best.sketch, &file.sketch, &[Orientation::Upright]);
    match judged.verdict.is_duplicate() {
        true => judged.verdict,
        false => Verdict::Similar,
    }
}

fn distance(a: &PictureFile, b: &PictureFile, algorithm: Algorithm) -> Option<u32> {
    let of = |file: &PictureFile| {
        let mut made = file.fingerprints.iter();
        made.find(|made| made.algorithm == algorithm).cloned()
    };
    of(a)?.distance(&of(b)?).ok()
}

/// Files that cannot be read any more have nothing the same.
fn have_the_same_bytes(a: &PictureFile, b: &PictureFile) -> bool {
    let digest = |file: &PictureFile| digest::read(&file.path).ok();
    a.path == b.path
        || (a.stamp.bytes == b.stamp.bytes
            && digest(a).is_some_and(|digest_of_a| Some(digest_of_a) == digest(b)))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use vismatch_pipeline::sketch::{Parts, Window};

    use crate::domain::{Dimensions, ImageFormat};

    use super::*;

    fn file(name: &str, side: u32, bits: u64) -> PictureFile {
        PictureFile {
            path: name.into(),
            stamp: FileStamp {
                bytes: 100,
                modified: Timestamp::UNIX_EPOCH,
            },
            info: ImageInfo {
                format: ImageFormat::Jpeg,
                size: Dimensions {
                    width: side,
                    height: side,
                },
                orientation: Orientation::Upright,
                frames: 1,
                has_alpha: false,
                has_colour_profile: false,
                exif: None,
            },
            fingerprints: vec![Fingerprint {
                algorithm: Algorithm::Phash,
                version: Algorithm::Phash.version(),
                bits: bits.to_be_bytes().to_vec(),
                quality: 100,
            }],
            sketch: blocks(1),
        }
    }

    /// Blocks of levels that hang on a seed.
    fn blocks(seed: u32) -> Sketch {
        let level = |at: usize| {
            let block = (at / 128 / 8 * 16 + at % 128 / 8) as u32;
            let mixed = (block + 1).wrapping_mul(0x9e37_79b9 ^ seed.wrapping_mul(0x85eb_ca6b));
            (mixed >> 24) as u8
        };
        Sketch::from_parts(&Parts {
            size: (640, 480),
            frames: 1,
            flatness: 10,
            detail: 200,
            colours: 257,
            window: Window::WHOLE,
            luma: (0..128 * 128).map(level).collect(),
            chroma: None,
            opaque: None,
            is_paged: false,
            frame_samples: None,
        })
    }

    fn names(radius: u32, files: &[PictureFile]) -> Vec<Vec<(String, u32)>> {
        let groups = groups(files.to_vec(), Some((Algorithm::Phash, radius)), |_| None).unwrap();
        let name = |member: Member| (member.file.path.display().to_string(), member.distance);
        groups
            .into_iter()
            .map(|group| group.members.into_iter().map(name).collect())
            .collect()
    }

    #[test]
    fn chains_are_one_group_and_the_largest_leads() {
        let files = [
            file("a", 10, 0),
            file("far", 10, u64::MAX),
            file("b", 30, 0b11),
            file("c", 20, 0b1111),
        ];
        let group = [("b", 0), ("a", 2), ("c", 2)].map(|(name, far)| (name.to_owned(), far));
        assert_eq!(names(2, &files), [group.to_vec()]);
        assert!(names(1, &files).is_empty());
    }

    #[test]
    fn the_far_end_of_a_chain_is_only_similar() {
        let chain = [
            file("best", 30, 0),
            file("near", 20, 0xff),
            PictureFile {
                sketch: blocks(2),
                ..file("far", 10, 0xffff)
            },
        ];
        let groups = groups(chain.to_vec(), Some((Algorithm::Phash, 10)), |_| None).unwrap();
        let verdicts: Vec<Verdict> = groups[0].members.iter().map(|one| one.verdict).collect();
        assert_eq!(
            verdicts,
            [Verdict::Exact, Verdict::SamePicture, Verdict::Similar]
        );
    }

    #[test]
    fn candidates_are_found_by_phash_too() {
        let files = [
            file("a", 20, 0),
            file("b", 10, 0b111),
            file("c", 10, u64::MAX),
        ];
        let groups = groups(files.to_vec(), None, |_| None).unwrap();
        let names = groups.iter().map(|group| {
            let paths = group
                .members
                .iter()
                .map(|member| member.file.path.display().to_string());
            paths.collect::<Vec<_>>()
        });
        assert_eq!(names.collect::<Vec<_>>(), [["a", "b"]]);
    }

    #[test]
    fn groups_come_in_the_order_of_their_files() {
        let files = [
            file("a", 1, 0),
            file("b", 1, u64::MAX),
            file("b2", 1, u64::MAX),
            file("a2", 1, 0),
        ];
        let found = names(0, &files);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0][0].0, "a");
        assert_eq!(found[1][0].0, "b");
    }
}
