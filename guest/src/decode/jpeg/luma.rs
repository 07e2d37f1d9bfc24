//! The luma of a JPEG, one sample for each block of 8 by 8 pixels, without decoding pixels.
//!
//! A sample is the mean of its block, rounded: the DC coefficient. A block that reaches over the right
//! or the lower edge is meant over what the encoder filled it up with, too; encoders repeat the last
//! pixels.
//!
//! The scan judges no file. Where it finds a fault, or a part of the format that it has no need to
//! know, it has no answer, and the full decoder has the word. So a file that is refused here is one
//! that the full decoder refuses, with the same error. The other way round: what the full decoder
//! refuses is refused here as far as the bytes read tell. Unread are the values of AC coefficients, and
//! the AC scans of progressive files (only their headers are): whoever asks has those looked through.

use vismatch_jpeg::{BLOCK_SIDE, DcPlane, Frame, Markers};
use zune_jpeg::zune_core::colorspace::ColorSpace;

use crate::decode::luma::{ChromaBlocks, ReducedChroma, of_rgb, product};

/// How luma comes out of components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
    /// The first component is luma, and all that is needed.
    Luma,
    Rgb,
    /// Cyan, magenta, yellow, black; 255 is no ink.
    InvertedInks,
    /// The same; 255 is full ink.
    Inks,
    /// Inks whose first three are coded as the luma and chroma of what they leave out; 255 is no black.
    LumaAndBlack,
}

impl Colours {
    /// How the full decoder takes the components; none where it takes them in ways of its own.
    pub fn of(decoded_as: ColorSpace, components: u8, markers: &Markers) -> Option<Self> {
        match (decoded_as, components) {
            (ColorSpace::Luma, 1) | (ColorSpace::YCbCr, 3) | (ColorSpace::YCCK, 3) => {
                Some(Self::Luma)
            }
            (ColorSpace::RGB, 3) => Some(Self::Rgb),
            (ColorSpace::CMYK, 4) if markers.adobe => Some(Self::InvertedInks),
            (ColorSpace::CMYK, 4) => Some(Self::Inks),
            (ColorSpace::YCCK, 4) => Some(Self::LumaAndBlack),
            _ => None,
        }
    }

    fn components(self) -> &'static [usize] {
        match self {
            Self::Luma => &[0],
            Self::Rgb => &[0, 1, 2],
            Self::InvertedInks | Self::Inks => &[0, 1, 2, 3],
            Self::LumaAndBlack => &[0, 3],
        }
    }

    fn luma(self, levels: impl Fn(usize) -> u8) -> u8 {
        let colour = || [levels(0), levels(1), levels(2)];
        match self {
            Self::Luma => levels(0),
            Self::Rgb => of_rgb(colour()),
            Self::InvertedInks => product(of_rgb(colour()), levels(3)),
            Self::Inks => product(of_rgb(colour().map(|ink| 255 - ink)), 255 - levels(3)),
            Self::LumaAndBlack => product(255 - levels(0), levels(3)),
        }
    }
}

/// Samples of all blocks, row by row, `ceil(width / 8)` of them in each; and chroma, where it is wanted and luma
/// comes with it.
pub(super) fn scan(
    bytes: &[u8],
    frame: Frame,
    colours: Colours,
    with_chroma: bool,
) -> Option<(Vec<u8>, Option<ReducedChroma>)> {
    let full = colours.components();
    let with_chroma = with_chroma && colours == Colours::Luma;
    let wanted = if with_chroma { &[0, 1, 2] } else { full };
    let planes = vismatch_jpeg::dc_planes(bytes, frame, (wanted, full))?;
    let chroma = if with_chroma { chroma(&planes) } else { None };
    Some((luma(&planes, frame, colours), chroma))
}

fn luma(planes: &[DcPlane], frame: Frame, colours: Colours) -> Vec<u8> {
    if colours == Colours::Luma {
        return planes[0].all_levels();
    }
    let rows = usize::from(frame.height).div_ceil(BLOCK_SIDE);
    let mut samples = Vec::with_capacity(rows * usize::from(frame.width).div_ceil(BLOCK_SIDE));
    for row in 0..rows {
        let levels = |index: &usize| -> Vec<u8> { DcPlane::levels(&planes[*index], row).collect() };
        let mut levels_of: [Vec<u8>; 4] = Default::default();
        for index in colours.components() {
            levels_of[*index] = levels(index);
        }
        let across = 0..levels_of[0].len();
        samples.extend(across.map(|x| colours.luma(|component| levels_of[component][x])));
    }
    samples
}

/// None where blocks are not of whole pixels.
fn chroma(planes: &[DcPlane]) -> Option<ReducedChroma> {
    let blocks = |plane: &DcPlane| {
        Some(ChromaBlocks {
            block: plane.block()?,
            samples: plane.all_levels(),
        })
    };
    match planes {
        [_] => Some(ReducedChroma::Grey),
        [_, blue, red] => Some(ReducedChroma::Planes([blocks(blue)?, blocks(red)?])),
        _ => None,
    }
}
