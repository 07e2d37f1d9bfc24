//! The luma plane: a small square grey picture that every fingerprint starts from.
//!
//! Whole numbers only, so that every build gives the same plane: Rec. 601 luma of each pixel, or the mean
//! luma of each block of pixels, averaged over the area of each cell. Averaging treats left and right, rows
//! and columns alike, so the plane of a turned picture is the turned plane, bit for bit.

use std::convert::Infallible;

use image::DynamicImage;

use super::average::{Axis, average};
use super::content;
use crate::decode::luma::of_rgb;
use crate::decode::{Planes, ReducedLuma, Rows};
use crate::error::{Excess, ImageError, Limit};
use crate::info::{ImageInfo, Orientation};

/// Cells on each side of a plane.
pub const SIDE: usize = 256;

/// Cells on each side that are not of the core: it is 232 of 256 wide and high.
const MARGIN: usize = 12;

/// Pixels on each side of a block.
pub(super) const BLOCK: usize = 8;

/// The longest side whose weighted sums of 8-bit luma fit 31 bits.
const MAX_SIDE: usize = i32::MAX as usize / 255;

/// `SIDE` by `SIDE` luma values of a whole picture, whatever its proportions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LumaPlane {
    cells: Vec<u8>,
    /// The picture's sides in pixels, across and down.
    size: (usize, usize),
}

impl LumaPlane {
    /// The plane of an 8-bit grey or RGB picture. `too-large` over 8 million pixels a side.
    pub fn new(picture: &DynamicImage) -> Result<Self, ImageError> {
        Self::noting(picture, |_, _| {})
    }

    /// The same. `note` is given each row, its samples and their luma, in order.
    pub(super) fn noting(
        picture: &DynamicImage,
        mut note: impl FnMut(&[u8], &[u8]),
    ) -> Result<Self, ImageError> {
        let cells = averaged_noting(picture, (SIDE, SIDE), &mut note)?;
        Ok(Self {
            cells,
            size: (picture.width() as usize, picture.height() as usize),
        })
    }

    /// The plane of the upright picture from the rows of the stored one. None where a row cannot be read. It
    /// is the plane that the picture as a whole has.
    pub fn of_rows(rows: &mut Rows<'_>) -> Option<Self> {
        Self::of_rows_noting(rows, |_, _| {})
    }

    /// The same. `note` is given each row of the stored picture, its samples and their luma, in order.
    pub(super) fn of_rows_noting(
        rows: &mut Rows<'_>,
        mut note: impl FnMut(&[u8], &[u8]),
    ) -> Option<Self> {
        let (width, height) = (rows.size.width as usize, rows.size.height as usize);
        if width.max(height) > MAX_SIDE {
            return None;
        }
        let read = |_, luma: &mut [u8]| {
            let row = rows.next().ok_or(())?;
            note(luma_of_row(&row, 0, luma).ok_or(())?, luma);
            Ok::<_, ()>(())
        };
        let axes = (Axis::new(width), Axis::new(height));
        let stored = Self {
            cells: average(axes, (SIDE, SIDE), read).ok()?,
            size: (width, height),
        };
        Some(stored.oriented(rows.info.orientation))
    }

    /// The plane of the upright picture from means of its blocks. A block that reaches over the edge
    /// counts for the pixels that it covers.
    pub fn of_blocks(luma: &ReducedLuma) -> Self {
        let size = (luma.size.width as usize, luma.size.height as usize);
        Self::of_means(&luma.samples, size, &luma.info)
    }

    /// The same of planes that have such means.
    pub(super) fn of_planes(planes: &Planes) -> Option<Self> {
        let means = planes.luma.means()?.samples.as_raw();
        let stored = stored_size(&planes.info);
        Some(Self::of_means(means, stored, &planes.info))
    }

    fn of_means(means: &[u8], size: (usize, usize), info: &ImageInfo) -> Self {
        let stored = Self {
            cells: averaged_samples(means, axes(size, (BLOCK, BLOCK)), SIDE),
            size,
        };
        stored.oriented(info.orientation)
    }

    /// The sides of the picture in pixels, across and down.
    pub(super) fn size(&self) -> (usize, usize) {
        self.size
    }

    /// A row of cells.
    pub(super) fn row(&self, y: usize) -> &[u8] {
        &self.cells[y * SIDE..][..SIDE]
    }

    /// All cells, row by row.
    pub(super) fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// The same, the plane being given away.
    pub fn into_cells(self) -> Vec<u8> {
        self.cells
    }

    /// The plane averaged down to a smaller size, row by row.
    pub(super) fn shrink(&self, width: usize, height: usize) -> Vec<u8> {
        self.averaged(0, (width, height))
    }

