//! Lays one sketch over another: the affine map that brings the cells of the first onto the second.
//!
//! Gauss-Newton steps over the six numbers of the map, a gain and an offset of brightness (Lucas and
//! Kanade, "An Iterative Image Registration Technique", 1981; Baker and Matthews, "Lucas-Kanade 20 Years
//! On", 2004), from coarse to fine: 16x16, 32x32 and 64x64 cells. Cells that do not fit, such as those of
//! a mark or the corners of a turned picture, count little: each is weighted by `t / (t + r²)`, where `r`
//! is what is left over there and `t` three times its mean square, as Cauchy's estimator does it.
//!
//! Plain f32 additions, multiplications, divisions and square roots in one order, and no others: every
//! build gives the same bits. How alike the pictures are where they lie on each other is not judged here.

use crate::sketch::{Look, SIDE};

/// Where the search starts: as it is, the first lying in a part of the second, and the other way round.
const STARTS: [f32; 3] = [1.0, 0.9, 1.11];
/// Steps from each start on the coarse level, and from the best of them on the others, at most.
const COARSE_STEPS: u32 = 4;
const MIDDLE_STEPS: u32 = 6;
const FINE_STEPS: u32 = 4;
/// On the fine level every second cell of every second row is enough.
const FINE_STRIDE: usize = 2;
/// A correlation on the coarse level from which on no other start is tried.
const GOOD: f32 = 0.95;
/// A correlation on the coarse level below which no other start is tried either.
const HOPELESS: f32 = 0.1;
/// A correlation on the coarse level below which the pictures are strangers. Of 880 edited copies none
/// had less than 0.5, of 3,593 strangers 4 in 100 had more.
const STRANGE: f32 = 0.5;
/// On each level, fine first: a map is found when a step changes none of its numbers by more.
const SETTLED: [f32; 3] = [0.001, 0.002, 0.01];
/// Most that one step may change a number of the map: larger ones overshoot.
const LARGEST_STEP: f32 = 0.08;
/// Least share of the first picture's cells that must lie on the second.
const LEAST_OVERLAP: f32 = 0.55;
/// Grey levels are counted from here, which keeps sums small.
const MIDDLE_GREY: f32 = 128.0;

/// Maps places of the first picture to places of the second. In each, 0, 0 is the middle and a side is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Map {
    /// `x = across[0] + across[1] u + across[2] v`.
    across: [f32; 3],
    /// `y = down[0] + down[1] u + down[2] v`.
    down: [f32; 3],
}

/// A picture laid over another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registration {
    /// Where the cells of the first come to.
    pub map: Map,
    /// What the contrast of the second is multiplied with to be that of the first.
    pub gain: f32,
}

/// Grey levels of a picture on one level, row by row, counted from middle grey.
pub struct Level {
    side: usize,
    cells: Vec<f32>,
}

/// A picture on three levels, fine first.
pub struct Levels([Level; 3]);

/// Sums over pairs of grey levels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moments {
    /// How many pairs.
    pub count: f32,
    a: f32,
    b: f32,
    aa: f32,
    bb: f32,
    ab: f32,
}

/// How two sets of grey levels vary, and vary together.
pub struct Spread {
    /// Variance of the first.
    pub first: f32,
    /// Variance of the second.
    pub second: f32,
    /// Their covariance.
    pub together: f32,
}

impl Map {
    fn scaling(scale: f32) -> Self {
        Self {
            across: [0.0, scale, 0.0],
            down: [0.0, 0.0, scale],
        }
    }

    /// Leaves every place where it is.
    pub fn identity() -> Self {
        Self::scaling(1.0)
    }

    /// How far the corner that moves most moves, as a share of the side.
    pub fn largest_move(&self) -> f32 {
        let corners = [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)];
        let moves = corners.map(|(u, v)| {
            let (x, y) = self.of(u, v);
            (x - u).abs().max((y - v).abs())
        });
        moves.into_iter().fold(0.0, f32::max)
    }

    #[inline(always)]
    fn of(&self, u: f32, v: f32) -> (f32, f32) {
        let [a, b, c] = self.across;
        let [d, e, f] = self.down;
        (a + b * u + c * v, d + e * u + f * v)
    }

    /// A crop, a border, a stretch or a small turn, and nothing wilder.
    fn is_plausible(&self) -> bool {
        let [shift_x, scale_x, shear_x] = self.across;
        let [shift_y, shear_y, scale_y] = self.down;
        let others = [shift_x, shift_y, shear_x, shear_y];
        [scale_x, scale_y]
            .iter()
            .all(|scale| (0.7..1.45).contains(scale))
            && others.iter().all(|other| other.abs() < 0.25)
    }
}

