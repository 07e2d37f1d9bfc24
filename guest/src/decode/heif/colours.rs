//! Which colours the samples of a HEIF picture are. Not for what follows from that.

use heic_rs::context::Context;
use heic_rs::props::ItemProps;
use heic_rs::props::hvcc::{HevcConfig, NAL_SPS};
use heic_rs::{Nclx, Range};

use super::sps::{self, Signal};
use crate::decode::cicp::CodePoints;
use crate::decode::fault;
use crate::decode::ycbcr::{Coding, Site};
use crate::error::ImageError;
use crate::info::ImageFormat::Heif;

/// How the samples of a picture are stored.
pub(super) struct StoredColours {
    pub points: CodePoints,
    pub coding: Coding,
    pub site: Site,
}

/// What `id`'s `nclx` box says, else that of the first of its tiles, else the stream itself.
pub(super) fn read(context: &Context<'_>, id: u32) -> Result<StoredColours, ImageError> {
    let first = with_samples(context, id)?;
    let told = props(context, id)?.nclx;
    let coded = props(context, first)?;
    let signal = coded.hvcc.as_ref().and_then(signal);
    let points = match told.or(coded.nclx) {
        Some(nclx) => code_points(nclx),
        None => signal.map_or(CodePoints::UNSAID, |signal| signal.colours),
    };
    let matrix = points.matrix().ok_or_else(|| {
        fault::unsupported(
            Heif,
            format_args!("the colour matrix {} of ITU-T H.273", points.matrix),
        )
    })?;
    Ok(StoredColours {
        points,
        coding: Coding {
            matrix,
            is_full_range: points.is_full_range,
        },
        // H.265 infers the first of its types, but those who write stills and say nothing average pixels.
        site: signal
            .and_then(|signal| signal.site)
            .unwrap_or(Site::CENTRE),
    })
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

/// What the stream of a coded picture says of its samples; None where that cannot be read.
pub(super) fn signal(config: &HevcConfig<'_>) -> Option<Signal> {
    let sets = config.arrays.iter();
    let mut units = sets
        .filter(|array| array.nal_type == NAL_SPS)
        .flat_map(|array| &array.nals);
    units.next().and_then(|unit| sps::signal(unit))
}

fn code_points(nclx: Nclx) -> CodePoints {
    CodePoints {
        primaries: nclx.primaries,
        transfer: nclx.transfer,
        matrix: nclx.matrix_code,
        is_full_range: nclx.range == Range::Full,
    }
}
