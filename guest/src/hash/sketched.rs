//! From a reduced picture to its sketch, and to what it looks like in as many cells as it has.

use std::convert::Infallible;

use super::average::{Axis, average};
use super::{Fidelity, LumaPlane, ReducedPicture, content};
use crate::appearance::{Appearance, CellPlane, SURROUNDINGS_SIDE, Surroundings, WholePicture};
use crate::info::{ImageFormat, ImageInfo};
use crate::sequence::FrameSamples;
use crate::sketch::{CHROMA_SIDE, OPAQUE_SIDE, Parts, SIDE, Sketch, Window};

/// Cells on each side of a reduced picture.
const LUMA: usize = ReducedPicture::LUMA;
const CHROMA: usize = ReducedPicture::CHROMA;
/// Cells of luma on each side where pictures themselves are compared.
const CLOSE: usize = LUMA;

/// The sketch of a picture on white; `opaque` is the plane of its colours without their alpha, where that is another picture.
pub(super) fn sketch(
    info: &ImageInfo,
    (reduced, fidelity): (&ReducedPicture, Option<Fidelity>),
    opaque: Option<&LumaPlane>,
    frames: Option<FrameSamples>,
) -> Sketch {
    let window = content::window(reduced.luma());
    let detail = fidelity.and_then(|fidelity| fidelity.detail);
    let chroma = reduced.chroma().map(|planes| {
        let cells = |plane: &Vec<u8>| averaged(plane, CHROMA, window, CHROMA_SIDE);
        planes.each_ref().map(cells)
    });
    Sketch::from_parts(&Parts {
        size: (info.size.width, info.size.height),
        frames: info.frames,
        flatness: content::flatness(reduced.luma(), window),
        // In 255ths; 0 means that it was not measured.
        detail: detail.map_or(0, |percent| {
            (u32::from(percent.min(100)) * 255 / 100).max(1) as u8
        }),
        colours: fidelity.map_or(0, |fidelity| fidelity.colours),
        window,
        has_surroundings: content::has_surroundings(reduced.luma(), window),
        luma: averaged(reduced.luma(), LUMA, window, SIDE),
        chroma,
        opaque: opaque.map(|plane| plane.shrink(OPAQUE_SIDE, OPAQUE_SIDE)),
        is_paged: info.format == ImageFormat::Tiff,
        frame_samples: match frames {
            Some(FrameSamples::Sampled(frames)) => {
                Some(frames.into_iter().map(|frame| frame.cells).collect())
            }
            _ => None,
        },
    })
}

/// What a picture looks like from close by: the luma of its content in 512x512 cells.
pub(super) fn appearance(reduced: &ReducedPicture) -> Appearance {
    let window = content::window(reduced.luma());
    let (width, height) = reduced.size();
    let plane = |cells: &[u8], side, target, zero| CellPlane {
        side: target,
        cells: averaged(cells, side, window, target)
            .into_iter()
            .map(|cell| f32::from(cell) - zero)
            .collect(),
    };
    Appearance {
        luma: plane(reduced.luma(), LUMA, CLOSE, 0.0),
        chroma: reduced.chroma().map(|planes| {
            let cells = |chroma: &Vec<u8>| plane(chroma, CHROMA, CHROMA_SIDE, 128.0);
            planes.each_ref().map(cells)
        }),
        window,
        surroundings: Surroundings::Known(whole(reduced.luma())),
        size: (width as f32, height as f32),
        flatness: f32::from(content::flatness(reduced.luma(), window)) / 255.0,
        has_grain: content::has_grain(reduced.luma(), window),
    }
}

fn whole(luma: &[u8]) -> WholePicture {
    let plane = |cells| CellPlane { side: LUMA, cells };
    let whole = WholePicture {
        luma: plane(luma.iter().map(|cell| f32::from(*cell)).collect()),
        from_ground: content::from_ground(luma).map(plane),
    };
    whole.reduced_to(SURROUNDINGS_SIDE)
}

/// The cells of a window of a plane of `side` by `side` cells, averaged to `target` by `target`.
fn averaged(cells: &[u8], side: usize, window: Window, target: usize) -> Vec<u8> {
    let (across, down) = window.extent();
    let (left, top) = (usize::from(window.left), usize::from(window.top));
    // The window is measured in cells of luma; others are as wide as several of them.
    let wide = content::SIDE / side;
    let axes = (Axis::new(across.into()), Axis::new(down.into()));
    let Ok(averaged) = average(axes, (target, target), |y, row| {
        let source = &cells[(top + y) / wide * side..][..side];
        for (x, cell) in row.iter_mut().enumerate() {
            *cell = source[(left + x) / wide];
        }
        Ok::<_, Infallible>(())
    });
    averaged
}
