//! The manifest `meta.json`: what a project holds, readable by people and enough to make its rows anew.
//!
//! What it says, and how that is read. How it follows the rows is the business of `manifest_writing`.

use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::TryIntoModel;
use serde::{Deserialize, Serialize};

use crate::domain::{Algorithm, Decision, Fingerprint, Image, ImageId, Pair, ProjectName, Sha256};

use super::StoreError;
use super::columns::{
    ExifJson, damaged, from_millis, from_nanos, pack, to_digest, to_format, to_id, to_image_name,
    to_nanos, to_signed, to_unsigned, unpack,
};
use super::entities::{image, project};
use super::merging::{MergedJson, merged_into, text_of};
use super::rows;

/// A manifest as it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub(super) project_id: String,
    pub(super) primary_image_id: Option<String>,
    #[serde(default)]
    pub(super) finds_crops: bool,
    pub(super) images: Vec<ManifestEntry>,
    #[serde(default)]
    pub(super) not_duplicates: Vec<DecisionJson>,
}

/// An image in the manifest. The first field stays the first: lines are found by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ManifestEntry {
    pub(super) id: String,
    /// Of the renditions.
    ext: String,
    created_at: String,
    pub(super) name: String,
    bytes: u64,
    sha256: String,
    modified: Timestamp,
    #[serde(default)]
    dropped_in: bool,
    format: String,
    width: i64,
    height: i64,
    orientation: i32,
    frames: i64,
    has_alpha: bool,
    has_colour_profile: bool,
    exif: Option<ExifJson>,
    fingerprints: Vec<FingerprintEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) merged: Vec<MergedJson>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FingerprintEntry {
    algorithm: String,
    version: u16,
    quality: u8,
    /// Hexadecimal.
    bits: String,
}

impl Manifest {
    pub(super) fn is_of(&self, project: &ProjectName) -> bool {
        ProjectName::parse(&self.project_id).is_ok_and(|name| name == *project)
    }
}

impl ManifestEntry {
    pub(super) fn new(row: &image::Model) -> Result<Self, StoreError> {
        let exif = row.exif.as_deref().map(serde_json::from_str);
        let fingerprints = unpack(&row.fingerprints)?;
        Ok(Self {
            id: to_id(&row.id)?.to_string(),
            ext: "jpg".to_owned(),
            created_at: format!("{:.3}", from_millis(row.created_at)?),
            name: row.name.clone(),
            bytes: to_unsigned(row.bytes)?,
            sha256: to_digest(&row.sha256)?.to_string(),
            modified: from_nanos(row.modified),
            dropped_in: row.dropped_in,
            format: row.format.clone(),
            width: row.width,
            height: row.height,
            orientation: row.orientation,
            frames: row.frames,
            has_alpha: row.has_alpha,
            has_colour_profile: row.has_colour_profile,
            exif: exif.transpose().map_err(damaged)?,
            fingerprints: fingerprints.iter().map(FingerprintEntry::new).collect(),
            merged: merged_into(row)?,
        })
    }

    /// The image that it was made of, which is no cover.
    pub(super) fn to_image(&self, project: &ProjectName) -> Result<Image, StoreError> {
        let owner = project::Model {
            id: 0,
            name: project.as_str().to_owned(),
            created_at: 0,
            primary_image: None,
            finds_crops: false,
            folded: project.folded(),
        };
        let mut row = self.to_row(owner.id)?;
        row.position = Set(0);
        rows::to_image(row.try_into_model()?, &owner)
    }

    pub(super) fn created_at(&self) -> Result<Timestamp, StoreError> {
        self.created_at.parse().map_err(damaged)
    }

    /// The row that it was made of; `project` is the key of its project.
    pub(super) fn to_row(&self, project: i64) -> Result<image::ActiveModel, StoreError> {
        let id: ImageId = self.id.parse().map_err(damaged)?;
        let name = to_image_name(&self.name)?;
        let sha256: Sha256 = self.sha256.parse().map_err(damaged)?;
        let exif = self.exif.as_ref().map(serde_json::to_string);
        let prints = self
            .fingerprints
            .iter()
            .map(FingerprintEntry::to_fingerprint);
        let prints: Vec<_> = prints.collect::<Result<_, _>>()?;
        to_format(&self.format)?;
        Ok(image::ActiveModel {
            position: NotSet,
            id: Set(id.as_bytes().to_vec()),
            project_id: Set(project),
            folded: Set(name.folded()),
            name: Set(name.into()),
            created_at: Set(self.created_at()?.as_millisecond()),
            bytes: Set(to_signed(self.bytes)?),
            sha256: Set(sha256.0.to_vec()),
            modified: Set(to_nanos(self.modified)),
            dropped_in: Set(self.dropped_in),
            format: Set(self.format.clone()),
            width: Set(self.width),
            height: Set(self.height),
            orientation: Set(self.orientation),
            frames: Set(self.frames),
            has_alpha: Set(self.has_alpha),
            has_colour_profile: Set(self.has_colour_profile),
            exif: Set(exif.transpose().map_err(damaged)?),
            fingerprints: Set(pack(&prints)?),
            merged: Set(text_of(&self.merged)?),
        })
    }
}

impl FingerprintEntry {
    fn new(fingerprint: &Fingerprint) -> Self {
        Self {
            algorithm: fingerprint.algorithm.name().to_owned(),
            version: fingerprint.version,
            quality: fingerprint.quality,
            bits: hex::encode(&fingerprint.bits),
        }
    }

    fn to_fingerprint(&self) -> Result<Fingerprint, StoreError> {
        let algorithm = Algorithm::from_name(&self.algorithm)
            .ok_or_else(|| damaged(format!("unknown algorithm {:?}", self.algorithm)))?;
        Ok(Fingerprint {
            algorithm,
            version: self.version,
            bits: hex::decode(&self.bits).map_err(damaged)?,
            quality: self.quality,
        })
    }
}

/// A decision as JSON, in the manifest and in the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct DecisionJson {
    pub(super) pair: String,
    pub(super) decided_at: Timestamp,
}

impl From<Decision> for DecisionJson {
    fn from(decision: Decision) -> Self {
        Self {
            pair: decision.pair.to_string(),
            decided_at: decision.decided_at,
        }
    }
}

impl DecisionJson {
    pub(super) fn parse(&self) -> Result<(Pair, Timestamp), StoreError> {
        Ok((self.pair.parse().map_err(damaged)?, self.decided_at))
    }
}
