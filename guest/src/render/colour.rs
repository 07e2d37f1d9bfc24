//! Colours of an ICC profile to sRGB, in planes of luma and chroma. Reading the profile out of a file is
//! `decode`'s work, and the colour library's.
//!
//! Most profiles are three primaries and a curve for each (ICC.1:2022, F.3): levels to light by the
//! curves, a matrix, and light to levels by sRGB's curve. That is done here, in integers. What other
//! profiles there are, of tables in several dimensions, is left to the library.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

use super::encode::{Pixel, YcbcrPlanes};
use crate::decode;
use vismatch_simd::{i16x8, i32x4};

/// The way from a profile's colours to sRGB.
///
/// Its preparation, and tables in several dimensions, are computed in floating point: colours may differ by
/// a level between a native and a WebAssembly build. Fingerprints do not pass here.
pub enum ToSrgb {
    /// Of grey pictures: the level for each level.
    Grey(Box<[u8; 256]>),
    /// By primaries and curves.
    Primaries(Box<Primaries>),
    /// Any other.
    Library(Arc<dyn TransformExecutor<u8> + Send + Sync>),
}

impl ToSrgb {
    /// Nothing when the profile is broken or is for other channels than the picture has: then colours are
    /// shown as they are, as viewers do.
    pub fn new(profile: &[u8], is_grey: bool) -> Option<Self> {
        let profile = ColorProfile::new_from_slice(profile).ok()?;
        match (profile.color_space, is_grey) {
            (DataColorSpace::Gray, true) => grey(&profile).map(Self::Grey),
            (DataColorSpace::Rgb, false) => match Primaries::new(&profile) {
                Some(primaries) => Some(Self::Primaries(Box::new(primaries))),
                None => transform(&profile, Layout::Rgba, Layout::Rgba).map(Self::Library),
            },
            _ => None,
        }
    }

    /// The planes in sRGB.
    pub fn convert<'a>(&self, mut planes: YcbcrPlanes<'a>) -> YcbcrPlanes<'a> {
        match self {
            Self::Grey(levels) => {
                for level in planes.luma.to_mut().iter_mut() {
                    *level = levels[usize::from(*level)];
                }
                planes
            }
            Self::Primaries(primaries) => planes.by_colours(|pixels| primaries.convert(pixels)),
            Self::Library(transform) => planes.by_colours(|pixels| {
                let own = pixels.to_vec();
                // It fails only where the lengths differ.
                let _ = transform.transform(own.as_flattened(), pixels.as_flattened_mut());
            }),
        }
    }
}

fn transform(
    profile: &ColorProfile,
    from: Layout,
    to: Layout,
) -> Option<Arc<dyn TransformExecutor<u8> + Send + Sync>> {
    let options = TransformOptions::default();
    let srgb = ColorProfile::new_srgb();
    profile.create_transform_8bit(from, &srgb, to, options).ok()
}

fn grey(profile: &ColorProfile) -> Option<Box<[u8; 256]>> {
    let own: [u8; 256] = std::array::from_fn(|level| level as u8);
    let mut colours = [[0; 3]; 256];
    let way = transform(profile, Layout::Gray, Layout::Rgb)?;
    way.transform(&own, colours.as_flattened_mut()).ok()?;
    Some(Box::new(colours.map(|[_, green, _]| green)))
}

/// All the light there is, before levels are looked up.
const LIGHT: f64 = 32_767.0;
/// Fraction bits of what the matrix gives, of that.
const FRACTION_BITS: u32 = 10;
/// Bits that are dropped before levels are looked up.
const DROPPED_BITS: u32 = 2;
/// Light for which there is a level: 13 bits, and as much below zero, which is black.
const LIGHTS: usize = 1 << 14;

/// Primaries and curves on their way to those of sRGB.
pub struct Primaries {
    /// What each level of red, green and blue adds to the light of all three.
    light: [[[i32; 4]; 256]; 3],
    /// The level of sRGB for a light.
    levels: [u8; LIGHTS],
}

impl Primaries {
    fn new(profile: &ColorProfile) -> Option<Self> {
        if !decode::has_numbers_alone(profile) || !profile.is_matrix_shaper() {
            return None;
        }
        let matrix = profile.transform_matrix(&ColorProfile::new_srgb()).v;
        let curves = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
        let mut light = [[[0; 4]; 256]; 3];
        for (own, (curve, light)) in curves.into_iter().zip(&mut light).enumerate() {
            let curve = profile.build_8bit_lin_table(curve).ok()?;
            for (share, light) in curve.iter().zip(light) {
                let whole = f64::from(*share) * LIGHT * f64::from(1 << FRACTION_BITS);
                for (row, light) in matrix.iter().zip(light) {
                    *light = (row[own] * whole).round() as i32;
                }
            }
        }
        Some(Self {
            light,
            levels: levels(),
        })
    }

    fn convert(&self, pixels: &mut [Pixel]) {
        let (pairs, last) = pixels.as_chunks_mut();
        for pair in pairs {
            *pair = self.pair(*pair);
        }
        for pixel in last {
            [*pixel, _] = self.pair([*pixel; 2]);
        }
    }

    #[inline(always)]
    fn pair(&self, pair: [Pixel; 2]) -> [Pixel; 2] {
        let [first, second] = pair.map(|pixel| self.light(pixel));
        // More than all is all.
        let light = i16x8::narrow([first, second]).shift_right(DROPPED_BITS);
        let levels = light.to_array();
        let levels = levels.map(|light| self.levels[light as u16 as usize % LIGHTS]);
        let [r, g, b, _, s, h, c, _] = levels;
        [[r, g, b, 0], [s, h, c, 0]]
    }

