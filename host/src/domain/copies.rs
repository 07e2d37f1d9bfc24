//! Which of several copies of one picture is worth keeping, and why.
//!
//! A rule over plain facts: what a copy has of the picture comes first (frames, resolved pixels, colours, alpha),
//! then what the camera wrote, then how the file is stored. It never looks at a picture; that these are copies
//! of one another is somebody else's finding. A fact that one of the copies is not known by decides nothing.

use std::borrow::Borrow;

use super::{Fingerprint, ImageFormat, ImageInfo, Sketch};

/// Copies whose quality differs by no more, of 100, are as sharp as each other: re-encoding changes less.
const AS_SHARP: u64 = 10;
/// Parts of a hundred that count as nothing between two numbers of pixels, or two shares of detail.
const AS_MANY: u64 = 5;
const AS_RESOLVED: u64 = 10;
/// Thousandths of the picture that bands may differ by: the edge of a band is known to 512ths only.
const AS_BARE: u64 = 20;
/// All of a side, in the units of a sketch's window and of its detail.
const WHOLE_SIDE: u64 = 512;
const ALL_DETAIL: u64 = 255;
/// The rank of at most 16 colours.
const FEW_TONES: u8 = 1;
/// Colours are counted up to here.
const MANY_COLOURS: u16 = 257;

/// What speaks for one copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Merits {
    /// Frames or pages.
    pub frames: u32,
    /// Pixels inside of uniform bands.
    pub pixels: u64,
    /// The share of the file's picture that is no uniform band, in thousandths.
    pub bare: u64,
    /// The share of pixels on a side that are resolved, in 255ths: an enlargement has few. `None` when that was not
    /// measured, or cannot be: the dots of a copy of few colours are as fine as its pixels.
    pub resolved: Option<u64>,
    /// How many colours it can tell apart, as a rank; `None` when they were not counted.
    pub tones: Option<u8>,
    /// It has colours, or is grey; `None` when that is not known.
    pub is_coloured: Option<bool>,
    /// How much of the picture there is to see, 0 to 100: the quality of its fingerprints. That is told from
    /// 64x64 cells, so only what is plainly blurred has less than its copies.
    pub quality: u8,
    /// It is known to be seen through somewhere.
    pub is_seen_through: bool,
    /// Its file has an alpha channel, whatever is in it.
    pub has_alpha: bool,
    /// How many facts the camera wrote: date, place, camera, lens.
    pub facts: u32,
    /// How near its format is to what a camera or an editor wrote first, as a rank.
    pub format: u8,
    /// Length of the file: of equals, the longer one was compressed less.
    pub bytes: u64,
}

/// What told the best copy from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merit {
    /// The most frames or pages.
    Frames,
    /// The most pixels that show something.
    Pixels,
    /// The only one of those without a band around it.
    Bare,
    /// The most colours of those.
    Tones,
    /// The only one of those in colour.
    Colour,
    /// The only sharp one of those.
    Sharpness,
    /// The only one of those that is seen through.
    Transparency,
    /// The most facts written by the camera.
    Facts,
    /// The only one of those that is no enlargement.
    Resolved,
    /// The only one of those with an alpha channel.
    Alpha,
    /// Its format.
    Format,
    /// The longest file.
    Bytes,
    /// Nothing: it is the earliest of equals.
    Earliest,
}

/// A suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BestCopy {
    /// Its place among the copies.
    pub position: usize,
    /// What decided.
    pub merit: Merit,
}

