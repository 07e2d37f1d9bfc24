//! From bytes to an upright picture on white, whatever the format.
//!
//! The format is told by content, limits are checked against headers before memory is taken, and
//! every fault of a file becomes a named [`ImageError`]. Not for shrinking, hashing or colour conversion.
#![cfg_attr(
    not(feature = "rare-codecs"),
    allow(dead_code, reason = "what only rare formats ask for")
)]

mod animation;
mod apng;
#[cfg(feature = "rare-codecs")]
mod avif;
#[cfg(feature = "rare-codecs")]
mod cicp;
mod colour;
mod exif;
mod fault;
mod flatten;
mod format;
mod frames;
mod gif;
#[cfg(feature = "rare-codecs")]
mod heif;
mod ico;
mod ifd;
mod jpeg;
#[cfg(feature = "rare-codecs")]
mod jxl;
pub(crate) mod luma;
#[cfg(feature = "rare-codecs")]
mod media;
mod orientation;
#[cfg(feature = "rare-codecs")]
mod pages;
mod planes;
mod png;
#[cfg(feature = "rare-codecs")]
mod rare;
#[cfg(not(feature = "rare-codecs"))]
#[path = "rare_left_out.rs"]
mod rare;
mod raster;
mod rows;
mod webp;
#[cfg(feature = "rare-codecs")]
mod ycbcr;

use image::DynamicImage;

use crate::error::ImageError;
use crate::info::{Dimensions, ImageFormat, ImageInfo, Orientation};
use crate::limits::Limits;

pub(crate) use colour::has_numbers_alone;
pub use format::{HEAD, detect};
pub use jpeg::{Plane, Samples};
pub use luma::{ChromaBlocks, LeastBlocks, ReducedChroma, ReducedLuma};
pub(crate) use orientation::upright;
pub use planes::{Least, Planes, Wanted};
pub use rows::Rows;

/// A decoded picture.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Facts of the file.
    pub info: ImageInfo,
    /// 8 bits a channel, `ImageLuma8` or `ImageRgb8` only: upright, alpha flattened on white, in the
    /// file's own colour space.
    pub pixels: DynamicImage,
    /// The file's ICC profile, when it has one that is not sRGB and fits the pixels: a grey profile
    /// with `ImageLuma8`, an RGB profile with `ImageRgb8`.
    pub colour_profile: Option<Vec<u8>>,
    /// Some pixel lets through what lies behind it.
    pub is_transparent: bool,
}

/// What becomes of transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alpha {
    /// The picture is composited on white, as people see it.
    OnWhite,
    /// The colours stay as they are below it.
    Dropped,
}

/// The facts of a picture from its headers; no promise that the picture data is whole.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<ImageInfo, ImageError> {
    Ok(open(bytes, limits)?.header.into_info())
}

/// The whole picture.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, ImageError> {
    whole(bytes, limits, Alpha::OnWhite)
}

/// The whole picture's colours as they are below its transparency. Formats that store colours multiplied by
/// their alpha have none there: they are on white.
pub fn decode_without_alpha(bytes: &[u8], limits: &Limits) -> Result<Picture, ImageError> {
    whole(bytes, limits, Alpha::Dropped)
}

fn whole(bytes: &[u8], limits: &Limits, alpha: Alpha) -> Result<Picture, ImageError> {
    let Opened { header, pixels } = open(bytes, limits)?;
    let pixels = pixels()?;
    if (pixels.width(), pixels.height()) != (header.size.width, header.size.height) {
        return Err(fault::corrupt(
            header.format,
            "its header and its picture differ in size",
        ));
    }
    flatten::room_for(&pixels)?;
    let is_transparent = flatten::is_transparent(&pixels);
    let pixels = alpha.applied(pixels);
    let pixels = match header.pixel_orientation {
        PixelOrientation::AsStored => orientation::upright(pixels, header.orientation),
        PixelOrientation::Upright => pixels,
    };
    let colour_profile = header.colour_profile.clone();
    Ok(Picture {
        info: header.into_info(),
        pixels,
        colour_profile,
        is_transparent,
    })
}

impl Alpha {
    fn applied(self, picture: DynamicImage) -> DynamicImage {
        match self {
            Self::OnWhite => flatten::onto_white(picture),
            Self::Dropped => flatten::without_alpha(picture),
        }
    }
}

/// The luma of a picture in blocks, for formats that tell it without decoding pixels: JPEG. None where
/// the format does not, where a side has fewer than the `least` blocks, and where only the full decoder
/// can say what the file holds, or whether it is broken. With chroma, where that is wanted, there are enough
/// blocks, and the file has luma and chroma, or luma alone, in blocks of whole pixels.
pub fn reduced_luma(
    bytes: &[u8],
    least: impl Into<LeastBlocks>,
    limits: &Limits,
) -> Result<Option<ReducedLuma>, ImageError> {
    match format::detect(bytes)? {
        ImageFormat::Jpeg => jpeg::reduced_luma(bytes, least.into(), limits),
        _ => Ok(None),
    }
}

