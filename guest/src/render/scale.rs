//! Scaling with a Lanczos filter of three lobes, and which picture to scale from.
//!
//! Scaling by two or more from a Lanczos-filtered picture gives what scaling from the full one
//! gives, but for the last digit; so a thumbnail is made from the medium rendition, not from all
//! pixels again.

use std::borrow::Cow;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, GrayImage, RgbImage};

use super::lanczos;
use crate::error::ImageError;
use crate::info::Dimensions;
use crate::rendition::RenditionSize;

/// Makes sizes of one picture, and remembers those that smaller ones can be made from.
pub struct Scaler<'a> {
    picture: &'a DynamicImage,
    made: Vec<DynamicImage>,
    resizer: Resizer,
}

impl<'a> Scaler<'a> {
    /// For a grey or RGB picture of 8 bits a channel.
    pub fn new(picture: &'a DynamicImage) -> Self {
        Self {
            picture,
            made: Vec::new(),
            resizer: Resizer::new(),
        }
    }

    /// The size that the whole picture has at the scale of a rendition, before anything is cut off.
    pub fn whole_size(&self, size: RenditionSize) -> Dimensions {
        let own = size_of(self.picture);
        match size {
            RenditionSize::Original => own,
            RenditionSize::Fit(bounds) => fit(own, bounds),
            RenditionSize::Cover(target) => cover(own, target),
        }
    }

    /// The picture in a size: all of it within a box, or its middle exactly covering one.
    pub fn scale(&mut self, size: RenditionSize) -> Result<Cow<'_, DynamicImage>, ImageError> {
        let whole = self.whole_size(size);
        if let RenditionSize::Cover(target) = size {
            let options = options()?.fit_into_destination(Some((0.5, 0.5)));
            let source = source(self.picture, &self.made, whole);
            return resize(&mut self.resizer, source, target, &options).map(Cow::Owned);
        }
        if whole == size_of(self.picture) {
            return Ok(Cow::Borrowed(self.picture));
        }
        let source = source(self.picture, &self.made, whole);
        let scaled = resize(&mut self.resizer, source, whole, &options()?)?;
        let at = self.made.len();
        self.made.push(scaled);
        Ok(Cow::Borrowed(&self.made[at]))
    }
}

/// The smallest of the pictures at hand that is at least twice as large as `whole`, or the full one.
fn source<'a>(
    picture: &'a DynamicImage,
    made: &'a [DynamicImage],
    whole: Dimensions,
) -> &'a DynamicImage {
    let ample = |made: &&DynamicImage| {
        u64::from(made.width()) >= 2 * u64::from(whole.width)
            && u64::from(made.height()) >= 2 * u64::from(whole.height)
    };
    made.iter()
        .filter(ample)
        .min_by_key(|made| made.width())
        .unwrap_or(picture)
}

fn size_of(picture: &DynamicImage) -> Dimensions {
    Dimensions {
        width: picture.width(),
        height: picture.height(),
    }
}

/// The largest size in proportion that is within `bounds` and not larger than `own`.
fn fit(own: Dimensions, bounds: Dimensions) -> Dimensions {
    if own.width <= bounds.width && own.height <= bounds.height {
        return own;
    }
    if is_wider(own, bounds) {
        Dimensions {
            width: bounds.width,
            height: proportional(own.height, bounds.width, own.width),
        }
    } else {
        Dimensions {
            width: proportional(own.width, bounds.height, own.height),
            height: bounds.height,
        }
    }
}

/// The smallest size in proportion that `target` is within.
fn cover(own: Dimensions, target: Dimensions) -> Dimensions {
    if is_wider(own, target) {
        Dimensions {
            width: proportional(own.width, target.height, own.height),
            height: target.height,
        }
    } else {
        Dimensions {
            width: target.width,
            height: proportional(own.height, target.width, own.width),
        }
    }
}

fn is_wider(a: Dimensions, b: Dimensions) -> bool {
    u64::from(a.width) * u64::from(b.height) > u64::from(b.width) * u64::from(a.height)
}

/// `side * numerator / denominator`, rounded, at least 1.
fn proportional(side: u32, numerator: u32, denominator: u32) -> u32 {
    let (numerator, denominator) = (u64::from(numerator), u64::from(denominator));
    let rounded = (u64::from(side) * numerator + denominator / 2) / denominator;
    u32::try_from(rounded.max(1)).unwrap_or(u32::MAX)
}

