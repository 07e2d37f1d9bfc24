//! Samples of luma and chroma, of any depth and subsampling, as pixels of 8 bits.
//!
//! Chroma is interpolated linearly, from where its samples lie between those of luma. It keeps the fractions, so that
//! a pixel is rounded once. Integer arithmetic, so that every build gives the same bits.

use super::cicp::Matrix;
use super::flatten::Channels;

/// Fractional bits of a factor. The largest sum is 8 bits of a pixel and less than two more.
const BITS: u32 = 21;

/// A sample of chroma is handed on in 16 parts.
const PARTS: f64 = 16.0;

/// One kind of samples, row by row.
#[derive(Clone, Copy)]
pub(super) struct SamplePlane<'a> {
    pub samples: &'a [u16],
    /// Samples from a row to the next.
    pub stride: usize,
}

/// Blue and red chroma.
#[derive(Clone, Copy)]
pub(super) struct Chroma<'a> {
    pub planes: [SamplePlane<'a>; 2],
    /// There is one sample for two of luma.
    pub is_halved: Axes<bool>,
    pub site: Site,
}

/// Across and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axes<T> {
    pub across: T,
    pub down: T,
}

/// Where a chroma sample lies: halves of the way from the first of the luma samples that share it to the second.
pub(super) type Site = Axes<u8>;

impl Site {
    /// In the middle of them, where encoders put it that average pixels.
    pub const CENTRE: Self = Self { across: 1, down: 1 };
}

/// A picture as a video codec stores it.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub width: u32,
    pub height: u32,
    /// Bits of a sample.
    pub depth: u8,
    pub luma: SamplePlane<'a>,
    pub chroma: Option<Chroma<'a>>,
}

/// What the samples stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coding {
    pub matrix: Matrix,
    pub is_full_range: bool,
}

impl<'a> SamplePlane<'a> {
    fn row(&self, y: usize, width: usize) -> Option<&'a [u16]> {
        let start = y.checked_mul(self.stride)?;
        self.samples.get(start..start.checked_add(width)?)
    }
}

/// The pixels of a picture, with the luma of `alpha`, a picture of the same size, as their opacity where the
/// `channels` have that. None where a plane is shorter than the picture.
pub(super) fn pixels(
    picture: &Samples<'_>,
    coding: Coding,
    alpha: Option<(&Samples<'_>, Coding)>,
    channels: Channels,
) -> Option<Vec<u8>> {
    let mut pixels = match channels {
        Channels::Grey => interleaved::<1>(picture, coding),
        Channels::GreyAlpha => interleaved::<2>(picture, coding),
        Channels::Rgb => interleaved::<3>(picture, coding),
        Channels::Rgba => interleaved::<4>(picture, coding),
    }?;
    if let Some((alpha, coding)) = alpha {
        let per_pixel = match channels {
            Channels::GreyAlpha => 2,
            Channels::Rgba => 4,
            Channels::Grey | Channels::Rgb => return Some(pixels),
        };
        put_alpha(&mut pixels, per_pixel, alpha, coding)?;
    }
    Some(pixels)
}

/// Opaque pixels of `N` channels.
fn interleaved<const N: usize>(picture: &Samples<'_>, coding: Coding) -> Option<Vec<u8>> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let mut pixels = vec![u8::MAX; width.checked_mul(height)?.checked_mul(N)?];
    let factors = Factors::new(coding, picture.depth);
    let mut expanded = picture.chroma.map(|chroma| Expanded::new(chroma, width));
    for (y, row) in pixels.chunks_exact_mut((width * N).max(1)).enumerate() {
        let luma = picture.luma.row(y, width)?;
        match &mut expanded {
            Some(expanded) if N >= 3 => {
                let [blue, red] = expanded.row(y, height, factors.most)?;
                factors.colours::<N>(row, luma, blue, red);
            }
            _ => factors.greys::<N>(row, luma),
        }
    }
    Some(pixels)
}

fn put_alpha(
    pixels: &mut [u8],
    per_pixel: usize,
    alpha: &Samples<'_>,
    coding: Coding,
) -> Option<()> {
    let width = alpha.width as usize;
    let factors = Factors::new(coding, alpha.depth);
    for (y, row) in pixels
        .chunks_exact_mut((width * per_pixel).max(1))
        .enumerate()
    {
        let opacity = alpha.luma.row(y, width)?;
        for (pixel, opacity) in row.chunks_exact_mut(per_pixel).zip(opacity) {
            pixel[per_pixel - 1] = factors.grey(*opacity);
        }
    }
    Some(())
}

/// Rows of chroma with a sample for each of luma, in parts.
struct Expanded<'a> {
    chroma: Chroma<'a>,
    /// Samples of a stored row.
    stored: usize,
    blended: Vec<i32>,
    rows: [Vec<i32>; 2],
}

