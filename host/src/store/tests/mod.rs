//! The store against temporary folders: what goes in comes out, what is cut off is settled.

mod blobs;
mod crash;
mod held;
mod images;
#[cfg(unix)]
mod links;
mod manifest;
mod names;
mod plugins;
mod speed;
mod together;
mod trash;
#[cfg(target_os = "linux")]
mod unerased;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::TryStreamExt;
use jiff::Timestamp;
use sha2::{Digest, Sha256 as Hasher};
use tempfile::TempDir;

use super::*;
use crate::domain::file_name;
use crate::domain::{
    Algorithm, Dimensions, Exif, ImageFormat, ImageInfo, Location, NewImage, Orientation,
};

/// A data folder and what is known to be right about it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    async fn open(&self) -> Store {
        Store::open(self.path()).await.unwrap()
    }

    fn given(&self, project: &str, name: &str) -> PathBuf {
        self.path().join("image_root").join(project).join(name)
    }

    /// Every file below the folder, relative to it.
    fn files(&self, below: &str) -> BTreeSet<String> {
        walkdir::WalkDir::new(self.path().join(below))
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(self.path()).unwrap();
                path.to_str().unwrap().to_owned()
            })
            .collect()
    }
}

fn project(name: &str) -> ProjectName {
    ProjectName::parse(name).unwrap()
}

fn name(name: &str) -> ImageName {
    ImageName::parse(name).unwrap()
}

fn digest(bytes: &[u8]) -> Sha256 {
    Sha256(Hasher::digest(bytes).into())
}

/// An image of these bytes, with facts and fingerprints that depend on them.
fn new_image(project_name: &str, image_name: &str, bytes: &[u8]) -> NewImage {
    let sha256 = digest(bytes);
    let fingerprint = |algorithm: Algorithm| Fingerprint {
        algorithm,
        version: algorithm.version(),
        bits: sha256.0.repeat(2)[..algorithm.bits() as usize / 8].to_vec(),
        quality: sha256.0[0] % 101,
    };
    NewImage {
        id: ImageId::generate(),
        project: project(project_name),
        name: name(image_name),
        bytes: bytes.len() as u64,
        sha256,
        info: ImageInfo {
            format: ImageFormat::JpegXl,
            size: Dimensions {
                width: u32::MAX,
                height: 1 + u32::from(sha256.0[1]),
            },
            orientation: Orientation::Rotated270,
            frames: 3,
            has_alpha: true,
            has_colour_profile: false,
            exif: Some(Exif {
                camera_make: Some("Kamera \"ü\"\n".to_owned()),
                location: Some(Location {
                    latitude: -35.25,
                    longitude: 0.1,
                }),
                ..Exif::default()
            }),
        },
        fingerprints: Algorithm::ALL.map(fingerprint).to_vec(),
        sketch: None,
        deletion_token: Some(format!("{image_name}{sha256}")),
    }
}

/// Renditions that can be told apart and traced to the bytes.
fn renditions(bytes: &[u8]) -> Vec<(RenditionKind, Vec<u8>)> {
    let text = |kind: RenditionKind| format!("{} of {}", kind.name(), digest(bytes));
    RenditionKind::ALL
        .map(|kind| (kind, text(kind).into_bytes()))
        .to_vec()
}

async fn staged(store: &Store, bytes: &[u8]) -> Staged {
    let mut staging = store.stage().await.unwrap();
    for part in bytes.chunks(3) {
        staging.write(part).await.unwrap();
    }
    staging.finish().await.unwrap()
}

async fn upload(
    store: &Store,
    project: &str,
    name: &str,
    bytes: &[u8],
    clash: NameClash,
) -> Result<Stored, StoreError> {
    let given = staged(store, bytes).await;
    let image = new_image(project, name, bytes);
    store.insert(image, given, renditions(bytes), clash).await
}

