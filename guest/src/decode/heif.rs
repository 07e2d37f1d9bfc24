//! HEIC and HEIF with an HEVC picture, through `heic-rs`, which crops, turns and mirrors as the
//! container says. An EXIF orientation beside that only repeats it, and is not applied again.
//!
//! The steps of a decode are called one by one, because the decoder takes a file without an `nclx` box for BT.709 in
//! limited range, whatever its stream says, and rounds chroma twice before it makes pixels of it.

mod colours;
mod sps;

use heic_rs::context::Context;
use heic_rs::hevc::{ChromaFormat, Frame};
use heic_rs::meta::iref::RefKind;
use heic_rs::props::ItemProps;
use heic_rs::{Brand, Error, Image, Mirror, PixelLayout, Rotation, Transform};
use image::DynamicImage;

use super::cicp::Matrix;
use super::flatten::{self, Channels};
use super::ycbcr::{self, Axes, Chroma, Coding, SamplePlane, Samples, Site};
use super::{Header, Opened, PixelOrientation, colour, fault, media, orientation};
use crate::error::{Excess, ImageError, Limit};
use crate::info::ImageFormat::Heif;
use crate::info::Orientation;
use crate::limits::Limits;
use colours::StoredColours;

/// Reads the container.
pub(super) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, ImageError> {
    let context = Context::open(bytes).map_err(|error| without_still(bytes, error))?;
    let id = context.meta.primary;
    let props = context.props(id).map_err(from_decoder)?;
    check_coded(&context, id, limits)?;
    let alpha = context.alpha_item(id).map_err(from_decoder)?;
    if let Some(alpha) = alpha {
        check_coded(&context, alpha, limits)?;
    }
    let colours = colours::read(&context, id)?;
    let info = heic_rs::probe(bytes).map_err(from_decoder)?;
    limits.check_size(info.coded_width, info.coded_height)?;

    let mut header = Header::new(Heif, (info.width, info.height), limits)?;
    header.frames = media::pictures(bytes);
    limits.check_frames(header.frames)?;
    header.pixel_orientation = PixelOrientation::Upright;
    header.has_alpha = info.has_alpha;
    let is_grey = alpha.is_none() && colours::are_grey(&context, id)?;
    header.colour_profile = match colours::profile(&context, id)? {
        Some(icc) => colour::other_than_srgb(icc, is_grey),
        None => colours.points.profile(),
    };
    header = header.with_exif(context.exif(id).unwrap_or_default());
    header.orientation = props
        .transforms
        .iter()
        .fold(Orientation::Upright, |pixel_orientation, step| {
            orientation::combined(pixel_orientation, effect(step))
        });
    let still = Still {
        context,
        id,
        alpha,
        is_grey,
        colours,
        transforms: props.transforms,
        max_pixels: limits.max_pixels,
    };
    Ok(Opened {
        header,
        pixels: Box::new(move || still.read()),
    })
}

/// A picture whose container was read.
struct Still<'a> {
    context: Context<'a>,
    id: u32,
    alpha: Option<u32>,
    /// It has a grey profile.
    is_grey: bool,
    colours: StoredColours,
    transforms: Vec<Transform>,
    max_pixels: u64,
}

