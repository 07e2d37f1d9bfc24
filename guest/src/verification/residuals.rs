//! What is left over where two registered pictures lie on each other: does the content agree, cell by cell?
//!
//! Brightness is fitted in a neighbourhood of each cell, so that filters, exposure and fading leave nothing over. The residual of a
//! cell is counted in multiples of what re-encoding, resizing and a map that is off by a fraction of a cell explain: some noise,
//! and a share of the contrast that **both** pictures have there. What one picture has and the other lacks is not explained.

use crate::sketch::SIDE;

use super::overlap::{Overlap, contrast};

/// Cells on each side of the middle of a neighbourhood: of so many cells of a sketch, and of fewer where there are fewer.
const RADIUS: usize = 12;
/// The same of the cells on each axis of which one stands for its neighbourhood.
const STRIDE: usize = 4;
/// Variance of noise, in squares of levels.
const NOISE: f32 = 1.0;
/// Variance from which on there is something to see in a neighbourhood.
const VISIBLE: f32 = 9.0;
/// A correlation below which a neighbourhood disagrees.
const AGREES: f32 = 0.6;
/// What noise explains of a residual, in levels, and the share of the contrast that is explained.
const EXPLAINED: f32 = 3.0;
const EXPLAINED_SHARE: f32 = 0.25;
/// The least share of the first picture that lies on the second.
const LEAST_COVERED: f32 = 0.2;
/// A typical residual that is little, in multiples of what is explained.
const LITTLE: f32 = 0.4;
/// Factors of contrast that make no difference beside it.
const SAME_BRIGHTNESS: std::ops::RangeInclusive<f32> = 0.88..=1.14;
/// Cells at the edges of both pictures in which nothing counts as a change, the same: what lies there is cut off elsewhere.
const EDGE: usize = 2;
/// Variance that keeps the fit of brightness near that of the whole picture where there is little to see.
const PRIOR: f32 = 30.0;
/// What is within so many standard deviations of its surroundings does not stand out of them.
const SPREADS: f32 = 1.5;
/// Levels from which on, or down to which, a picture may be clipped.
const CLIPPED: [f32; 2] = [4.0, 251.0];

/// What the residuals tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residuals {
    /// Cells with contrast.
    pub structure: usize,
    /// Of 16x16 regions, those with such cells.
    pub regions: usize,
    /// What changes from cell to cell across the lines of the picture, the part of it that changes along them: 0 where all lines run
    /// one way, 1 where they run every way.
    pub directions: f32,
    /// Mean correlation of neighbourhoods, weighted by what there is to see.
    pub correlation: f32,
    /// The share of what there is to see in neighbourhoods that disagree.
    pub disagreeing: f32,
    /// What is left over of cells with contrast.
    pub usual: Usual,
    /// Cells whose content changed.
    pub changes: usize,
    /// The share of the cells that changed.
    pub changed: f32,
    /// 1 where all changes are lighter, or all darker; 0 where they are half and half.
    pub one_sign: f32,
    /// Of what stands out of its unchanged surroundings where something changed, the lesser picture's part of the greater's.
    pub lesser_part: f32,
    /// Mean correlation of the neighbourhoods that no change is in.
    pub unchanged_correlation: f32,
}

/// What is left over of cells with contrast, in multiples of what is explained, whatever changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// The sixth of ten.
    pub typical: f32,
    /// The 99th of a hundred.
    pub largest: f32,
    /// The 99th of a hundred of the cells without contrast: noise.
    pub noise: f32,
    /// What the contrast of the second picture is multiplied with to be that of the first.
    pub gain: f32,
}

/// Means and variances around each cell.
struct Neighbourhoods {
    a: Vec<f32>,
    b: Vec<f32>,
    aa: Vec<f32>,
    bb: Vec<f32>,
    ab: Vec<f32>,
}

/// The residual of each cell.
struct Residual {
    levels: Vec<f32>,
    /// In multiples of what is explained.
    multiples: Vec<f32>,
}

