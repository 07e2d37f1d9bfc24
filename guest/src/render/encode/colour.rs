//! RGB to luma and chroma and back: Rec. 601 in full range, as JFIF has it, in integers of 16 fraction bits.

use std::borrow::Cow;

use image::{DynamicImage, GrayImage, RgbImage};

use crate::decode;
use crate::info::{Dimensions, Orientation};
use crate::render::fit;

/// Just below a half, in 65536ths.
const HALF: i32 = 0x7FFF;
/// No chroma, in 65536ths.
const NEUTRAL: i32 = 128 << 16;

/// A picture as a JPEG holds it.
#[derive(Clone, Debug)]
pub struct Planes<'a> {
    /// Luma.
    pub luma: Cow<'a, GrayImage>,
    /// Blue and red chroma, as large as luma or half as large on each side, rounded up.
    pub chroma: Option<[Cow<'a, GrayImage>; 2]>,
}

impl<'a> Planes<'a> {
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
        let plane = |of: fn([i32; 3]) -> i32| {
            let colours = red.iter().zip(green.iter()).zip(blue.iter());
            let levels = colours.map(|((red, green), blue)| [*red, *green, *blue].map(i32::from));
            let samples = levels.map(|colour| ((of(colour) + HALF) >> 16) as u8);
            grey(red.width(), red.height(), samples.collect())
        };
        let chroma = [
            plane(|[r, g, b]| 32768 * b - 11059 * r - 21709 * g + NEUTRAL),
            plane(|[r, g, b]| 32768 * r - 27439 * g - 5329 * b + NEUTRAL),
        ];
        Self {
            luma: Cow::Owned(plane(|[r, g, b]| 19595 * r + 38470 * g + 7471 * b)),
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

/// Red, green and blue of a picture.
pub fn separated(picture: &RgbImage) -> [GrayImage; 3] {
    let (pixels, _) = picture.as_raw().as_chunks::<3>();
    [0, 1, 2].map(|colour| {
        let samples = pixels.iter().map(|pixel| pixel[colour]).collect();
        grey(picture.width(), picture.height(), samples)
    })
}

/// The picture of red, green and blue.
pub fn interleaved([red, green, blue]: [&GrayImage; 3]) -> RgbImage {
    let mut picture = RgbImage::new(red.width(), red.height());
    let samples = red.iter().zip(green.iter()).zip(blue.iter());
    let (pixels, _) = picture.as_chunks_mut::<3>();
    for (pixel, ((red, green), blue)) in pixels.iter_mut().zip(samples) {
        *pixel = [*red, *green, *blue];
    }
    picture
}

/// The RGB picture of planes of luma and chroma of one size.
pub fn rgb(luma: &GrayImage, [blue, red]: [&GrayImage; 2]) -> RgbImage {
    let mut picture = RgbImage::new(luma.width(), luma.height());
    let samples = luma.iter().zip(blue.iter()).zip(red.iter());
    let (pixels, _) = picture.as_chunks_mut::<3>();
    for (pixel, ((luma, blue), red)) in pixels.iter_mut().zip(samples) {
        let (blue, red) = (i32::from(*blue) - 128, i32::from(*red) - 128);
        let level = |chroma: i32| {
            let sum = (i32::from(*luma) << 16) + chroma + HALF;
            (sum >> 16).clamp(0, 255) as u8
        };
        *pixel = [
            level(91881 * red),
            level(-22554 * blue - 46802 * red),
            level(116_130 * blue),
        ];
    }
    picture
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
            let planes = Planes::of_rgb(&RgbImage::from_pixel(3, 3, Rgb(colour)), false);
            let [blue, red] = planes
                .chroma
                .as_ref()
                .map(|[b, r]| [b.as_ref(), r.as_ref()])
                .unwrap();
            let back = rgb(&planes.luma, [blue, red]);
            let pixel = back.get_pixel(1, 1).0;
            assert!(
                (0..3).all(|at| pixel[at].abs_diff(colour[at]) <= 2),
                "{pixel:?} {colour:?}"
            );
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
