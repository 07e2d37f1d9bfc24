//! Which ICC profiles matter: those of the picture's own kind that show other colours than sRGB.
//!
//! Converting colours is `render`'s work.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Samples a channel is probed at.
const STEPS: [u8; 6] = [0, 51, 102, 153, 204, 255];

/// How far a sample may move, in steps of 8 bits, for a profile to count as sRGB: profiles written
/// by different tools differ by their rounding.
const TOLERANCE: u8 = 2;

/// The profile, unless it is broken, of another kind than the pixels (CMYK, or grey for RGB), or
/// shows the same colours as sRGB.
pub(super) fn other_than_srgb(profile: Vec<u8>, is_grey: bool) -> Option<Vec<u8>> {
    let parsed = ColorProfile::new_from_slice(&profile).ok()?;
    let layout = match (parsed.color_space, is_grey) {
        (DataColorSpace::Gray, true) => Layout::Gray,
        (DataColorSpace::Rgb, false) => Layout::Rgb,
        _ => return None,
    };
    let shows_others = changes_colours(&parsed, layout)?;
    shows_others.then_some(profile)
}

/// Whether the way to sRGB moves any of a few colours; `None` when there is no way.
fn changes_colours(profile: &ColorProfile, layout: Layout) -> Option<bool> {
    let srgb = ColorProfile::new_srgb();
    let transform = profile
        .create_transform_8bit(layout, &srgb, Layout::Rgb, TransformOptions::default())
        .ok()?;
    let colours: Vec<[u8; 3]> = match layout {
        Layout::Gray => STEPS.map(|grey| [grey; 3]).to_vec(),
        _ => STEPS
            .iter()
            .flat_map(|r| STEPS.iter().flat_map(|g| STEPS.map(|b| [*r, *g, b])))
            .collect(),
    };
    let samples = match layout {
        Layout::Gray => STEPS.to_vec(),
        _ => colours.as_flattened().to_vec(),
    };
    let mut converted = vec![0; colours.len() * 3];
    transform.transform(&samples, &mut converted).ok()?;
    Some(
        converted
            .iter()
            .zip(colours.as_flattened())
            .any(|(is, was)| is.abs_diff(*was) > TOLERANCE),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(profile: &ColorProfile, is_grey: bool) -> bool {
        other_than_srgb(profile.encode().unwrap(), is_grey).is_some()
    }

    #[test]
    fn srgb_needs_no_profile() {
        assert!(!kept(&ColorProfile::new_srgb(), false));
    }

    #[test]
    fn wide_gamuts_are_kept() {
        assert!(kept(&ColorProfile::new_display_p3(), false));
        assert!(kept(&ColorProfile::new_adobe_rgb(), false));
        assert!(kept(&ColorProfile::new_gray_with_gamma(1.0), true));
    }

    #[test]
    fn profiles_of_another_kind_and_broken_ones_are_dropped() {
        assert!(!kept(&ColorProfile::new_display_p3(), true));
        assert!(!kept(&ColorProfile::new_gray_with_gamma(1.0), false));
        assert_eq!(other_than_srgb(b"no profile".to_vec(), false), None);
    }
}
