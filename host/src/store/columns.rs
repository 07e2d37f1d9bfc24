//! Single columns <-> domain: ids, names, numbers, dates, fingerprints.
//!
//! What a column says is checked on the way out: a damaged database is an error, never a panic.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Algorithm, Exif, Fingerprint, ImageFormat, ImageId, ImageName, Location, ProjectName, Sha256,
};

use super::StoreError;

/// What a camera wrote, as JSON in a row and in the manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ExifJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    camera_make: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    camera_model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lens: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
}

/// Fingerprints as bytes, one after another: a tag for the algorithm, its version (2 bytes, most
/// significant first), the quality, then the bits. One row an image and nothing to join: loading
/// every fingerprint at start is what the speed of a start hangs on.
pub(super) fn pack(fingerprints: &[Fingerprint]) -> Result<Vec<u8>, StoreError> {
    let mut packed = Vec::new();
    for fingerprint in fingerprints {
        if fingerprint.bits.len() as u32 * 8 != fingerprint.algorithm.bits() {
            return Err(damaged("a fingerprint of a wrong length"));
        }
        packed.push(tag(fingerprint.algorithm));
        packed.extend(fingerprint.version.to_be_bytes());
        packed.push(fingerprint.quality);
        packed.extend(&fingerprint.bits);
    }
    Ok(packed)
}

/// What [`pack`] packed.
pub(super) fn unpack(mut packed: &[u8]) -> Result<Vec<Fingerprint>, StoreError> {
    let mut fingerprints = Vec::with_capacity(Algorithm::ALL.len());
    while let [number, high, low, quality, rest @ ..] = packed {
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|algorithm| tag(*algorithm) == *number)
            .ok_or_else(|| damaged("fingerprints of an unknown algorithm"))?;
        let (bits, next) = rest
            .split_at_checked(algorithm.bits() as usize / 8)
            .ok_or_else(|| damaged("fingerprints that are cut off"))?;
        fingerprints.push(Fingerprint {
            algorithm,
            version: u16::from_be_bytes([*high, *low]),
            bits: bits.to_vec(),
            quality: *quality,
        });
        packed = next;
    }
    if !packed.is_empty() {
        return Err(damaged("fingerprints that are cut off"));
    }
    Ok(fingerprints)
}

/// Stored: never to be changed.
fn tag(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::Phash => 1,
        Algorithm::Dhash => 2,
        Algorithm::Dhash128 => 3,
        Algorithm::Ahash => 4,
        Algorithm::Blockhash => 5,
        Algorithm::Pdq => 6,
        Algorithm::Core => 7,
        Algorithm::Bare => 8,
    }
}

pub(super) fn to_id(bytes: &[u8]) -> Result<ImageId, StoreError> {
    let bytes = <[u8; 16]>::try_from(bytes).map_err(damaged)?;
    Ok(ImageId::from_bytes(bytes))
}

pub(super) fn to_digest(bytes: &[u8]) -> Result<Sha256, StoreError> {
    Ok(Sha256(<[u8; 32]>::try_from(bytes).map_err(damaged)?))
}

pub(super) fn to_project_name(name: &str) -> Result<ProjectName, StoreError> {
    ProjectName::parse(name).map_err(damaged)
}

pub(super) fn to_image_name(name: &str) -> Result<ImageName, StoreError> {
    ImageName::parse(name).map_err(damaged)
}

pub(super) fn to_format(name: &str) -> Result<ImageFormat, StoreError> {
    ImageFormat::from_name(name).ok_or_else(|| damaged(format!("unknown picture format {name:?}")))
}

pub(super) fn from_millis(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(damaged)
}

pub(super) fn to_nanos(time: Timestamp) -> i64 {
    let (first, last) = (i64::MIN.into(), i64::MAX.into());
    time.as_nanosecond().clamp(first, last) as i64
}

pub(super) fn from_nanos(nanos: i64) -> Timestamp {
    // Every number of 64 bits is a time between 1677 and 2262.
    Timestamp::from_nanosecond(nanos.into()).unwrap_or_default()
}

/// A date as a row can hold it: what is out of range counts as the first or last that is not.
pub(super) fn clamped(date: SystemTime) -> Timestamp {
    from_nanos(match date.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = i64::try_from(before.duration().as_nanos());
            before.map_or(i64::MIN, |nanos| -nanos)
        }
    })
}

pub(super) fn to_unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(damaged)
}

pub(super) fn to_signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(damaged)
}

pub(super) fn exif_text(exif: &Exif) -> Result<String, StoreError> {
    serde_json::to_string(&ExifJson::from(exif)).map_err(damaged)
}

pub(super) fn damaged(what: impl ToString) -> StoreError {
    StoreError::Damaged(what.to_string())
}

impl From<&Exif> for ExifJson {
    fn from(exif: &Exif) -> Self {
        Self {
            camera_make: exif.camera_make.clone(),
            camera_model: exif.camera_model.clone(),
            lens: exif.lens.clone(),
            taken_at: exif.taken_at.clone(),
            latitude: exif.location.map(|location| location.latitude),
            longitude: exif.location.map(|location| location.longitude),
        }
    }
}

impl From<ExifJson> for Exif {
    fn from(json: ExifJson) -> Self {
        let location = json.latitude.zip(json.longitude);
        Self {
            camera_make: json.camera_make,
            camera_model: json.camera_model,
            lens: json.lens,
            taken_at: json.taken_at,
            location: location.map(|(latitude, longitude)| Location {
                latitude,
                longitude,
            }),
        }
    }
}
