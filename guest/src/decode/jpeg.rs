//! JPEG through `zune-jpeg`, which is asked to refuse what it would otherwise fill with grey.
//!
//! Markers are walked first: scans are counted, and a file without its end is cut off. Fingerprints
//! take a way of their own through the same headers: see [`luma`].

use image::DynamicImage;
use vismatch_jpeg::{Frame, Markers, Process};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::flatten::{self, Channels};
use super::{Header, LeastBlocks, Opened, Planes, ReducedLuma, Wanted, colour, fault};
use crate::error::ImageError;
use crate::info::ImageFormat::Jpeg;
use crate::info::ImageInfo;
use crate::limits::Limits;

mod luma;

use luma::Colours;
pub use vismatch_jpeg::{Plane, Samples};

/// Reads the headers.
pub(super) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, ImageError> {
    let Headers {
        header,
        markers,
        frame,
        mut decoder,
        output,
    } = headers(bytes, limits)?;
    let (width, height) = (frame.width.into(), frame.height.into());
    let pixels = move || {
        if !markers.ended {
            return Err(fault::ends_early(Jpeg));
        }
        let samples = decoder
            .decode()
            .map_err(|error| from_decoder(error, &markers))?;
        picture(width, height, samples, output)
    };
    Ok(Opened {
        header,
        pixels: Box::new(pixels),
    })
}

/// The luma of the picture in blocks, when there are enough of them on each side and the scan has an answer.
pub(super) fn reduced_luma(
    bytes: &[u8],
    least: LeastBlocks,
    limits: &Limits,
) -> Result<Option<ReducedLuma>, ImageError> {
    let Headers {
        header,
        markers,
        frame,
        mut decoder,
        ..
    } = headers(bytes, limits)?;
    if !markers.ended {
        return Err(fault::ends_early(Jpeg));
    }
    let (block, size) = (vismatch_jpeg::BLOCK_SIDE as u32, header.size);
    // The full decoder is lenient where there are stray bytes, and has the word then.
    let shorter = size.width.min(size.height);
    if shorter.div_ceil(block) < least.luma || markers.stray_bytes {
        return Ok(None);
    }
    let with_chroma = least.chroma.is_some_and(|least| shorter / block >= least)
        && is_luma_first(&decoder, frame);
    let decoded_as = decoder.input_colorspace();
    let colours = decoded_as.and_then(|space| Colours::of(space, frame.components, &markers));
    let read = colours.and_then(|colours| luma::scan(bytes, frame, colours, with_chroma));
    // Most scans of a progressive file were passed over: a fault in one of them is a fault of the file all the same.
    if read.is_some()
        && frame.process == Process::Progressive
        && !vismatch_jpeg::is_sound(bytes, frame)
    {
        decoder
            .decode()
            .map_err(|error| from_decoder(error, &markers))?;
    }
    Ok(read.map(|(samples, chroma)| ReducedLuma {
        info: header.into_info(),
        size,
        block,
        samples,
        chroma,
    }))
}

/// Is the picture of luma, or of luma and chroma?
fn is_luma_first(decoder: &JpegDecoder<ZCursor<&[u8]>>, frame: Frame) -> bool {
    matches!(
        (decoder.input_colorspace(), frame.components),
        (Some(ColorSpace::Luma), 1) | (Some(ColorSpace::YCbCr), 3)
    )
}

/// The planes of the picture, each reduced as far as it still has the samples that are wanted, when any are, they
/// are luma and chroma and the decoder of planes has an answer.
pub(super) fn planes(
    bytes: &[u8],
    limits: &Limits,
    wanted: impl FnOnce(&ImageInfo) -> Option<Wanted>,
) -> Result<Option<Planes>, ImageError> {
    let Headers {
        header,
        markers,
        frame,
        decoder,
        ..
    } = headers(bytes, limits)?;
    if !markers.ended {
        return Err(fault::ends_early(Jpeg));
    }
    // The full decoder is lenient where there are stray bytes, and has the word then.
    if markers.stray_bytes || !is_luma_first(&decoder, frame) {
        return Ok(None);
    }
    let colour_profile = header.colour_profile.clone();
    let info = header.into_info();
    let Some(wanted) = wanted(&info) else {
        return Ok(None);
    };
    let sides = |component, extent| wanted.sides(component, extent);
    let mut planes = vismatch_jpeg::planes(bytes, frame, sides)
        .into_iter()
        .flatten();
    Ok(planes.next().map(|luma| Planes {
        info,
        luma,
        chroma: planes.next().zip(planes.next()).map(<[Plane; 2]>::from),
        colour_profile,
    }))
}

