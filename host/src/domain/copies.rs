//! Which of several copies of one picture is worth keeping, and why.
//!
//! A rule over plain facts: pixels, then whether it is soft beside the others, then how the file was stored,
//! then what the camera wrote. It never looks at a picture; that these are copies of one another is somebody
//! else's finding.

use super::{Fingerprint, ImageFormat, ImageInfo};

/// Copies whose detail differs by no more, of 100, are as sharp as each other: re-encoding changes less.
const AS_SHARP: u64 = 10;

/// What speaks for one copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Merits {
    /// Width times height.
    pub pixels: u64,
    /// How much of the picture there is to see, 0 to 100: the quality of its fingerprints. That is told from
    /// 64x64 cells, so only what is plainly blurred has less than its copies.
    pub detail: u8,
    /// Its format keeps every pixel as it was.
    pub is_lossless: bool,
    /// How many facts the camera wrote: date, place, camera, lens.
    pub facts: u32,
    /// Length of the file: of equals, the longer one was compressed less.
    pub bytes: u64,
}

/// What told the best copy from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merit {
    /// The most pixels.
    Pixels,
    /// The only sharp one of those.
    Sharpness,
    /// The only lossless one of those.
    Lossless,
    /// The most facts written by the camera.
    Facts,
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
    /// The merits of a file of `bytes` bytes.
    pub fn of(info: &ImageInfo, fingerprints: &[Fingerprint], bytes: u64) -> Self {
        let qualities = fingerprints.iter().map(|made| made.quality);
        Self {
            pixels: u64::from(info.size.width) * u64::from(info.size.height),
            detail: qualities.max().unwrap_or(0),
            is_lossless: is_lossless(info.format),
            facts: facts(info),
            bytes,
        }
    }
}

impl Merit {
    /// How much of it a copy has; of being the earliest none has more than another.
    fn of(self, copy: &Merits) -> u64 {
        match self {
            Self::Pixels => copy.pixels,
            Self::Sharpness => copy.detail.into(),
            Self::Lossless => copy.is_lossless.into(),
            Self::Facts => copy.facts.into(),
            Self::Bytes => copy.bytes,
            Self::Earliest => 0,
        }
    }

    /// How much less of it counts as much.
    fn margin(self) -> u64 {
        match self {
            Self::Sharpness => AS_SHARP,
            _ => 0,
        }
    }

    /// One sentence for people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Pixels => "It has the most pixels.",
            Self::Sharpness => "It is the sharpest, and no other has more pixels.",
            Self::Lossless => {
                "It is stored without loss, and no other has more pixels or is sharper."
            }
            Self::Facts => {
                "Its camera wrote the most about it; pixels, sharpness and format are no better elsewhere."
            }
            Self::Bytes => "It is the longest file, so compressed the least; all else is equal.",
            Self::Earliest => "It is the earliest of equals.",
        }
    }
}

/// The best of several copies, earliest first; `None` of none. Each merit in turn leaves those that have
/// the most of it, or next to the most; the one that leaves a single copy decided.
pub fn best_copy(copies: &[Merits]) -> Option<BestCopy> {
    let mut left: Vec<usize> = (0..copies.len()).collect();
    let mut decided = Merit::Earliest;
    for merit in [
        Merit::Pixels,
        Merit::Sharpness,
        Merit::Lossless,
        Merit::Facts,
        Merit::Bytes,
    ] {
        let value = |at: usize| merit.of(&copies[at]);
        let most = left.iter().map(|&at| value(at)).max()?;
        left.retain(|&at| value(at) + merit.margin() >= most);
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
mod tests {
    use super::*;

    const PLAIN: Merits = Merits {
        pixels: 100,
        detail: 70,
        is_lossless: false,
        facts: 0,
        bytes: 10,
    };

    #[track_caller]
    fn best(copies: &[Merits]) -> (usize, Merit) {
        let best = best_copy(copies).unwrap();
        (best.position, best.merit)
    }

    #[test]
    fn each_merit_decides_where_those_before_it_do_not() {
        let larger = Merits {
            pixels: 101,
            ..PLAIN
        };
        let lossless = Merits {
            is_lossless: true,
            ..PLAIN
        };
        let dated = Merits { facts: 4, ..PLAIN };
        let longer = Merits { bytes: 11, ..PLAIN };
        let sharp = Merits {
            detail: 81,
            ..PLAIN
        };
        let all = [
            PLAIN,
            longer.clone(),
            dated.clone(),
            lossless.clone(),
            sharp,
            larger,
        ];
        assert_eq!(best(&all), (5, Merit::Pixels));
        assert_eq!(best(&all[..5]), (4, Merit::Sharpness));
        assert_eq!(best(&all[..4]), (3, Merit::Lossless));
        assert_eq!(best(&all[..3]), (2, Merit::Facts));
        assert_eq!(best(&all[..2]), (1, Merit::Bytes));
        assert_eq!(best(&[PLAIN, PLAIN]), (0, Merit::Earliest));
        assert_eq!(best_copy(&[]), None);
    }

    #[test]
    fn a_blurred_copy_is_not_kept_and_one_that_is_hardly_softer_may_be() {
        let blurred = Merits {
            detail: 40,
            is_lossless: true,
            facts: 11,
            bytes: 1_000,
            ..PLAIN
        };
        assert_eq!(best(&[blurred.clone(), PLAIN]), (1, Merit::Sharpness));
        let softer = Merits {
            detail: 60,
            ..blurred
        };
        assert_eq!(best(&[PLAIN, softer]), (1, Merit::Lossless));
    }

    #[test]
    fn what_is_larger_wins_over_everything_else() {
        let rich = Merits {
            is_lossless: true,
            facts: 11,
            bytes: 1_000,
            ..PLAIN
        };
        let large = Merits {
            pixels: 200,
            bytes: 1,
            ..PLAIN
        };
        assert_eq!(best(&[rich, large]), (1, Merit::Pixels));
    }
}
