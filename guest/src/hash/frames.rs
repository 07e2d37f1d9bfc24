//! Luma of the further frames and pages of a file: see [`crate::sequence`].

use image::DynamicImage;

use super::plane;
use crate::decode;
use crate::info::{ImageFormat, ImageInfo};
use crate::limits::Limits;
use crate::sequence::{FrameLuma, FrameSamples, SIDE, sampled};

/// The further frames or pages of an encoded picture, whose facts are `info`. None for a still picture, and for an
/// icon, whose entries are one picture in several sizes.
pub fn sampled_frames(bytes: &[u8], info: &ImageInfo, limits: &Limits) -> Option<FrameSamples> {
    if info.frames < 2 || info.format == ImageFormat::Ico {
        return None;
    }
    let wanted = sampled(info.frames);
    let mut places = wanted.iter();
    let mut samples = Vec::new();
    let mut take = |picture: DynamicImage| {
        let frame = *places.next()?;
        let cells = plane::averaged(&picture, (SIDE, SIDE)).ok()?;
        let cells = cells.try_into().ok()?;
        samples.push(FrameLuma { frame, cells });
        Some(())
    };
    let read = decode::visit_frames(bytes, info, &wanted, limits, &mut take);
    Some(match read {
        Some(()) if samples.len() == wanted.len() => FrameSamples::Sampled(samples),
        _ => FrameSamples::NotSampled,
    })
}
