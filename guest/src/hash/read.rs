//! Which way the planes of a file are read: of the blocks of a JPEG, of the rows of a PNG, of pixels.
//!
//! The way depends on the file alone, never on what else is asked of it or was decoded before: so a file has the
//! same bits every time.

use super::fidelity::{Fidelity, Meter};
use super::plane::BLOCK;
use super::reduced::{ReducedPicture, Reducer, SAMPLES};
use super::{LEAST_BLOCKS, LumaPlane};
use crate::decode::{self, Least, LeastBlocks, Picture, Planes, ReducedChroma, Wanted};
use crate::error::ImageError;
use crate::info::{ImageFormat, ImageInfo, Orientation};
use crate::limits::Limits;

/// What a picture was decoded to before.
#[derive(Clone, Copy, Debug)]
pub enum Decoded<'a> {
    /// Nothing yet.
    Nothing,
    /// Pixels: its file has no planes.
    Picture(&'a Picture),
    /// Planes, with the samples of [`ReducedPicture::least`].
    Planes(&'a Planes),
}

/// What was read of a picture, on white.
pub(super) struct Read {
    pub info: ImageInfo,
    pub plane: LumaPlane,
    pub is_transparent: bool,
    /// Where it was wanted.
    pub close: Option<CloseLook>,
}

/// What is told of a picture besides its fingerprints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CloseLook {
    pub reduced: ReducedPicture,
    pub fidelity: Fidelity,
}

/// Reads the plane of a file, and takes a close look at its picture where that is wanted.
pub(super) fn read(
    bytes: &[u8],
    decoded: Decoded<'_>,
    is_close: bool,
    limits: &Limits,
) -> Result<Read, ImageError> {
    let mut coded = match is_close {
        true => of_planes(bytes, decoded, limits)?,
        false => Coded::default(),
    };
    if coded.close.is_none() {
        coded = of_blocks(bytes, is_close, limits)?;
    }
    let lacks_look = is_close && coded.close.is_none();
    match coded {
        Coded {
            plane: Some((info, plane)),
            close,
        } if !lacks_look => Ok(Read {
            info,
            plane,
            is_transparent: false,
            close,
        }),
        coded => {
            let read = of_pixels(bytes, decoded, lacks_look, limits)?;
            Ok(Read {
                plane: coded.plane.map_or(read.plane, |(_, plane)| plane),
                close: coded.close.or(read.close),
                ..read
            })
        }
    }
}

/// What a copy has kept, told by its pixels.
pub(super) fn fidelity_of_pixels(
    bytes: &[u8],
    limits: &Limits,
) -> Result<Option<Fidelity>, ImageError> {
    let read = of_pixels(bytes, Decoded::Nothing, true, limits)?;
    Ok(read.close.map(|close| close.fidelity))
}

/// What a JPEG tells before its pixels are made.
#[derive(Default)]
struct Coded {
    plane: Option<(ImageInfo, LumaPlane)>,
    close: Option<CloseLook>,
}

/// Of planes that hold the samples of a reduced picture: not of very large pictures, nor where the decoder of
/// planes has no answer.
fn of_planes(bytes: &[u8], decoded: Decoded<'_>, limits: &Limits) -> Result<Coded, ImageError> {
    let coded = |planes: &Planes| Coded {
        plane: plane_of_planes(planes),
        close: ReducedPicture::of_planes(planes).map(|reduced| CloseLook {
            reduced,
            fidelity: Fidelity::of_planes(planes),
        }),
    };
    match decoded {
        Decoded::Picture(_) => Ok(Coded::default()),
        Decoded::Planes(planes) => Ok(coded(planes)),
        Decoded::Nothing => {
            let planes = decode::planes_if(bytes, limits, |info| {
                Some(Wanted {
                    most: Least::NONE,
                    fewer: None,
                    reduced: Some(ReducedPicture::least(info)?),
                })
            })?;
            Ok(planes.as_ref().map(coded).unwrap_or_default())
        }
    }
}