impl Still<'_> {
    fn read(&self) -> Result<DynamicImage, ImageError> {
        let frame = self.frame(self.id).map_err(from_decoder)?;
        if self.colours.coding.matrix == Matrix::Identity
            && frame.chroma != ChromaFormat::Monochrome
        {
            return Err(fault::corrupt(
                Heif,
                "its samples are RGB, but not as many of each colour",
            ));
        }
        let alpha = self.alpha.map(|id| self.frame(id)).transpose();
        let alpha = alpha.map_err(from_decoder)?;
        if alpha
            .as_ref()
            .is_some_and(|alpha| (alpha.width, alpha.height) != (frame.width, frame.height))
        {
            return Err(fault::unsupported(
                Heif,
                "transparency of another size than the picture",
            ));
        }
        let (layout, channels) = match (&alpha, self.is_grey) {
            (Some(_), _) => (PixelLayout::Rgba8, Channels::Rgba),
            (None, false) => (PixelLayout::Rgb8, Channels::Rgb),
            (None, true) => (PixelLayout::Gray8, Channels::Grey),
        };
        if channels == Channels::Grey && frame.chroma != ChromaFormat::Monochrome {
            return Err(fault::corrupt(Heif, "it says that it is grey, and is not"));
        }
        let opacity = alpha.as_ref().map(|alpha| samples(alpha, Site::CENTRE));
        let data = ycbcr::pixels(
            &samples(&frame, self.colours.site),
            self.colours.coding,
            opacity.as_ref().map(|opacity| (opacity, OPACITY)),
            channels,
        );
        let image = Image {
            data: data.ok_or_else(|| fault::corrupt(Heif, "its planes are too short"))?,
            width: frame.width,
            height: frame.height,
            layout,
        };
        let image = heic_rs::transform::apply_all(image, &self.transforms).map_err(from_decoder)?;
        let picture = flatten::picture(Heif, (image.width, image.height), channels, image.data)?;
        Ok(if self.is_premultiplied() {
            flatten::premultiplied_onto_white(picture)
        } else {
            picture
        })
    }

    /// One coded picture, or a grid's tiles put together.
    fn frame(&self, id: u32) -> Result<Frame, Error> {
        let Some((grid, tiles)) = self.context.grid(id)? else {
            return self.coded(id);
        };
        let tiles: Result<Vec<_>, _> = tiles.into_iter().map(|tile| self.coded(tile)).collect();
        heic_rs::grid::compose(&grid, &tiles?, self.max_pixels)
    }

    fn coded(&self, id: u32) -> Result<Frame, Error> {
        let props = self.context.props(id)?;
        let config = props.hvcc.ok_or(Error::MissingBox("hvcC"))?;
        let data = self.context.item_data(id)?;
        let frame =
            heic_rs::hevc::decode_still(&config.parameter_sets(), &config.split_nals(&data)?)?;
        frame.validate()?;
        Ok(frame)
    }

    /// The colours are already multiplied by their alpha.
    fn is_premultiplied(&self) -> bool {
        const PREMULTIPLIED: RefKind = RefKind::Other(*b"prem");
        self.alpha.is_some_and(|alpha| {
            let mut refs = self.context.meta.refs.iter();
            refs.any(|found| {
                found.kind == PREMULTIPLIED && found.from == self.id && found.to.contains(&alpha)
            })
        })
    }
}

/// Opacity is in full range, whatever the stream says: encoders leave it unsaid.
const OPACITY: Coding = Coding {
    matrix: Matrix::Identity,
    is_full_range: true,
};

fn samples(frame: &Frame, site: Site) -> Samples<'_> {
    let plane = |samples, stride: u32| SamplePlane {
        samples,
        stride: stride as usize,
    };
    let chroma = (frame.chroma != ChromaFormat::Monochrome).then(|| Chroma {
        planes: [
            plane(&frame.cb, frame.c_stride),
            plane(&frame.cr, frame.c_stride),
        ],
        is_halved: Axes {
            across: frame.chroma.x_shift() > 0,
            down: frame.chroma.y_shift() > 0,
        },
        site,
    });
    Samples {
        width: frame.width,
        height: frame.height,
        depth: frame.bit_depth,
        luma: plane(&frame.y, frame.y_stride),
        chroma,
    }
}

/// A file of an image sequence may have no still picture, and then has no `meta` box.
fn without_still(bytes: &[u8], error: Error) -> ImageError {
    let brand = heic_rs::ftyp::parse(bytes).map(|file| file.major);
    match (error, brand) {
        (Error::MissingBox("meta"), Ok(Brand::Hevc | Brand::Msf1)) => {
            fault::unsupported(Heif, "an image sequence without a still picture")
        }
        (error, _) => from_decoder(error),
    }
}

/// Codec and sizes of a picture, or of the tiles that it is a grid of.
fn check_coded(context: &Context<'_>, id: u32, limits: &Limits) -> Result<(), ImageError> {
    check_codec(context, id)?;
    let props = context.props(id).map_err(from_decoder)?;
    check_coded_sizes(context, id, &props, limits)
}

