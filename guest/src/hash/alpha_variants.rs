//! How a picture with transparency is seen: composited on white, as people see it, and bare, by its colours alone,
//! as programs leave it that drop the alpha.
//!
//! Such a program's copy shows whatever lay below the transparency, often a black ground, sometimes a whole
//! photo. It is found by the bare look. A picture has one where some pixel lets its ground through and the
//! colours have something to see: the black below all black icons would make them copies of each other. Very
//! large pictures that are not read row by row have none, either: their memory is not to be taken twice.

use super::read::{CloseLook, Decoded, read};
use super::{Fidelity, LumaPlane, ReducedPicture, fingerprints_of, pdq, sketched};
use crate::appearance::Appearance;
use crate::decode;
use crate::error::ImageError;
use crate::fingerprint::{Algorithm, Fingerprint};
use crate::info::{ImageInfo, Orientation};
use crate::limits::Limits;
use crate::sequence::FrameSamples;
use crate::sketch::Sketch;

/// Least quality of a bare look that says something.
const DETAILED: u8 = 50;

/// Most pixels of a picture that is decoded as a whole once more.
const MOST_PIXELS: u64 = 16_000_000;

/// A picture as it is seen on white, and bare where that is another look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlphaVariants {
    on_white: LumaPlane,
    alpha_dropped: Option<LumaPlane>,
    close: Option<CloseLook>,
}

impl AlphaVariants {
    /// The facts and the looks of an encoded picture, as [`super::plane_of`] makes planes, and a close
    /// look at it. The colours of one with transparency are read once more.
    pub fn new(
        bytes: &[u8],
        decoded: Decoded<'_>,
        limits: &Limits,
    ) -> Result<(ImageInfo, Self), ImageError> {
        Self::read(bytes, decoded, true, limits)
    }

    fn read(
        bytes: &[u8],
        decoded: Decoded<'_>,
        is_close: bool,
        limits: &Limits,
    ) -> Result<(ImageInfo, Self), ImageError> {
        let read = read(bytes, decoded, is_close, limits)?;
        let alpha_dropped = match read.is_transparent {
            true => alpha_dropped(bytes, &read.info, limits)?,
            false => None,
        };
        let has_detail = |plane: &LumaPlane| pdq::Smoothed::new(plane).quality() >= DETAILED;
        let variants = Self {
            on_white: read.plane,
            alpha_dropped: alpha_dropped.filter(has_detail),
            close: read.close,
        };
        Ok((read.info, variants))
    }

    /// The looks that these algorithms tell of: only `alpha_dropped` needs more than one. No close look is
    /// taken.
    pub(super) fn wanted(
        bytes: &[u8],
        algorithms: &[Algorithm],
        limits: &Limits,
    ) -> Result<Self, ImageError> {
        if algorithms.contains(&Algorithm::Bare) {
            return Ok(Self::read(bytes, Decoded::Nothing, false, limits)?.1);
        }
        let read = read(bytes, Decoded::Nothing, false, limits)?;
        Ok(Self {
            on_white: read.plane,
            alpha_dropped: None,
            close: None,
        })
    }

    /// The picture on white in more cells, where a close look was taken.
    pub fn reduced(&self) -> Option<&ReducedPicture> {
        self.close.as_ref().map(|close| &close.reduced)
    }

    /// What this copy has kept of the picture, where a close look was taken.
    pub fn fidelity(&self) -> Option<Fidelity> {
        self.close.as_ref().map(|close| close.fidelity)
    }

    /// The fingerprints of both looks.
    pub fn fingerprints(&self, algorithms: &[Algorithm]) -> Vec<Fingerprint> {
        let mut fingerprints = fingerprints_of(&self.on_white, algorithms);
        let is_bare = |made: &&mut Fingerprint| made.algorithm == Algorithm::Bare;
        if let Some(alpha_dropped) = &self.alpha_dropped
            && let Some(made) = fingerprints.iter_mut().find(is_bare)
            && let Some(below) = fingerprints_of(alpha_dropped, &[Algorithm::Dhash128]).pop()
        {
            (made.bits, made.quality) = (below.bits, below.quality);
        }
        fingerprints
    }

    /// The sketch of the picture; `internal` where it was read for fingerprints alone.
    /// `frames` are what was sampled of the further frames of its file.
    pub fn sketch(
        &self,
        info: &ImageInfo,
        frames: Option<FrameSamples>,
    ) -> Result<Sketch, ImageError> {
        Ok(sketched::sketch(
            info,
            (self.needed_reduced()?, self.fidelity()),
            self.alpha_dropped.as_ref(),
            frames,
        ))
    }

    /// What the picture looks like from close by; `internal` where it was read for fingerprints alone.
    pub fn appearance(&self) -> Result<Appearance, ImageError> {
        Ok(sketched::appearance(self.needed_reduced()?))
    }

    fn needed_reduced(&self) -> Result<&ReducedPicture, ImageError> {
        let missing = || ImageError::Internal("the picture was read for fingerprints alone".into());
        self.reduced().ok_or_else(missing)
    }

