//! Local features of a picture: where it has blobs of light or dark, how large they are, and what they look like, in 128 bits each.
//!
//! Two pictures that have a part in common, as strong crops, collages and large stickers leave it, have features in common where no
//! fingerprint of the whole agrees. Features name candidates, and a map to begin with ([`agreement()`]); what the pictures are to each
//! other is told by [`crate::verification`].
//!
//! Features are extremes of a difference-of-Gaussians pyramid (Lowe, "Distinctive Image Features from Scale-Invariant Keypoints",
//! 2004), upright. They are found in the luma of a sketch, in its own proportions. The Gaussians are binomial filters, and all
//! arithmetic is f32 additions, multiplications and divisions in one order: every build gives the same bits. The bits are those of
//! `dhash128` of the square around the feature: gradients along its rows, then down its columns.

mod agreement;
mod scales;

use crate::appearance::Appearance;
use crate::fingerprint::{Algorithm, Fingerprint};
use crate::sketch::{SIDE, Sketch};

pub use agreement::{Agreement, agreement};
use scales::{Extreme, Level, Octave};

/// The version of their definition: raised whenever a bit of any picture's changes.
pub const VERSION: u8 = 1;
/// Most features of a picture.
pub const MOST: usize = 128;
/// Bytes of what a feature looks like.
pub const BYTES: usize = 16;
/// The share of a picture that has its commonest level of luma from which on it has no features: those of documents of one
/// template are all the same.
const MOST_FLATNESS: f32 = 0.5;
/// Half the side of the square that is described, in standard deviations of the feature.
const REACH: f32 = 4.5;
/// How much of the square may lie outside of the picture on one side, as a share of its own side.
const OUTSIDE: f32 = 0.08;
/// Gradients along each side of the square.
const GRADIENTS: usize = 8;

/// A feature of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feature {
    /// Where it is in the window; 0, 0 is the middle and a side is 1.
    pub place: (f32, f32),
    /// Half the sides of the square that is described, as shares of those of the window.
    pub reach: (f32, f32),
    /// What it looks like, most significant bit first.
    pub bits: [u8; BYTES],
}

impl Feature {
    /// What it looks like, as the fingerprint of the square around it.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.bits)
    }
}

/// The fingerprint that the bits of a feature are.
pub fn fingerprint(bits: &[u8; BYTES]) -> Fingerprint {
    Fingerprint {
        algorithm: Algorithm::Dhash128,
        version: Algorithm::Dhash128.version(),
        bits: bits.to_vec(),
        quality: 100,
    }
}

/// The features of a picture, those of the greatest contrast first, at most [`MOST`]; none of a picture of which a good half has one
/// level.
pub fn of_sketch(sketch: &Sketch) -> Vec<Feature> {
    match sketch.flatness() < MOST_FLATNESS {
        true => features(&Appearance::from_sketch(sketch)),
        false => Vec::new(),
    }
}

/// The features of a picture's content, whatever its flatness.
pub fn features(appearance: &Appearance) -> Vec<Feature> {
    let mut found: Vec<(f32, Feature)> = Vec::new();
    for octave in Octave::all(Level::new(&appearance.reduced_to(SIDE))) {
        let extremes = octave.extremes().into_iter();
        found.extend(extremes.filter_map(|extreme| {
            Some((extreme.contrast, feature(octave.level(&extreme), &extreme)?))
        }));
    }
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.truncate(MOST);
    found.into_iter().map(|(_, feature)| feature).collect()
}

