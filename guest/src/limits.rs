//! What one call may spend. Checked against headers before memory is taken, and while decoding.

use crate::error::{Excess, ImageError, Limit};

/// Scans that a picture of `max_pixels` may have; encoders make about ten.
const SCANS: u64 = 16;

/// The limits of `wit/types.wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Width times height of the stored picture, at most.
    pub max_pixels: u64,
    /// Either side of the stored picture, at most.
    pub max_side: u32,
    /// Frames a file may announce; scans of a JPEG count as frames, and the larger the picture, the fewer of them there
    /// may be: see [`Limits::check_scans`].
    pub max_frames: u32,
    /// Bytes of one encoded rendition, at most.
    pub max_output_bytes: u64,
}

impl Default for Limits {
    /// 100 megapixels, 32,767 a side, 1,000 frames or scans, 64 MiB a rendition.
    fn default() -> Self {
        Self {
            max_pixels: 100_000_000,
            max_side: 32_767,
            max_frames: 1_000,
            max_output_bytes: 64 << 20,
        }
    }
}

impl Limits {
    /// Fails with `too-large` when a picture of this stored size may not be decoded.
    pub fn check_size(&self, width: u32, height: u32) -> Result<(), ImageError> {
        let side = width.max(height);
        if side > self.max_side {
            return Err(excess(Limit::Side, side.into(), self.max_side.into()));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(excess(Limit::Pixels, pixels, self.max_pixels));
        }
        Ok(())
    }

    /// Fails with `too-large` when a file announces more frames or scans than allowed.
    pub fn check_frames(&self, frames: u32) -> Result<(), ImageError> {
        if frames > self.max_frames {
            return Err(excess(Limit::Frames, frames.into(), self.max_frames.into()));
        }
        Ok(())
    }

    /// Fails with `too-large` when a JPEG has more scans than frames are allowed, or than are allowed for a picture of so
    /// many pixels: each scan goes through all of them.
    pub fn check_scans(&self, scans: u32, pixels: u64) -> Result<(), ImageError> {
        let visits = self.max_pixels.saturating_mul(SCANS);
        let allowed = u64::from(self.max_frames).min(visits / pixels.max(1));
        if u64::from(scans) > allowed {
            return Err(excess(Limit::Frames, scans.into(), allowed));
        }
        Ok(())
    }

    /// Fails with `too-large` when an encoded rendition is over the limit.
    pub fn check_output(&self, bytes: usize) -> Result<(), ImageError> {
        let bytes = bytes as u64;
        if bytes > self.max_output_bytes {
            return Err(excess(Limit::OutputBytes, bytes, self.max_output_bytes));
        }
        Ok(())
    }
}

fn excess(limit: Limit, actual: u64, allowed: u64) -> ImageError {
    ImageError::TooLarge(Excess {
        limit,
        actual,
        allowed,
    })
}
