//! What a copy has kept of its picture, so that the best of several copies can be told: true detail and colours.
//! Which copy is the best is not the business of this module.

use super::colours::{DistinctColours, MANY};
use super::detail::Detail;
use super::read;
use crate::decode::{self, Least, Planes, Samples, Wanted};
use crate::error::ImageError;
use crate::info::{Dimensions, ImageFormat, ImageInfo};
use crate::limits::Limits;

/// Grey levels of a JPEG of greys.
const GREYS: u16 = 256;

/// What a copy has kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fidelity {
    /// The share of the resolution that carries detail, in percent: about 50 of an enlargement to twice the size.
    /// None where too little changes to tell, and of large JPEGs, whose pixels are not made: see [`true_detail`].
    pub detail: Option<u8>,
    /// DistinctColours, up to 257, which stands for more. A JPEG has 257, one of greys 256.
    pub colours: u16,
}

impl Fidelity {
    /// Of the planes of a JPEG: with the detail of those that are not reduced.
    pub(super) fn of_planes(planes: &Planes) -> Self {
        let whole = planes.luma.reduced().filter(|samples| samples.are_whole());
        Self {
            detail: whole.and_then(detail_of),
            colours: colours_of_jpeg(planes.chroma.is_none()),
        }
    }

    /// Of the blocks of a JPEG.
    pub(super) fn of_blocks(is_grey: bool) -> Self {
        Self {
            detail: None,
            colours: colours_of_jpeg(is_grey),
        }
    }
}

fn colours_of_jpeg(is_grey: bool) -> u16 {
    if is_grey { GREYS } else { MANY }
}

/// The detail of a picture as in [`Fidelity`], of a large JPEG too: its pixels are made for that.
pub fn true_detail(bytes: &[u8], limits: &Limits) -> Result<Option<u8>, ImageError> {
    match decode::planes(bytes, limits, whole_luma)? {
        Some(planes) => Ok(detail_of(planes.luma.most())),
        None => Ok(read::fidelity_of_pixels(bytes, limits)?.and_then(|fidelity| fidelity.detail)),
    }
}

/// All samples of luma, and as few of chroma as there can be.
fn whole_luma(info: &ImageInfo) -> Wanted {
    let Dimensions { width, height } = info.size;
    let longer = width.max(height);
    let all = Dimensions {
        width: longer,
        height: longer,
    };
    let least = Least {
        luma: all,
        ..Least::NONE
    };
    least.into()
}

fn detail_of(samples: &Samples) -> Option<u8> {
    let width = samples.samples.width() as usize;
    let mut detail = Detail::new((width, samples.samples.height() as usize));
    let rows = samples.samples.as_raw().chunks_exact(width);
    rows.for_each(|row| detail.add(row));
    detail.resolved()
}

/// Measures a picture whose rows come one after another.
pub(super) struct Meter {
    detail: Detail,
    colours: DistinctColours,
    is_grey: bool,
}

impl Meter {
    pub fn new(size: (usize, usize)) -> Self {
        Self {
            detail: Detail::new(size),
            colours: DistinctColours::new(),
            is_grey: true,
        }
    }

    /// Adds a row: its samples, and their luma.
    pub fn add(&mut self, row: &[u8], luma: &[u8]) {
        self.detail.add(luma);
        self.colours.add(row, luma.len());
        self.is_grey &= row.len() == luma.len();
    }

    /// Of the rows that came. A JPEG whose pixels were made counts as any other.
    pub fn finished(self, format: ImageFormat) -> Fidelity {
        Fidelity {
            detail: self.detail.resolved(),
            colours: match format {
                ImageFormat::Jpeg => colours_of_jpeg(self.is_grey),
                _ => self.colours.count(),
            },
        }
    }
}
