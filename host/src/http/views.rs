//! Domain words as JSON: what images, fingerprints and matches look like to clients.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::Location;
use crate::domain::{
    Exif, Fingerprint, Image, ImageId, Match, MatchKindName, OrientationName, ProjectName,
    RenditionKind, VerdictName,
};

use super::base_path::address;

/// What has to be escaped in a segment of a path: all but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes bodies that are streamed")]
pub struct BinaryFile(Vec<u8>);

/// An image.
#[derive(Serialize, ToSchema)]
pub struct ImageView {
    /// Its id: 32 lower-case hexadecimal characters.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    pub image_id: String,
    /// What it is called, unique in its project; works in place of the id.
    #[schema(example = "beach.jpg")]
    pub name: String,
    /// It is the project's cover.
    pub is_primary: bool,
    /// When it was first given, RFC 3339 with milliseconds; or the first of those that were merged into it.
    #[schema(example = "2026-02-21T19:01:02.123Z")]
    pub created_at: String,
    /// Pixels across, upright.
    #[schema(example = 4032)]
    pub width: u32,
    /// Pixels down, upright.
    #[schema(example = 3024)]
    pub height: u32,
    /// Length of the file as it was given.
    #[schema(example = 2_841_337)]
    pub bytes: u64,
    /// Digest of the file as it was given.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    /// What a camera wrote beside it, or beside one that was merged into it; left out when nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exif: Option<ExifView>,
    /// Names of images that were merged into it: they lead here; left out when none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["beach (2).jpg"]))]
    pub aliases: Vec<String>,
    /// Where its renditions are.
    pub urls: Urls,
}

/// What a camera wrote beside a picture; what it did not write is left out.
#[derive(Serialize, ToSchema)]
pub struct ExifView {
    /// Maker of the camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Nikon")]
    pub camera_make: Option<String>,
    /// Model of the camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Z 6")]
    pub camera_model: Option<String>,
    /// Model of the lens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// `YYYY-MM-DDThh:mm:ss`, with the offset where the camera recorded one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-02-21T19:01:02+01:00")]
    pub taken_at: Option<String>,
    /// Where it was taken. Left out by a server whose setting `location` is `hide`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationView>,
    /// `location.latitude` by its older name. Left out by a server whose setting `location` is `hide`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 35.24)]
    pub latitude: Option<f64>,
    /// `location.longitude` by its older name. Left out as `latitude` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 25.14)]
    pub longitude: Option<f64>,
}

/// A place on earth.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct LocationView {
    /// WGS 84 degrees, north is positive.
    #[schema(example = 35.24)]
    pub latitude: f64,
    /// WGS 84 degrees, east is positive.
    #[schema(example = 25.14)]
    pub longitude: f64,
}

/// Where an image's renditions are: paths, below `--base-path` or what a proxy says by `X-Forwarded-Prefix`.
#[derive(Serialize, ToSchema)]
pub struct Urls {
    /// The picture in its own size, as JPEG.
    #[schema(example = "/projects/holidays/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=original")]
    pub original: String,
    /// Fits within 1600x1600.
    #[schema(example = "/projects/holidays/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=medium")]
    pub medium: String,
    /// Fits within 400x400.
    #[schema(example = "/projects/holidays/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=thumb")]
    pub thumb: String,
    /// Exactly 50x50.
    #[schema(example = "/projects/holidays/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=game")]
    pub game: String,
}

/// What one algorithm says of a picture.
#[derive(Serialize, ToSchema)]
pub struct FingerprintView {
    /// `phash`, `dhash`, `dhash128`, `ahash`, `blockhash`, `pdq`, `core`, `bare`, or the name of a plugin.
    #[schema(example = "phash")]
    pub algorithm: String,
    /// Version of its definition; only fingerprints of the same version are compared.
    #[schema(example = 1)]
    pub version: u16,
    /// The bits as hexadecimal digits, most significant first.
    #[schema(example = "d1c48f3b2a7061e5")]
    pub bits: String,
    /// 0 to 100; below 50 matches mean little. Left out of a plugin's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 100)]
    pub quality: Option<u8>,
}

