//! Near-duplicates among files of this machine that no store knows.

use std::path::PathBuf;

use crate::domain::{Algorithm, Fingerprint, ImageId, ImageInfo, InvalidName, Plan, ProjectName};
use crate::index::Index;
use crate::sandbox::{Input, Sandbox};

use super::ServiceError;

/// A picture file that was looked at.
#[derive(Clone, Debug)]
pub struct PictureFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// Facts of the picture.
    pub info: ImageInfo,
    /// What the algorithm says of it.
    pub fingerprint: Fingerprint,
}

/// Files that are near-duplicates of each other, directly or through one between them: at least two,
/// the one with the most pixels first, each with its distance to the first.
pub type FileGroup = Vec<(PictureFile, u32)>;

/// Looks at one file of `bytes` bytes.
pub async fn look_at(
    sandbox: &Sandbox,
    path: PathBuf,
    bytes: u64,
    algorithm: Algorithm,
) -> Result<PictureFile, ServiceError> {
    let plan = Plan {
        algorithms: vec![algorithm],
        renditions: Vec::new(),
    };
    let outcome = sandbox.process(Input::File(path.clone()), plan).await?;
    let fingerprint = outcome.fingerprints.into_iter().next();
    Ok(PictureFile {
        path,
        bytes,
        info: outcome.info,
        fingerprint: fingerprint.ok_or_else(|| {
            ServiceError::Internal(anyhow::anyhow!("the component gave no fingerprint"))
        })?,
    })
}

/// The groups among files, by their fingerprints of one algorithm; the order of the files decides that
/// of the groups. Takes time with the square of the files: not for an async thread.
pub fn groups(
    files: Vec<PictureFile>,
    algorithm: Algorithm,
    radius: u32,
) -> Result<Vec<FileGroup>, InvalidName> {
    let folder = ProjectName::parse("folder")?;
    let index = Index::default();
    for (position, file) in files.iter().enumerate() {
        let fingerprints = std::slice::from_ref(&file.fingerprint);
        index.insert(&folder, id(position), fingerprints);
    }
    let mut files: Vec<Option<PictureFile>> = files.into_iter().map(Some).collect();
    let mut take = |id| files.get_mut(position(id)).and_then(Option::take);
    let groups = index.groups(&folder, algorithm, radius).into_iter();
    Ok(groups
        .map(|group| ranked(group.into_iter().filter_map(&mut take).collect()))
        .collect())
}

/// The index knows images by id: a file's is its place in the list.
fn id(position: usize) -> ImageId {
    ImageId::from_bytes((position as u128).to_be_bytes())
}

fn position(id: ImageId) -> usize {
    u128::from_be_bytes(*id.as_bytes()) as usize
}

/// The most pixels first, then the largest file, then the earliest.
fn ranked(mut files: Vec<PictureFile>) -> FileGroup {
    let pixels = |file: &PictureFile| {
        let size = file.info.size;
        u64::from(size.width) * u64::from(size.height)
    };
    files.sort_by_key(|file| std::cmp::Reverse((pixels(file), file.bytes)));
    let first = files.first().map(|file| file.fingerprint.clone());
    let distance = |file: &PictureFile| first.as_ref()?.distance(&file.fingerprint).ok();
    let ranked = files.into_iter().filter_map(|file| {
        let distance = distance(&file)?;
        Some((file, distance))
    });
    ranked.collect()
}

#[cfg(test)]
mod tests {
    use crate::domain::{Dimensions, ImageFormat, Orientation};

    use super::*;

    fn file(name: &str, side: u32, bits: u64) -> PictureFile {
        PictureFile {
            path: name.into(),
            bytes: 100,
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
            fingerprint: Fingerprint {
                algorithm: Algorithm::Phash,
                version: Algorithm::Phash.version(),
                bits: bits.to_be_bytes().to_vec(),
                quality: 100,
            },
        }
    }

    fn names(radius: u32, files: &[PictureFile]) -> Vec<Vec<(String, u32)>> {
        let groups = groups(files.to_vec(), Algorithm::Phash, radius).unwrap();
        let name =
            |(file, distance): (PictureFile, u32)| (file.path.display().to_string(), distance);
        groups
            .into_iter()
            .map(|group| group.into_iter().map(name).collect())
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
        let group = [("b", 0), ("c", 2), ("a", 2)].map(|(name, far)| (name.to_owned(), far));
        assert_eq!(names(2, &files), [group.to_vec()]);
        assert!(names(1, &files).is_empty());
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