/// Where planes are read, the means of their blocks are those that [`decode::reduced_luma`] reads.
fn plane_of_planes(planes: &Planes) -> Option<(ImageInfo, LumaPlane)> {
    let shorter = planes.info.size.width.min(planes.info.size.height);
    let has_plane = shorter.div_ceil(BLOCK as u32) >= LEAST_BLOCKS;
    let plane = LumaPlane::of_planes(planes).filter(|_| has_plane)?;
    Some((planes.info.clone(), plane))
}

/// Of the means of blocks. A reduced picture is made of them where it is very large.
fn of_blocks(bytes: &[u8], is_close: bool, limits: &Limits) -> Result<Coded, ImageError> {
    let least = LeastBlocks {
        luma: LEAST_BLOCKS,
        chroma: is_close.then_some(SAMPLES as u32),
    };
    let blocks = decode::reduced_luma(bytes, least, limits)?;
    let Some(blocks) = blocks else {
        return Ok(Coded::default());
    };
    let is_grey = matches!(blocks.chroma, Some(ReducedChroma::Grey));
    Ok(Coded {
        close: ReducedPicture::of_blocks(&blocks).map(|reduced| CloseLook {
            reduced,
            fidelity: Fidelity::of_blocks(is_grey),
        }),
        plane: Some((blocks.info.clone(), LumaPlane::of_blocks(&blocks))),
    })
}

fn of_pixels(
    bytes: &[u8],
    decoded: Decoded<'_>,
    is_close: bool,
    limits: &Limits,
) -> Result<Read, ImageError> {
    if let Decoded::Picture(picture) = decoded {
        return of_picture(picture, is_close);
    }
    if let Some(rows) = decode::rows(bytes, limits)?
        && let Some(read) = of_rows(rows, is_close)
    {
        return Ok(read);
    }
    of_picture(&decode::decode(bytes, limits)?, is_close)
}

fn of_rows(mut rows: decode::Rows<'_>, is_close: bool) -> Option<Read> {
    let size = (rows.size.width as usize, rows.size.height as usize);
    let mut watch = Watch::new(size, is_close);
    let plane = LumaPlane::of_rows_noting(&mut rows, |row, luma| watch.add(row, luma))?;
    Some(Read {
        plane,
        is_transparent: rows.is_transparent,
        close: watch.close_look(rows.info.format, rows.info.orientation),
        info: rows.info,
    })
}

fn of_picture(picture: &Picture, is_close: bool) -> Result<Read, ImageError> {
    let size = (picture.pixels.width(), picture.pixels.height());
    let mut watch = Watch::new((size.0 as usize, size.1 as usize), is_close);
    let plane = LumaPlane::noting(&picture.pixels, |row, luma| watch.add(row, luma))?;
    Ok(Read {
        plane,
        is_transparent: picture.is_transparent,
        close: watch.close_look(picture.info.format, Orientation::Upright),
        info: picture.info.clone(),
    })
}

/// Takes a close look at rows as they come; none where that is not wanted.
struct Watch(Option<(Reducer, Meter)>);

impl Watch {
    fn new(size: (usize, usize), is_close: bool) -> Self {
        Self(is_close.then(|| (Reducer::new(size), Meter::new(size))))
    }

    fn add(&mut self, row: &[u8], luma: &[u8]) {
        if let Some((reducer, meter)) = &mut self.0 {
            reducer.add(row, luma);
            meter.add(row, luma);
        }
    }

    /// Of the rows, after what `orientation` says was done to them.
    fn close_look(self, format: ImageFormat, orientation: Orientation) -> Option<CloseLook> {
        let (reducer, meter) = self.0?;
        Some(CloseLook {
            reduced: reducer.finished().oriented(orientation),
            fidelity: meter.finished(format),
        })
    }
}
