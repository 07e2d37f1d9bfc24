//! Pictures of hardly any contrast, as of a clear sky or a wall: no cell of them stands out, so nothing is there to register one
//! on the other by, and what there is lies near the noise of JPEG. Two such pictures are one where, cell by cell at one place, they
//! differ by no more than that noise, and where what little varies in them varies together on several scales.
//!
//! Each scale is a level of a Laplacian pyramid (Burt and Adelson, "The Laplacian Pyramid as a Compact Image Code", 1983), which
//! leaves out the smooth rise of light that different walls have in common.

use crate::appearance::{Appearance, CellPlane};
use crate::registration::Map;
use crate::sketch::CHROMA_SIDE;

/// Cells on each side in which faint pictures are looked at.
const CELLS: usize = 128;
/// Standard deviation of luma, in levels, below which a picture is faint.
const FAINT: f32 = 25.0;
/// Most that a cell of 64x64 stands out of the others, in standard deviations: more is a thing on an empty ground.
const LARGEST: f32 = 6.0;
/// Most that mean luma and mean chroma differ, in levels.
const MEAN_LUMA: f32 = 2.0;
const MEAN_CHROMA: f32 = 1.5;
/// Most that contrast differs, as a factor.
const CONTRAST: f32 = 1.25;
/// Root mean square of the difference of 16x16 cells, in levels, at most: re-encoding leaves half a level, noise twice that.
const DIFFERENCE: f32 = 1.2;
/// Most that one of 32x32 cells differs, in levels.
const CHANGE: f32 = 6.0;
/// What the correlation of the pictures as wholes lacks, at most.
const UNCORRELATED: f32 = 0.25;
/// What the correlation of a scale counts for each cell of a side: the finest of 128 cells, then of 64, 32 and 16. Re-encoding
/// spares the coarser ones.
const WEIGHTS: [f32; 4] = [0.3, 0.6, 1.0, 1.0];
/// Least sum of correlations so weighted, and by level of the difference of 16x16 cells. The sum of unrelated noise is 0, with a
/// standard deviation of 1.6; at most it is 125.
const TOGETHER: f32 = 10.0;
const TOGETHER_BY_DIFFERENCE: f32 = 22.0;
/// Variance of noise, in squares of levels, that stands for none.
const NOISE: f32 = 0.02;

/// Both pictures are faint, and one; `slack` is 1 where their cells are exact, and more where they are not.
pub fn agree(a: &Appearance, b: &Appearance, map: &Map, slack: f32) -> bool {
    let Some(common) = Common::new(map) else {
        return false;
    };
    let (one, other) = (a.luma.reduced_to(CELLS), b.luma.reduced_to(CELLS));
    let (one, other) = (common.first(&one, CELLS), common.second(&other, CELLS));
    is_faint(&one)
        && is_faint(&other)
        && common.have_one_tone(a.chroma.as_ref(), b.chroma.as_ref())
        && is_noise_between(&one, &other, slack)
}

/// What both pictures show.
struct Common<'a> {
    map: &'a Map,
    /// The least place of the first.
    from: (f32, f32),
    /// Width and height in the first.
    size: (f32, f32),
}

impl<'a> Common<'a> {
    /// `None` where that is less than half of one of them.
    fn new(map: &'a Map) -> Option<Self> {
        let (from, to) = map.range_inside();
        let size = (to.0 - from.0, to.1 - from.1);
        let (start, end) = (map.apply(from.0, from.1), map.apply(to.0, to.1));
        let is_half = |width: f32, height: f32| width.min(height) > 0.0 && width * height >= 0.5;
        let is_most = is_half(size.0, size.1) && is_half(end.0 - start.0, end.1 - start.1);
        is_most.then_some(Self { map, from, size })
    }

    /// What the first shows there, in so many cells on each side.
    fn first(&self, plane: &CellPlane, side: usize) -> CellPlane {
        self.seen(plane, side, |place| place)
    }

    /// What the second shows there.
    fn second(&self, plane: &CellPlane, side: usize) -> CellPlane {
        self.seen(plane, side, |(u, v)| {
            let (x, y) = self.map.apply(u, v);
            (x.clamp(-0.5, 0.5), y.clamp(-0.5, 0.5))
        })
    }

    fn seen(
        &self,
        plane: &CellPlane,
        side: usize,
        through: impl Fn((f32, f32)) -> (f32, f32),
    ) -> CellPlane {
        let along = |from: f32, size: f32, at: usize| from + size * (at as f32 + 0.5) / side as f32;
        let level = |at: usize| {
            let u = along(self.from.0, self.size.0, at % side);
            let v = along(self.from.1, self.size.1, at / side);
            plane.at(through((u, v))).unwrap_or_default()
        };
        CellPlane {
            side,
            cells: (0..side * side).map(level).collect(),
        }
    }

    /// Mean chroma is the same.
    fn have_one_tone(&self, a: Option<&[CellPlane; 2]>, b: Option<&[CellPlane; 2]>) -> bool {
        let first = a.map(|planes| {
            planes
                .each_ref()
                .map(|plane| self.first(plane, CHROMA_SIDE))
        });
        let second = b.map(|planes| {
            planes
                .each_ref()
                .map(|plane| self.second(plane, CHROMA_SIDE))
        });
        let tone = |planes: Option<[CellPlane; 2]>| {
            planes.map_or([0.0; 2], |planes| {
                planes.map(|plane| Moments::new(&plane.cells).mean)
            })
        };
        let (first, second) = (tone(first), tone(second));
        first
            .iter()
            .zip(second)
            .all(|(a, b)| (a - b).abs() <= MEAN_CHROMA)
    }
}

