//! The four renditions that every image has (S4), by name.

use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::rendition::{RenditionSize, RenditionSpec};

/// A rendition that is made of every image and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RenditionKind {
    /// The picture in its own size, as JPEG.
    Original,
    /// Fits within 1600x1600.
    Medium,
    /// Fits within 400x400.
    Thumb,
    /// Exactly 50x50, cut from the centre.
    Game,
}

impl RenditionKind {
    /// All four, in the order of the API.
    pub const ALL: [Self; 4] = [Self::Original, Self::Medium, Self::Thumb, Self::Game];

    /// The name in URLs and folders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Medium => "medium",
            Self::Thumb => "thumb",
            Self::Game => "game",
        }
    }

    /// The rendition of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How it is made, at a JPEG quality of 1 to 100.
    pub fn spec(self, quality: u8) -> RenditionSpec {
        let square = |side| Dimensions {
            width: side,
            height: side,
        };
        let size = match self {
            Self::Original => RenditionSize::Original,
            Self::Medium => RenditionSize::Fit(square(1600)),
            Self::Thumb => RenditionSize::Fit(square(400)),
            Self::Game => RenditionSize::Cover(square(50)),
        };
        RenditionSpec { size, quality }
    }
}