    #[inline(always)]
    fn light(&self, pixel: Pixel) -> i32x4 {
        let [r, g, b, _] = pixel.map(usize::from);
        let [red, green, blue] = &self.light;
        let half = i32x4::splat(1 << (FRACTION_BITS - 1));
        let light = i32x4::from_array(red[r])
            + i32x4::from_array(green[g])
            + i32x4::from_array(blue[b])
            + half;
        light.shift_right(FRACTION_BITS)
    }
}

/// sRGB's curve (IEC 61966-2-1) the other way: the level whose light is nearest. Black below zero.
fn levels() -> [u8; LIGHTS] {
    let mut levels = [0; LIGHTS];
    let most = LIGHTS / 2;
    let mut from = 0;
    for level in 0..=255_u8 {
        let end = match level {
            255 => most,
            _ => (linear((f64::from(level) + 0.5) / 255.0) * most as f64).ceil() as usize,
        };
        levels[from..end.clamp(from, most)].fill(level);
        from = end.clamp(from, most);
    }
    levels
}

fn linear(level: f64) -> f64 {
    match level {
        ..=0.040_45 => level / 12.92,
        _ => ((level + 0.055) / 1.055).powf(2.4),
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

    use super::*;

    fn encoded(mut profile: ColorProfile) -> Vec<u8> {
        profile.cicp = None;
        profile.encode().unwrap()
    }

    fn pixel(colour: [u8; 3], profile: &[u8]) -> Option<[u8; 4]> {
        let picture = DynamicImage::from(RgbImage::from_pixel(3, 2, Rgb(colour)));
        let planes = YcbcrPlanes::of(&picture, false);
        let mut seen = [0; 4];
        let to_srgb = ToSrgb::new(profile, false)?;
        to_srgb
            .convert(planes)
            .by_colours(|pixels| seen = pixels[1]);
        Some(seen)
    }

    #[test]
    fn wide_colours_become_stronger_and_greys_stay() {
        let profile = encoded(ColorProfile::new_display_p3());
        let [red, green, blue, _] = pixel([200, 100, 100], &profile).unwrap();
        assert!(
            red > 205 && green < 100 && blue < 100,
            "{red} {green} {blue}"
        );
        for grey in [0, 3, 60, 128, 254, 255] {
            let made = pixel([grey; 3], &profile).unwrap();
            assert!(made[..3].iter().all(|level| level.abs_diff(grey) <= 1));
        }
    }

    #[test]
    fn srgb_stays() {
        let profile = encoded(ColorProfile::new_srgb());
        let [red, green, blue, _] = pixel([10, 100, 250], &profile).unwrap();
        assert!(red.abs_diff(10) <= 2 && green.abs_diff(100) <= 2 && blue.abs_diff(250) <= 2);
    }

    #[test]
    fn primaries_give_what_the_library_gives() {
        let mut gamma = ColorProfile::new_bt2020();
        gamma.red_trc = Some(moxcms::ToneReprCurve::Lut(vec![0, 9_000, 30_000, 65_535]));
        for profile in [
            ColorProfile::new_adobe_rgb(),
            ColorProfile::new_display_p3(),
            ColorProfile::new_pro_photo_rgb(),
            gamma,
        ] {
            let profile = ColorProfile::new_from_slice(&encoded(profile)).unwrap();
            let steps = [0, 1, 7, 40, 90, 128, 180, 230, 254, 255];
            let colours = steps.iter().flat_map(|r| steps.map(|g| (*r, g)));
            let colours = colours.flat_map(|(r, g)| steps.map(|b| [r, g, b, 0]));
            let colours: Vec<Pixel> = colours.collect();
            let mut made = colours.clone();
            Primaries::new(&profile).unwrap().convert(&mut made);
            let mut expected = colours.clone();
            transform(&profile, Layout::Rgba, Layout::Rgba)
                .unwrap()
                .transform(colours.as_flattened(), expected.as_flattened_mut())
                .unwrap();
            for (at, (made, expected)) in made.iter().zip(&expected).enumerate() {
                let mut pairs = made[..3].iter().zip(&expected[..3]);
                let is_near = pairs.all(|(made, expected)| made.abs_diff(*expected) <= 1);
                assert!(is_near, "{:?}: {made:?} {expected:?}", colours[at]);
            }
        }
    }

    #[test]
    fn greys_follow_their_curve() {
        let profile = encoded(ColorProfile::new_gray_with_gamma(1.0));
        let picture = DynamicImage::from(GrayImage::from_pixel(2, 2, Luma([55])));
        let to_srgb = ToSrgb::new(&profile, true).unwrap();
        let planes = to_srgb.convert(YcbcrPlanes::of(&picture, true));
        // 55 / 255 of the light.
        assert!(planes.luma.get_pixel(0, 0).0[0].abs_diff(128) <= 1);
        assert!(planes.chroma.is_none());
    }

    #[test]
    fn a_profile_that_does_not_fit_is_passed_over() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        assert!(ToSrgb::new(&profile, true).is_none());
        assert!(ToSrgb::new(b"no profile", false).is_none());
        assert!(ToSrgb::new(&profile[..100], false).is_none());
    }
}
