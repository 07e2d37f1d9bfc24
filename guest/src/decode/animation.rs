//! Animations as they are shown: each frame over what those before it left, on white.
//!
//! Every frame is decoded as a still picture of its own, of which `gif`, `webp` and `apng` make a file. So
//! frames that later ones hide need not be decoded at all. Not for when frames are shown, and how often.

use image::{DynamicImage, Rgb, RgbImage, Rgba, RgbaImage, imageops};

use super::{Opened, Take, apng, flatten, gif, orientation, raster, webp};
use crate::info::{ImageFormat, ImageInfo};
use crate::limits::Limits;

/// Most pixels of the frames of one file that are decoded: about a second's work, two for WebP.
const MOST_PIXELS: u64 = 32_000_000;

const WHITE: Rgb<u8> = Rgb([255; 3]);

/// The frames of a file, and how each becomes a file of its own.
pub(super) struct Animation<'a> {
    /// Width and height of the whole.
    pub size: (u32, u32),
    pub frames: Vec<Frame<'a>>,
    pub still: fn(&'a [u8], &Frame<'a>) -> Option<Vec<u8>>,
}

/// A frame as its file stores it.
pub(super) struct Frame<'a> {
    /// Its left and upper edge.
    pub place: (u32, u32),
    pub size: (u32, u32),
    /// What lies below shows where the frame is transparent; otherwise the frame takes its place.
    pub blends: bool,
    pub after: After,
    /// Its data, as far as one format stores them.
    pub parts: Vec<&'a [u8]>,
}

/// What is left for the next frame where this one was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// The frame.
    Kept,
    /// Nothing.
    Cleared,
    /// What was there before.
    Restored,
}

/// Shows the wanted frames, named in ascending order, as [`super::visit_frames`] says.
pub(super) fn visit(
    bytes: &[u8],
    info: &ImageInfo,
    wanted: &[u32],
    limits: &Limits,
    take: &mut Take<'_>,
) -> Option<()> {
    let animation = Animation::new(bytes, info)?;
    let needed = animation.needed(wanted)?;
    if animation.pixels(&needed, wanted.len()) > MOST_PIXELS.min(limits.max_pixels) {
        return None;
    }
    let mut canvas = Canvas::new(animation.size);
    for at in needed {
        let frame = &animation.frames[at];
        let file = (animation.still)(bytes, frame)?;
        let before = canvas.draw(frame, &decoded(info.format, &file, frame.size, limits)?);
        if wanted.contains(&(at as u32)) {
            take(orientation::upright(canvas.picture(), info.orientation))?;
        }
        canvas.leave(frame, before);
    }
    Some(())
}

impl<'a> Animation<'a> {
    fn new(bytes: &'a [u8], info: &ImageInfo) -> Option<Self> {
        match info.format {
            ImageFormat::Png => apng::animation(bytes),
            ImageFormat::WebP => webp::animation(bytes),
            ImageFormat::Gif => gif::animation(bytes, info.frames),
            _ => None,
        }
    }

    /// The frames that make the wanted ones: each run of them begins with one that hides all before it.
    fn needed(&self, wanted: &[u32]) -> Option<Vec<usize>> {
        let mut needed = Vec::new();
        let mut next = 0;
        for last in wanted.iter().map(|wanted| *wanted as usize) {
            let run = self.frames.get(next..=last)?;
            let hides = |frame| self.hides_all(frame);
            let start = next + run.iter().rposition(hides).unwrap_or(0);
            needed.extend(start..=last);
            next = last + 1;
        }
        Some(needed)
    }

    /// Nothing of the frames before it shows, neither with it nor after it.
    fn hides_all(&self, frame: &Frame<'_>) -> bool {
        let fills = frame.place == (0, 0) && frame.size == self.size;
        fills && !frame.blends && frame.after != After::Restored
    }

    /// Pixels that are decoded, and those that are shown.
    fn pixels(&self, needed: &[usize], shown: usize) -> u64 {
        let area = |size: (u32, u32)| u64::from(size.0) * u64::from(size.1);
        let decoded = needed.iter().map(|at| area(self.frames[*at].size));
        decoded
            .sum::<u64>()
            .saturating_add(area(self.size).saturating_mul(shown as u64))
    }
}

/// The pixels of a still file, which must be of this size.
fn decoded(
    format: ImageFormat,
    file: &[u8],
    size: (u32, u32),
    limits: &Limits,
) -> Option<RgbaImage> {
    let Opened { header, pixels } = raster::open(format, file, limits).ok()?;
    if (header.size.width, header.size.height) != size {
        return None;
    }
    let pixels = pixels().ok()?;
    flatten::room_for(&pixels).ok()?;
    Some(pixels.into_rgba8())
}

/// What is shown.
struct Canvas(RgbImage);

impl Canvas {
    /// Nothing, on white.
    fn new((width, height): (u32, u32)) -> Self {
        Self(RgbImage::from_pixel(width, height, WHITE))
    }

    fn picture(&self) -> DynamicImage {
        self.0.clone().into()
    }

    /// The part of it where a frame lies.
    fn part(&self, frame: &Frame<'_>) -> RgbImage {
        let ((x, y), (width, height)) = (frame.place, frame.size);
        imageops::crop_imm(&self.0, x, y, width, height).to_image()
    }

    /// The same row by row.
    fn rows(
        &mut self,
        frame: &Frame<'_>,
    ) -> impl Iterator<Item = impl Iterator<Item = &mut Rgb<u8>>> {
        let [x, y, width, height] =
            [frame.place.0, frame.place.1, frame.size.0, frame.size.1].map(|side| side as usize);
        let rows = self.0.rows_mut().skip(y).take(height);
        rows.map(move |row| row.skip(x).take(width))
    }

    /// Lays a frame on it; what was there before is told where it is to be restored.
    fn draw(&mut self, frame: &Frame<'_>, pixels: &RgbaImage) -> Option<RgbImage> {
        let before = (frame.after == After::Restored).then(|| self.part(frame));
        for (row, pixels) in self.rows(frame).zip(pixels.rows()) {
            for (below, pixel) in row.zip(pixels) {
                let ground = if frame.blends { *below } else { WHITE };
                *below = composited(*pixel, ground);
            }
        }
        before
    }

    /// Leaves what the next frame finds; `before` is what [`Self::draw`] told.
    fn leave(&mut self, frame: &Frame<'_>, before: Option<RgbImage>) {
        if let Some(before) = before {
            let (x, y) = frame.place;
            imageops::replace(&mut self.0, &before, x.into(), y.into());
        }
        if frame.after == After::Cleared {
            self.rows(frame).flatten().for_each(|pixel| *pixel = WHITE);
        }
    }
}

fn composited(Rgba([red, green, blue, alpha]): Rgba<u8>, Rgb(ground): Rgb<u8>) -> Rgb<u8> {
    match alpha {
        0 => Rgb(ground),
        u8::MAX => Rgb([red, green, blue]),
        _ => Rgb([
            flatten::over(red, alpha, ground[0]),
            flatten::over(green, alpha, ground[1]),
            flatten::over(blue, alpha, ground[2]),
        ]),
    }
}
