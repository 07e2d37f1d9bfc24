//! Colours of an ICC profile to sRGB. Reading the profile out of a file is `decode`'s work.

use image::{GrayImage, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// An RGB picture in sRGB, or nothing when the profile is broken or is for other channels: then colours
/// are shown as they are, as viewers do.
///
/// The arithmetic is the colour library's own, partly in floating point: colours may differ by a
/// level between a native and a WebAssembly build. Fingerprints do not pass here.
pub fn rgb_to_srgb(picture: &RgbImage, profile: &[u8]) -> Option<RgbImage> {
    let size = picture.dimensions();
    to_srgb(picture, size, (DataColorSpace::Rgb, Layout::Rgb), profile)
}

/// The same for a grey picture.
pub fn grey_to_srgb(picture: &GrayImage, profile: &[u8]) -> Option<RgbImage> {
    let size = picture.dimensions();
    to_srgb(picture, size, (DataColorSpace::Gray, Layout::Gray), profile)
}

fn to_srgb(
    samples: &[u8],
    (width, height): (u32, u32),
    (space, layout): (DataColorSpace, Layout),
    profile: &[u8],
) -> Option<RgbImage> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    if profile.color_space != space {
        return None;
    }
    let options = TransformOptions::default();
    let transform = profile
        .create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options)
        .ok()?;
    let mut srgb = RgbImage::new(width, height);
    transform.transform(samples, &mut srgb).ok()?;
    Some(srgb)
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    fn pixel(colour: [u8; 3], profile: &[u8]) -> Option<[u8; 3]> {
        let picture = RgbImage::from_pixel(3, 2, Rgb(colour));
        rgb_to_srgb(&picture, profile).map(|srgb| srgb.get_pixel(1, 1).0)
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
        let grey = GrayImage::from_pixel(3, 2, Luma([9]));
        assert!(grey_to_srgb(&grey, &profile).is_none());
        assert!(pixel([1, 2, 3], b"no profile").is_none());
        assert!(pixel([1, 2, 3], &profile[..100]).is_none());
    }
}
