//! Which range and matrix turn the samples of a HEIF picture into RGB. Not for primaries and transfer, which ICC
//! profiles tell.

use heic_rs::context::Context;
use heic_rs::props::ItemProps;
use heic_rs::props::hvcc::{HevcConfig, NAL_SPS};
use heic_rs::{MatrixCoefficients, Nclx, Range};

use super::sps::{self, Signal};
use crate::decode::fault;
use crate::error::ImageError;
use crate::info::ImageFormat::Heif;

/// What `id`'s `nclx` box says, else that of the first of its tiles, else the stream itself.
pub(super) fn of(context: &Context<'_>, id: u32) -> Result<Nclx, ImageError> {
    let first = with_samples(context, id)?;
    let told = props(context, id)?.nclx;
    let coded = props(context, first)?;
    let mut colours = told
        .or(coded.nclx)
        .unwrap_or_else(|| from_stream(coded.hvcc.as_ref()));
    colours.matrix = known(&colours)?;
    Ok(colours)
}

/// The ICC profile of a picture, else of the first of its tiles.
pub(super) fn profile(context: &Context<'_>, id: u32) -> Result<Option<Vec<u8>>, ImageError> {
    let own = props(context, id)?.icc;
    let tile = props(context, with_samples(context, id)?)?.icc;
    Ok(own.or(tile).map(<[u8]>::to_vec))
}

/// The picture has no chroma, and a profile of grey.
pub(super) fn are_grey(context: &Context<'_>, id: u32) -> Result<bool, ImageError> {
    const SPACE: std::ops::Range<usize> = 16..20;
    const MONOCHROME: u8 = 0;
    let coded = props(context, with_samples(context, id)?)?;
    let is_monochrome = coded
        .hvcc
        .is_some_and(|config| config.chroma_format == MONOCHROME);
    let profile = profile(context, id)?;
    Ok(is_monochrome && profile.is_some_and(|icc| icc.get(SPACE) == Some(&b"GRAY"[..])))
}

/// The item itself, or the first tile of a grid.
fn with_samples(context: &Context<'_>, id: u32) -> Result<u32, ImageError> {
    let grid = context.grid(id).map_err(super::from_decoder)?;
    let first = grid.and_then(|(_, tiles)| tiles.first().copied());
    Ok(first.unwrap_or(id))
}

fn props<'a>(context: &Context<'a>, id: u32) -> Result<ItemProps<'a>, ImageError> {
    context.props(id).map_err(super::from_decoder)
}

fn from_stream(config: Option<&HevcConfig<'_>>) -> Nclx {
    let arrays = config.map_or(&[][..], |config| &config.arrays);
    let mut units = arrays
        .iter()
        .filter(|array| array.nal_type == NAL_SPS)
        .flat_map(|array| &array.nals);
    let signal = units.next().and_then(|unit| sps::signal(unit));
    let signal = signal.unwrap_or(Signal::UNSAID);
    Nclx {
        matrix: MatrixCoefficients::from_code(signal.matrix),
        matrix_code: signal.matrix,
        range: if signal.is_full_range {
            Range::Full
        } else {
            Range::Limited
        },
        ..Nclx::default()
    }
}

/// The matrix as the decoder knows it, which would read unspecified and unknown ones as BT.709.
fn known(colours: &Nclx) -> Result<MatrixCoefficients, ImageError> {
    // Chromaticity-derived, of primaries whose own matrix has these weights.
    const DERIVED: u16 = 12;
    match (colours.matrix, colours.primaries) {
        // Unspecified is BT.601, as other readers take it; FCC (4) differs from that by less than a level.
        (MatrixCoefficients::Unspecified | MatrixCoefficients::Other(4), _) => {
            Ok(MatrixCoefficients::Bt601)
        }
        (MatrixCoefficients::Other(DERIVED), 1) => Ok(MatrixCoefficients::Bt709),
        (MatrixCoefficients::Other(DERIVED), 9) => Ok(MatrixCoefficients::Bt2020Ncl),
        (MatrixCoefficients::Other(code), _) => Err(fault::unsupported(
            Heif,
            format_args!("the colour matrix {code} of ITU-T H.273"),
        )),
        (matrix, _) => Ok(matrix),
    }
}