    /// The same of the plane without 12 cells on each side: the core.
    pub(super) fn shrink_core(&self, width: usize, height: usize) -> Vec<u8> {
        self.averaged(MARGIN, (width, height))
    }

    fn averaged(&self, margin: usize, size: (usize, usize)) -> Vec<u8> {
        let side = SIDE - 2 * margin;
        let Ok(cells) = average((Axis::new(side), Axis::new(side)), size, |y, luma| {
            luma.copy_from_slice(&self.row(margin + y)[margin..][..side]);
            Ok::<_, Infallible>(())
        });
        cells
    }

    /// A plane of what lies inside uniform bands at the sides of this one; none where there are none.
    pub(super) fn content(&self) -> Option<Self> {
        let window = content::banded(&self.cells, SIDE)?;
        let (across, down) = (window.right - window.left, window.bottom - window.top);
        let size = (SIDE, SIDE);
        let Ok(cells) = average((Axis::new(across), Axis::new(down)), size, |y, luma| {
            luma.copy_from_slice(&self.row(window.top + y)[window.left..][..across]);
            Ok::<_, Infallible>(())
        });
        Some(Self {
            cells,
            size: (
                pixels_within(self.size.0, across),
                pixels_within(self.size.1, down),
            ),
        })
    }

    /// The plane of the picture after what `orientation` says was done to it.
    pub fn oriented(&self, orientation: Orientation) -> Self {
        Self {
            cells: oriented(&self.cells, SIDE, orientation),
            size: oriented_size(self.size, orientation),
        }
    }

    /// Mean absolute difference of two planes in 256ths of a grey level.
    pub fn difference(&self, other: &Self) -> u32 {
        let pairs = self.cells.iter().zip(&other.cells);
        let sum: u32 = pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        (u64::from(sum) * 256 / self.cells.len() as u64) as u32
    }
}

/// The luma of an 8-bit grey or RGB picture averaged down to cells, row by row. `too-large` over 8 million pixels a
/// side.
pub(super) fn averaged(
    picture: &DynamicImage,
    size: (usize, usize),
) -> Result<Vec<u8>, ImageError> {
    averaged_noting(picture, size, &mut |_, _| {})
}

/// The same. `note` is given each row, its samples and their luma, in order.
fn averaged_noting(
    picture: &DynamicImage,
    size: (usize, usize),
    note: &mut dyn FnMut(&[u8], &[u8]),
) -> Result<Vec<u8>, ImageError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if width.max(height) > MAX_SIDE {
        let actual = width.max(height) as u64;
        let excess = Excess {
            limit: Limit::Side,
            actual,
            allowed: MAX_SIDE as u64,
        };
        return Err(ImageError::TooLarge(excess));
    }
    let axes = (Axis::new(width), Axis::new(height));
    average(axes, size, |y, luma| {
        let row = luma_of_row(picture, y, luma).ok_or_else(neither_grey_nor_rgb)?;
        note(row, luma);
        Ok(())
    })
}

/// The sides of the picture as it is stored.
pub(super) fn stored_size(info: &ImageInfo) -> (usize, usize) {
    let upright = (info.size.width as usize, info.size.height as usize);
    oriented_size(upright, info.orientation)
}

/// Sides of a picture, cut into samples of so many pixels across and down.
pub(super) fn axes(size: (usize, usize), sample: (usize, usize)) -> (Axis, Axis) {
    let axis = |pixels, sample| Axis { pixels, sample };
    (axis(size.0, sample.0), axis(size.1, sample.1))
}

/// Samples averaged to a square of so many cells on a side.
pub(super) fn averaged_samples(samples: &[u8], axes: (Axis, Axis), cells: usize) -> Vec<u8> {
    let width = axes.0.samples();
    let read = |y: usize, row: &mut [u8]| {
        row.copy_from_slice(&samples[y * width..][..width]);
        Ok::<_, Infallible>(())
    };
    let Ok(averaged) = average(axes, (cells, cells), read);
    averaged
}

/// A square of cells, `side` on a side, after what `orientation` says was done to it.
pub(super) fn oriented(cells: &[u8], side: usize, orientation: Orientation) -> Vec<u8> {
    if orientation == Orientation::Upright {
        return cells.to_vec();
    }
    let place = |x: usize, y: usize| {
        let (x, y) = orientation.source(x, y, side - 1);
        y * side + x
    };
    // The cells of a row come one after another, with as much between them.
    let step = place(1, 0).wrapping_sub(place(0, 0));
    let row = |y| std::iter::successors(Some(place(0, y)), move |at| Some(at.wrapping_add(step)));
    let cells = (0..side).flat_map(|y| row(y).take(side).map(|at| cells[at]));
    cells.collect()
}

