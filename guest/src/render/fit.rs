//! How large a rendition is, and which part of a picture it shows.

use crate::info::Dimensions;
use crate::rendition::RenditionSize;

/// What a rendition shows of a picture, in which size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The size that the whole picture has at this scale.
    pub whole: Dimensions,
    /// The rendition's size.
    pub size: Dimensions,
    /// The share of the picture that is shown, across and down, around its centre.
    pub share: (f64, f64),
}

impl Place {
    /// The place of a rendition of a picture of size `own`.
    pub fn new(size: RenditionSize, own: Dimensions) -> Self {
        match size {
            RenditionSize::Original => Self::all(own),
            RenditionSize::Fit(bounds) => Self::all(fit(own, bounds)),
            RenditionSize::Cover(target) => Self {
                whole: cover(own, target),
                size: target,
                share: covered(own, target),
            },
        }
    }

    fn all(size: Dimensions) -> Self {
        Self {
            whole: size,
            size,
            share: (1.0, 1.0),
        }
    }

    /// The same for a plane that has one sample for two by two pixels.
    pub fn halved(self) -> Self {
        Self {
            whole: half(self.whole),
            size: half(self.size),
            share: self.share,
        }
    }

    /// The same in a picture whose rows are columns.
    pub fn turned(self) -> Self {
        Self {
            whole: self.whole.turned(),
            size: self.size.turned(),
            share: (self.share.1, self.share.0),
        }
    }

    /// Nothing is cut off.
    pub fn is_whole(&self) -> bool {
        self.share == (1.0, 1.0)
    }
}

/// Half a size, rounded up.
pub fn half(Dimensions { width, height }: Dimensions) -> Dimensions {
    Dimensions {
        width: width.div_ceil(2),
        height: height.div_ceil(2),
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

/// The share of `own` that has the proportions of `target`.
fn covered(own: Dimensions, target: Dimensions) -> (f64, f64) {
    let product = |a: u32, b: u32| f64::from(a) * f64::from(b);
    let (across, down) = (
        product(own.width, target.height),
        product(own.height, target.width),
    );
    ((down / across).min(1.0), (across / down).min(1.0))
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
    fn the_middle_is_covered() {
        let place = |own| Place::new(RenditionSize::Cover(size(50, 50)), own);
        assert_eq!(place(size(200, 100)).share, (0.5, 1.0));
        assert_eq!(place(size(100, 400)).share, (1.0, 0.25));
        assert!(place(size(7, 7)).is_whole());
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
            let (across, down) = covered(own, target);
            prop_assert!(across <= 1.0 && down <= 1.0 && (across == 1.0 || down == 1.0));
        }
    }
}