impl<'a> Expanded<'a> {
    fn new(chroma: Chroma<'a>, width: usize) -> Self {
        let stored = if chroma.is_halved.across {
            width.div_ceil(2)
        } else {
            width
        };
        Self {
            chroma,
            stored,
            blended: vec![0; stored],
            rows: [vec![0; width], vec![0; width]],
        }
    }

    /// The row of blue and that of red for luma's row `y` of `height`.
    fn row(&mut self, y: usize, height: usize, most: u16) -> Option<[&[i32]; 2]> {
        let Chroma {
            planes,
            is_halved,
            site,
        } = self.chroma;
        for (plane, expanded) in planes.iter().zip(&mut self.rows) {
            let (near, far, weight) = if is_halved.down {
                neighbours(y, height, site.down)
            } else {
                (y, y, 4)
            };
            let (near, far) = (plane.row(near, self.stored)?, plane.row(far, self.stored)?);
            for ((blended, near), far) in self.blended.iter_mut().zip(near).zip(far) {
                let [near, far] = [near, far].map(|sample| i32::from((*sample).min(most)));
                *blended = weight * near + (4 - weight) * far;
            }
            if is_halved.across {
                expand(&self.blended, site.across, expanded);
            } else {
                for (expanded, blended) in expanded.iter_mut().zip(&self.blended) {
                    *expanded = 4 * blended;
                }
            }
        }
        let [blue, red] = &self.rows;
        Some([blue, red])
    }
}

/// Quarters that a luma sample takes of the chroma sample that it shares: the first and the second of those that
/// share it, by the place of the site.
const NEAR: [[i32; 2]; 3] = [[4, 2], [3, 3], [2, 4]];

/// The chroma sample that luma sample `at` of so many shares, the one on its other side, and the quarters of the
/// former. The last of an odd number shares its own with nobody.
fn neighbours(at: usize, count: usize, site: u8) -> (usize, usize, i32) {
    let near = at / 2;
    let last = count.div_ceil(2).saturating_sub(1);
    let far = match at % 2 {
        0 if at + 1 == count => return (near, near, 4),
        0 => near.saturating_sub(1),
        _ => (near + 1).min(last),
    };
    (near, far, NEAR[usize::from(site.min(2))][at % 2])
}

/// Two samples out of each, as [`neighbours`] says.
fn expand(stored: &[i32], site: u8, expanded: &mut [i32]) {
    let [first, second] = NEAR[usize::from(site.min(2))];
    let pair = |before: i32, own: i32, after: i32| {
        [
            first * own + (4 - first) * before,
            second * own + (4 - second) * after,
        ]
    };
    let (&[start, ..], &[.., end]) = (stored, stored) else {
        return;
    };
    let (pairs, odd) = expanded.as_chunks_mut::<2>();
    for (expanded, near) in pairs.iter_mut().skip(1).zip(stored.windows(3)) {
        *expanded = pair(near[0], near[1], near[2]);
    }
    let after_start = stored.get(1).copied().unwrap_or(start);
    let before_end = stored.iter().rev().nth(1).copied().unwrap_or(end);
    if let Some(expanded) = pairs.first_mut() {
        *expanded = pair(start, start, after_start);
    }
    match (odd, pairs) {
        ([expanded], _) => *expanded = 4 * end,
        (_, [_, .., expanded]) => *expanded = pair(before_end, end, end),
        _ => {}
    }
}

