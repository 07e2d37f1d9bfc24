//! RGB to luma and chroma and back: Rec. 601 in full range, as JFIF has it, in integers of 16 fraction bits.

use std::borrow::Cow;

use image::{DynamicImage, GrayImage, RgbImage};

use crate::decode;
use crate::info::{Dimensions, Orientation};
use crate::render::fit;
use vismatch_simd::i16x8;

/// Just below a half, in 65536ths.
const HALF: i32 = 0x7FFF;

/// A picture as a JPEG holds it.
#[derive(Clone, Debug)]
pub struct YcbcrPlanes<'a> {
    /// Luma.
    pub luma: Cow<'a, GrayImage>,
    /// Blue and red chroma, as large as luma or half as large on each side, rounded up.
    pub chroma: Option<[Cow<'a, GrayImage>; 2]>,
}

impl<'a> YcbcrPlanes<'a> {
    /// The planes of a grey or RGB picture.
    pub fn of(picture: &'a DynamicImage, halved: bool) -> Self {
        match picture {
            DynamicImage::ImageLuma8(luma) => Self {
                luma: Cow::Borrowed(luma),
                chroma: None,
            },
            DynamicImage::ImageRgb8(picture) => Self::of_rgb(picture, halved),
            other => Self::of_rgb(&other.to_rgb8(), halved),
        }
    }

    /// The planes of an RGB picture.
    pub fn of_rgb(picture: &RgbImage, halved: bool) -> Self {
        Self::of_colours(separated(picture).each_ref(), halved)
    }

    /// The planes of red, green and blue ones.
    pub fn of_colours([red, green, blue]: [&GrayImage; 3], halved: bool) -> Self {
        let plane = |sum: Sum| {
            let colours = red.iter().zip(green.iter()).zip(blue.iter());
            let colours = colours.map(|((red, green), blue)| [*red, *green, *blue]);
            let samples = colours.map(|colour| sum.of(colour.map(i32::from)));
            grey(red.width(), red.height(), samples.collect())
        };
        let chroma = [plane(BLUE), plane(RED)];
        Self {
            luma: Cow::Owned(plane(LUMA)),
            chroma: Some(
                if halved {
                    chroma.map(|plane| half(&plane))
                } else {
                    chroma
                }
                .map(Cow::Owned),
            ),
        }
    }

    /// Chroma has fewer samples than luma.
    pub fn is_halved(&self) -> bool {
        let chroma = self.chroma.as_ref().map(|[blue, _]| blue.dimensions());
        chroma.is_some_and(|size| size != self.luma.dimensions())
    }

    /// The planes of the colours that `convert` makes of their colours, a few rows at a time. Where chroma
    /// has half of the samples, each of them is that of two by two pixels. Grey planes stay.
    pub fn by_colours(self, convert: impl FnMut(&mut [Pixel])) -> Self {
        if self.is_halved() {
            self.by_rows_of_colours::<2>(convert)
        } else {
            self.by_rows_of_colours::<1>(convert)
        }
    }

    /// `STEP` pixels across and down for a sample of chroma.
    fn by_rows_of_colours<const STEP: usize>(
        mut self,
        mut convert: impl FnMut(&mut [Pixel]),
    ) -> Self {
        let Some([blue, red]) = &mut self.chroma else {
            return self;
        };
        let (width, samples) = (self.luma.width() as usize, blue.width() as usize);
        let mut pixels = vec![[0; 4]; STEP * STEP * samples];
        let chroma = blue.to_mut().chunks_exact_mut(samples);
        let chroma = chroma.zip(red.to_mut().chunks_exact_mut(samples));
        for (luma, (blue, red)) in self.luma.to_mut().chunks_mut(STEP * width).zip(chroma) {
            for (at, line) in pixels.chunks_exact_mut(STEP * samples).enumerate() {
                // Beyond the lower edge, the last row is repeated.
                let row = luma.chunks_exact(width).take(at + 1).next_back();
                colours::<STEP>(row.unwrap_or_default(), (blue, red), line);
            }
            convert(&mut pixels);
            let lines = pixels.chunks_exact(STEP * samples);
            for (row, line) in luma.chunks_exact_mut(width).zip(lines) {
                for (luma, pixel) in row.iter_mut().zip(line) {
                    let [red, green, blue, _] = pixel.map(i32::from);
                    *luma = LUMA.of([red, green, blue]);
                }
            }
            chroma_of::<STEP>(&pixels, blue, red);
        }
        self
    }

    /// The planes as people see them.
    pub fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::Upright {
            return self;
        }
        let turned = |plane: Cow<'_, GrayImage>| {
            let plane = DynamicImage::from(plane.into_owned());
            Cow::Owned(decode::upright(plane, orientation).into_luma8())
        };
        Self {
            luma: turned(self.luma),
            chroma: self.chroma.map(|chroma| chroma.map(turned)),
        }
    }
}

/// Red, green and blue, and nothing.
pub type Pixel = [u8; 4];

/// A sum of red, green and blue, and what is added to it, in 65536ths.
#[derive(Clone, Copy)]
struct Sum {
    shares: [i32; 3],
    level: i32,
}

const LUMA: Sum = Sum {
    shares: [19_595, 38_470, 7_471],
    level: 0,
};

const BLUE: Sum = Sum {
    shares: [-11_059, -21_709, 32_768],
    level: 128 << 16,
};

const RED: Sum = Sum {
    shares: [32_768, -27_439, -5_329],
    level: 128 << 16,
};