    /// The looks of the picture after what `orientation` says was done to it.
    pub fn oriented(&self, orientation: Orientation) -> Self {
        let oriented = |plane: &LumaPlane| plane.oriented(orientation);
        Self {
            on_white: oriented(&self.on_white),
            alpha_dropped: self.alpha_dropped.as_ref().map(oriented),
            close: self.close.as_ref().map(|close| CloseLook {
                reduced: close.reduced.oriented(orientation),
                fidelity: close.fidelity,
            }),
        }
    }
}

/// The plane of a picture's colours without their alpha; none where that takes too much memory.
fn alpha_dropped(
    bytes: &[u8],
    info: &ImageInfo,
    limits: &Limits,
) -> Result<Option<LumaPlane>, ImageError> {
    let rows = decode::rows(bytes, limits)?.map(decode::Rows::without_alpha);
    if let Some(plane) = rows.and_then(|mut rows| LumaPlane::of_rows(&mut rows)) {
        return Ok(Some(plane));
    }
    if u64::from(info.size.width) * u64::from(info.size.height) > MOST_PIXELS {
        return Ok(None);
    }
    LumaPlane::new(&decode::decode_without_alpha(bytes, limits)?.pixels).map(Some)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn scene(x: u32, y: u32) -> [u8; 3] {
        let wave = (x * x / 90 + y * 3) % 256;
        [wave as u8, (255 - wave) as u8, ((x ^ y) % 200) as u8]
    }

    fn file(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        picture.into().write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    /// The scene below a transparency that leaves a disc of it.
    fn cut_out() -> RgbaImage {
        RgbaImage::from_fn(300, 200, |x, y| {
            let is_disc = x.abs_diff(90).pow(2) + y.abs_diff(100).pow(2) < 60 * 60;
            let [red, green, blue] = scene(x, y);
            Rgba([red, green, blue, if is_disc { 255 } else { 0 }])
        })
    }

    fn variants(file: &[u8]) -> AlphaVariants {
        AlphaVariants::new(file, Decoded::Nothing, &Limits::default())
            .unwrap()
            .1
    }

    #[test]
    fn the_bare_look_is_that_of_a_copy_without_alpha() {
        let copy = variants(&file(
            RgbImage::from_fn(300, 200, |x, y| Rgb(scene(x, y))),
            ImageFormat::Png,
        ));
        assert_eq!(copy.alpha_dropped, None);
        for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tga] {
            let file = file(cut_out(), format);
            let cut = variants(&file);
            assert_eq!(
                cut.alpha_dropped.as_ref(),
                Some(&copy.on_white),
                "{format:?}"
            );
            assert_ne!(cut.on_white, copy.on_white);
            let decoded = decode::decode(&file, &Limits::default()).unwrap();
            let again = AlphaVariants::new(&file, Decoded::Picture(&decoded), &Limits::default());
            assert_eq!(again.unwrap().1, cut, "{format:?}");
        }
    }

    #[test]
    fn bare_bits_are_dhash128_of_the_colours_alone() {
        let algorithms = [Algorithm::Bare, Algorithm::Dhash128];
        let cut = variants(&file(cut_out(), ImageFormat::Png)).fingerprints(&algorithms);
        let copy = RgbImage::from_fn(300, 200, |x, y| Rgb(scene(x, y)));
        let copy = variants(&file(copy, ImageFormat::Png)).fingerprints(&algorithms);
        assert_eq!(cut[0].bits, copy[1].bits);
        assert_eq!(cut[0].quality, copy[1].quality);
        assert_ne!(cut[0].bits, cut[1].bits);
        // Without transparency there is nothing more to tell.
        assert_eq!((copy[0].quality, &copy[0].bits), (0, &copy[1].bits));
    }

    #[test]
    fn colours_without_detail_are_no_look() {
        let icon = RgbaImage::from_fn(64, 64, |x, y| Rgba([0, 0, 0, (x * y) as u8]));
        let variants = variants(&file(icon, ImageFormat::Png));
        assert_eq!(variants.alpha_dropped, None);
        assert_eq!(variants.alpha_dropped, None);
    }

    #[test]
    fn memory_is_not_taken_twice_for_a_very_large_picture() {
        let large = RgbaImage::from_fn(8_001, 2_000, |x, y| {
            let [red, green, blue] = scene(x / 8, y / 8);
            Rgba([red, green, blue, (x / 32) as u8])
        });
        assert_eq!(
            variants(&file(large.clone(), ImageFormat::Qoi)).alpha_dropped,
            None
        );
        assert!(
            variants(&file(large, ImageFormat::Png))
                .alpha_dropped
                .is_some(),
            "it is read row by row"
        );
    }

    #[test]
    fn an_alpha_channel_that_hides_nothing_is_none() {
        let opaque = RgbaImage::from_fn(200, 100, |x, y| {
            let [red, green, blue] = scene(x, y);
            Rgba([red, green, blue, 255])
        });
        assert_eq!(
            variants(&file(opaque, ImageFormat::Png)).alpha_dropped,
            None
        );
    }
}
