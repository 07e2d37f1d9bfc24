//! Why there is no answer: the cases of `wit/types.wit`, for the plain library.
//!
//! Each case says who must act. Not for faults of storage or network: this crate has neither.

use thiserror::Error;

/// Which limit a picture is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Width times height.
    Pixels,
    /// The longer side.
    Side,
    /// Frames, pages, or scans of a progressive JPEG.
    Frames,
    /// Bytes of an encoded rendition.
    OutputBytes,
    /// Memory for decoding.
    Memory,
}

/// A limit that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// Which limit.
    pub limit: Limit,
    /// What the picture has or asks for; 0 when that is not known.
    pub actual: u64,
    /// What is allowed; 0 for memory, when there was no more to be had.
    pub allowed: u64,
}

/// Why a picture, or an argument, was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImageError {
    /// Not a picture in a format that is read here; the text names what the bytes look like.
    #[error("not a supported picture: {0}")]
    UnsupportedFormat(String),
    /// A broken, cut off or contradictory file; the text names format and fault.
    #[error("the picture is broken: {0}")]
    Corrupt(String),
    /// A sound picture over a limit.
    #[error("the picture is too large: {0}")]
    TooLarge(Excess),
    /// An argument out of range; the text names it and the range.
    #[error("invalid parameter: {0}")]
    InvalidParameter(String),
    /// A fault of this code.
    #[error("internal fault: {0}")]
    Internal(String),
}

impl std::fmt::Display for Excess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.limit {
            Limit::Pixels => "pixels",
            Limit::Side => "pixels a side",
            Limit::Frames => "frames or scans",
            Limit::OutputBytes => "bytes of output",
            Limit::Memory => "bytes of memory",
        };
        if (self.limit, self.allowed) == (Limit::Memory, 0) {
            return f.write_str("it takes more memory than there is");
        }
        if self.actual == 0 {
            return write!(f, "more than the {} {what} allowed", self.allowed);
        }
        write!(f, "{} {what}, {} allowed", self.actual, self.allowed)
    }
}
