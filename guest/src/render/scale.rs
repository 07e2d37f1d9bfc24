//! Scaling with a Lanczos filter of three lobes, and which plane to scale from.
//!
//! Scaling by two or more from a Lanczos-filtered picture gives what scaling from the full one
//! gives, but for the last digit; so a thumbnail is made from the medium rendition, not from all
//! samples again. Means of two by two samples are nearly as good while there are enough of them.

use std::borrow::Cow;

use image::GrayImage;

use super::convolve::{columns, halved};
use super::fit::{self, Place};
use super::lanczos::Weights;
use crate::decode::{Plane, Samples};
use crate::info::Dimensions;

/// Makes sizes of one plane, and remembers those that smaller ones can be made from.
pub struct Scaler<'a> {
    samples: Cow<'a, GrayImage>,
    extent: (f64, f64),
    /// The same plane of fewer samples.
    fewer: Option<&'a Samples>,
    made: Vec<GrayImage>,
}

impl<'a> Scaler<'a> {
    /// For the plane of a file.
    pub fn new(plane: &'a Plane) -> Self {
        let most = plane.most();
        Self {
            samples: Cow::Borrowed(&most.samples),
            extent: most.extent,
            fewer: plane.fewer(),
            made: Vec::new(),
        }
    }

    /// For a whole plane.
    pub fn from_samples(samples: Cow<'a, GrayImage>) -> Self {
        Self {
            extent: extent(&samples),
            samples,
            fewer: None,
            made: Vec::new(),
        }
    }

    /// The plane in a size: all of it, or its middle.
    pub fn scale(&mut self, place: Place) -> Cow<'_, GrayImage> {
        if place.is_whole() && place.size == size_of(&self.samples) {
            return Cow::Borrowed(&self.samples);
        }
        let made = ample(&self.made, place.whole).map(|made| (made, extent(made)));
        let fewer = self.fewer.map(|fewer| (&fewer.samples, fewer.extent));
        let fewer = fewer.filter(|(_, extent)| has(*extent, place.whole));
        let (source, extent) = made.or(fewer).unwrap_or((&*self.samples, self.extent));
        let scaled = resize(source, extent, place);
        if !place.is_whole() {
            return Cow::Owned(scaled);
        }
        let at = self.made.len();
        self.made.push(scaled);
        Cow::Borrowed(&self.made[at])
    }
}

/// The smallest of the planes at hand that is at least twice as large as `whole`.
fn ample(made: &[GrayImage], whole: Dimensions) -> Option<&GrayImage> {
    let is_ample = |made: &&GrayImage| {
        u64::from(made.width()) >= 2 * u64::from(whole.width)
            && u64::from(made.height()) >= 2 * u64::from(whole.height)
    };
    made.iter().filter(is_ample).min_by_key(|made| made.width())
}

/// Are there as many samples as `whole`?
fn has(extent: (f64, f64), whole: Dimensions) -> bool {
    extent.0 >= whole.width.into() && extent.1 >= whole.height.into()
}

fn size_of(samples: &GrayImage) -> Dimensions {
    Dimensions {
        width: samples.width(),
        height: samples.height(),
    }
}

fn extent(samples: &GrayImage) -> (f64, f64) {
    (samples.width().into(), samples.height().into())
}

/// How many samples there are for one, across and down, from which on they are halved before.
const AMPLE: f64 = 3.0;

fn resize(source: &GrayImage, extent: (f64, f64), place: Place) -> GrayImage {
    let least = AMPLE * f64::from(place.whole.width) <= extent.0
        && AMPLE * f64::from(place.whole.height) <= extent.1;
    if !least {
        return filtered(source, extent, place);
    }
    let half = halved(source.as_raw(), source.width() as usize);
    let size = fit::half(size_of(source));
    resize(&grey(size, half), (extent.0 / 2.0, extent.1 / 2.0), place)
}

fn filtered(source: &GrayImage, extent: (f64, f64), place: Place) -> GrayImage {
    let Place { size, share, .. } = place;
    let (width, height) = (source.width() as usize, source.height() as usize);
    let across = Weights::new(width, middle(extent.0, share.0), size.width as usize);
    let down = Weights::new(height, middle(extent.1, share.1), size.height as usize);
    let scaled_down = columns(source.as_raw(), width, &down);
    let scaled = columns(&scaled_down, down.len(), &across);
    grey(size, scaled)
}

#[expect(clippy::expect_used, reason = "callers make a sample for each place")]
fn grey(size: Dimensions, samples: Vec<u8>) -> GrayImage {
    GrayImage::from_raw(size.width, size.height, samples).expect("a sample for each place")
}

/// Start and length of the middle of a side. Rounding must not lead beyond its end.
fn middle(side: f64, share: f64) -> (f64, f64) {
    let length = side * share;
    let start = (side - length) / 2.0;
    let mut length = length.min(side - start);
    while start + length > side {
        length = length.next_down();
    }
    (start, length)
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;
    use crate::rendition::RenditionSize;

    fn size(width: u32, height: u32) -> Dimensions {
        Dimensions { width, height }
    }

    #[test]
    fn small_sizes_come_from_ample_ones_only() {
        let made = [GrayImage::new(200, 150), GrayImage::new(100, 75)];
        let width = |whole| ample(&made, whole).map(GrayImage::width);
        assert_eq!(width(size(50, 37)), Some(100));
        assert_eq!(width(size(51, 38)), Some(200));
        assert_eq!(width(size(101, 76)), None);
    }

    /// A chained size differs from the direct one by a few levels at most.
    #[test]
    fn chaining_keeps_quality() {
        let wave = |x: u32, y: u32| ((x * x / 97 + y * 3) % 256) as u8;
        let picture = GrayImage::from_fn(800, 600, |x, y| Luma([wave(x, y)]));
        let place = |side| Place::new(RenditionSize::Fit(size(side, side)), size(800, 600));
        let mut chained = Scaler::from_samples(Cow::Borrowed(&picture));
        chained.scale(place(400));
        let chained = chained.scale(place(100)).into_owned();
        let mut direct = Scaler::from_samples(Cow::Borrowed(&picture));
        let direct = direct.scale(place(100)).into_owned();
        let pairs = chained.iter().zip(direct.iter());
        let squares: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        let error = (squares / chained.len() as f64).sqrt();
        assert!(error < 3.0, "{error} levels");
    }

    proptest! {
        #[test]
        fn the_middle_is_within(side in 0.01_f64..70_000.0, share in 1e-6_f64..=1.0) {
            let (start, length) = middle(side, share);
            prop_assert!(start >= 0.0 && length > 0.0 && start + length <= side);
            prop_assert!((length - side * share).abs() < 1e-6);
        }
    }
}
