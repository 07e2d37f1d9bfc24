//! Turns and flips pictures; says which single turn several in a row come to.

use image::{DynamicImage, metadata};

use super::flatten::{grey, rgb};
use crate::info::Orientation;

/// Side of the squares that a quarter turn copies one after another: both the rows that are read
/// and the columns that are written stay in the cache.
const TILE: usize = 32;

/// The picture as people see it. Flips and half turns happen in place.
pub(crate) fn upright(mut picture: DynamicImage, orientation: Orientation) -> DynamicImage {
    if orientation.swaps_sides() {
        return quarter_turn(picture, orientation);
    }
    if let Some(orientation) = metadata::Orientation::from_exif(orientation.to_exif()) {
        picture.apply_orientation(orientation);
    }
    picture
}

fn quarter_turn(picture: DynamicImage, orientation: Orientation) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    match picture {
        DynamicImage::ImageLuma8(samples) => grey(
            height,
            width,
            turned::<1>(&samples, width as usize, orientation),
        ),
        other => rgb(
            height,
            width,
            turned::<3>(&other.into_rgb8(), width as usize, orientation),
        ),
    }
}

/// Pixels of `N` samples in rows of `width`, laid so that columns become rows.
fn turned<const N: usize>(samples: &[u8], width: usize, orientation: Orientation) -> Vec<u8> {
    use Orientation::{Rotated90, Rotated270, Transversed};
    let (pixels, _) = samples.as_chunks::<N>();
    let height = pixels.len() / width;
    let mut result = vec![0; samples.len()];
    let (places, _) = result.as_chunks_mut::<N>();
    // Where the first row and the first column of the stored picture end up.
    let last_column_first = matches!(orientation, Rotated270 | Transversed);
    let last_row_first = matches!(orientation, Rotated90 | Transversed);
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for x in left..(left + TILE).min(width) {
                let row = if last_column_first { width - 1 - x } else { x };
                for y in top..(top + TILE).min(height) {
                    let column = if last_row_first { height - 1 - y } else { y };
                    places[row * height + column] = pixels[y * width + x];
                }
            }
        }
    }
    result
}

/// The one orientation that has the effect of `first` and then `second`.
pub(super) fn combined(first: Orientation, second: Orientation) -> Orientation {
    let [[a, b], [c, d]] = matrix(second);
    let [[e, f], [g, h]] = matrix(first);
    let product = [
        [a * e + b * g, a * f + b * h],
        [c * e + d * g, c * f + d * h],
    ];
    Orientation::ALL
        .into_iter()
        .find(|one| matrix(*one) == product)
        .unwrap_or_default()
}

/// Where a pixel at (x, y) from the centre goes; x to the right, y down.
fn matrix(orientation: Orientation) -> [[i8; 2]; 2] {
    match orientation {
        Orientation::Upright => [[1, 0], [0, 1]],
        Orientation::Mirrored => [[-1, 0], [0, 1]],
        Orientation::Rotated180 => [[-1, 0], [0, -1]],
        Orientation::Flipped => [[1, 0], [0, -1]],
        Orientation::Transposed => [[0, 1], [1, 0]],
        Orientation::Rotated90 => [[0, -1], [1, 0]],
        Orientation::Transversed => [[0, -1], [-1, 0]],
        Orientation::Rotated270 => [[0, 1], [-1, 0]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 x 2: 1 2 3 over 4 5 6.
    fn stored() -> DynamicImage {
        grey(3, 2, vec![1, 2, 3, 4, 5, 6])
    }

    #[test]
    fn every_orientation_lays_pixels_as_exif_says() {
        let expected: [(u32, [u8; 6]); 8] = [
            (3, [1, 2, 3, 4, 5, 6]),
            (3, [3, 2, 1, 6, 5, 4]),
            (3, [6, 5, 4, 3, 2, 1]),
            (3, [4, 5, 6, 1, 2, 3]),
            (2, [1, 4, 2, 5, 3, 6]),
            (2, [4, 1, 5, 2, 6, 3]),
            (2, [6, 3, 5, 2, 4, 1]),
            (2, [3, 6, 2, 5, 1, 4]),
        ];
        for (orientation, (width, samples)) in Orientation::ALL.into_iter().zip(expected) {
            let laid = upright(stored(), orientation);
            assert_eq!(
                (laid.width(), laid.as_bytes()),
                (width, &samples[..]),
                "{orientation:?}"
            );
        }
    }

    #[test]
    fn large_pictures_turn_as_small_ones() {
        let (width, height) = (70_u32, 45_u32);
        let samples: Vec<u8> = (0..width * height * 3).map(|i| (i % 251) as u8).collect();
        for orientation in Orientation::ALL {
            let ours = upright(rgb(width, height, samples.clone()), orientation);
            let mut theirs = rgb(width, height, samples.clone());
            theirs.apply_orientation(
                metadata::Orientation::from_exif(orientation.to_exif()).unwrap(),
            );
            assert_eq!(ours, theirs, "{orientation:?}");
        }
    }

    #[test]
    fn two_turns_are_one() {
        for first in Orientation::ALL {
            for second in Orientation::ALL {
                let one_by_one = upright(upright(stored(), first), second);
                assert_eq!(
                    upright(stored(), combined(first, second)),
                    one_by_one,
                    "{first:?} {second:?}"
                );
            }
        }
    }
}
