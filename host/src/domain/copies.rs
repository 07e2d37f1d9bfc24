//! Which of several copies of one picture is worth keeping, and why.
//!
//! A rule over plain facts: pixels, then how the file was stored, then what the camera wrote. It never
//! looks at a picture; that these are copies of one another is somebody else's finding.

use super::{ImageFormat, ImageInfo};

/// What speaks for one copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Merits {
    /// Width times height.
    pub pixels: u64,
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
    pub fn of(info: &ImageInfo, bytes: u64) -> Self {
        Self {
            pixels: u64::from(info.size.width) * u64::from(info.size.height),
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
            Self::Lossless => copy.is_lossless.into(),
            Self::Facts => copy.facts.into(),
            Self::Bytes => copy.bytes,
            Self::Earliest => 0,
        }
    }

    /// One sentence for people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Pixels => "It has the most pixels.",
            Self::Lossless => "It is stored without loss, and no other has more pixels.",
            Self::Facts => {
                "Its camera wrote the most about it; pixels and format are no better elsewhere."
            }
            Self::Bytes => "It is the longest file, so compressed the least; all else is equal.",
            Self::Earliest => "It is the earliest of equals.",
        }
    }
}

/// The best of several copies, earliest first; `None` of none. Each merit in turn leaves those that have
/// the most of it; the one that leaves a single copy decided.
pub fn best_copy(copies: &[Merits]) -> Option<BestCopy> {
    let mut left: Vec<usize> = (0..copies.len()).collect();
    let mut decided = Merit::Earliest;
    for merit in [Merit::Pixels, Merit::Lossless, Merit::Facts, Merit::Bytes] {
        let value = |at: usize| merit.of(&copies[at]);
        let most = left.iter().map(|&at| value(at)).max()?;
        left.retain(|&at| value(at) == most);
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
        let all = [
            PLAIN,
            longer.clone(),
            dated.clone(),
            lossless.clone(),
            larger,
        ];
        assert_eq!(best(&all), (4, Merit::Pixels));
        assert_eq!(best(&all[..4]), (3, Merit::Lossless));
        assert_eq!(best(&all[..3]), (2, Merit::Facts));
        assert_eq!(best(&all[..2]), (1, Merit::Bytes));
        assert_eq!(best(&[PLAIN, PLAIN]), (0, Merit::Earliest));
        assert_eq!(best_copy(&[]), None);
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
