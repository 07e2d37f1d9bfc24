//! What is measured in the component and natively, and how the two sides are seen to make the same.
//!
//! The program of this package answers on standard output what it is told on standard input, a line for
//! a line; it is compiled apart, for processors with AVX2, by `just bench`. It measures nothing itself.

use std::hash::{DefaultHasher, Hash, Hasher};

use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::rendition::{Outcome, Plan, RenditionSize, RenditionSpec};

/// JPEG quality of renditions, as the server's and the peers'.
pub const QUALITY: u8 = 85;

/// The steps of the work: what one takes more than another is where the time goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Nothing but the facts in the headers.
    Facts,
    /// One fingerprint.
    Phash,
    /// Every fingerprint.
    Fingerprints,
    /// The rendition that fits in 400x400.
    Thumb,
    /// The four of an upload; a JPEG's own size keeps its picture data.
    Renditions,
    /// The same four, but a JPEG's own size is encoded anew as well.
    RenditionsAnew,
}

impl Task {
    /// Every task, the least work first.
    pub const ALL: [Self; 6] = [
        Self::Facts,
        Self::Phash,
        Self::Fingerprints,
        Self::Thumb,
        Self::Renditions,
        Self::RenditionsAnew,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Facts => "nothing but facts",
            Self::Phash => "phash",
            Self::Fingerprints => "all fingerprints",
            Self::Thumb => "thumb alone",
            Self::Renditions => "four renditions, own size without loss",
            Self::RenditionsAnew => "four renditions, own size encoded anew",
        }
    }

    /// What is asked of a picture of this upright size.
    pub fn plan(self, own: Dimensions) -> Plan {
        let original = match self {
            Self::RenditionsAnew => RenditionSize::Fit(own),
            _ => RenditionSize::Original,
        };
        let sizes = match self {
            Self::Facts | Self::Phash | Self::Fingerprints => Vec::new(),
            Self::Thumb => vec![fit(400)],
            Self::Renditions | Self::RenditionsAnew => vec![original, fit(1600), fit(400), ICON],
        };
        let algorithms: &[Algorithm] = match self {
            Self::Phash => &[Algorithm::Phash],
            Self::Fingerprints => &Algorithm::ALL,
            _ => &[],
        };
        let quality = QUALITY;
        let spec = |size| RenditionSpec { size, quality };
        Plan {
            algorithms: algorithms.to_vec(),
            renditions: sizes.into_iter().map(spec).collect(),
            luma_plane: false,
        }
    }
}

const ICON: RenditionSize = RenditionSize::Cover(square(50));

const fn square(side: u32) -> Dimensions {
    Dimensions {
        width: side,
        height: side,
    }
}

fn fit(side: u32) -> RenditionSize {
    RenditionSize::Fit(square(side))
}

/// A number that differs when what was made differs, fingerprints and renditions to the last bit.
pub fn digest(outcome: &Outcome) -> u64 {
    let mut digest = DefaultHasher::new();
    for fingerprint in &outcome.fingerprints {
        (&fingerprint.bits, fingerprint.quality).hash(&mut digest);
    }
    for rendition in &outcome.renditions {
        (rendition.size.width, rendition.size.height).hash(&mut digest);
        rendition.jpeg.hash(&mut digest);
    }
    let size = outcome.info.size;
    (size.width, size.height, outcome.info.frames).hash(&mut digest);
    digest.finish()
}