/// What can be judged here: of so little contrast, and nothing stands out.
fn is_faint(plane: &CellPlane) -> bool {
    let coarser = plane.halved();
    let moments = Moments::new(&coarser.cells);
    let farthest = coarser.cells.iter().map(|cell| (cell - moments.mean).abs());
    moments.deviation < FAINT && farthest.fold(0.0, f32::max) <= LARGEST * moments.deviation
}

/// Light and contrast are the same, all cells differ a little, none much, and the less the more varies together.
fn is_noise_between(a: &CellPlane, b: &CellPlane, slack: f32) -> bool {
    let differences = a.cells.iter().zip(&b.cells).map(|(a, b)| a - b);
    let difference = CellPlane {
        side: CELLS,
        cells: differences.collect(),
    };
    let coarse = |plane: &CellPlane| plane.halved().halved();
    let coarser = |plane: &CellPlane| coarse(plane).halved();
    let lighter = Moments::new(&difference.cells).mean;
    let differences = coarse(&difference).cells.into_iter();
    let largest = differences.map(|cell| (cell - lighter).abs());
    let (one, other) = (coarser(a), coarser(b));
    let factor = Moments::new(&one.cells).deviation
        / Moments::new(&other.cells).deviation.max(f32::MIN_POSITIVE);
    let left_over = Moments::new(&coarser(&difference).cells).deviation;
    lighter.abs() <= MEAN_LUMA
        && factor.max(1.0 / factor) <= 1.0 + (CONTRAST - 1.0) * slack
        && largest.fold(0.0, f32::max) <= CHANGE * slack
        && left_over <= DIFFERENCE * slack
        && correlation(&one.cells, &other.cells) >= 1.0 - UNCORRELATED * slack
        && together(a, b) * slack >= TOGETHER.max(TOGETHER_BY_DIFFERENCE * left_over)
}

/// How much of what varies in both varies together.
fn together(a: &CellPlane, b: &CellPlane) -> f32 {
    let (mut a, mut b) = (a.clone(), b.clone());
    let mut together = 0.0;
    for weight in WEIGHTS {
        let (coarser_a, coarser_b) = (a.halved(), b.halved());
        let finer = |fine: &CellPlane, coarse: &CellPlane| -> Vec<f32> {
            // At the edge the coarser level ends half a cell too early, and a smooth rise would be left over.
            let inner = 1..fine.side - 1;
            let cells = inner
                .clone()
                .flat_map(|y| inner.clone().map(move |x| (x, y)));
            let detail = cells.map(|(x, y)| {
                let smooth = coarse.at((fine.place(x), fine.place(y))).unwrap_or(0.0);
                fine.cells[y * fine.side + x] - smooth
            });
            detail.collect()
        };
        let correlation = correlation(&finer(&a, &coarser_a), &finer(&b, &coarser_b));
        together += weight * a.side as f32 * correlation;
        (a, b) = (coarser_a, coarser_b);
    }
    together
}

/// Mean and standard deviation.
struct Moments {
    mean: f32,
    deviation: f32,
}

impl Moments {
    fn new(cells: &[f32]) -> Self {
        let count = cells.len().max(1) as f32;
        let mean = cells.iter().sum::<f32>() / count;
        let squares: f32 = cells.iter().map(|cell| (cell - mean) * (cell - mean)).sum();
        Self {
            mean,
            deviation: (squares / count).sqrt(),
        }
    }
}

fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let (first, second) = (Moments::new(a), Moments::new(b));
    let products = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - first.mean) * (b - second.mean));
    let together = products.sum::<f32>() / a.len().max(1) as f32;
    let variance = |moments: &Moments| moments.deviation * moments.deviation + NOISE;
    together / (variance(&first) * variance(&second)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::Surroundings;
    use crate::sketch::Window;

    /// Noise of a seed, two cells wide, on light that rises from left to right.
    fn sky(seed: u32, noise: f32, lighter: f32) -> Appearance {
        let cell = |at: usize| {
            let (x, y) = ((at % CELLS) as u32 / 2, (at / CELLS) as u32 / 2);
            let mixed = (x * 7919 + y * 104_729 + seed * 15_485_863).wrapping_mul(2_654_435_761);
            let level = (mixed >> 16) as f32 / 65_535.0 - 0.5;
            120.0 + lighter + (at % CELLS) as f32 * 0.1 + noise * level
        };
        Appearance {
            luma: CellPlane {
                side: CELLS,
                cells: (0..CELLS * CELLS).map(cell).collect(),
            },
            chroma: None,
            window: Window::WHOLE,
            surroundings: Surroundings::Empty,
            size: (800.0, 800.0),
            flatness: 0.5,
            has_grain: false,
        }
    }

    fn are_one(a: &Appearance, b: &Appearance) -> bool {
        agree(a, b, &Map::IDENTITY, 1.0)
    }

    #[test]
    fn what_little_varies_must_vary_together() {
        assert!(are_one(&sky(1, 3.0, 0.0), &sky(1, 2.8, 0.5)));
        assert!(!are_one(&sky(1, 3.0, 0.0), &sky(2, 3.0, 0.0)));
        // The rise of light alone is no evidence.
        assert!(!are_one(&sky(1, 0.0, 0.0), &sky(1, 0.0, 0.0)));
    }

    #[test]
    fn a_thing_or_another_light_makes_another_picture() {
        assert!(!are_one(&sky(1, 3.0, 0.0), &sky(1, 3.0, 4.0)));
        let mut with_bird = sky(1, 3.0, 0.0);
        for row in 60..68 {
            with_bird.luma.cells[row * CELLS + 60..][..8].fill(100.0);
        }
        assert!(!are_one(&with_bird, &sky(1, 3.0, 0.0)));
        assert!(
            !are_one(&with_bird, &with_bird),
            "not faint: others judge it"
        );
    }
}