/// What comes before the first scan, and what the markers tell of the rest.
struct Headers<'a> {
    header: Header,
    markers: Markers,
    frame: Frame,
    decoder: JpegDecoder<ZCursor<&'a [u8]>>,
    output: ColorSpace,
}

fn headers<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Headers<'a>, ImageError> {
    let markers = Markers::walk(bytes, limits.max_frames);
    let Some(frame) = markers.frame else {
        return Err(fault::corrupt(Jpeg, "it has no start of frame"));
    };
    check_coding(frame)?;
    let header = Header::new(Jpeg, (frame.width.into(), frame.height.into()), limits)?;
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    limits.check_scans(markers.scans, pixels)?;

    let output = match frame.components {
        1 => ColorSpace::Luma,
        // Without Adobe's marker the inks are not inverted, which the decoder takes for granted.
        4 if !markers.adobe => ColorSpace::CMYK,
        _ => ColorSpace::RGB,
    };
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(limits.max_frames as usize)
        .jpeg_set_out_colorspace(output)
        // The strict mode also refuses stray bytes between segments, which harm nothing.
        .set_strict_mode(!markers.stray_bytes);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| from_decoder(error, &markers))?;
    let mut header = header.with_exif(decoder.exif().map(Vec::as_slice));
    if let Some(profile) = decoder.icc_profile() {
        header.colour_profile = colour::other_than_srgb(profile, frame.components == 1);
    }
    Ok(Headers {
        header,
        markers,
        frame,
        decoder,
        output,
    })
}

fn check_coding(frame: Frame) -> Result<(), ImageError> {
    let name = match frame.process {
        Process::Baseline | Process::Progressive if frame.precision == 8 => return Ok(()),
        Process::Baseline | Process::Progressive => "samples of more than 8 bits",
        Process::Lossless => "lossless coding",
        Process::Hierarchical => "hierarchical coding",
        Process::Arithmetic => "arithmetic coding",
    };
    Err(fault::unsupported(Jpeg, name))
}

fn picture(
    width: u32,
    height: u32,
    mut samples: Vec<u8>,
    colours: ColorSpace,
) -> Result<DynamicImage, ImageError> {
    let channels = colours.num_components();
    if samples.len() as u64 != u64::from(width) * u64::from(height) * channels as u64 {
        return Err(fault::corrupt(
            Jpeg,
            "its frame and its picture differ in size",
        ));
    }
    if colours == ColorSpace::CMYK {
        samples = inks_to_rgb(&samples);
    }
    let channels = if channels == 1 {
        Channels::Grey
    } else {
        Channels::Rgb
    };
    flatten::picture(Jpeg, (width, height), channels, samples)
}

/// Amounts of ink, 255 being full, to RGB without regard to the kind of ink.
fn inks_to_rgb(samples: &[u8]) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<4>();
    let light =
        |ink: u8, black: u8| ((255 - u32::from(ink)) * (255 - u32::from(black)) + 127) / 255;
    pixels
        .iter()
        .flat_map(|[c, m, y, k]| [c, m, y].map(|ink| light(*ink, *k) as u8))
        .collect()
}

fn from_decoder(error: DecodeErrors, markers: &Markers) -> ImageError {
    match error {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => fault::ends_early(Jpeg),
        DecodeErrors::Unsupported(scheme) => fault::unsupported(Jpeg, format_args!("{scheme:?}")),
        _ if !markers.ended => fault::ends_early(Jpeg),
        DecodeErrors::Format(text) => fault::corrupt(Jpeg, text),
        DecodeErrors::FormatStatic(text) => fault::corrupt(Jpeg, text),
        other => fault::corrupt(Jpeg, other),
    }
}