fn options() -> Result<ResizeOptions, ImageError> {
    let filter = lanczos::filter().map_err(internal)?;
    Ok(ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)))
}

fn resize(
    resizer: &mut Resizer,
    source: &DynamicImage,
    Dimensions { width, height }: Dimensions,
    options: &ResizeOptions,
) -> Result<DynamicImage, ImageError> {
    let pixels = if matches!(source, DynamicImage::ImageLuma8(_)) {
        PixelType::U8
    } else {
        PixelType::U8x3
    };
    let view = ImageRef::new(source.width(), source.height(), source.as_bytes(), pixels)
        .map_err(internal)?;
    let mut scaled = Image::new(width, height, pixels);
    resizer
        .resize(&view, &mut scaled, options)
        .map_err(internal)?;
    let scaled = scaled.into_vec();
    let image = match pixels {
        PixelType::U8 => GrayImage::from_raw(width, height, scaled).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, scaled).map(DynamicImage::from),
    };
    image.ok_or_else(|| ImageError::Internal("a scaled picture is short of pixels".into()))
}

fn internal(fault: impl std::fmt::Display) -> ImageError {
    ImageError::Internal(format!("scaling: {fault}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn size(width: u32, height: u32) -> Dimensions {
        Dimensions { width, height }
    }

    #[test]
    fn fit_and_cover_sizes() {
        assert_eq!(fit(size(3000, 2000), size(1600, 1600)), size(1600, 1067));
        assert_eq!(fit(size(100, 50), size(1600, 1600)), size(100, 50));
        assert_eq!(fit(size(9000, 1), size(400, 400)), size(400, 1));
        assert_eq!(cover(size(3000, 2000), size(50, 50)), size(75, 50));
        assert_eq!(cover(size(2, 4), size(50, 50)), size(50, 100));
    }

    #[test]
    fn small_sizes_come_from_ample_ones_only() {
        let picture = DynamicImage::new_rgb8(400, 300);
        let made = [
            DynamicImage::new_rgb8(200, 150),
            DynamicImage::new_rgb8(100, 75),
        ];
        assert_eq!(source(&picture, &made, size(50, 37)).width(), 100);
        assert_eq!(source(&picture, &made, size(51, 38)).width(), 200);
        assert_eq!(source(&picture, &made, size(101, 76)).width(), 400);
    }

    /// A chained size differs from the direct one by a few levels at most.
    #[test]
    fn chaining_keeps_quality() {
        let wave = |x: u32, y: u32| ((x * x / 97 + y * 3) % 256) as u8;
        let picture = DynamicImage::from(GrayImage::from_fn(800, 600, |x, y| {
            image::Luma([wave(x, y)])
        }));
        let bounds = |side| RenditionSize::Fit(size(side, side));
        let mut chained = Scaler::new(&picture);
        chained.scale(bounds(400)).unwrap();
        let chained = chained.scale(bounds(100)).unwrap().into_owned();
        let direct = Scaler::new(&picture)
            .scale(bounds(100))
            .unwrap()
            .into_owned();
        let pairs = chained.as_bytes().iter().zip(direct.as_bytes());
        let squares: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        let error = (squares / chained.as_bytes().len() as f64).sqrt();
        assert!(error < 3.0, "{error} levels");
    }

    proptest! {
        #[test]
        fn fitted_pictures_are_within_and_touch_a_side(own in (1u32..40_000, 1u32..40_000), bounds in (1u32..3_000, 1u32..3_000)) {
            let (own, bounds) = (size(own.0, own.1), size(bounds.0, bounds.1));
            let fitted = fit(own, bounds);
            prop_assert!(fitted.width <= bounds.width.min(own.width) && fitted.height <= bounds.height.min(own.height));
            prop_assert!(fitted == own || fitted.width == bounds.width || fitted.height == bounds.height);
        }

        #[test]
        fn covering_pictures_cover(own in (1u32..40_000, 1u32..40_000), target in (1u32..3_000, 1u32..3_000)) {
            let (own, target) = (size(own.0, own.1), size(target.0, target.1));
            let covering = cover(own, target);
            prop_assert!(covering.width >= target.width && covering.height >= target.height);
        }
    }
}
