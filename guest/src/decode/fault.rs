//! Turns the errors of codecs into the cases of [`ImageError`], with the format's name in front.

use std::error::Error;
use std::fmt::Display;
use std::io;

use image::ImageError as CodecError;
use image::error::LimitErrorKind;

use crate::error::{Excess, ImageError, Limit};
use crate::info::ImageFormat;
use crate::limits::Limits;

/// Long enough for any sentence of a codec, short enough for a log line.
const LONGEST: usize = 200;

/// A broken file.
pub(super) fn corrupt(format: ImageFormat, fault: impl Display) -> ImageError {
    ImageError::Corrupt(sentence(format, fault))
}

/// A file that was cut off.
pub(super) fn ends_early(format: ImageFormat) -> ImageError {
    corrupt(format, "ends early")
}

/// A picture that uses a part of its format that is not read.
pub(super) fn unsupported(format: ImageFormat, feature: impl Display) -> ImageError {
    ImageError::UnsupportedFormat(sentence(format, feature))
}

/// Decoding asks for more memory than a picture of its size is given.
pub(super) fn out_of_memory(allowed: u64) -> ImageError {
    ImageError::TooLarge(Excess {
        limit: Limit::Memory,
        actual: 0,
        allowed,
    })
}

/// The error of one of `image`'s codecs, which was given `memory` bytes.
pub(super) fn from_codec(
    format: ImageFormat,
    error: CodecError,
    limits: &Limits,
    memory: u64,
) -> ImageError {
    match error {
        CodecError::Limits(fault) => match fault.kind() {
            LimitErrorKind::DimensionError => ImageError::TooLarge(Excess {
                limit: Limit::Side,
                actual: 0,
                allowed: limits.max_side.into(),
            }),
            _ => out_of_memory(memory),
        },
        CodecError::Unsupported(fault) => unsupported(format, innermost(&fault)),
        CodecError::IoError(fault) if is_end(&fault) => ends_early(format),
        other if caused_by_end(&other) => ends_early(format),
        other => corrupt(format, innermost(&other)),
    }
}

fn sentence(format: ImageFormat, fault: impl Display) -> String {
    let mut text = format!("{}: {fault}", format.name());
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
    }
    text
}

/// The error, its cause, the cause of that, and so on.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let current = next?;
        next = current.source();
        Some(current)
    })
}

/// The first cause: the codec's own words without those of its wrappers.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

fn is_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

pub(super) fn caused_by_end(error: &(dyn Error + 'static)) -> bool {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).any(is_end)
        // The error of `gif` keeps no cause, and its type is not ours to name.
        || innermost(error) == "Unexpected End of File"
}
