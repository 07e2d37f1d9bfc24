//! From a picture to JPEG renditions.
//!
//! A JPEG is decoded to luma and chroma, no larger than the largest rendition needs, and its planes are
//! scaled and encoded as they are; pixels are made of other formats, and where colours are to be
//! converted. Sizes are made from the largest to the smallest, each from the smallest one before it that
//! is at least twice as large. Colours become sRGB after scaling: a profile maps smooth colours to smooth
//! colours, so the order makes no visible difference, and thumbnails are cheap. So are turns.

use crate::decode::{self, Least, Picture, Planes, Wanted};
use crate::error::ImageError;
use crate::hash::{Decoded, ReducedPicture};
use crate::info::{Dimensions, ImageFormat, ImageInfo, Orientation};
use crate::limits::Limits;
use crate::rendition::{Rendition, RenditionSize, RenditionSpec};
use fit::Place;
use layers::Layers;

mod colour;
mod convolve;
#[cfg_attr(
    not(feature = "rare-codecs"),
    allow(dead_code, reason = "the self-test alone encodes whole pictures")
)]
pub(crate) mod encode;
mod fit;
mod lanczos;
mod layers;
mod scale;

/// Quality of a JPEG that has to be turned for `Original`, unless the spec asks for more.
const TURNED_QUALITY: u8 = 95;

/// The renditions of an encoded picture, in the order asked for.
pub fn render(
    bytes: &[u8],
    specs: &[RenditionSpec],
    limits: &Limits,
) -> Result<Vec<Rendition>, ImageError> {
    check(specs, limits)?;
    Source::open(bytes, specs, false, limits)?.renditions(bytes, specs, limits)
}

/// What renditions are made of.
pub(crate) enum Source {
    Pixels(Box<Picture>),
    /// With the samples that the renditions need.
    Planes(Box<Planes>),
}

impl Source {
    /// Decodes a picture for renditions, and for its looks where it has any: all of it is read, whatever they
    /// need.
    pub fn open(
        bytes: &[u8],
        specs: &[RenditionSpec],
        has_looks: bool,
        limits: &Limits,
    ) -> Result<Self, ImageError> {
        let wanted = |info: &ImageInfo| Wanted {
            reduced: ReducedPicture::least(info).filter(|_| has_looks),
            ..wanted(info, specs)
        };
        let planes = decode::planes(bytes, limits, wanted)?;
        match planes {
            Some(planes) => Ok(Self::Planes(Box::new(planes))),
            None => Ok(Self::Pixels(Box::new(decode::decode(bytes, limits)?))),
        }
    }

    /// What looks can be made of.
    pub fn decoded(&self) -> Decoded<'_> {
        match self {
            Self::Pixels(picture) => Decoded::Picture(picture),
            Self::Planes(planes) => Decoded::Planes(planes),
        }
    }

    /// Facts of the file.
    pub fn info(&self) -> &ImageInfo {
        match self {
            Self::Pixels(picture) => &picture.info,
            Self::Planes(planes) => &planes.info,
        }
    }

    /// The renditions, in the order asked for; `bytes` is the file, for `Original`.
    pub fn renditions(
        &self,
        bytes: &[u8],
        specs: &[RenditionSpec],
        limits: &Limits,
    ) -> Result<Vec<Rendition>, ImageError> {
        let mut layers = Layers::new(self)?;
        let mut order: Vec<usize> = (0..specs.len()).collect();
        let width = |at: &usize| Place::new(specs[*at].size, self.info().size).whole.width;
        order.sort_by_key(|at| std::cmp::Reverse(width(at)));
        let mut made = order
            .into_iter()
            .map(|at| {
                Ok((
                    at,
                    rendition(bytes, self.info(), &mut layers, specs[at], limits)?,
                ))
            })
            .collect::<Result<Vec<_>, ImageError>>()?;
        made.sort_by_key(|(at, _)| *at);
        Ok(made.into_iter().map(|(_, rendition)| rendition).collect())
    }
}

