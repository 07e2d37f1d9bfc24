//! A picture row by row, for those who need no more than one at a time.
//!
//! What reads rows judges no file: where it finds a fault it has no row, and the full decoder, which
//! reads the same bytes by the same codec, has the word.

use image::DynamicImage;

use super::{Header, flatten};
use crate::info::{Dimensions, ImageInfo};

/// A picture whose headers were read and are within the limits.
pub struct Rows<'a> {
    /// Facts of the file; its orientation is still to be applied.
    pub info: ImageInfo,
    /// The stored picture.
    pub size: Dimensions,
    read: Box<dyn FnMut() -> Option<DynamicImage> + 'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(header: Header, read: impl FnMut() -> Option<DynamicImage> + 'a) -> Self {
        Self {
            size: header.size,
            info: header.into_info(),
            read: Box::new(read),
        }
    }

    /// The next row of the stored picture as a picture of that height: `ImageLuma8` or `ImageRgb8`, alpha
    /// flattened on white. None behind the last one, and where only the full decoder can say more.
    #[expect(
        clippy::should_implement_trait,
        reason = "rows may end before the picture does"
    )]
    pub fn next(&mut self) -> Option<DynamicImage> {
        (self.read)().map(flatten::onto_white)
    }
}
