//! From a picture to fingerprints: one luma plane, six algorithms.

use crate::decode::Picture;
use crate::error::ImageError;
use crate::fingerprint::{Algorithm, Fingerprint};
use crate::info::Orientation;
use crate::limits::Limits;

/// The fingerprints of an encoded picture, in the order asked for.
pub fn hash(
    bytes: &[u8],
    algorithms: &[Algorithm],
    limits: &Limits,
) -> Result<Vec<Fingerprint>, ImageError> {
    todo!()
}

/// One algorithm's fingerprints in all eight orientations, in EXIF order.
pub fn hash_orientations(
    bytes: &[u8],
    algorithm: Algorithm,
    limits: &Limits,
) -> Result<Vec<(Orientation, Fingerprint)>, ImageError> {
    todo!()
}

/// The fingerprints of a decoded picture.
pub fn fingerprints(
    picture: &Picture,
    algorithms: &[Algorithm],
) -> Result<Vec<Fingerprint>, ImageError> {
    todo!()
}