/// `None` where too much of the square lies outside of the picture.
fn feature(level: &Level, extreme: &Extreme) -> Option<Feature> {
    let ((x, y), reach) = (extreme.place, REACH * extreme.deviation);
    let (width, height) = (level.width as f32, level.height as f32);
    let most = 2.0 * reach * OUTSIDE;
    let is_inside =
        |at: f32, cells: f32| at - reach >= -0.5 - most && at + reach <= cells - 0.5 + most;
    (is_inside(x, width) && is_inside(y, height)).then(|| Feature {
        place: ((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5),
        reach: (reach / width, reach / height),
        bits: bits(level, (x, y), reach),
    })
}

/// Gradients of the square around a place, along its rows and down its columns.
fn bits(level: &Level, (x, y): (f32, f32), reach: f32) -> [u8; BYTES] {
    const PLACES: usize = GRADIENTS + 1;
    let step = 2.0 * reach / PLACES as f32;
    let along = |start: f32, number: usize| start - reach + step * number as f32;
    let grid: [[f32; PLACES]; PLACES] = std::array::from_fn(|row| {
        std::array::from_fn(|column| level.mean((along(x, column), along(y, row)), step))
    });
    // Of nine rows eight are made, each between two of them; the same of columns.
    let between =
        |a: f32, b: f32, number: usize| a * (GRADIENTS - number) as f32 + b * (number + 1) as f32;
    let across = |row: usize, column: usize| between(grid[row][column], grid[row + 1][column], row);
    let down =
        |column: usize, row: usize| between(grid[row][column], grid[row][column + 1], column);
    let byte = |is_set: &dyn Fn(usize) -> bool| {
        (0..GRADIENTS).fold(0, |byte, at| byte << 1 | u8::from(is_set(at)))
    };
    std::array::from_fn(|line| match line.checked_sub(GRADIENTS) {
        None => byte(&|at| across(line, at) < across(line, at + 1)),
        Some(column) => byte(&|at| down(column, at) < down(column, at + 1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::{CellPlane, Surroundings};
    use crate::sketch::Window;

    /// Discs of several sizes, of a picture of which a part is seen.
    fn discs((left, top): (f32, f32), scale: f32) -> Appearance {
        let level = |x: f32, y: f32| {
            let mut level = 90.0 + 40.0 * x - 20.0 * y;
            for number in 0..40_u32 {
                let along = |factor: u32| (number * factor % 101) as f32 / 101.0;
                let radius = 0.01 + 0.05 * along(29);
                let (right, down) = (x - along(37), y - along(53));
                if right * right + down * down < radius * radius {
                    level += 120.0 * along(71) - 60.0;
                }
            }
            level
        };
        let place = |at: usize| (at as f32 + 0.5) / SIDE as f32;
        let cells = (0..SIDE * SIDE).map(|at| {
            let (x, y) = (place(at % SIDE), place(at / SIDE));
            level(left + scale * x, top + scale * y)
        });
        Appearance {
            luma: CellPlane {
                side: SIDE,
                cells: cells.collect(),
            },
            chroma: None,
            window: Window::WHOLE,
            surroundings: Surroundings::Empty,
            size: (600.0, 600.0),
            flatness: 0.0,
            has_grain: false,
        }
    }

    #[test]
    fn features_of_a_crop_agree_on_where_it_lies() {
        let (whole, crop) = (
            features(&discs((0.0, 0.0), 1.0)),
            features(&discs((0.25, 0.1), 0.7)),
        );
        let found = agreement(&whole, &crop).unwrap();
        assert!(found.features >= 6, "{found:?}");
        // The middle of the crop is at 0.6, 0.45 of the whole.
        let (x, y) = found.map.apply(0.1, -0.05);
        assert!(x.abs() < 0.02 && y.abs() < 0.02, "{x} {y}");
        let (x, _) = found.map.apply(0.45, 0.0);
        assert!((x - 0.5).abs() < 0.03, "{x}");
    }

    #[test]
    fn a_wide_picture_has_the_features_of_its_square_copy() {
        let square = discs((0.0, 0.0), 1.0);
        let wide = Appearance {
            size: (1_200.0, 600.0),
            ..square.clone()
        };
        for feature in features(&wide) {
            // The square around it is one of pixels.
            let (across, down) = feature.reach;
            assert!((down / across - 2.0).abs() < 0.01, "{feature:?}");
        }
    }

    #[test]
    fn nothing_is_found_on_plain_grounds_and_slopes() {
        let mut plain = discs((0.0, 0.0), 1.0);
        plain.luma.cells.fill(77.0);
        assert!(features(&plain).is_empty());
        for (at, cell) in plain.luma.cells.iter_mut().enumerate() {
            *cell = (at % SIDE) as f32;
        }
        assert!(features(&plain).is_empty());
    }
}
