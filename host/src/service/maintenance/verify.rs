//! Checks every blob, row and manifest against each other, and puts right what can be.
//!
//! No decoder is asked whether a rendition is sound: it begins and ends like a JPEG, or it is made
//! again. What people gave is never written over and never deleted here.

use crate::domain::{Algorithm, Fingerprint, Image, ImageId, Plan, ProjectName, RenditionKind};
use crate::sandbox::{CallError, Input};
use crate::service::processing::{self, Given};
use crate::service::{ServiceError, Services, blobs};
use crate::store::{BlobKey, OpenFile, SketchState};

/// Images that are read from the database at once.
const PAGE: u64 = 500;

/// One thing that `verify` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, with names.
    pub problem: String,
    /// It was put right.
    pub repaired: bool,
}

/// What `verify` looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Images whose every blob, row and manifest entry was looked at.
    pub images: u64,
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
}

/// Checks every blob, row and manifest against each other; `repair` makes renditions again, writes
/// manifests again, gives a lost file again from its `original` rendition, and takes out rows whose
/// picture is lost altogether. `progress(done, total)` counts images. A running server does no harm:
/// what changed while it was looked at is not reported.
pub async fn verify(
    services: &Services,
    repair: bool,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Report, ServiceError> {
    let mut verification = Verification {
        services,
        repair,
        report: Report::default(),
    };
    let projects = services.store.projects().await?;
    let total = projects.iter().map(|project| project.images).sum();
    progress(0, total);
    for project in &projects {
        let looked_at = verification.project(&project.name, total, progress).await;
        verification.unless_held(&project.name, looked_at)?;
    }
    verification.unerased().await?;
    for project in services.store.project_folders()? {
        let looked_at = verification.orphans(&project).await;
        verification.unless_held(&project, looked_at)?;
    }
    Ok(verification.report)
}

struct Verification<'a> {
    services: &'a Services,
    repair: bool,
    report: Report,
}

/// What became of a given file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Sound,
    Missing,
    Changed,
}

