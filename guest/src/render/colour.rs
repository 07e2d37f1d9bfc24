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

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, Rgb};

    use super::*;

    fn pixel(colour: [u8; 3], profile: &[u8]) -> Option<[u8; 3]> {
        let picture = RgbImage::from_pixel(3, 2, Rgb(colour)).into();
        to_srgb(&picture, profile).map(|srgb| srgb.to_rgb8().get_pixel(1, 1).0)
    }

    #[test]
    fn wide_colours_become_stronger_and_greys_stay() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let [red, green, blue] = pixel([200, 100, 100], &profile).unwrap();
        assert!(
            red > 205 && green < 100 && blue < 100,
            "{red} {green} {blue}"
        );
        assert!(
            pixel([128; 3], &profile)
                .unwrap()
                .iter()
                .all(|level| level.abs_diff(128) <= 1)
        );
    }

    #[test]
    fn srgb_stays() {
        let [red, green, blue] =
            pixel([10, 100, 250], &ColorProfile::new_srgb().encode().unwrap()).unwrap();
        assert!(red.abs_diff(10) <= 1 && green.abs_diff(100) <= 1 && blue.abs_diff(250) <= 1);
    }

    #[test]
    fn a_profile_that_does_not_fit_is_passed_over() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let grey = GrayImage::from_pixel(3, 2, Luma([9])).into();
        assert!(to_srgb(&grey, &profile).is_none());
        assert!(pixel([1, 2, 3], b"no profile").is_none());
        assert!(pixel([1, 2, 3], &profile[..100]).is_none());
    }
}