impl Residuals {
    /// `None` where less than a fifth of the first picture lies on the second. A change is a cell whose residual is so many times what
    /// is explained as `least_change` says. Two of its neighbours must have half of that.
    pub fn new(overlap: Overlap, least_change: impl Fn(&Usual) -> f32) -> Option<Self> {
        let covered = overlap.covered();
        if covered < LEAST_COVERED * overlap.mask.len() as f32 {
            return None;
        }
        let structure = overlap.structure();
        let directions = overlap.directions();
        let overlap = overlap.of_one_sharpness();
        let around = Neighbourhoods::new(&overlap);
        let gain = overlap.gain();
        let residual = Residual::new(&overlap, &around, gain);
        let usual = Usual {
            typical: residual.of_cells(0.6, |cell| structure[cell]),
            largest: residual.of_cells(0.99, |cell| structure[cell]),
            noise: residual.of_cells(0.99, |cell| overlap.mask[cell] > 0.0 && !structure[cell]),
            gain,
        };
        let changes = residual.changes(&overlap, least_change(&usual));
        let count = changes.iter().filter(|change| **change).count();
        let (correlation, disagreeing) = around.correlation(&overlap, |_| true);
        let (unchanged_correlation, one_sign, lesser_part) = match count {
            0 => (correlation, 1.0, 0.0),
            _ => {
                let near = box_mean(
                    &as_numbers(&changes),
                    overlap.side,
                    of_sketch(RADIUS + 2, overlap.side),
                );
                let is_unchanged = |cell: usize| near[cell] <= 0.0;
                let (correlation, _) = around.correlation(&overlap, is_unchanged);
                (
                    correlation,
                    residual.one_sign(&changes),
                    residual.lesser_part(&overlap, &changes, gain),
                )
            }
        };
        Some(Self {
            structure: structure.iter().filter(|has| **has).count(),
            regions: regions(&structure, overlap.side),
            directions,
            correlation,
            disagreeing,
            usual,
            changes: count,
            changed: count as f32 / covered,
            one_sign,
            lesser_part,
            unchanged_correlation,
        })
    }
}

impl Usual {
    /// So little is left over, and brightness is so much the same, that re-encoding and resizing alone tell the pictures apart.
    pub fn is_nearly_nothing(&self) -> bool {
        self.typical <= LITTLE && SAME_BRIGHTNESS.contains(&self.gain)
    }
}

impl Neighbourhoods {
    fn new(overlap: &Overlap) -> Self {
        let count = box_mean(&overlap.mask, overlap.side, of_sketch(RADIUS, overlap.side));
        let mean = |values: &[f32]| {
            let mut means = box_mean(values, overlap.side, of_sketch(RADIUS, overlap.side));
            for (mean, count) in means.iter_mut().zip(&count) {
                *mean = if *count > 0.0 { *mean / count } else { 0.0 };
            }
            means
        };
        let (a, b) = (&overlap.a, &overlap.b);
        Self {
            a: mean(a),
            b: mean(b),
            aa: mean(&products(a, a)),
            bb: mean(&products(b, b)),
            ab: mean(&products(a, b)),
        }
    }

    /// Variance of the first, of the second, and their covariance.
    fn variances(&self, cell: usize) -> (f32, f32, f32) {
        let (a, b) = (self.a[cell], self.b[cell]);
        let first = (self.aa[cell] - a * a).max(0.0);
        let second = (self.bb[cell] - b * b).max(0.0);
        (first, second, self.ab[cell] - a * b)
    }

    /// The mean correlation of those that count, and the share of them that disagrees.
    fn correlation(&self, overlap: &Overlap, counts: impl Fn(usize) -> bool) -> (f32, f32) {
        let (mut sum, mut disagreeing, mut weight) = (0.0, 0.0, 0.0);
        let stride = of_sketch(STRIDE, overlap.side);
        let starts = || (stride / 2..overlap.side).step_by(stride);
        for cell in starts().flat_map(|y| starts().map(move |x| y * overlap.side + x)) {
            let (first, second, together) = self.variances(cell);
            let most = first.max(second);
            if overlap.mask[cell] == 0.0 || most <= VISIBLE || !counts(cell) {
                continue;
            }
            let correlation = together / ((first + NOISE) * (second + NOISE)).sqrt();
            let seen = most.sqrt();
            sum += seen * correlation;
            weight += seen;
            if correlation < AGREES {
                disagreeing += seen;
            }
        }
        match weight > 0.0 {
            true => (sum / weight, disagreeing / weight),
            false => (0.0, 0.0),
        }
    }
}

impl Residual {
    fn new(overlap: &Overlap, around: &Neighbourhoods, gain: f32) -> Self {
        let contrast_a = contrast(&overlap.a, overlap.side);
        let contrast_b = contrast(&overlap.b, overlap.side);
        let cells = overlap.mask.len();
        let mut residual = Self {
            levels: vec![0.0; cells],
            multiples: vec![0.0; cells],
        };
        for cell in (0..cells).filter(|cell| overlap.mask[*cell] > 0.0) {
            let (_, second, together) = around.variances(cell);
            let fitted = (together + PRIOR * gain) / (second + PRIOR);
            let fitted = fitted.clamp(0.6 * gain, 1.6 * gain);
            let (a, b) = (overlap.a[cell], overlap.b[cell]);
            let left = a - around.a[cell] - fitted * (b - around.b[cell]);
            let left = unclipped(left, a, b);
            let (one, other) = (contrast_a[cell], fitted * contrast_b[cell]);
            residual.levels[cell] = left;
            residual.multiples[cell] = left.abs() / (EXPLAINED + EXPLAINED_SHARE * one.min(other));
        }
        residual
    }