impl Verification<'_> {
    async fn project(
        &mut self,
        project: &ProjectName,
        total: u64,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), ServiceError> {
        let store = &self.services.store;
        let mut after = None;
        loop {
            let given = store.source_files(project, "", after.as_ref(), PAGE);
            let given = given.await?;
            let Some(last) = given.last() else {
                break;
            };
            after = Some(last.name.clone());
            let ids: Vec<ImageId> = given.into_iter().map(|given| given.image).collect();
            for image in store.images_by_id(&ids).await? {
                self.image(&image).await?;
                self.report.images += 1;
                progress(self.report.images, total.max(self.report.images));
            }
        }
        self.trash(project).await?;
        self.manifest(project).await
    }

    /// What lies in the trash can be restored only as long as its file is what was given.
    async fn trash(&mut self, project: &ProjectName) -> Result<(), ServiceError> {
        let trashed = self.services.store.trash(project, None, None).await?;
        for image in trashed.into_iter().map(|trashed| trashed.image) {
            let file = self.services.store.open_trashed(project, image.id).await?;
            let problem = match state_of(file, &image).await? {
                State::Sound => continue,
                State::Missing => "in the trash: its given file is missing",
                State::Changed => "in the trash: its given file is not what was given",
            };
            // Restored or deleted meanwhile, it is not there to be wrong.
            let store = &self.services.store;
            if store.trashed(project, image.id).await?.is_some() {
                self.find(&image, problem, false);
            }
        }
        Ok(())
    }

    async fn image(&mut self, image: &Image) -> Result<(), ServiceError> {
        let given = self.given(image).await?;
        let broken = self.broken_renditions(image).await?;
        if given == State::Sound {
            self.outdated(image).await?;
        }
        if given == State::Sound && broken.is_empty() {
            return Ok(());
        }
        if !self.is_unchanged(image).await? {
            return Ok(());
        }
        let original_is_sound = !broken.contains(&RenditionKind::Original);
        match given {
            State::Sound => self.renditions(image, &broken, blobs::given(image)).await,
            State::Missing if original_is_sound => self.give_again(image).await,
            State::Missing => self.lost(image).await,
            State::Changed => {
                self.find(image, "the given file is not what was given", false);
                if original_is_sound {
                    let source = blobs::rendition(image, RenditionKind::Original);
                    return self.renditions(image, &broken, source).await;
                }
                Ok(())
            }
        }
    }

    /// Fingerprints that are missing, and what another definition made, are made again. A missing sketch is made on
    /// the way; it is no finding, because whoever needs it makes it.
    async fn outdated(&mut self, image: &Image) -> Result<(), ServiceError> {
        let is_made = |algorithm: &Algorithm| {
            let of_today = |made: &Fingerprint| {
                (made.algorithm, made.version) == (*algorithm, algorithm.version())
            };
            image.fingerprints.iter().any(of_today)
        };
        let sketch = self.services.store.sketch_state(image.id).await?;
        let is_sound =
            Algorithm::ALL.iter().all(is_made) && sketch != SketchState::OfAnotherVersion;
        if (is_sound && sketch == SketchState::Current) || !self.is_unchanged(image).await? {
            return Ok(());
        }
        let repaired = self.repair && self.renew(image).await?;
        if !is_sound {
            let problem =
                "some of its fingerprints or its sketch are missing or of another version";
            self.find(image, problem, repaired);
        }
        Ok(())
    }

    async fn renew(&self, image: &Image) -> Result<bool, ServiceError> {
        let store = &self.services.store;
        let Some(picture) = blobs::read_all(store, &blobs::given(image)).await? else {
            return Ok(false);
        };
        let plan = Plan {
            algorithms: Algorithm::ALL.to_vec(),
            renditions: Vec::new(),
        };
        let sandbox = &self.services.sandbox;
        let outcome = match sandbox.process(Input::Bytes(picture), plan).await {
            Ok(outcome) => outcome,
            Err(CallError::Image(error)) => {
                tracing::warn!(image = %image.id, %error, "cannot be hashed again");
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        let sketch = outcome.sketch.as_ref();
        store.renew(image, &outcome.fingerprints, sketch).await?;
        Ok(true)
    }

    async fn given(&self, image: &Image) -> Result<State, ServiceError> {
        let store = &self.services.store;
        let file = store.open_source(&image.project, &image.name).await?;
        state_of(file, image).await
    }

    async fn broken_renditions(&self, image: &Image) -> Result<Vec<RenditionKind>, ServiceError> {
        let mut broken = Vec::new();
        for kind in RenditionKind::ALL {
            if !self.is_jpeg(&blobs::rendition(image, kind)).await? {
                broken.push(kind);
            }
        }
        Ok(broken)
    }

    /// The blob is there and begins and ends as a JPEG does (ITU-T T.81: SOI and EOI).
    async fn is_jpeg(&self, key: &BlobKey) -> Result<bool, ServiceError> {
        let store = &self.services.store;
        let Some(blob) = store.blob(key).await? else {
            return Ok(false);
        };
        if blob.bytes < 4 {
            return Ok(false);
        }
        let start = blob.part(0..2).await?;
        let end = blob.part(blob.bytes - 2..blob.bytes).await?;
        Ok(start[..] == [0xff, 0xd8] && end[..] == [0xff, 0xd9])
    }

    /// Makes broken renditions again from a sound blob.
    async fn renditions(
        &mut self,
        image: &Image,
        broken: &[RenditionKind],
        source: BlobKey,
    ) -> Result<(), ServiceError> {
        let repaired = self.repair && self.render(image, broken, &source).await?;
        for kind in broken {
            let problem = format!("the {} rendition is missing or broken", kind.name());
            self.find(image, &problem, repaired);
        }
        Ok(())
    }

    async fn render(
        &self,
        image: &Image,
        kinds: &[RenditionKind],
        source: &BlobKey,
    ) -> Result<bool, ServiceError> {
        let store = &self.services.store;
        let Some(picture) = blobs::read_all(store, source).await? else {
            return Ok(false);
        };
        let quality = self.services.quality;
        let specs: Vec<_> = kinds.iter().map(|kind| kind.spec(quality)).collect();
        let rendered = self
            .services
            .sandbox
            .render(Input::Bytes(picture), specs)
            .await;
        let renditions = match rendered {
            Ok(renditions) => renditions,
            Err(CallError::Image(error)) => {
                tracing::warn!(image = %image.id, %error, "cannot be rendered again");
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        for (kind, rendition) in kinds.iter().zip(renditions) {
            store
                .put_rendition(&image.project, image.id, *kind, rendition.jpeg)
                .await?;
        }
        Ok(true)
    }

    /// The given file is gone, but the picture is not: its `original` rendition takes the file's place.
    async fn give_again(&mut self, image: &Image) -> Result<(), ServiceError> {
        let repaired = self.repair && self.give_original(image).await?;
        let problem = "the given file is missing; its original rendition can stand in for it";
        self.find(image, problem, repaired);
        Ok(())
    }

    /// Puts the file where nothing is, then adopts it as if it had been dropped in: an upload of the
    /// same name that comes in between wins.
    async fn give_original(&self, image: &Image) -> Result<bool, ServiceError> {
        let store = &self.services.store;
        let key = blobs::rendition(image, RenditionKind::Original);
        let Some(original) = blobs::read_all(store, &key).await? else {
            return Ok(false);
        };
        let mut staging = store.stage().await?;
        staging.write(&original).await?;
        let staged = staging.finish().await?;
        let picture = Input::File(staged.path.to_path_buf());
        let outcome = processing::process_patiently(self.services, picture).await?;
        let given = Given {
            project: image.project.clone(),
            name: image.name.clone(),
            bytes: staged.bytes,
            sha256: staged.sha256,
            deletion_token: None,
        };
        let (new, renditions) = processing::image_of(given, outcome);
        let given = store.give_missing(&image.project, &image.name, staged);
        let Some(stamp) = given.await? else {
            return Ok(false);
        };
        Ok(store.adopt(new, renditions, stamp).await?.is_some())
    }

    async fn lost(&mut self, image: &Image) -> Result<(), ServiceError> {
        if self.repair {
            self.services.store.remove(&image.project, image.id).await?;
        }
        self.find(
            image,
            "the picture is lost: neither the given file nor an original is there",
            self.repair,
        );
        Ok(())
    }

    async fn manifest(&mut self, project: &ProjectName) -> Result<(), ServiceError> {
        let store = &self.services.store;
        if store.manifest_is_current(project).await? {
            return Ok(());
        }
        if self.repair {
            store.write_manifest(project).await?;
        }
        self.report.findings.push(Finding {
            problem: format!(
                "{project}: meta.json is missing, unreadable or not what the rows say"
            ),
            repaired: self.repair,
        });
        Ok(())
    }

    async fn orphans(&mut self, project: &ProjectName) -> Result<(), ServiceError> {
        let store = &self.services.store;
        for path in store.orphans(project).await? {
            if self.repair {
                store.remove_orphan(&path).await?;
            }
            self.report.findings.push(Finding {
                problem: format!("{}: belongs to no image", path.display()),
                repaired: self.repair,
            });
        }
        Ok(())
    }

    /// What was deleted is erased, whether repairs are asked for or not; what stays is told.
    async fn unerased(&mut self) -> Result<(), ServiceError> {
        let store = &self.services.store;
        let unerased = match store.may_write() {
            Ok(()) => store.erase_again().await?,
            Err(_) => store.unerased().await?,
        };
        self.report
            .findings
            .extend(unerased.iter().map(|left| Finding {
                problem: format!("deleted, and cannot be erased: {left}"),
                repaired: false,
            }));
        Ok(())
    }

    /// A project that another process does not let go of is told, once, and the others are looked at.
    fn unless_held(
        &mut self,
        project: &ProjectName,
        looked_at: Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let Err(ServiceError::Held(_)) = looked_at else {
            return looked_at;
        };
        let finding = Finding {
            problem: format!("{project}: held by another process, not looked at whole"),
            repaired: false,
        };
        if !self.report.findings.contains(&finding) {
            self.report.findings.push(finding);
        }
        Ok(())
    }

    /// Nobody replaced or removed the image while it was looked at.
    async fn is_unchanged(&self, image: &Image) -> Result<bool, ServiceError> {
        let now = self.services.store.image(&image.project, image.id).await?;
        Ok(now.is_some_and(|now| now.sha256 == image.sha256 && now.name == image.name))
    }

    fn find(&mut self, image: &Image, problem: &str, repaired: bool) {
        let problem = format!("{}/{} ({}): {problem}", image.project, image.name, image.id);
        self.report.findings.push(Finding { problem, repaired });
    }
}

async fn state_of(file: Option<OpenFile>, image: &Image) -> Result<State, ServiceError> {
    let Some(file) = file else {
        return Ok(State::Missing);
    };
    let is_sound = file.stamp.bytes == image.bytes && file.digest().await? == image.sha256;
    Ok(match is_sound {
        true => State::Sound,
        false => State::Changed,
    })
}
