//! Which way the planes of a file are read: of the blocks of a JPEG, of the rows of a PNG, of pixels.
//!
//! The way depends on the file alone, never on what else is asked of it or was decoded before: so a file has the
//! same bits every time.

use super::plane::BLOCK;
use super::reduced::{Reducer, SAMPLES};
use super::{LEAST_BLOCKS, LumaPlane, ReducedPicture};
use crate::decode::{self, Least, LeastBlocks, Picture, Planes, Wanted};
use crate::error::ImageError;
use crate::info::ImageInfo;
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
    pub reduced: Option<ReducedPicture>,
}

/// Reads the plane of a file, and reduces its picture where that is wanted.
pub(super) fn read(
    bytes: &[u8],
    decoded: Decoded<'_>,
    is_reduced: bool,
    limits: &Limits,
) -> Result<Read, ImageError> {
    let mut coded = match is_reduced {
        true => of_planes(bytes, decoded, limits)?,
        false => Coded::default(),
    };
    if coded.reduced.is_none() {
        coded = of_blocks(bytes, is_reduced, limits)?;
    }
    let lacks_reduced = is_reduced && coded.reduced.is_none();
    match coded {
        Coded {
            plane: Some((info, plane)),
            reduced,
        } if !lacks_reduced => Ok(Read {
            info,
            plane,
            is_transparent: false,
            reduced,
        }),
        coded => {
            let read = of_pixels(bytes, decoded, lacks_reduced, limits)?;
            Ok(Read {
                plane: coded.plane.map_or(read.plane, |(_, plane)| plane),
                reduced: coded.reduced.or(read.reduced),
                ..read
            })
        }
    }
}

/// What a JPEG tells before its pixels are made.
#[derive(Default)]
struct Coded {
    plane: Option<(ImageInfo, LumaPlane)>,
    reduced: Option<ReducedPicture>,
}

/// Of planes that hold the samples of a reduced picture: not of very large pictures, nor where the decoder of
/// planes has no answer.
fn of_planes(bytes: &[u8], decoded: Decoded<'_>, limits: &Limits) -> Result<Coded, ImageError> {
    let coded = |planes: &Planes| Coded {
        plane: plane_of_planes(planes),
        reduced: ReducedPicture::of_planes(planes),
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
fn of_blocks(bytes: &[u8], is_reduced: bool, limits: &Limits) -> Result<Coded, ImageError> {
    let least = LeastBlocks {
        luma: LEAST_BLOCKS,
        chroma: is_reduced.then_some(SAMPLES as u32),
    };
    let blocks = decode::reduced_luma(bytes, least, limits)?;
    let Some(blocks) = blocks else {
        return Ok(Coded::default());
    };
    Ok(Coded {
        reduced: ReducedPicture::of_blocks(&blocks),
        plane: Some((blocks.info.clone(), LumaPlane::of_blocks(&blocks))),
    })
}

fn of_pixels(
    bytes: &[u8],
    decoded: Decoded<'_>,
    is_reduced: bool,
    limits: &Limits,
) -> Result<Read, ImageError> {
    if let Decoded::Picture(picture) = decoded {
        return of_picture(picture, is_reduced);
    }
    if let Some(rows) = decode::rows(bytes, limits)?
        && let Some(read) = of_rows(rows, is_reduced)
    {
        return Ok(read);
    }
    of_picture(&decode::decode(bytes, limits)?, is_reduced)
}

fn of_rows(mut rows: decode::Rows<'_>, is_reduced: bool) -> Option<Read> {
    let size = (rows.size.width as usize, rows.size.height as usize);
    let mut reducer = is_reduced.then(|| Reducer::new(size));
    let plane = LumaPlane::of_rows_noting(&mut rows, |row, luma| note(&mut reducer, row, luma))?;
    let orientation = rows.info.orientation;
    Some(Read {
        plane,
        info: rows.info,
        is_transparent: rows.is_transparent,
        reduced: reducer.map(|reducer| reducer.finished().oriented(orientation)),
    })
}

fn of_picture(picture: &Picture, is_reduced: bool) -> Result<Read, ImageError> {
    let size = (
        picture.pixels.width() as usize,
        picture.pixels.height() as usize,
    );
    let mut reducer = is_reduced.then(|| Reducer::new(size));
    let plane = LumaPlane::noting(&picture.pixels, |row, luma| note(&mut reducer, row, luma))?;
    Ok(Read {
        info: picture.info.clone(),
        plane,
        is_transparent: picture.is_transparent,
        reduced: reducer.map(Reducer::finished),
    })
}

fn note(reducer: &mut Option<Reducer>, row: &[u8], luma: &[u8]) {
    if let Some(reducer) = reducer {
        reducer.add(row, luma);
    }
}