/// The luma and chroma of a picture, reduced as far as what is `wanted` allows, for formats that tell them
/// without decoding pixels: JPEG. None where the format does not, and where only the full decoder can say what the
/// file holds, or whether it is broken.
pub fn planes<W: Into<Wanted>>(
    bytes: &[u8],
    limits: &Limits,
    wanted: impl FnOnce(&ImageInfo) -> W,
) -> Result<Option<Planes>, ImageError> {
    planes_if(bytes, limits, |info| Some(wanted(info).into()))
}

/// The same where something is `wanted` of the picture, told by its facts.
pub fn planes_if(
    bytes: &[u8],
    limits: &Limits,
    wanted: impl FnOnce(&ImageInfo) -> Option<Wanted>,
) -> Result<Option<Planes>, ImageError> {
    match format::detect(bytes)? {
        ImageFormat::Jpeg => jpeg::planes(bytes, limits, wanted),
        _ => Ok(None),
    }
}

/// The rows of a picture one after another, for formats whose decoder hands them out so: PNG, unless it
/// is interlaced.
pub fn rows<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Option<Rows<'a>>, ImageError> {
    match format::detect(bytes)? {
        ImageFormat::Png => raster::png_rows(bytes, limits),
        _ => Ok(None),
    }
}

/// Takes a frame or a page, or ends the visit by None.
pub type Take<'a> = dyn FnMut(DynamicImage) -> Option<()> + 'a;

/// Shows the wanted frames or pages of a file of several, named in ascending order from 0: each as people see it,
/// upright and on white, `ImageLuma8` or `ImageRgb8`. `info` is of the same file. None where one of them is broken
/// or not read, and where together they are too many pixels; some may have been shown before that.
pub fn visit_frames(
    bytes: &[u8],
    info: &ImageInfo,
    wanted: &[u32],
    limits: &Limits,
    take: &mut Take<'_>,
) -> Option<()> {
    match info.format {
        ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif => {
            animation::visit(bytes, info, wanted, limits, take)
        }
        format => rare::visit_frames(format, bytes, wanted, limits, take),
    }
}

/// A file whose headers were read and are within the limits; its pixels are read when asked for.
struct Opened<'a> {
    header: Header,
    pixels: Box<dyn FnOnce() -> Result<DynamicImage, ImageError> + 'a>,
}

/// How a decoder hands out pixels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PixelOrientation {
    /// As the file stores them: the orientation is still to be applied.
    AsStored,
    /// With the file's orientation applied.
    Upright,
}

/// What the headers of a file tell.
struct Header {
    format: ImageFormat,
    /// The size that the decoder hands out.
    size: Dimensions,
    pixel_orientation: PixelOrientation,
    orientation: Orientation,
    frames: u32,
    has_alpha: bool,
    /// Not sRGB, and of the kind of the pixels.
    colour_profile: Option<Vec<u8>>,
    exif: Option<crate::info::Exif>,
}

impl Header {
    /// A still picture without anything special; fails when the size is 0 or over the limits.
    fn new(format: ImageFormat, size: (u32, u32), limits: &Limits) -> Result<Self, ImageError> {
        let (width, height) = size;
        if width == 0 || height == 0 {
            return Err(fault::corrupt(
                format,
                format_args!("the size is {width} x {height}"),
            ));
        }
        limits.check_size(width, height)?;
        Ok(Self {
            format,
            size: Dimensions { width, height },
            pixel_orientation: PixelOrientation::AsStored,
            orientation: Orientation::Upright,
            frames: 1,
            has_alpha: false,
            colour_profile: None,
            exif: None,
        })
    }

    /// Takes camera facts and orientation out of an EXIF block. A broken block is no block.
    fn with_exif(mut self, block: Option<&[u8]>) -> Self {
        if let Some(found) = block.and_then(exif::read) {
            self.exif = found.camera;
            self.orientation = found.orientation;
        }
        self
    }

    fn into_info(self) -> ImageInfo {
        let Dimensions { width, height } = self.size;
        let turn =
            self.pixel_orientation == PixelOrientation::AsStored && self.orientation.swaps_sides();
        ImageInfo {
            format: self.format,
            size: if turn {
                Dimensions {
                    width: height,
                    height: width,
                }
            } else {
                self.size
            },
            orientation: self.orientation,
            frames: self.frames,
            has_alpha: self.has_alpha,
            has_colour_profile: self.colour_profile.is_some(),
            exif: self.exif,
        }
    }
}

/// This build has a decoder for the format.
pub fn reads(format: ImageFormat) -> bool {
    !format.is_rare() || cfg!(feature = "rare-codecs")
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, ImageError> {
    let format = format::detect(bytes)?;
    match format {
        _ if format.is_rare() => rare::open(format, bytes, limits),
        ImageFormat::Jpeg => jpeg::open(bytes, limits),
        ImageFormat::Ico => ico::open(bytes, limits),
        _ => raster::open(format, bytes, limits),
    }
}

#[cfg(test)]
mod tests;
