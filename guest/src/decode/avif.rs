//! AVIF stills through `otf-pixels-codec-avif`. What that decoder has no code for (grids of tiles,
//! film grain, copies within the picture) it names, and so do we.
//!
//! Its samples are turned into pixels here: it takes the range from the stream where the container says another one,
//! and fills a picture that is smaller than the container says with zeros.

use std::borrow::Cow;

use image::DynamicImage;
use otf_pixels_codec_avif::{
    AvifDecoder, ColorConfig, Colour, Item, Meta, Plane, Reader, StillPicture, decode_still,
};
use otf_pixels_core::{Decoder, PixelsError};

use super::cicp::{CodePoints, Matrix};
use super::flatten::{self, Channels};
use super::ycbcr::{self, Axes, Chroma, Coding, Samples, Site};
use super::{Header, Opened, colour, fault, media};
use crate::error::ImageError;
use crate::info::ImageFormat::Avif;
use crate::info::Orientation;
use crate::limits::Limits;

/// Reads the container.
pub(super) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, ImageError> {
    let unchecked = otf_pixels_core::Limits::unlimited();
    let decoder = AvifDecoder::new(bytes, unchecked).map_err(from_decoder)?;
    let info = decoder.info();
    let mut header = Header::new(Avif, (info.width, info.height), limits)?;
    header.frames = media::pictures(bytes);
    limits.check_frames(header.frames)?;
    if info.is_grid {
        return Err(fault::unsupported(Avif, "a grid of tiles"));
    }
    let still = Still::open(bytes, info.colour.as_ref(), limits)?;
    let size = still.picture.size();
    if size != (info.width, info.height) {
        return Err(fault::unsupported(
            Avif,
            format_args!(
                "a coded picture of {} x {} where the container says {} x {}",
                size.0, size.1, info.width, info.height
            ),
        ));
    }
    header.has_alpha = info.has_alpha;
    header = header.with_exif(decoder.exif());
    // The container says how the picture lies; EXIF beside it only repeats it.
    header.orientation = Orientation::from_exif(info.orientation.exif().into());
    let is_grey = still.picture.colours().mono_chrome;
    header.colour_profile = match &info.icc {
        Some(icc) => colour::other_than_srgb(icc.clone(), is_grey),
        None if is_grey => None,
        None => still.points.profile(),
    };
    Ok(Opened {
        header,
        pixels: Box::new(move || still.read()),
    })
}

/// A picture whose container and headers were read.
struct Still<'a> {
    picture: Coded<'a>,
    alpha: Option<Coded<'a>>,
    /// The colours are already multiplied by their alpha.
    is_premultiplied: bool,
    points: CodePoints,
    coding: Coding,
}

/// A picture or its alpha.
struct Coded<'a> {
    headers: StillPicture,
    data: Cow<'a, [u8]>,
}

impl<'a> Still<'a> {
    /// Checks the sizes that the AV1 streams declare, which need not be that of the container, and which decide how
    /// much memory is taken.
    fn open(bytes: &'a [u8], told: Option<&Colour>, limits: &Limits) -> Result<Self, ImageError> {
        let mut boxes = Reader::new(bytes);
        let meta = boxes.find(b"meta").map_err(from_decoder)?;
        let meta = meta.ok_or_else(|| fault::corrupt(Avif, "it has no meta box"))?;
        let meta = Meta::parse(meta).map_err(from_decoder)?;
        let item = meta.primary_item();
        let item = item.ok_or_else(|| fault::corrupt(Avif, "it has no picture"))?;
        let picture = Coded::open(bytes, &meta, item, limits)?;
        let alpha = meta.alpha_item(item.id);
        let is_premultiplied =
            alpha.is_some_and(|alpha| meta.referenced(item.id, b"prem").contains(&alpha.id));
        let alpha = alpha.map(|alpha| Coded::open(bytes, &meta, alpha, limits));
        let points = code_points(told, picture.colours());
        Ok(Self {
            coding: coding(points, picture.colours())?,
            alpha: alpha.transpose()?,
            picture,
            is_premultiplied,
            points,
        })
    }

    fn read(&self) -> Result<DynamicImage, ImageError> {
        let size = self.picture.size();
        if self
            .alpha
            .as_ref()
            .is_some_and(|alpha| alpha.size() != size)
        {
            return Err(fault::unsupported(
                Avif,
                "transparency of another size than the picture",
            ));
        }
        let planes = self.picture.planes()?;
        let alpha = self.alpha.as_ref().map(Coded::planes).transpose()?;
        let channels = match (self.picture.colours().mono_chrome, &alpha) {
            (true, None) => Channels::Grey,
            (true, Some(_)) => Channels::GreyAlpha,
            (false, None) => Channels::Rgb,
            (false, Some(_)) => Channels::Rgba,
        };
        let opacity = self.alpha.as_ref().zip(alpha.as_deref());
        let opacity = opacity
            .map(|(alpha, planes)| Some((alpha.samples(planes)?, alpha.opacity())))
            .map(|opacity| opacity.ok_or_else(incomplete))
            .transpose()?;
        let pixels = self.picture.samples(&planes).and_then(|samples| {
            let opacity = opacity.as_ref().map(|(samples, coding)| (samples, *coding));
            ycbcr::pixels(&samples, self.coding, opacity, channels)
        });
        let picture = flatten::picture(Avif, size, channels, pixels.ok_or_else(incomplete)?)?;
        Ok(if self.is_premultiplied {
            flatten::premultiplied_onto_white(picture)
        } else {
            picture
        })
    }
}