/// What luma and chroma add to red, green and blue, with [`BITS`] fractional bits.
struct Factors {
    /// The largest sample.
    most: u16,
    colours: [Sum; 3],
    grey: Sum,
}

/// A level is the sum of these.
#[derive(Clone, Copy)]
struct Sum {
    luma: i32,
    blue: i32,
    red: i32,
    constant: i32,
}

impl Sum {
    fn level(&self, luma: i32, blue: i32, red: i32) -> u8 {
        let sum = self.luma * luma + self.blue * blue + self.red * red + self.constant;
        (sum >> BITS).clamp(0, 255) as u8
    }
}

impl Factors {
    fn new(
        Coding {
            matrix,
            is_full_range,
        }: Coding,
        depth: u8,
    ) -> Self {
        let depth = u32::from(depth.clamp(8, 16));
        let most = f64::from((1_u32 << depth) - 1);
        let step = f64::from(1_u32 << (depth - 8));
        let (black, luma_span, chroma_span) = if is_full_range {
            (0.0, most, most)
        } else {
            (16.0 * step, 219.0 * step, 224.0 * step)
        };
        let middle = f64::from(1_u32 << (depth - 1));
        let sum = |luma: f64, blue: f64, red: f64, zero: f64, span: f64| {
            let factor = |share: f64, span: f64| share * 255.0 / span * f64::from(1_u32 << BITS);
            let (luma, blue, red) = (
                factor(luma, luma_span),
                factor(blue, span),
                factor(red, span),
            );
            let luma = luma.round();
            let [blue, red] = [blue, red].map(|factor| (factor / PARTS).round());
            // Of the rounded factors: where there is no chroma, none is added.
            let constant =
                f64::from(1_u32 << (BITS - 1)) - luma * black - (blue + red) * PARTS * zero;
            Sum {
                luma: luma as i32,
                blue: blue as i32,
                red: red as i32,
                constant: constant as i32,
            }
        };
        let difference = |blue, red| sum(1.0, blue, red, middle, chroma_span);
        let colours = match matrix {
            Matrix::Identity => {
                let own = |luma, blue, red| sum(luma, blue, red, black, luma_span);
                [own(0.0, 0.0, 1.0), own(1.0, 0.0, 0.0), own(0.0, 1.0, 0.0)]
            }
            // Blue chroma is the difference of green, red that of orange.
            Matrix::YCgCo => [
                difference(-1.0, 1.0),
                difference(1.0, 0.0),
                difference(-1.0, -1.0),
            ],
            Matrix::Shares { red, blue } => {
                let (of_blue, of_red) = (2.0 * (1.0 - blue), 2.0 * (1.0 - red));
                let green = 1.0 - red - blue;
                [
                    difference(0.0, of_red),
                    difference(-of_blue * blue / green, -of_red * red / green),
                    difference(of_blue, 0.0),
                ]
            }
        };
        Self {
            most: most as u16,
            colours,
            grey: sum(1.0, 0.0, 0.0, 0.0, luma_span),
        }
    }

    fn colours<const N: usize>(&self, pixels: &mut [u8], luma: &[u16], blue: &[i32], red: &[i32]) {
        let (pixels, _) = pixels.as_chunks_mut::<N>();
        for (((pixel, luma), blue), red) in pixels.iter_mut().zip(luma).zip(blue).zip(red) {
            let luma = i32::from((*luma).min(self.most));
            for (level, sum) in pixel.iter_mut().zip(&self.colours) {
                *level = sum.level(luma, *blue, *red);
            }
        }
    }