/// The sides of a picture after what `orientation` says was done to it.
pub(super) fn oriented_size(
    (width, height): (usize, usize),
    orientation: Orientation,
) -> (usize, usize) {
    if orientation.swaps_sides() {
        (height, width)
    } else {
        (width, height)
    }
}

/// Reads the luma of a row of a grey or RGB picture; the samples of the row. None for any other kind.
fn luma_of_row<'a>(picture: &'a DynamicImage, y: usize, luma: &mut [u8]) -> Option<&'a [u8]> {
    let row = row(picture, y, luma.len())?;
    let (pixels, _) = row.as_chunks::<3>();
    if row.len() == luma.len() {
        luma.copy_from_slice(row);
        return Some(row);
    }
    for (luma, pixel) in luma.iter_mut().zip(pixels) {
        *luma = of_rgb(*pixel);
    }
    Some(row)
}

/// The samples of a row: of a grey picture one a pixel, of an RGB picture three.
fn row(picture: &DynamicImage, y: usize, width: usize) -> Option<&[u8]> {
    match picture {
        DynamicImage::ImageLuma8(grey) => Some(&grey.as_raw()[y * width..][..width]),
        DynamicImage::ImageRgb8(rgb) => Some(&rgb.as_raw()[y * width * 3..][..width * 3]),
        _ => None,
    }
}

fn neither_grey_nor_rgb() -> ImageError {
    ImageError::Internal("a decoded picture is neither grey nor RGB".into())
}

/// Pixels of an axis that lie within so many of the cells along it: at least one, as a cell may be narrower than a pixel.
fn pixels_within(pixels: usize, cells: usize) -> usize {
    (pixels * cells / SIDE).max(1)
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    #[test]
    fn luma_is_rec_601_rounded() {
        let mut luma = [0; 5];
        let pixels = vec![0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255];
        let picture = RgbImage::from_raw(5, 1, pixels).unwrap();
        luma_of_row(&picture.into(), 0, &mut luma).unwrap();
        assert_eq!(luma, [0, 255, 76, 150, 29]);
    }

    #[test]
    fn the_plane_of_a_turned_picture_is_the_turned_plane() {
        let picture = RgbImage::from_fn(300, 77, |x, y| {
            image::Rgb([(x * 7 + y * y) as u8, (x * y) as u8, (x ^ (y * 3)) as u8])
        });
        let upright = LumaPlane::new(&picture.clone().into()).unwrap();
        let picture = DynamicImage::from(picture);
        let turned = [
            (Orientation::Mirrored, picture.fliph()),
            (Orientation::Rotated180, picture.rotate180()),
            (Orientation::Flipped, picture.flipv()),
            (Orientation::Transposed, picture.rotate90().fliph()),
            (Orientation::Rotated90, picture.rotate90()),
            (Orientation::Transversed, picture.rotate270().fliph()),
            (Orientation::Rotated270, picture.rotate270()),
        ];
        for (orientation, turned) in turned {
            assert_eq!(
                LumaPlane::new(&turned).unwrap(),
                upright.oriented(orientation),
                "{orientation:?}"
            );
        }
    }

    #[test]
    fn the_content_of_a_framed_picture_is_the_picture() {
        let level = |x: u32, y: u32| 60 + ((x * 3) ^ (y * 5)) as u8 % 120;
        let picture = RgbImage::from_fn(320, 240, |x, y| image::Rgb([level(x / 4, y / 4); 3]));
        let framed = RgbImage::from_fn(400, 360, |x, y| {
            let inside = (40..360).contains(&x) && (60..300).contains(&y);
            match inside {
                true => *picture.get_pixel(x - 40, y - 60),
                false => image::Rgb([255; 3]),
            }
        });
        let plane = LumaPlane::new(&picture.into()).unwrap();
        assert_eq!(plane.content(), None);
        let content = LumaPlane::new(&framed.into()).unwrap().content().unwrap();
        let gradients = |plane: &LumaPlane| plane.shrink(9, 8);
        let cells = gradients(&content).into_iter().zip(gradients(&plane));
        let most = cells.map(|(inside, own)| inside.abs_diff(own)).max();
        assert!(most <= Some(12), "{most:?}");
    }

    #[test]
    fn content_of_less_than_a_pixel_is_one_pixel() {
        assert_eq!(pixels_within(2, SIDE / 2 - 1), 1);
        assert_eq!(pixels_within(400, SIDE / 2), 200);
    }
}