impl<'a> Coded<'a> {
    fn open(
        bytes: &'a [u8],
        meta: &Meta,
        item: &Item,
        limits: &Limits,
    ) -> Result<Self, ImageError> {
        let config = meta.properties.av1_config(item.id);
        let config = config.map_or(&[][..], |config| &config.config_obus);
        let data = meta.item_data(bytes, item).map_err(from_decoder)?;
        let headers = StillPicture::parse(config, &data).map_err(from_decoder)?;
        let frame = &headers.frame;
        limits.check_size(
            frame.upscaled_width.max(frame.frame_width),
            frame.frame_height,
        )?;
        Ok(Self { headers, data })
    }

    fn colours(&self) -> &ColorConfig {
        &self.headers.sequence.color
    }

    fn size(&self) -> (u32, u32) {
        let frame = &self.headers.frame;
        (frame.upscaled_width, frame.frame_height)
    }

    fn planes(&self) -> Result<Vec<Plane>, ImageError> {
        let StillPicture {
            sequence, frame, ..
        } = &self.headers;
        let tiles = self.headers.tile_group_data(&self.data);
        let decoded = tiles.and_then(|tiles| decode_still(sequence, frame, &tiles));
        Ok(decoded.map_err(from_decoder)?.planes)
    }

    /// None where a plane is missing.
    fn samples<'p>(&self, planes: &'p [Plane]) -> Option<Samples<'p>> {
        let colours = self.colours();
        let plane = |at: usize| {
            let plane = planes.get(at)?;
            Some(ycbcr::SamplePlane {
                samples: plane.samples(),
                stride: plane.width(),
            })
        };
        let chroma = if colours.mono_chrome {
            None
        } else {
            Some(Chroma {
                planes: [plane(1)?, plane(2)?],
                is_halved: Axes {
                    across: colours.subsampling_x > 0,
                    down: colours.subsampling_y > 0,
                },
                site: site(colours.chroma_sample_position),
            })
        };
        let (width, height) = self.size();
        Some(Samples {
            width,
            height,
            depth: colours.bit_depth,
            luma: plane(0)?,
            chroma,
        })
    }

    /// What the luma of alpha stands for.
    fn opacity(&self) -> Coding {
        Coding {
            matrix: Matrix::Identity,
            is_full_range: self.colours().color_range,
        }
    }
}

/// The container's `nclx` box outdoes what the stream says.
fn code_points(told: Option<&Colour>, stream: &ColorConfig) -> CodePoints {
    match told {
        Some(Colour::Nclx {
            primaries,
            transfer,
            matrix,
            full_range,
        }) => CodePoints {
            primaries: *primaries,
            transfer: *transfer,
            matrix: *matrix,
            is_full_range: *full_range,
        },
        _ => CodePoints {
            primaries: stream.color_primaries.into(),
            transfer: stream.transfer_characteristics.into(),
            matrix: stream.matrix_coefficients.into(),
            is_full_range: stream.color_range,
        },
    }
}

fn coding(points: CodePoints, stream: &ColorConfig) -> Result<Coding, ImageError> {
    let matrix = match points.matrix() {
        // Grey has nothing to mix.
        _ if stream.mono_chrome => Matrix::Identity,
        Some(matrix) => matrix,
        None => {
            return Err(fault::unsupported(
                Avif,
                format_args!("the colour matrix {} of ITU-T H.273", points.matrix),
            ));
        }
    };
    let is_subsampled = stream.subsampling_x > 0 || stream.subsampling_y > 0;
    if matrix == Matrix::Identity && is_subsampled && !stream.mono_chrome {
        return Err(fault::corrupt(
            Avif,
            "its samples are RGB, but not as many of each colour",
        ));
    }
    Ok(Coding {
        matrix,
        is_full_range: points.is_full_range,
    })
}

/// Where chroma lies (AV1, 6.4.2); encoders that do not say it average pixels.
fn site(position: u8) -> Site {
    match position {
        1 => Site { across: 0, down: 1 },
        2 => Site { across: 0, down: 0 },
        _ => Site::CENTRE,
    }
}

fn incomplete() -> ImageError {
    fault::corrupt(Avif, "a plane is missing or too short")
}

fn from_decoder(error: PixelsError) -> ImageError {
    match error {
        PixelsError::Unsupported { detail } => {
            fault::unsupported(Avif, detail.trim_start_matches("avif: "))
        }
        PixelsError::Malformed { detail, .. } => fault::corrupt(Avif, detail),
        other => fault::corrupt(Avif, other),
    }
}