    /// Where there are three colours, each is the same.
    fn greys<const N: usize>(&self, pixels: &mut [u8], luma: &[u16]) {
        let coloured = if N >= 3 { 3 } else { 1 };
        let (pixels, _) = pixels.as_chunks_mut::<N>();
        for (pixel, luma) in pixels.iter_mut().zip(luma) {
            pixel[..coloured].fill(self.grey(*luma));
        }
    }

    fn grey(&self, luma: u16) -> u8 {
        self.grey.level(i32::from(luma.min(self.most)), 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BT601: Matrix = Matrix::Shares {
        red: 0.299,
        blue: 0.114,
    };
    const FULL: Coding = Coding {
        matrix: BT601,
        is_full_range: true,
    };

    fn plane(samples: &[u16], stride: usize) -> SamplePlane<'_> {
        SamplePlane { samples, stride }
    }

    fn one(luma: u16, blue: u16, red: u16, depth: u8, coding: Coding) -> [u8; 3] {
        let (luma, blue, red) = ([luma], [blue], [red]);
        let is_halved = Axes {
            across: false,
            down: false,
        };
        let picture = Samples {
            width: 1,
            height: 1,
            depth,
            luma: plane(&luma, 1),
            chroma: Some(Chroma {
                planes: [plane(&blue, 1), plane(&red, 1)],
                is_halved,
                site: Site::CENTRE,
            }),
        };
        let pixels = pixels(&picture, coding, None, Channels::Rgb).unwrap();
        pixels.try_into().unwrap()
    }

    /// The same in floating point, of samples from 0 to 1 and differences around 0.
    fn exact(matrix: Matrix, luma: f64, blue: f64, red: f64) -> [f64; 3] {
        match matrix {
            Matrix::Identity => [red, luma, blue],
            Matrix::YCgCo => [luma - blue + red, luma + blue, luma - blue - red],
            Matrix::Shares { red: r, blue: b } => {
                let (red, blue) = (luma + 2.0 * (1.0 - r) * red, luma + 2.0 * (1.0 - b) * blue);
                [red, (luma - r * red - b * blue) / (1.0 - r - b), blue]
            }
        }
    }

    #[test]
    fn every_depth_range_and_matrix_is_exact() {
        let matrices = [
            BT601,
            Matrix::Shares {
                red: 0.2627,
                blue: 0.0593,
            },
            Matrix::Identity,
            Matrix::YCgCo,
        ];
        for depth in [8, 10, 12, 16] {
            let most = (1_u32 << depth) - 1;
            let step = f64::from(1_u32 << (depth - 8));
            let levels = (0..=7).map(|eighth| (most * eighth / 7) as u16);
            for (matrix, is_full_range) in matrices
                .into_iter()
                .flat_map(|matrix| [(matrix, true), (matrix, false)])
            {
                let scaled = |sample: u16, is_luma: bool| {
                    let sample = f64::from(sample);
                    let middle = f64::from(1_u32 << (depth - 1));
                    match (is_luma || matrix == Matrix::Identity, is_full_range) {
                        (true, true) => sample / f64::from(most),
                        (true, false) => (sample - 16.0 * step) / (219.0 * step),
                        (false, true) => (sample - middle) / f64::from(most),
                        (false, false) => (sample - middle) / (224.0 * step),
                    }
                };
                for luma in levels.clone() {
                    for (blue, red) in levels.clone().zip(levels.clone().rev()) {
                        let coding = Coding {
                            matrix,
                            is_full_range,
                        };
                        let own = one(luma, blue, red, depth, coding);
                        let exact = exact(
                            matrix,
                            scaled(luma, true),
                            scaled(blue, false),
                            scaled(red, false),
                        );
                        for (own, exact) in own.into_iter().zip(exact) {
                            let exact = (255.0 * exact).clamp(0.0, 255.0);
                            assert!(
                                (f64::from(own) - exact).abs()
                                    < if depth < 16 { 0.52 } else { 0.75 },
                                "{matrix:?} {is_full_range} {depth}: {luma} {blue} {red} is {own}, not {exact}"
                            );
                        }
                    }
                }
            }
        }
    }

    /// Chroma that rises evenly does so in between, wherever its samples lie; at the ends it is that of the last one.
    #[test]
    fn chroma_is_interpolated_from_its_place() {
        const SIDE: usize = 12;
        let luma = [512_u16; SIDE * SIDE];
        let sites = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 2), (1, 2)];
        for (across, down) in sites {
            let at = |i: usize, half: u8| 2.0 * i as f64 + f64::from(half) / 2.0;
            let level = |x: f64, y: f64| 400.0 + 8.0 * x + 16.0 * y;
            let samples: Vec<u16> = (0..SIDE / 2)
                .flat_map(|y| (0..SIDE / 2).map(move |x| (x, y)))
                .map(|(x, y)| level(at(x, across), at(y, down)) as u16)
                .collect();
            let middle = [512_u16; SIDE * SIDE / 4];
            let picture = Samples {
                width: SIDE as u32,
                height: SIDE as u32,
                depth: 10,
                luma: plane(&luma, SIDE),
                chroma: Some(Chroma {
                    planes: [plane(&middle, SIDE / 2), plane(&samples, SIDE / 2)],
                    is_halved: Axes {
                        across: true,
                        down: true,
                    },
                    site: Site { across, down },
                }),
            };
            let made = pixels(&picture, FULL, None, Channels::Rgb).unwrap();
            for (at, pixel) in made.chunks_exact(3).enumerate() {
                let (x, y) = (at % SIDE, at / SIDE);
                let inner = 2..SIDE - 2;
                if !inner.contains(&x) || !inner.contains(&y) {
                    continue;
                }
                let red = (512.0 + 1.402 * (level(x as f64, y as f64) - 512.0)) * 255.0 / 1023.0;
                assert!(
                    (f64::from(pixel[0]) - red).abs() < 0.52,
                    "{across} {down}: {x} {y} is {}, not {red}",
                    pixel[0]
                );
            }
        }
    }

    #[test]
    fn rows_and_columns_are_interpolated_alike() {
        for (count, site) in (1_usize..=9).flat_map(|count| [(count, 0), (count, 1), (count, 2)]) {
            let stored: Vec<i32> = (0..count.div_ceil(2))
                .map(|at| 7 * (at * at) as i32)
                .collect();
            let mut across = vec![0; count];
            expand(&stored, site, &mut across);
            let down = (0..count).map(|at| {
                let (near, far, weight) = neighbours(at, count, site);
                weight * stored[near] + (4 - weight) * stored[far]
            });
            assert!(across.iter().copied().eq(down), "{count} {site}");
        }
    }

    #[test]
    fn sides_may_be_odd_and_short_planes_are_none() {
        let (luma, chroma) = ([100_u16; 15], [128_u16; 6]);
        let mut picture = Samples {
            width: 5,
            height: 3,
            depth: 8,
            luma: plane(&luma, 5),
            chroma: Some(Chroma {
                planes: [plane(&chroma, 3); 2],
                is_halved: Axes {
                    across: true,
                    down: true,
                },
                site: Site::CENTRE,
            }),
        };
        let made = pixels(&picture, FULL, None, Channels::Rgb);
        assert_eq!(made, Some(vec![100; 45]));
        let opaque = pixels(&picture, FULL, None, Channels::Rgba).unwrap();
        assert_eq!(opaque[..4], [100, 100, 100, 255]);
        let alpha = Some((&picture, FULL));
        let made = pixels(&picture, FULL, alpha, Channels::Rgba);
        assert_eq!(made, Some(vec![100; 60]));
        picture.luma = plane(&luma[1..], 5);
        assert_eq!(pixels(&picture, FULL, None, Channels::Rgb), None);
        picture.luma = plane(&luma, 5);
        picture.chroma = picture.chroma.map(|all| Chroma {
            planes: [plane(&chroma, 3), plane(&chroma[1..], 3)],
            ..all
        });
        assert_eq!(pixels(&picture, FULL, None, Channels::Rgb), None);
    }
}