impl Merits {
    /// The merits of a file of `bytes` bytes. Without its sketch all of it counts as content.
    pub fn new(
        info: &ImageInfo,
        fingerprints: &[Fingerprint],
        bytes: u64,
        sketch: Option<&Sketch>,
    ) -> Self {
        let qualities = fingerprints.iter().map(|made| made.quality);
        let (columns, rows) = content(sketch);
        let across = u64::from(info.size.width) * columns / WHOLE_SIDE;
        let down = u64::from(info.size.height) * rows / WHOLE_SIDE;
        Self {
            frames: info.frames,
            pixels: across * down,
            bare: columns * rows * 1_000 / (WHOLE_SIDE * WHOLE_SIDE),
            resolved: sketch.and_then(resolved),
            tones: sketch.and_then(tones),
            is_coloured: sketch.map(|sketch| sketch.chroma().is_some()),
            quality: qualities.max().unwrap_or(0),
            is_seen_through: info.has_alpha
                && sketch.is_some_and(|sketch| sketch.opaque().is_some()),
            has_alpha: info.has_alpha,
            facts: facts(info),
            format: format_rank(info),
            bytes,
        }
    }
}

impl Merits {
    /// As many of its pixels as are really resolved.
    fn resolved_pixels(&self) -> u64 {
        let all = u128::from(ALL_DETAIL * ALL_DETAIL);
        let part = u128::from(self.resolved.unwrap_or(ALL_DETAIL)).pow(2);
        (u128::from(self.pixels) * part / all) as u64
    }
}

impl Merit {
    /// In the order in which they decide. That a file has an alpha channel says little, many editors write one
    /// that is opaque all over; so it counts behind the camera's facts, where it is not known to be used.
    const ORDER: [Self; 12] = [
        Self::Frames,
        Self::Pixels,
        Self::Bare,
        Self::Tones,
        Self::Colour,
        Self::Sharpness,
        Self::Transparency,
        Self::Facts,
        Self::Resolved,
        Self::Alpha,
        Self::Format,
        Self::Bytes,
    ];

    /// How much of it a copy has, when that is known; of being the earliest none has more than another.
    fn value_in(self, copy: &Merits) -> Option<u64> {
        Some(match self {
            Self::Frames => copy.frames.into(),
            Self::Pixels => copy.resolved_pixels(),
            Self::Bare => copy.bare,
            Self::Tones => copy.tones?.into(),
            Self::Colour => copy.is_coloured?.into(),
            Self::Sharpness => copy.quality.into(),
            Self::Transparency => copy.is_seen_through.into(),
            Self::Facts => copy.facts.into(),
            Self::Resolved => copy.resolved?,
            Self::Alpha => copy.has_alpha.into(),
            Self::Format => copy.format.into(),
            Self::Bytes => copy.bytes,
            Self::Earliest => 0,
        })
    }

    /// The least that counts as much as the most.
    fn least(self, most: u64) -> u64 {
        let without_percent = |percent: u64| most - most * percent / 100;
        match self {
            Self::Pixels => without_percent(AS_MANY),
            Self::Resolved => without_percent(AS_RESOLVED),
            Self::Sharpness => most.saturating_sub(AS_SHARP),
            Self::Bare => most.saturating_sub(AS_BARE),
            _ => most,
        }
    }

    /// One sentence for people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Frames => "It has the most frames or pages.",
            Self::Pixels => {
                "It has the most pixels: those inside of a frame count, and those that are really resolved."
            }
            Self::Bare => "It has no band around the picture, and no other has more pixels of it.",
            Self::Tones => "It has the most colours, and no other has more pixels.",
            Self::Colour => "It is in colour, and no other has more pixels.",
            Self::Sharpness => "It is the sharpest, and no other has more pixels or colours.",
            Self::Transparency => {
                "It has its transparency, and no other has more pixels or colours."
            }
            Self::Facts => {
                "Its camera wrote the most about it; pixels, colours and sharpness are no better elsewhere."
            }
            Self::Resolved => "It is no enlargement, and no other shows more of the picture.",
            Self::Alpha => {
                "It has an alpha channel; what it shows and what its camera wrote is no less than elsewhere."
            }
            Self::Format => {
                "Its format is the nearest to an original; what it shows is no better elsewhere."
            }
            Self::Bytes => "It is the longest file, so compressed the least; all else is equal.",
            Self::Earliest => "It is the earliest of equals.",
        }
    }
}