    /// The residual below which a share of such cells is.
    fn of_cells(&self, share: f32, is_such: impl Fn(usize) -> bool) -> f32 {
        let cells = (0..self.multiples.len()).filter(|cell| is_such(*cell));
        let mut multiples: Vec<f32> = cells.map(|cell| self.multiples[cell]).collect();
        let place = (multiples.len() as f32 * share) as usize;
        match multiples.is_empty() {
            true => 0.0,
            false => *multiples.select_nth_unstable_by(place, f32::total_cmp).1,
        }
    }

    /// Cells that changed.
    fn changes(&self, overlap: &Overlap, least: f32) -> Vec<bool> {
        let side = overlap.side;
        let edge = of_sketch(EDGE, side);
        let inner = edge..side - edge;
        let is_change = |cell: usize| {
            let (x, y) = (cell % side, cell / side);
            self.multiples[cell] > least
                && inner.contains(&x)
                && inner.contains(&y)
                && overlap.covers_around((x, y), edge)
                && self.over_around((x, y), side, least / 2.0) >= 3
        };
        (0..side * side).map(is_change).collect()
    }

    /// How much changes are of one kind: lighter, or darker.
    fn one_sign(&self, changes: &[bool]) -> f32 {
        let (mut sum, mut magnitude) = (0.0, 0.0);
        for (level, _) in self.levels.iter().zip(changes).filter(|(_, is)| **is) {
            sum += level;
            magnitude += level.abs();
        }
        sum.abs() / f32::max(magnitude, 1.0)
    }

    /// How far changed cells stand out of the unchanged ones around them, in one picture and in the other: what was drawn over
    /// a photo does, and what it covers hardly ever.
    fn lesser_part(&self, overlap: &Overlap, changes: &[bool], gain: f32) -> f32 {
        let unchanged: Vec<f32> = (overlap.mask.iter().zip(&self.multiples))
            .map(|(mask, multiple)| if *multiple < 1.0 { *mask } else { 0.0 })
            .collect();
        let count = box_mean(&unchanged, overlap.side, of_sketch(RADIUS, overlap.side));
        let grounds = [&overlap.a, &overlap.b].map(|levels| {
            let counted = products(levels, &unchanged);
            let squares = products(levels, &counted);
            let means = box_mean(&counted, overlap.side, of_sketch(RADIUS, overlap.side));
            (
                levels,
                means,
                box_mean(&squares, overlap.side, of_sketch(RADIUS, overlap.side)),
            )
        });
        let changed = (0..changes.len()).filter(|cell| changes[*cell] && count[*cell] > 0.05);
        let (mut first, mut second) = (0.0, 0.0);
        for cell in changed {
            let [a, b] = grounds.each_ref().map(|(levels, means, squares)| {
                let mean = means[cell] / count[cell];
                let spread = (squares[cell] / count[cell] - mean * mean).max(0.0).sqrt();
                ((levels[cell] - mean).abs() - SPREADS * spread).max(0.0)
            });
            first += (a - gain * b).max(0.0);
            second += (gain * b - a).max(0.0);
        }
        first.min(second) / first.max(second).max(1.0)
    }

    /// Of the nine cells around one, itself among them, those whose residual is over so many times what is explained.
    fn over_around(&self, (x, y): (usize, usize), side: usize, least: f32) -> usize {
        let rows = (y - 1..=y + 1).map(|row| &self.multiples[row * side + x - 1..][..3]);
        rows.flatten().filter(|multiple| **multiple > least).count()
    }
}

/// A residual less what clipping explains: where one picture is white it may have been lighter still.
fn unclipped(left: f32, a: f32, b: f32) -> f32 {
    let [black, white] = CLIPPED;
    let left = match () {
        () if b >= white => left.min(0.0),
        () if b <= black => left.max(0.0),
        () => left,
    };
    match () {
        () if a >= white => left.max(0.0),
        () if a <= black => left.min(0.0),
        () => left,
    }
}

/// So many cells of a sketch, in cells of a plane that has no more pixels than that.
fn of_sketch(cells: usize, side: usize) -> usize {
    (cells * side.min(SIDE)).div_ceil(SIDE)
}