/// The samples that renditions are made of: at least as many as they have. More make no visible difference:
/// over the photos of the tests the similarity (SSIM) to Lanczos3 from all pixels is 0.99 or more. Where
/// one has the picture's own size, smaller ones are made from fewer samples.
fn wanted(info: &ImageInfo, specs: &[RenditionSpec]) -> Wanted {
    let is_drawn = |spec: &RenditionSpec| {
        spec.size != RenditionSize::Original || info.orientation != Orientation::Upright
    };
    let is_smaller = |spec: &RenditionSpec| {
        let whole = Place::new(spec.size, info.size).whole;
        whole.width < info.size.width && whole.height < info.size.height
    };
    let drawn = specs.iter().copied().filter(is_drawn);
    let smaller: Vec<_> = drawn.clone().filter(is_smaller).collect();
    let has_own_size = smaller.len() < drawn.clone().count();
    Wanted {
        most: least(info, drawn),
        fewer: (has_own_size && !smaller.is_empty()).then(|| least(info, smaller)),
        reduced: None,
    }
}

fn least(info: &ImageInfo, specs: impl IntoIterator<Item = RenditionSpec>) -> Least {
    let mut least = Least::NONE;
    for spec in specs {
        let place = Place::new(spec.size, info.size);
        let chroma = match spec.size {
            RenditionSize::Original => place,
            _ if encode::halves_chroma(spec.quality) => place.halved(),
            _ => place,
        };
        least.add(place.whole, chroma.whole);
    }
    if info.orientation.swaps_sides() {
        least.turned()
    } else {
        least
    }
}

/// Fails with `invalid-parameter` when a side or a quality is out of its range, and with `too-large`
/// when a `Cover`, which may enlarge, has more pixels than a picture may have.
pub(crate) fn check(specs: &[RenditionSpec], limits: &Limits) -> Result<(), ImageError> {
    for spec in specs {
        match spec.size {
            RenditionSize::Original => {}
            RenditionSize::Fit(size) => check_sides(size, limits)?,
            RenditionSize::Cover(size) => {
                check_sides(size, limits)?;
                limits.check_size(size.width, size.height)?;
            }
        }
        if !(1..=100).contains(&spec.quality) {
            let text = format!("quality: {}; 1 to 100", spec.quality);
            return Err(ImageError::InvalidParameter(text));
        }
    }
    Ok(())
}

fn check_sides(size: Dimensions, limits: &Limits) -> Result<(), ImageError> {
    let Dimensions { width, height } = size;
    let sides = 1..=limits.max_side.min(encode::MAX_SIDE);
    if !sides.contains(&width) || !sides.contains(&height) {
        let text = format!("size: {width}x{height}; sides are 1 to {}", sides.end());
        return Err(ImageError::InvalidParameter(text));
    }
    Ok(())
}

fn rendition(
    bytes: &[u8],
    info: &ImageInfo,
    layers: &mut Layers<'_>,
    spec: RenditionSpec,
    limits: &Limits,
) -> Result<Rendition, ImageError> {
    let (jpeg, size) = match spec.size {
        RenditionSize::Original => (original(bytes, info, layers, spec, limits)?, info.size),
        RenditionSize::Fit(_) | RenditionSize::Cover(_) => {
            let place = Place::new(spec.size, info.size);
            (layers.jpeg(place, spec.quality)?, place.size)
        }
    };
    limits.check_output(jpeg.len())?;
    Ok(Rendition { size, jpeg })
}

/// The upright picture in its own size. An upright JPEG keeps its picture data and colour space
/// (also CMYK) and only loses its metadata; one that has to be turned is encoded again at quality
/// 95 or more; every other format is encoded at the quality asked for.
fn original(
    bytes: &[u8],
    info: &ImageInfo,
    layers: &mut Layers<'_>,
    spec: RenditionSpec,
    limits: &Limits,
) -> Result<Vec<u8>, ImageError> {
    let place = Place::new(spec.size, info.size);
    if info.format != ImageFormat::Jpeg {
        return layers.jpeg(place, spec.quality);
    }
    let quality = spec.quality.max(TURNED_QUALITY);
    if info.orientation != Orientation::Upright {
        return layers.jpeg(place, quality);
    }
    if let Some(jpeg) = vismatch_jpeg::without_metadata(bytes) {
        return Ok(jpeg);
    }
    // The layers may be reduced.
    let source = Source::Pixels(Box::new(decode::decode(bytes, limits)?));
    Layers::new(&source)?.jpeg(place, quality)
}
