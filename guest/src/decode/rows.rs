//! A picture row by row, for those who need no more than one at a time.
//!
//! What reads rows judges no file: where it finds a fault it has no row, and the full decoder, which
//! reads the same bytes by the same codec, has the word.

use image::DynamicImage;

use super::{Alpha, Header, flatten};
use crate::info::{Dimensions, ImageInfo};

/// A picture whose headers were read and are within the limits.
pub struct Rows<'a> {
    /// Facts of the file; its orientation is still to be applied.
    pub info: ImageInfo,
    /// The stored picture.
    pub size: Dimensions,
    /// Some pixel of the rows so far lets through what lies behind it.
    pub is_transparent: bool,
    alpha: Alpha,
    read: Box<dyn FnMut() -> Option<DynamicImage> + 'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(header: Header, read: impl FnMut() -> Option<DynamicImage> + 'a) -> Self {
        Self {
            size: header.size,
            info: header.into_info(),
            is_transparent: false,
            alpha: Alpha::OnWhite,
            read: Box::new(read),
        }
    }

    /// The same rows with their colours as they are below the transparency.
    pub fn without_alpha(self) -> Self {
        let alpha = Alpha::Dropped;
        Self { alpha, ..self }
    }

    /// The next row of the stored picture as a picture of that height: `ImageLuma8` or `ImageRgb8`, alpha
    /// flattened on white or dropped. None behind the last one, and where only the full decoder can say more.
    #[expect(
        clippy::should_implement_trait,
        reason = "rows may end before the picture does"
    )]
    pub fn next(&mut self) -> Option<DynamicImage> {
        let row = (self.read)()?;
        self.is_transparent = self.is_transparent || flatten::is_transparent(&row);
        Some(self.alpha.applied(row))
    }
}
