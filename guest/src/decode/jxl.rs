//! JPEG XL, bare or in its container, through `jxl-oxide`, which lays pictures upright itself.

use image::DynamicImage;
use jxl_oxide::{
    AllocTracker, AuxBoxData, EnumColourEncoding, InitializeResult, JxlImage, PixelFormat,
    RenderingIntent,
};

use super::flatten::{self, Channels, premultiplied_onto_white};
use super::{Header, Opened, PixelOrientation, Take, colour, fault};
use crate::error::ImageError;
use crate::info::ImageFormat::JpegXl;
use crate::info::Orientation;
use crate::limits::Limits;

/// Bytes that are handed to the decoder at once: an animation of too many frames is read no further.
const STEP: usize = 64 << 10;

/// Memory for what is not samples of the picture.
const WORKING_MEMORY: usize = 64 << 20;

/// Memory a pixel: samples are 32-bit floats, in several planes and copies.
const MEMORY_A_PIXEL: u64 = 100;

/// Most pixels of the frames of an animation, all of which may have to be decoded to show its last: up to two
/// seconds' work.
const MOST_PIXELS: u64 = 8_000_000;

/// Most frames of an animation of which others than the first are shown, those counted that are never shown alone:
/// the decoder calls itself for each that another one is made of.
const MOST_FRAMES: usize = 256;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Reads the headers, and collects the data of the frames without decoding any.
pub(super) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, ImageError> {
    let Loaded {
        header,
        image,
        whole,
    } = load(bytes, limits)?;
    let read_pixels = move || match whole {
        Ok(()) if image.num_loaded_keyframes() > 0 => render(&image, 0),
        Ok(()) => Err(fault::ends_early(JpegXl)),
        Err(error) => Err(from_decoder(error)),
    };
    Ok(Opened {
        header,
        pixels: Box::new(read_pixels),
    })
}

/// Shows the wanted frames, as [`super::visit_frames`] says.
pub(super) fn visit(
    bytes: &[u8],
    wanted: &[u32],
    limits: &Limits,
    take: &mut Take<'_>,
) -> Option<()> {
    let Loaded { header, image, .. } = load(bytes, limits).ok()?;
    let frames = image.num_loaded_frames();
    let pixels = u64::from(header.size.width) * u64::from(header.size.height);
    let all_pixels = pixels.saturating_mul(frames as u64);
    if frames > MOST_FRAMES || all_pixels > MOST_PIXELS.min(limits.max_pixels) {
        return None;
    }
    for frame in wanted {
        let picture = render(&image, *frame as usize).ok()?;
        take(flatten::onto_white(picture))?;
    }
    Some(())
}

/// A file without its pixels.
struct Loaded {
    header: Header,
    image: JxlImage,
    /// What ended the reading of the file, where a fault did.
    whole: Result<(), Fault>,
}

fn load(bytes: &[u8], limits: &Limits) -> Result<Loaded, ImageError> {
    let tracker = AllocTracker::with_limit(WORKING_MEMORY);
    let mut steps = bytes.chunks(STEP);
    let mut image = read_header(&mut steps, &tracker).map_err(from_decoder)?;
    let mut header = Header::new(JpegXl, (image.width(), image.height()), limits)?;
    let pixels = u64::from(image.width()) * u64::from(image.height());
    // The tracker adds without a look at what fits.
    let memory = usize::try_from(pixels * MEMORY_A_PIXEL).unwrap_or(usize::MAX);
    tracker.expand_limit(memory.min(usize::MAX / 2));
    let whole = read_frames(&mut image, steps, limits.max_frames);
    let frames = u32::try_from(image.num_loaded_keyframes()).unwrap_or(u32::MAX);
    limits.check_frames(frames)?;
    header.frames = frames.max(1);

    let metadata = &image.image_header().metadata;
    header.pixel_orientation = PixelOrientation::Upright;
    header.has_alpha = image.pixel_format().has_alpha();
    if let Ok(AuxBoxData::Data(exif)) = image.aux_boxes().first_exif() {
        header = header.with_exif(Some(exif.payload()));
    }
    // The codestream says how the picture lies; an EXIF block beside it only repeats it.
    header.orientation = Orientation::from_exif(metadata.orientation);
    header.colour_profile = choose_colours(&mut image)?;
    Ok(Loaded {
        header,
        image,
        whole,
    })
}

fn read_header<'a>(
    steps: &mut impl Iterator<Item = &'a [u8]>,
    tracker: &AllocTracker,
) -> Result<JxlImage, Fault> {
    let mut image = JxlImage::builder()
        .alloc_tracker(tracker.clone())
        .build_uninit();
    for step in steps {
        image.feed_bytes(step)?;
        image = match image.try_init()? {
            InitializeResult::NeedMoreData(image) => image,
            InitializeResult::Initialized(image) => return Ok(image),
        };
    }
    Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into())
}