impl Levels {
    /// The levels of a sketched look.
    pub fn of(look: &Look) -> Self {
        let cells = look.cells().iter();
        let fine = Level {
            side: SIDE,
            cells: cells.map(|cell| f32::from(*cell) - MIDDLE_GREY).collect(),
        };
        let middle = fine.halved();
        let coarse = middle.halved();
        Self([fine, middle, coarse])
    }

    /// The finest: a level for each cell of the sketch.
    pub fn fine(&self) -> &Level {
        &self.0[0]
    }
}

impl Level {
    /// The level of one cell.
    pub fn cell(&self, column: usize, row: usize) -> f32 {
        self.cells[row * self.side + column]
    }

    /// The level at the place that a cell of another picture comes to; `None` outside of this one.
    #[inline(always)]
    pub fn under(&self, map: &Map, column: usize, row: usize) -> Option<f32> {
        let (u, v) = (self.place(column), self.place(row));
        self.at(map.of(u, v)).map(|[level, ..]| level)
    }

    /// Half the side, each cell the mean of four.
    fn halved(&self) -> Self {
        let mut cells = Vec::with_capacity(self.cells.len() / 4);
        for rows in self.cells.chunks_exact(2 * self.side) {
            let (upper, lower) = rows.split_at(self.side);
            let (upper, lower) = (upper.as_chunks().0, lower.as_chunks().0);
            let mean = |([a, b], [c, d]): (&[f32; 2], &[f32; 2])| 0.25 * ((a + b) + (c + d));
            cells.extend(upper.iter().zip(lower).map(mean));
        }
        Self {
            side: self.side / 2,
            cells,
        }
    }

    /// The middle of a column or row.
    #[inline(always)]
    fn place(&self, number: usize) -> f32 {
        (number as f32 + 0.5) / self.side as f32 - 0.5
    }

    /// The level between the four cells around a place, and how it rises from cell to cell, across and
    /// down; `None` outside of the middles of the outer cells.
    #[inline(always)]
    fn at(&self, (x, y): (f32, f32)) -> Option<[f32; 3]> {
        let (side, last) = (self.side as f32, (self.side - 1) as f32);
        let (x, y) = ((x + 0.5) * side - 0.5, (y + 0.5) * side - 0.5);
        if !(x >= 0.0 && y >= 0.0 && x <= last && y <= last) {
            return None;
        }
        let cell = |at: f32| (at as usize).min(self.side - 2);
        let (column, row) = (cell(x), cell(y));
        let (x, y) = (x - column as f32, y - row as f32);
        let cells = &self.cells[row * self.side + column..][..self.side + 2];
        let [a, b] = [cells[0], cells[1]];
        let [c, d] = [cells[self.side], cells[self.side + 1]];
        let (upper, lower) = (b - a, d - c);
        let (top, bottom) = (a + upper * x, c + lower * x);
        let down = bottom - top;
        Some([top + down * y, upper + (lower - upper) * y, down])
    }
}

impl Moments {
    /// Counts a pair.
    #[inline(always)]
    pub fn add(&mut self, a: f32, b: f32) {
        self.count += 1.0;
        self.a += a;
        self.b += b;
        self.aa += a * a;
        self.bb += b * b;
        self.ab += a * b;
    }

    /// Both counts in one.
    pub fn join(mut self, other: &Self) -> Self {
        self.count += other.count;
        self.a += other.a;
        self.b += other.b;
        self.aa += other.aa;
        self.bb += other.bb;
        self.ab += other.ab;
        self
    }

    /// How they vary; there must be a pair.
    pub fn spread(&self) -> Spread {
        let (a, b) = (self.a / self.count, self.b / self.count);
        Spread {
            first: (self.aa / self.count - a * a).max(0.0),
            second: (self.bb / self.count - b * b).max(0.0),
            together: self.ab / self.count - a * b,
        }
    }
}

impl Spread {
    /// The correlation, in -1 to 1; `noise`, in squares of grey levels, keeps what hardly varies from
    /// counting as alike.
    pub fn correlation(&self, noise: f32) -> f32 {
        self.together / ((self.first + noise) * (self.second + noise)).sqrt()
    }
}

/// Lays the first picture over the second; `None` when they are strangers already where only 16x16 cells
/// are looked at, or no plausible map is found.
pub fn register(first: &Levels, second: &Levels) -> Option<Registration> {
    let mut best: Option<Fit> = None;
    for scale in STARTS {
        let Some(fit) = Fit::new(scale).improved((first, second), 2, 1, COARSE_STEPS) else {
            continue;
        };
        if best.is_none_or(|best| fit.correlation > best.correlation) {
            best = Some(fit);
        }
        if fit.correlation > GOOD || fit.correlation < HOPELESS {
            break;
        }
    }
    let fit = best.filter(|best| best.correlation >= STRANGE)?;
    let fit = fit.improved((first, second), 1, 1, MIDDLE_STEPS)?;
    let fit = fit.improved((first, second), 0, FINE_STRIDE, FINE_STEPS)?;
    Some(Registration {
        map: fit.map,
        gain: fit.gain,
    })
}