/// Regions of 16x16 that some cells with structure lie in.
fn regions(structure: &[bool], side: usize) -> usize {
    const REGIONS: usize = 16;
    let region = |cell: usize| {
        let (x, y) = (cell % side, cell / side);
        y * REGIONS / side * REGIONS + x * REGIONS / side
    };
    let cells = (0..structure.len()).filter(|cell| structure[*cell]);
    let mut has_some = [false; REGIONS * REGIONS];
    cells.for_each(|cell| has_some[region(cell)] = true);
    has_some.into_iter().filter(|has| *has).count()
}

fn products(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

fn as_numbers(cells: &[bool]) -> Vec<f32> {
    cells.iter().map(|is| f32::from(u8::from(*is))).collect()
}

/// The mean around each cell, of a square that ends at the edges. By a summed-area table (Crow, 1984).
fn box_mean(cells: &[f32], side: usize, radius: usize) -> Vec<f32> {
    let width = side + 1;
    let mut table = vec![0.0_f64; width * width];
    for y in 0..side {
        let mut row = 0.0;
        for x in 0..side {
            row += f64::from(cells[y * side + x]);
            table[(y + 1) * width + x + 1] = table[y * width + x + 1] + row;
        }
    }
    let range = |at: usize| (at.saturating_sub(radius), (at + radius + 1).min(side));
    let mut means = Vec::with_capacity(cells.len());
    for y in 0..side {
        let (top, bottom) = range(y);
        for x in 0..side {
            let (left, right) = range(x);
            let sum = table[bottom * width + right] + table[top * width + left]
                - table[top * width + right]
                - table[bottom * width + left];
            means.push((sum / ((right - left) * (bottom - top)) as f64) as f32);
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::CellPlane;
    use crate::registration::Map;

    const SIDE: usize = 64;

    /// Hills with some lines on them.
    fn scene() -> CellPlane {
        let level = |x: usize, y: usize| {
            let hill = 120 + (x * 3 + y * 2) % 90;
            if (x * 5 + y * 3) % 23 < 4 {
                hill as f32 - 60.0
            } else {
                hill as f32
            }
        };
        let cells = (0..SIDE * SIDE).map(|at| level(at % SIDE, at / SIDE));
        CellPlane {
            side: SIDE,
            cells: cells.collect(),
        }
    }

    fn changed(x: usize, y: usize, by: f32) -> CellPlane {
        let mut plane = scene();
        for row in y..y + 6 {
            for column in x..x + 6 {
                plane.cells[row * SIDE + column] = 120.0 + by;
            }
        }
        plane
    }

    fn between(a: &CellPlane, b: &CellPlane) -> Residuals {
        Residuals::new(Overlap::new(a, b, &Map::IDENTITY), |_| 8.0).unwrap()
    }

    #[test]
    fn nothing_is_left_over_of_a_picture_and_its_darker_copy() {
        let mut darker = scene();
        darker
            .cells
            .iter_mut()
            .for_each(|cell| *cell = *cell * 0.7 + 10.0);
        let found = between(&scene(), &darker);
        assert_eq!(found.changes, 0);
        assert!(
            found.correlation > 0.99 && found.usual.typical < 0.1,
            "{found:?}"
        );
        assert!((found.usual.gain - 1.0 / 0.7).abs() < 0.05);
    }

    #[test]
    fn what_is_drawn_over_one_is_of_one_sign_and_what_moves_is_of_both() {
        let (one, other) = (changed(10, 10, 110.0), changed(40, 44, 110.0));
        let drawn_over = between(&one, &scene());
        assert!(
            drawn_over.changes >= 8 && drawn_over.one_sign > 0.99,
            "{drawn_over:?}"
        );
        let moved = between(&one, &other);
        assert!(
            moved.changes > drawn_over.changes && moved.one_sign < 0.2,
            "{moved:?}"
        );
    }

    #[test]
    fn box_means_end_at_the_edges() {
        let cells: Vec<f32> = (0..9).map(|at| at as f32).collect();
        assert_eq!(box_mean(&cells, 3, 1)[0], 2.0);
        assert_eq!(box_mean(&cells, 3, 1)[4], 4.0);
    }

    #[test]
    fn clipping_explains_one_direction() {
        assert_eq!(unclipped(30.0, 200.0, 255.0), 0.0);
        assert_eq!(unclipped(-30.0, 200.0, 255.0), -30.0);
        assert_eq!(unclipped(-30.0, 255.0, 200.0), 0.0);
        assert_eq!(unclipped(30.0, 200.0, 200.0), 30.0);
    }
}
