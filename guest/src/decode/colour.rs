//! Which ICC profiles matter: those of the picture's own kind that show other colours than sRGB.
//!
//! Converting colours is `render`'s work.

use moxcms::{ColorProfile, DataColorSpace, Layout, ToneReprCurve, TransformOptions};

/// Samples a channel is probed at.
const STEPS: [u8; 6] = [0, 51, 102, 153, 204, 255];

/// How far a sample may move, in steps of 8 bits, for a profile to count as sRGB: profiles written
/// by different tools differ by their rounding.
const TOLERANCE: u8 = 2;

/// How far a coordinate of a primary is from that of sRGB, at least, for colours to differ for certain.
const FAR: f64 = 0.05;
/// And at most for it to be the same.
const NEAR: f64 = 0.001;
/// Exponent, slope, offset, slope and end of the straight part of sRGB's curve.
const SRGB_PARAMETERS: [f32; 5] = [2.4, 0.947_867_3, 0.052_132_7, 0.077_399_4, 0.040_45];
/// sRGB's curve at [`STEPS`].
const SRGB_LINEAR: [f64; 6] = [
    0.0,
    0.033_104_77,
    0.132_868_3,
    0.318_546_8,
    0.603_827_4,
    1.0,
];

/// The profile, unless it is broken, of another kind than the pixels (CMYK, or grey for RGB), or
/// shows the same colours as sRGB.
pub(super) fn other_than_srgb(profile: Vec<u8>, is_grey: bool) -> Option<Vec<u8>> {
    let parsed = ColorProfile::new_from_slice(&profile).ok()?;
    let layout = match (parsed.color_space, is_grey) {
        (DataColorSpace::Gray, true) => Layout::Gray,
        (DataColorSpace::Rgb, false) => Layout::Rgb,
        _ => return None,
    };
    let shows_others = match by_numbers(&parsed) {
        Some(shows_others) if !is_grey => shows_others,
        _ => changes_colours(&parsed, layout)?,
    };
    shows_others.then_some(profile)
}

/// Is what an RGB profile shows told by its primaries and curves, and by nothing that goes before them?
pub fn has_numbers_alone(profile: &ColorProfile) -> bool {
    let tables = [
        &profile.lut_a_to_b_perceptual,
        &profile.lut_a_to_b_colorimetric,
        &profile.lut_a_to_b_saturation,
    ];
    profile.cicp.is_none() && tables.iter().all(|table| table.is_none())
}

/// Does an RGB profile show other colours than sRGB, where its primaries and curves tell? Most do,
/// and the way to sRGB takes longer to prepare than a small picture to decode.
fn by_numbers(profile: &ColorProfile) -> Option<bool> {
    if !has_numbers_alone(profile) {
        return None;
    }
    let primaries = |profile: &ColorProfile| {
        [
            profile.red_colorant,
            profile.green_colorant,
            profile.blue_colorant,
        ]
        .map(|primary| [primary.x, primary.y, primary.z])
    };
    let (own, srgb) = (primaries(profile), primaries(&ColorProfile::new_srgb()));
    let pairs = own.as_flattened().iter().zip(srgb.as_flattened());
    let distance = pairs
        .map(|(own, srgb)| (own - srgb).abs())
        .fold(0.0, f64::max);
    let curves = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
    match distance {
        FAR.. => Some(true),
        ..NEAR
            if curves
                .into_iter()
                .flatten()
                .filter(|curve| is_srgb(curve))
                .count()
                == 3 =>
        {
            Some(false)
        }
        _ => None,
    }
}

/// Is a curve that of sRGB (IEC 61966-2-1)?
fn is_srgb(curve: &ToneReprCurve) -> bool {
    match curve {
        ToneReprCurve::Parametric(parameters) => {
            let mut pairs = parameters.iter().zip(&SRGB_PARAMETERS);
            parameters.len() == SRGB_PARAMETERS.len()
                && pairs.all(|(own, srgb)| (own - srgb).abs() < 1e-3)
        }
        ToneReprCurve::Lut(levels) => STEPS.iter().zip(SRGB_LINEAR).all(|(step, linear)| {
            let place = usize::from(*step) * (levels.len().max(1) - 1) / 255;
            let level = levels.get(place).map(|level| f64::from(*level) / 65_535.0);
            levels.len() >= 256
                && level.is_some_and(|own| (own - linear).abs() < 5e-4 + 4e-3 * linear)
        }),
    }
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

    /// Curves as a table of levels, as the profile that most files have.
    #[test]
    fn srgb_is_told_by_its_numbers() {
        let mut profile = ColorProfile::new_srgb();
        profile.cicp = None;
        assert_eq!(by_numbers(&profile), Some(false));
        let linear = |at: usize| {
            let level = at as f64 / 1023.0;
            let linear = match level {
                ..=0.04045 => level / 12.92,
                _ => ((level + 0.055) / 1.055).powf(2.4),
            };
            (linear * 65_535.0).round() as u16
        };
        let curve = Some(ToneReprCurve::Lut((0..1024).map(linear).collect()));
        (profile.red_trc, profile.green_trc) = (curve.clone(), curve.clone());
        profile.blue_trc = curve;
        assert_eq!(by_numbers(&profile), Some(false));
        assert!(!kept(&profile, false));
        profile.blue_trc = Some(ToneReprCurve::Parametric(vec![1.8]));
        assert_eq!(by_numbers(&profile), None);
        assert!(kept(&profile, false));
        let mut profile = ColorProfile::new_adobe_rgb();
        profile.cicp = None;
        assert_eq!(by_numbers(&profile), Some(true));
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