/// A folder that people make in the image root is a project.
async fn make_project(folder: &Folder, store: &Store, name: &str) -> Result<(), StoreError> {
    fs::create_dir_all(folder.given(name, "")).unwrap();
    store.take_up_project(&project(name)).await
}

/// A file that people put into the image root is found and taken up.
async fn drop_in(
    folder: &Folder,
    store: &Store,
    project: &str,
    name: &str,
    bytes: &[u8],
) -> Option<Stored> {
    let path = folder.given(project, name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    let stamp = FileStamp::read(&path).unwrap().unwrap();
    let image = new_image(project, name, bytes);
    store.adopt(image, renditions(bytes), stamp).await.unwrap()
}

async fn content(store: &Store, key: &BlobKey) -> Option<Vec<u8>> {
    let blob = store.blob(key).await.unwrap()?;
    let length = blob.bytes;
    let parts: Vec<Bytes> = blob.into_stream(0..length).try_collect().await.unwrap();
    Some(parts.concat())
}

/// The renditions without an owner, over all projects.
async fn orphans(store: &Store) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for project in store.project_folders().unwrap() {
        found.extend(store.orphans(&project).await.unwrap());
    }
    found
}

/// Rows, files and manifests say the same, and nothing else lies about.
async fn assert_whole(folder: &Folder, store: &Store) {
    let (mut given, mut derived) = (BTreeSet::new(), BTreeSet::new());
    for owner in store.projects().await.unwrap() {
        let images = store.images(&owner.name, None, None).await.unwrap();
        assert_eq!(images.len() as u64, owner.images);
        assert_eq!(
            owner.primary,
            images
                .iter()
                .find(|image| image.is_primary)
                .map(|image| image.id),
            "the cover is one of the images"
        );
        assert_eq!(owner.primary.is_none(), images.is_empty());
        for image in images {
            let key = BlobKey::Given(owner.name.clone(), image.name.clone());
            let bytes = content(store, &key).await.unwrap();
            assert_eq!(digest(&bytes), image.sha256, "{}", image.name);
            for (kind, jpeg) in renditions(&bytes) {
                let key = BlobKey::Rendition(owner.name.clone(), kind, image.id);
                assert_eq!(content(store, &key).await, Some(jpeg));
                derived.insert(format!(
                    "projects/{}/{}/{}.jpg",
                    owner.name,
                    kind.name(),
                    image.id
                ));
            }
            let segments = image.name.as_str().split('/').map(file_name::written);
            let file = segments.collect::<Vec<_>>().join("/");
            given.insert(format!("image_root/{}/{file}", owner.name));
        }
        assert!(store.manifest_is_current(&owner.name).await.unwrap());
        derived.insert(format!("projects/{}/meta.json", owner.name));
        for trashed in store.trash(&owner.name, None, None).await.unwrap() {
            let id = trashed.image.id;
            let key = BlobKey::TrashedGiven(owner.name.clone(), id);
            let bytes = content(store, &key).await.unwrap();
            assert_eq!(
                digest(&bytes),
                trashed.image.sha256,
                "{}",
                trashed.image.name
            );
            assert_eq!(store.image(&owner.name, id).await.unwrap(), None);
            let folder = format!("projects/{}/trash/{id}", owner.name);
            derived.insert(format!("{folder}/given"));
            derived.insert(format!("{folder}/entry.json"));
            for (kind, jpeg) in renditions(&bytes) {
                let key = BlobKey::TrashedRendition(owner.name.clone(), kind, id);
                assert_eq!(content(store, &key).await, Some(jpeg));
                derived.insert(format!("{folder}/{}.jpg", kind.name()));
            }
        }
    }
    assert_eq!(folder.files("image_root"), given);
    let mut found = folder.files("projects");
    found.retain(|path| !path.ends_with("/meta.lock"));
    assert_eq!(found, derived);
    assert_eq!(orphans(store).await, Vec::<PathBuf>::new());
    let temporary = folder.files("tmp");
    assert!(
        temporary.iter().all(|path| path.ends_with("/lock")),
        "{temporary:?}"
    );
}
