//! Which way the planes of a file are read: of the blocks of a JPEG, of the rows of a PNG, of pixels.
//!
//! The way depends on the file alone, never on what else is asked of it or was decoded before: so a file has the
//! same bits every time.

use super::reduced::{LUMA, Reducer};
use super::{LEAST_BLOCKS, LumaPlane, ReducedPicture};
use crate::decode::{self, Least, LeastBlocks, Picture, Planes, ReducedLuma, Wanted};
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
    /// Planes, with the samples for a reduced picture (see [`Wanted::reduced`]).
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
    let least = LeastBlocks {
        luma: LEAST_BLOCKS,
        chroma: is_reduced.then_some(LUMA as u32),
    };
    let blocks = decode::reduced_luma(bytes, least, limits)?;
    let reduced = match is_reduced {
        true => reduced(bytes, blocks.as_ref(), decoded, limits)?,
        false => None,
    };
    let lacks_reduced = is_reduced && reduced.is_none();
    let plane = blocks.map(|blocks| (LumaPlane::of_blocks(&blocks), blocks.info));
    if let (Some((plane, info)), false) = (plane.clone(), lacks_reduced) {
        return Ok(Read {
            info,
            plane,
            is_transparent: false,
            reduced,
        });
    }
    let mut read = of_pixels(bytes, decoded, lacks_reduced, limits)?;
    if let Some((plane, _)) = plane {
        read.plane = plane;
    }
    read.reduced = reduced.or(read.reduced);
    Ok(read)
}

/// The reduced picture of a JPEG: of its blocks where there are enough, or of its planes. None where the decoder
/// of planes has no answer.
fn reduced(
    bytes: &[u8],
    blocks: Option<&ReducedLuma>,
    decoded: Decoded<'_>,
    limits: &Limits,
) -> Result<Option<ReducedPicture>, ImageError> {
    if let Some(reduced) = blocks.and_then(ReducedPicture::of_blocks) {
        return Ok(Some(reduced));
    }
    match decoded {
        Decoded::Picture(_) => Ok(None),
        Decoded::Planes(planes) => Ok(ReducedPicture::of_planes(planes)),
        Decoded::Nothing => {
            let wanted = Wanted {
                most: Least::NONE,
                fewer: None,
                reduced: Some(ReducedPicture::LEAST),
            };
            let planes = decode::planes(bytes, limits, |_| wanted)?;
            Ok(planes.as_ref().and_then(ReducedPicture::of_planes))
        }
    }
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
