//! Colours of an ICC profile to sRGB. Reading the profile out of a file is `decode`'s work.

use image::{DynamicImage, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// The picture in sRGB, or nothing when the profile is broken or is for other channels than the
/// picture has: then its colours are shown as they are, as viewers do.
///
/// The arithmetic is the colour library's own, partly in floating point: colours may differ by a
/// level between a native and a WebAssembly build. Fingerprints do not pass here.
pub fn to_srgb(picture: &DynamicImage, profile: &[u8]) -> Option<DynamicImage> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let layout = match (picture, profile.color_space) {
        (DynamicImage::ImageLuma8(_), DataColorSpace::Gray) => Layout::Gray,
        (DynamicImage::ImageRgb8(_), DataColorSpace::Rgb) => Layout::Rgb,
        _ => return None,
    };
    let options = TransformOptions::default();
    let transform = profile
        .create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options)
        .ok()?;
    let mut srgb = RgbImage::new(picture.width(), picture.height());
    transform.transform(picture.as_bytes(), &mut srgb).ok()?;
    Some(srgb.into())
}