/// An image that matches.
#[derive(Serialize, ToSchema)]
pub struct MatchView {
    /// Its id.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    pub image_id: String,
    /// What it is called.
    #[schema(example = "beach.jpg")]
    pub name: String,
    /// Where it is.
    #[schema(example = "holidays")]
    pub project_id: String,
    /// `exact`: the same bytes; `near`: a duplicate, similar, or a fingerprint within the radius: the verdict tells which.
    pub kind: MatchKindName,
    /// Differing bits.
    #[schema(example = 4)]
    pub distance: u32,
    /// What the picture and the image are to each other; never `different`.
    pub verdict: VerdictName,
    /// What was compared decides. False where only fingerprints or sketches were compared and may be wrong: comparing
    /// the pictures decides (`POST /compare`, or matches of the picture itself). Duplicates are always verified.
    #[schema(example = false)]
    pub verified: bool,
    /// How alike they are, 0 to 1; 1 for the same bytes.
    #[schema(example = 0.9375)]
    pub similarity: f64,
    /// Why, in one sentence for people.
    #[schema(example = "phash differs in 4 of 64 bits; nothing else was compared.")]
    pub reason: String,
    /// Whose fingerprints were compared: one of our own, or the name of a plugin.
    #[schema(example = "phash")]
    pub algorithm: String,
    /// How the query has to be transformed to look like the image.
    pub orientation: OrientationName,
    /// Frames or pages of the image; its renditions show the first.
    #[schema(example = 1)]
    pub frames: u32,
    /// Where its renditions are.
    pub urls: Urls,
}

impl ImageView {
    /// An image, as much as is said of it.
    pub fn new(image: &Image, location: Location) -> Self {
        Self {
            image_id: image.id.to_string(),
            name: image.name.to_string(),
            is_primary: image.is_primary,
            created_at: timestamp(image.first_given()),
            width: image.info.size.width,
            height: image.info.size.height,
            bytes: image.bytes,
            sha256: image.sha256.to_string(),
            exif: image.exif().map(|exif| ExifView::new(exif, location)),
            aliases: image
                .merged
                .iter()
                .map(|other| other.name.to_string())
                .collect(),
            urls: Urls::new(&image.project, image.id),
        }
    }
}

impl ExifView {
    fn new(exif: Exif, location: Location) -> Self {
        let place = match location {
            Location::Keep => exif.location,
            Location::Hide => None,
        };
        Self {
            camera_make: exif.camera_make,
            camera_model: exif.camera_model,
            lens: exif.lens,
            taken_at: exif.taken_at,
            location: place.map(|place| LocationView {
                latitude: place.latitude,
                longitude: place.longitude,
            }),
            latitude: place.map(|place| place.latitude),
            longitude: place.map(|place| place.longitude),
        }
    }
}

impl Urls {
    /// The addresses of an image's renditions.
    pub fn new(project: &ProjectName, image: ImageId) -> Self {
        let address = project_url(project);
        let url = |kind: RenditionKind| format!("{address}/images/{image}?size={}", kind.name());
        Self {
            original: url(RenditionKind::Original),
            medium: url(RenditionKind::Medium),
            thumb: url(RenditionKind::Thumb),
            game: url(RenditionKind::Game),
        }
    }
}

impl From<&Fingerprint> for FingerprintView {
    fn from(fingerprint: &Fingerprint) -> Self {
        Self {
            algorithm: fingerprint.algorithm.name().to_owned(),
            version: fingerprint.version,
            bits: hex::encode(&fingerprint.bits),
            quality: Some(fingerprint.quality),
        }
    }
}

impl From<&Match> for MatchView {
    fn from(found: &Match) -> Self {
        Self {
            image_id: found.image.id.to_string(),
            name: found.image.name.to_string(),
            project_id: found.image.project.to_string(),
            kind: found.kind.into(),
            distance: found.distance,
            verdict: found.judgement.verdict.into(),
            verified: found.judgement.verified,
            similarity: found.judgement.similarity,
            reason: found.judgement.reason.clone(),
            algorithm: found.algorithm.name().to_owned(),
            orientation: found.orientation.into(),
            frames: found.image.info.frames,
            urls: Urls::new(&found.image.project, found.image.id),
        }
    }
}

/// The address of a project.
pub fn project_url(project: &ProjectName) -> String {
    let name = utf8_percent_encode(project.as_str(), SEGMENT);
    address(&format!("/projects/{name}"))
}

/// A time as RFC 3339 with milliseconds.
pub fn timestamp(time: Timestamp) -> String {
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_escape_what_people_call_their_projects() {
        let project = ProjectName::parse("Höhle #1 50%?").unwrap();
        assert_eq!(
            project_url(&project),
            "/projects/H%C3%B6hle%20%231%2050%25%3F"
        );
    }

    #[test]
    fn times_have_milliseconds_even_when_they_are_zero() {
        let time: Timestamp = "2026-02-21T19:01:02Z".parse().unwrap();
        assert_eq!(timestamp(time), "2026-02-21T19:01:02.000Z");
    }
}