/// A map in the making.
#[derive(Clone, Copy)]
struct Fit {
    map: Map,
    gain: f32,
    offset: f32,
    /// A cell whose square of what is left over is this counts half.
    tolerance: f32,
    /// Of what lay on each other before the last step.
    correlation: f32,
}

/// Sums over the cells that lie on each other: the equations of least squares, and what is left over.
#[derive(Default)]
struct Sums {
    products: [[f32; 8]; 8],
    targets: [f32; 8],
    left: f32,
    weight: f32,
    moments: Moments,
}

impl Fit {
    fn new(scale: f32) -> Self {
        Self {
            map: Map::scaling(scale),
            gain: 1.0,
            offset: 0.0,
            tolerance: f32::MAX,
            correlation: 0.0,
        }
    }

    /// Up to `steps` steps on one level; `None` when a step leads astray.
    fn improved(
        mut self,
        (first, second): (&Levels, &Levels),
        level: usize,
        stride: usize,
        steps: u32,
    ) -> Option<Self> {
        for _ in 0..steps {
            if self.step(&first.0[level], &second.0[level], stride)? < SETTLED[level] {
                break;
            }
        }
        Some(self)
    }

    /// One step, and the largest change of a number of the map; `None` where too little lies on each
    /// other, or the map is no plausible one any more.
    fn step(&mut self, first: &Level, second: &Level, stride: usize) -> Option<f32> {
        let sums = self.sums(first, second, stride);
        let cells = (first.side / stride) * (first.side / stride);
        if sums.moments.count < LEAST_OVERLAP * cells as f32 {
            return None;
        }
        self.correlation = sums.moments.spread().correlation(1.0);
        let [changes @ .., gain, offset] = solve(sums.products, sums.targets)?;
        let changes: [f32; 6] = changes.map(|change| change.clamp(-LARGEST_STEP, LARGEST_STEP));
        let numbers = self.map.across.iter_mut().chain(&mut self.map.down);
        numbers
            .zip(changes)
            .for_each(|(number, change)| *number += change);
        self.gain += gain;
        self.offset += offset;
        self.tolerance = (3.0 * sums.left / sums.weight).max(9.0);
        let largest = changes.into_iter().map(f32::abs).fold(0.0, f32::max);
        self.map.is_plausible().then_some(largest)
    }

    fn sums(&self, first: &Level, second: &Level, stride: usize) -> Sums {
        let mut sums = Sums::default();
        for row in (0..first.side).step_by(stride) {
            let v = first.place(row);
            for column in (0..first.side).step_by(stride) {
                let u = first.place(column);
                if let Some([level, across, down]) = second.at(self.map.of(u, v)) {
                    let wanted = first.cell(column, row);
                    let steepness = self.gain * second.side as f32;
                    let (across, down) = (steepness * across, steepness * down);
                    let left = wanted - (self.gain * level + self.offset);
                    let weight = self.tolerance / (self.tolerance + left * left);
                    let slopes = [
                        across,
                        across * u,
                        across * v,
                        down,
                        down * u,
                        down * v,
                        level,
                        1.0,
                    ];
                    sums.moments.add(wanted, level);
                    sums.add(slopes, left, weight);
                }
            }
        }
        sums
    }
}

impl Sums {
    #[inline(always)]
    fn add(&mut self, slopes: [f32; 8], left: f32, weight: f32) {
        self.left += weight * left * left;
        self.weight += weight;
        for (row, slope) in self.products.iter_mut().zip(slopes) {
            let weighted = weight * slope;
            for (product, slope) in row.iter_mut().zip(slopes) {
                *product += weighted * slope;
            }
        }
        let left = weight * left;
        for (target, slope) in self.targets.iter_mut().zip(slopes) {
            *target += left * slope;
        }
    }
}

/// Solves eight symmetric equations by elimination. The diagonal is made a little larger, as Levenberg
/// does: where a picture says nothing of a number, that stays as it is.
fn solve(mut rows: [[f32; 8]; 8], mut targets: [f32; 8]) -> Option<[f32; 8]> {
    for (number, row) in rows.iter_mut().enumerate() {
        row[number] = row[number] * 1.001 + 0.001;
    }
    for pivot in 0..8 {
        let row = rows[pivot];
        if row[pivot].is_nan() || row[pivot] <= 1e-9 {
            return None;
        }
        for below in pivot + 1..8 {
            let factor = rows[below][pivot] / row[pivot];
            for column in pivot..8 {
                rows[below][column] -= factor * row[column];
            }
            targets[below] -= factor * targets[pivot];
        }
    }
    for pivot in (0..8).rev() {
        let known = (pivot + 1..8).fold(targets[pivot], |left, column| {
            left - rows[pivot][column] * targets[column]
        });
        targets[pivot] = known / rows[pivot][pivot];
    }
    Some(targets)
}