/// The best of several copies, earliest first; `None` of none. Each merit in turn leaves those that have
/// the most of it, or next to the most; the one that leaves a single copy decided.
pub fn best_copy<M: Borrow<Merits>>(copies: &[M]) -> Option<BestCopy> {
    let copies = copies.iter().map(Borrow::borrow);
    // What is not known to be resolved counts for no more than what is.
    let least = copies.clone().filter_map(|copy| copy.resolved).min();
    let copies = copies.map(|copy| Merits {
        resolved: copy.resolved.or(least),
        ..copy.clone()
    });
    let copies: Vec<Merits> = copies.collect();
    let mut left: Vec<usize> = (0..copies.len()).collect();
    let mut decided = Merit::Earliest;
    for merit in Merit::ORDER {
        let value = |at: &usize| merit.value_in(&copies[*at]);
        // Unknown of one, it tells nothing of the others.
        let Some(values) = left.iter().map(value).collect::<Option<Vec<u64>>>() else {
            continue;
        };
        let least = merit.least(values.into_iter().max()?);
        left.retain(|at| value(at) >= Some(least));
        if left.len() == 1 {
            decided = merit;
            break;
        }
    }
    left.first().map(|&position| BestCopy {
        position,
        merit: decided,
    })
}

/// Columns and rows of the content, in 512ths of the sides.
fn content(sketch: Option<&Sketch>) -> (u64, u64) {
    sketch.map_or((WHOLE_SIDE, WHOLE_SIDE), |sketch| {
        let (columns, rows) = sketch.window().extent();
        (columns.into(), rows.into())
    })
}

/// The share of a side that is resolved, where that can be told.
fn resolved(sketch: &Sketch) -> Option<u64> {
    let is_of_few_colours = tones(sketch).is_some_and(|tones| tones <= FEW_TONES);
    let detail = sketch.detail().filter(|_| !is_of_few_colours);
    detail.map(u64::from)
}

/// The rank of the number of colours. A grey picture has 256 levels at best, and is not the poorer for it. Neither
/// is a drawing for its few: a JPEG of it has more, and all of them are its errors.
fn tones(sketch: &Sketch) -> Option<u8> {
    let is_coloured = sketch.chroma().is_some();
    Some(match sketch.colours() {
        0 => return None,
        _ if sketch.is_flat() => 4,
        1..=2 => 0,
        3..=16 => FEW_TONES,
        _ if !is_coloured => 2,
        17..MANY_COLOURS => 3,
        _ => 4,
    })
}

/// What a camera writes and where its facts still are counts for an original. A container that can be lossless
/// proves nothing of what was put into it, but loses nothing either.
fn format_rank(info: &ImageInfo) -> u8 {
    let is_of_camera = matches!(info.format, ImageFormat::Jpeg | ImageFormat::Heif);
    match facts(info) > 0 && is_of_camera {
        true => 2,
        false => is_lossless(info.format).into(),
    }
}

/// Formats whose files are stored without loss as a rule; those that can be either count as lossy.
fn is_lossless(format: ImageFormat) -> bool {
    match format {
        ImageFormat::Png
        | ImageFormat::Bmp
        | ImageFormat::Tiff
        | ImageFormat::Pnm
        | ImageFormat::Qoi
        | ImageFormat::Tga => true,
        ImageFormat::Jpeg
        | ImageFormat::WebP
        | ImageFormat::Gif
        | ImageFormat::Ico
        | ImageFormat::Heif
        | ImageFormat::JpegXl
        | ImageFormat::Avif => false,
    }
}

/// Date and place count for more than any camera's name.
fn facts(info: &ImageInfo) -> u32 {
    let Some(exif) = &info.exif else {
        return 0;
    };
    let weights = [
        (exif.taken_at.is_some(), 4),
        (exif.location.is_some(), 4),
        (exif.camera_model.is_some(), 1),
        (exif.camera_make.is_some(), 1),
        (exif.lens.is_some(), 1),
    ];
    weights
        .into_iter()
        .filter_map(|(there, weight)| there.then_some(weight))
        .sum()
}

#[cfg(test)]
mod tests;