/// Collects the frames. Of an animation a fault behind the first one ends the count of frames.
fn read_frames<'a>(
    image: &mut JxlImage,
    steps: impl Iterator<Item = &'a [u8]>,
    most: u32,
) -> Result<(), Fault> {
    let is_animation = image.image_header().metadata.animation.is_some();
    let read = read_to_end(image, steps, most);
    if is_animation && image.num_loaded_keyframes() > 0 {
        return Ok(());
    }
    read
}

/// Metadata may come last. The rest is left out where there are more than `most` frames.
fn read_to_end<'a>(
    image: &mut JxlImage,
    steps: impl Iterator<Item = &'a [u8]>,
    most: u32,
) -> Result<(), Fault> {
    for step in steps {
        image.feed_bytes(step)?;
        if image.num_loaded_keyframes() > most as usize {
            break;
        }
    }
    image.finalize()
}

/// Asks for sRGB where the file leaves the choice; else tells the profile of its own colours.
fn choose_colours(image: &mut JxlImage) -> Result<Option<Vec<u8>>, ImageError> {
    check_inks(image)?;
    let format = image.pixel_format();
    if !image.image_header().metadata.xyb_encoded {
        return Ok(colour::other_than_srgb(
            image.rendered_icc(),
            format.is_grayscale(),
        ));
    }
    let intent = RenderingIntent::Relative;
    image.request_color_encoding(if format.is_grayscale() {
        EnumColourEncoding::gray_srgb(intent)
    } else {
        EnumColourEncoding::srgb(intent)
    });
    Ok(None)
}

/// The decoder drops black where a profile does not ask for it, and takes the samples of a profile of any other kind
/// for RGB.
fn check_inks(image: &JxlImage) -> Result<(), ImageError> {
    const SPACE: std::ops::Range<usize> = 16..20;
    let metadata = &image.image_header().metadata;
    let space = image.original_icc().and_then(|icc| icc.get(SPACE));
    if space == Some(&b"CMYK"[..]) || metadata.ec_info.iter().any(|channel| channel.is_black()) {
        return Err(fault::unsupported(JpegXl, "CMYK"));
    }
    match space {
        Some(space) if !metadata.xyb_encoded && !matches!(space, b"RGB " | b"GRAY") => {
            let space = String::from_utf8_lossy(space);
            Err(fault::unsupported(
                JpegXl,
                format_args!("a profile of the kind {}", space.trim_end()),
            ))
        }
        _ => Ok(()),
    }
}

fn render(image: &JxlImage, frame: usize) -> Result<DynamicImage, ImageError> {
    let render = image.render_frame(frame).map_err(from_decoder)?;
    let mut stream = render.stream();
    let (width, height) = (stream.width(), stream.height());
    let given = stream.channels() as usize;
    let mut samples = vec![0; width as usize * height as usize * given];
    let written = stream.write_to_buffer::<u8>(&mut samples);
    samples.truncate(written);
    let channels = match image.pixel_format() {
        PixelFormat::Gray => Channels::Grey,
        PixelFormat::Graya => Channels::GreyAlpha,
        PixelFormat::Rgb => Channels::Rgb,
        PixelFormat::Rgba => Channels::Rgba,
        PixelFormat::Cmyk | PixelFormat::Cmyka => {
            return Err(fault::unsupported(JpegXl, "CMYK"));
        }
    };
    let samples = match (channels, given) {
        (Channels::Grey, 3) => one_grey::<3>(&samples)?,
        (Channels::GreyAlpha, 4) => one_grey::<4>(&samples)?,
        _ => samples,
    };
    let picture = flatten::picture(JpegXl, (width, height), channels, samples)?;
    let channels = &image.image_header().metadata.ec_info;
    let alpha = channels
        .iter()
        .find_map(|channel| channel.alpha_associated());
    Ok(if alpha == Some(true) {
        premultiplied_onto_white(picture)
    } else {
        picture
    })
}

/// The decoder hands out a grey picture that has a profile as three equal colours, and alpha where `CHANNELS` is 4.
fn one_grey<const CHANNELS: usize>(samples: &[u8]) -> Result<Vec<u8>, ImageError> {
    let (pixels, _) = samples.as_chunks::<CHANNELS>();
    let mut grey = Vec::with_capacity(pixels.len() * (CHANNELS - 2));
    for pixel in pixels {
        let [red, green, blue, alpha @ ..] = &pixel[..] else {
            continue;
        };
        if red != green || green != blue {
            return Err(fault::unsupported(
                JpegXl,
                "a grey profile of a picture with colours",
            ));
        }
        grey.push(*red);
        grey.extend_from_slice(alpha);
    }
    Ok(grey)
}

fn from_decoder(error: Fault) -> ImageError {
    let first = fault::innermost(&*error);
    // The type of this error is not exported.
    if first.starts_with("failed to allocate") {
        return fault::out_of_memory(0);
    }
    if fault::caused_by_end(&*error) {
        return fault::ends_early(JpegXl);
    }
    fault::corrupt(JpegXl, first)
}
