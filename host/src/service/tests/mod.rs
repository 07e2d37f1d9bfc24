//! The use cases on real parts: a store in a temporary folder, the embedded component, pictures
//! drawn here.

mod crops;
mod events;
mod follow;
mod image_root;
mod images;
mod maintenance;
mod matching;
mod verification;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use image::{ImageFormat as Format, Rgb, RgbImage};
use tempfile::TempDir;

use super::follow::{FollowedIndex, Indexed};
use super::matching::{Criterion, KnownPicture, Matches, Search, Subject, search};
use super::uploads::{Ingested, OnDuplicate, Upload, ingest};
use super::{ServiceError, Services};
use crate::domain::{ImageName, Limits, Match, ProjectName};
use crate::sandbox::{Sandbox, SandboxSettings, Source};
use crate::store::{NameClash, Staged, Store};

/// The project that everything is given to unless a test says otherwise.
static PROJECT: LazyLock<ProjectName> = LazyLock::new(|| project("p"));

/// A data folder and what works on it.
struct World {
    services: Services,
    folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            services: services_over(folder.path()).await,
            folder,
        }
    }

    fn data(&self) -> &Path {
        self.folder.path()
    }

    async fn stage(&self, bytes: &[u8]) -> Staged {
        let mut staging = self.services.store.stage().await.unwrap();
        staging.write(bytes).await.unwrap();
        staging.finish().await.unwrap()
    }

    /// An upload into project `p`.
    async fn upload(&self, name: Option<&str>, bytes: &[u8]) -> Upload {
        Upload {
            project: PROJECT.clone(),
            name: name.map(|name| ImageName::parse(name).unwrap()),
            given: self.stage(bytes).await,
            name_clash: NameClash::Number,
            on_duplicate: OnDuplicate::Keep,
        }
    }

    async fn try_give(&self, name: &str, bytes: &[u8]) -> Result<Ingested, ServiceError> {
        ingest(&self.services, self.upload(Some(name), bytes).await).await
    }

    async fn give(&self, name: &str, bytes: &[u8]) -> Ingested {
        self.try_give(name, bytes).await.unwrap()
    }

    /// Where a given file of project `p` lies.
    fn given(&self, name: &str) -> PathBuf {
        self.data().join("image_root/p").join(name)
    }
}

/// What another process over the same folder would hold.
async fn services_over(folder: &Path) -> Services {
    let store = Store::open(folder).await.unwrap();
    Services {
        index: Arc::new(
            FollowedIndex::load(&store, Indexed::Pictures)
                .await
                .unwrap(),
        ),
        features: Arc::default(),
        crops_wanted: Arc::default(),
        store,
        sandbox: sandbox(),
        plugins: Arc::default(),
        scan: Arc::default(),
        groups: Arc::default(),
        comparisons: Arc::default(),
        quality: 80,
    }
}

/// One sandbox for all tests: compiling the component takes a while.
fn sandbox() -> Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| sandbox_of(2, 64)).clone()
}

/// One of so many workers, with so many places in the queue before them.
fn sandbox_of(workers: usize, queue: usize) -> Sandbox {
    let settings = SandboxSettings {
        workers,
        queue,
        memory: 512 << 20,
        timeout: Duration::from_secs(60),
        limits: Limits::default(),
    };
    let cache = Path::new(env!("VISMATCH_COMPONENT_PATH")).with_file_name("cache");
    Sandbox::start(&Source::Embedded, &settings, Some(cache)).unwrap()
}

fn project(name: &str) -> ProjectName {
    ProjectName::parse(name).unwrap()
}

/// A picture of soft waves; another seed is another picture.
fn picture(seed: u64, width: u32, height: u32) -> RgbImage {
    let waves = waves(seed);
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (
            f64::from(x) / f64::from(width),
            f64::from(y) / f64::from(height),
        );
        let sum: f64 = waves.iter().map(|wave| wave.at(x, y)).sum();
        let grey = 128.0 + 20.0 * sum;
        Rgb([grey as u8, (grey * 0.8) as u8, (255.0 - grey) as u8])
    })
}

struct Wave {
    across: f64,
    down: f64,
    phase: f64,
}

impl Wave {
    fn at(&self, x: f64, y: f64) -> f64 {
        (std::f64::consts::TAU * (self.across * x + self.down * y + self.phase)).cos()
    }
}

/// Six waves of a linear congruential generator (Knuth's MMIX constants).
fn waves(seed: u64) -> Vec<Wave> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005);
        state = state.wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let mut wave = |_| Wave {
        across: 3.0 * next(),
        down: 3.0 * next() - 1.5,
        phase: next(),
    };
    (0..6).map(&mut wave).collect()
}

fn encode(picture: &RgbImage, format: Format) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn png(seed: u64) -> Vec<u8> {
    encode(&picture(seed, 240, 160), Format::Png)
}

/// The same picture in another size and format.
fn copy_of(seed: u64) -> Vec<u8> {
    encode(&picture(seed, 120, 80), Format::Jpeg)
}

fn names(images: &[crate::domain::Image]) -> Vec<&str> {
    images.iter().map(|image| image.name.as_str()).collect()
}

/// Verified duplicates and similar images.
const VERIFIED: Criterion = Criterion::Verified {
    any_orientation: false,
};

/// What a picture matches, the first ten.
async fn matches(
    services: &Services,
    project: &ProjectName,
    subject: Subject,
    by: Criterion,
) -> Result<Vec<Match>, ServiceError> {
    let asked = Search {
        subject,
        by,
        scope: Some(project.clone()),
        limit: 10,
    };
    let found = search(services, asked).await?;
    Ok(found.into_list(10))
}

/// What matches a picture that is not sent.
async fn check(
    services: &Services,
    scope: Option<&ProjectName>,
    known: KnownPicture,
    by: Criterion,
) -> Result<Matches, ServiceError> {
    let asked = Search {
        subject: Subject::Known(known),
        by,
        scope: scope.cloned(),
        limit: 10,
    };
    search(services, asked).await
}