impl Sum {
    #[inline(always)]
    fn of(self, [red, green, blue]: [i32; 3]) -> u8 {
        let shares = self.shares;
        let sum = shares[0] * red + shares[1] * green + shares[2] * blue;
        ((sum + self.level + HALF) >> 16) as u8
    }
}

/// The colours of a row; beyond its end, the last one is repeated.
#[inline(always)]
fn colours<const STEP: usize>(luma: &[u8], chroma: (&[u8], &[u8]), pixels: &mut [Pixel]) {
    let Some(last) = luma.len().checked_sub(1) else {
        return;
    };
    let chroma = chroma.0.iter().zip(chroma.1);
    let (pixels, _) = pixels.as_chunks_mut::<STEP>();
    for (at, ((blue, red), pixels)) in chroma.zip(pixels).enumerate() {
        let (blue, red) = (i32::from(*blue) - 128, i32::from(*red) - 128);
        let more = |sum: i32| ((sum + HALF) >> 16) as i16;
        let (r, g, b) = (
            more(91_881 * red),
            more(-22_554 * blue - 46_802 * red),
            more(116_130 * blue),
        );
        let level = |at: usize| i16::from(luma[at.min(last)]);
        let (first, second) = (level(STEP * at), level(STEP * at + STEP - 1));
        let levels = [first, first, first, 0, second, second, second, 0];
        let colours = i16x8::from_array(levels) + i16x8::from_array([r, g, b, 0, r, g, b, 0]);
        let colours = colours.narrow_to_bytes(colours).to_array();
        pixels.copy_from_slice(&colours.as_chunks().0[..STEP]);
    }
}

/// Chroma of the mean of two by two pixels, or of each.
#[inline(always)]
fn chroma_of<const STEP: usize>(pixels: &[Pixel], blue: &mut [u8], red: &mut [u8]) {
    let (above, below) = pixels.split_at(STEP * blue.len());
    let below = if below.is_empty() { above } else { below };
    let lines = above.chunks_exact(STEP).zip(below.chunks_exact(STEP));
    for ((above, below), (blue, red)) in lines.zip(blue.iter_mut().zip(red)) {
        let four = [above[0], above[STEP - 1], below[0], below[STEP - 1]];
        let mean = |colour: usize| {
            let sum: i32 = four.iter().map(|pixel| i32::from(pixel[colour])).sum();
            (sum + 2) >> 2
        };
        let mean = [mean(0), mean(1), mean(2)];
        *blue = BLUE.of(mean);
        *red = RED.of(mean);
    }
}

/// Red, green and blue of a picture.
pub fn separated(picture: &RgbImage) -> [GrayImage; 3] {
    let (pixels, _) = picture.as_raw().as_chunks::<3>();
    [0, 1, 2].map(|colour| {
        let samples = pixels.iter().map(|pixel| pixel[colour]).collect();
        grey(picture.width(), picture.height(), samples)
    })
}

/// The means of two by two samples; beyond the edge the last ones are repeated. Halves are rounded down
/// in even columns and up in odd ones, as libjpeg does.
fn half(plane: &GrayImage) -> GrayImage {
    let size = fit::half(Dimensions {
        width: plane.width(),
        height: plane.height(),
    });
    let (width, height) = (plane.width() as usize, plane.height() as usize);
    let mut samples = Vec::with_capacity(size.width as usize * size.height as usize);
    let row = |y: usize| &plane.as_raw()[y.min(height - 1) * width..][..width];
    for y in 0..size.height as usize {
        let (above, below) = (row(2 * y), row(2 * y + 1));
        let pairs = above.chunks(2).zip(below.chunks(2));
        samples.extend(pairs.enumerate().map(|(x, (above, below))| {
            let sum = |pair: &[u8]| u16::from(pair[0]) + u16::from(pair[pair.len() - 1]);
            ((sum(above) + sum(below) + 1 + x as u16 % 2) / 4) as u8
        }));
    }
    grey(size.width, size.height, samples)
}

#[expect(clippy::expect_used, reason = "callers pass a sample for every pixel")]
fn grey(width: u32, height: u32, samples: Vec<u8>) -> GrayImage {
    GrayImage::from_raw(width, height, samples).expect("one sample a pixel")
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn colours_come_back() {
        for colour in [
            [0; 3],
            [255; 3],
            [255, 0, 0],
            [0, 255, 0],
            [0, 0, 255],
            [12, 200, 99],
        ] {
            for (halved, step) in [(false, 1), (true, 2)] {
                let planes = YcbcrPlanes::of_rgb(&RgbImage::from_pixel(3, 3, Rgb(colour)), halved);
                let mut seen = Vec::new();
                let same = planes
                    .clone()
                    .by_colours(|pixels| seen.extend_from_slice(pixels));
                assert_eq!(seen.len(), 3_usize.next_multiple_of(step).pow(2));
                let is_near = |pixel: &Pixel| (0..3).all(|at| pixel[at].abs_diff(colour[at]) <= 2);
                assert!(seen.iter().all(is_near), "{seen:?} {colour:?}");
                assert!(
                    same.luma.get_pixel(2, 2).0[0].abs_diff(planes.luma.get_pixel(2, 2).0[0]) <= 1
                );
            }
        }
    }

    #[test]
    fn halves_are_means() {
        let plane = GrayImage::from_raw(3, 3, vec![1, 2, 9, 3, 4, 7, 5, 5, 6]).unwrap();
        let halved = half(&plane);
        assert_eq!(
            (halved.dimensions(), halved.as_raw()),
            ((2, 2), &vec![2, 8, 5, 6])
        );
    }
}