/// HEIF is a box for any codec; only HEVC is read.
fn check_codec(context: &Context<'_>, id: u32) -> Result<(), ImageError> {
    let kind = context.meta.item(id).map(|item| item.item_type);
    match kind {
        Some(kind) if !matches!(&kind, b"hvc1" | b"grid") => {
            let kind = String::from_utf8_lossy(&kind);
            Err(fault::unsupported(
                Heif,
                format_args!("a picture of type {kind}"),
            ))
        }
        _ => Ok(()),
    }
}

/// The sizes that the HEVC streams declare, which need not be those that the container declares,
/// and which decide how much memory is taken.
fn check_coded_sizes(
    context: &Context<'_>,
    id: u32,
    props: &ItemProps<'_>,
    limits: &Limits,
) -> Result<(), ImageError> {
    let Some((_, tiles)) = context.grid(id).map_err(from_decoder)? else {
        return check_coded_size(props, limits).map(drop);
    };
    let mut total = 0;
    for tile in tiles {
        check_codec(context, tile)?;
        total += check_coded_size(&context.props(tile).map_err(from_decoder)?, limits)?;
        // Tiles of the last row and column may reach beyond the picture.
        let allowed = limits.max_pixels.saturating_mul(2);
        if total > allowed {
            return Err(ImageError::TooLarge(Excess {
                limit: Limit::Pixels,
                actual: total,
                allowed,
            }));
        }
    }
    Ok(())
}

fn check_coded_size(props: &ItemProps<'_>, limits: &Limits) -> Result<u64, ImageError> {
    let Some(config) = &props.hvcc else {
        return Err(from_decoder(Error::MissingBox("hvcC")));
    };
    let coded = heic_rs::hevc::probe(&config.parameter_sets()).map_err(from_decoder)?;
    // The decoder loses its place in the stream of either, and shows wrong colours where it does not notice.
    let unread = match coded.chroma {
        ChromaFormat::Yuv422 => Some("4:2:2 chroma"),
        ChromaFormat::Yuv444 => Some("4:4:4 chroma"),
        ChromaFormat::Monochrome | ChromaFormat::Yuv420 => None,
    };
    if let Some(unread) = unread {
        return Err(fault::unsupported(Heif, unread));
    }
    // It tells one depth for both.
    let depths = colours::signal(config).map(|signal| signal.depths);
    if coded.chroma != ChromaFormat::Monochrome
        && depths.is_some_and(|[luma, chroma]| luma != chroma)
    {
        return Err(fault::unsupported(
            Heif,
            "chroma of another depth than luma",
        ));
    }
    limits.check_size(coded.width, coded.height)?;
    Ok(u64::from(coded.width) * u64::from(coded.height))
}

/// What a step of the container does to how the picture lies. HEIF turns anticlockwise.
fn effect(step: &Transform) -> Orientation {
    match step {
        Transform::Crop(_) | Transform::Rotate(Rotation::None) => Orientation::Upright,
        Transform::Rotate(Rotation::Ccw90) => Orientation::Rotated270,
        Transform::Rotate(Rotation::Ccw180) => Orientation::Rotated180,
        Transform::Rotate(Rotation::Ccw270) => Orientation::Rotated90,
        Transform::Mirror(Mirror::LeftRight) => Orientation::Mirrored,
        Transform::Mirror(Mirror::TopBottom) => Orientation::Flipped,
    }
}

fn from_decoder(error: Error) -> ImageError {
    match error {
        Error::Truncated(_) => fault::ends_early(Heif),
        Error::Unsupported(feature) => fault::unsupported(Heif, feature),
        // Types of `colr` boxes are registered: one that the decoder does not know is no fault.
        Error::Malformed(fault @ "unknown colr colour type") => fault::unsupported(Heif, fault),
        Error::PixelLimit { pixels, max_pixels } => ImageError::TooLarge(Excess {
            limit: Limit::Pixels,
            actual: pixels,
            allowed: max_pixels,
        }),
        other => fault::corrupt(Heif, other),
    }
}
