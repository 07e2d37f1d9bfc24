//! Registers one picture on another: the affine map that brings the cells of the first onto the second.
//!
//! Gauss-Newton steps over the six numbers of the map, a gain and an offset of brightness (Lucas and
//! Kanade, "An Iterative Image Registration Technique", 1981; Baker and Matthews, "Lucas-Kanade 20 Years
//! On", 2004), from coarse to fine: from 16x16 cells to all there are. Cells that do not fit, such as those of
//! a watermark or the corners of a turned picture, count little: each is weighted by `t / (t + r²)`, where `r`
//! is its residual and `t` three times the mean square of all, as Cauchy's estimator does it.
//!
//! Steps lead only to the nearest solution, so several starts are tried: the windows on each other, the whole pictures on
//! each other, one a little larger than the other. Where one holds a part of the other only, features of both say where to begin
//! ([`crate::features`]).
//!
//! Plain f32 additions, multiplications, divisions and square roots in one order, and no others: every
//! build gives the same bits. How alike the pictures are where they lie on each other is not told here.

mod map;

pub use map::Map;

use crate::appearance::{Appearance, CellPlane};

/// Cells on each side of the coarsest level.
const COARSEST: usize = 16;
/// Steps on the coarsest level, at most, from each start.
const COARSE_STEPS: u32 = 4;
/// Steps on the finer levels, at most, and which cells count there: every so many on each axis.
const FINER: [(u32, usize); 5] = [(6, 1), (5, 1), (4, 2), (3, 4), (3, 8)];
/// How much larger or smaller the content of one picture is where it starts so.
const SCALES: [f32; 2] = [0.9, 1.11];
/// A correlation from which on no other start is tried.
const GOOD: f32 = 0.97;
/// A correlation below which pictures are different. Of 2,300 copies none had less than 0.5 where they were registered well.
const LEAST: f32 = 0.4;
/// A map is found when a step changes none of its numbers by more; on each level, the coarsest first.
const SETTLED: [f32; 6] = [0.01, 0.003, 0.001, 0.0005, 0.0003, 0.0002];
/// Most that one step may change a number of the map: larger ones overshoot.
const LARGEST_STEP: f32 = 0.08;
/// Least share of the first picture's cells that must lie on the second.
const LEAST_OVERLAP: f32 = 0.2;
/// A start that correlates by so much less than the registered map is as good: it is simpler.
const AS_GOOD: f32 = 0.0005;
/// Of a grid of offsets that is tried where the content repeats itself, as lines of text do: half cells of 64, each way.
const OFFSETS: i32 = 3;

/// A plane on several levels, each half the one before, the finest first.
pub struct Pyramid(Vec<CellPlane>);

/// Sums over pairs of levels of luma.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: f32,
    a: f32,
    b: f32,
    aa: f32,
    bb: f32,
    ab: f32,
}

impl Pyramid {
    /// Down to 16x16 cells; the side must be 16 times a power of two.
    pub fn new(plane: &CellPlane) -> Self {
        let mut levels = vec![plane.clone()];
        while let Some(last) = levels.last().filter(|last| last.side >= 2 * COARSEST) {
            levels.push(last.halved());
        }
        Self(levels)
    }

    /// The level of so many halvings from the coarsest, or the finest.
    fn level(&self, number: usize) -> &CellPlane {
        &self.0[(self.0.len() - 1).saturating_sub(number)]
    }

    fn levels(&self) -> usize {
        self.0.len()
    }
}

impl Moments {
    #[inline(always)]
    fn add(&mut self, a: f32, b: f32) {
        self.count += 1.0;
        self.a += a;
        self.b += b;
        self.aa += a * a;
        self.bb += b * b;
        self.ab += a * b;
    }

    fn correlation(&self) -> f32 {
        let (a, b) = (self.a / self.count, self.b / self.count);
        let first = (self.aa / self.count - a * a).max(0.0);
        let second = (self.bb / self.count - b * b).max(0.0);
        (self.ab / self.count - a * b) / ((first + 1.0) * (second + 1.0)).sqrt()
    }
}

/// The correlation of what lies on each other, of every `stride`th cell; `None` below a share of the cells.
fn correlation(
    (a, b): (&CellPlane, &CellPlane),
    map: &Map,
    stride: usize,
    least_overlap: f32,
) -> Option<f32> {
    let mut moments = Moments::default();
    for row in (0..a.side).step_by(stride) {
        let v = a.place(row);
        for column in (0..a.side).step_by(stride) {
            if let Some(level) = b.at(map.apply(a.place(column), v)) {
                moments.add(a.cells[row * a.side + column] - MIDDLE, level - MIDDLE);
            }
        }
    }
    let cells = (a.side.div_ceil(stride) * a.side.div_ceil(stride)) as f32;
    (moments.count >= least_overlap * cells).then(|| moments.correlation())
}

/// Levels are counted from here, which keeps sums small.
const MIDDLE: f32 = 128.0;

/// The map that brings the first picture's window onto the second's; `None` when they are different already where few cells
/// are looked at, or no plausible map is found.
pub fn register((a, b): (&Appearance, &Appearance), levels: (&Pyramid, &Pyramid)) -> Option<Map> {
    let mut wholes = vec![Map::IDENTITY];
    if a.window != b.window {
        wholes.push(Map::of_wholes(a, b));
    }
    let scaled = SCALES.map(|scale| Map::new((scale, scale), (0.0, 0.0)));
    let map = register_from(levels, &[&wholes[..], &scaled].concat())?;
    Some(simplest(levels, map, &wholes))
}

/// The same from maps to begin with, the likeliest first.
pub fn register_from(levels: (&Pyramid, &Pyramid), starts: &[Map]) -> Option<Map> {
    let mut best: Option<(f32, Fit)> = None;
    for start in starts {
        consider(&mut best, levels, *start);
        if best.is_some_and(|(correlation, _)| correlation >= GOOD) {
            break;
        }
    }
    let (_, fit) = best.filter(|(correlation, _)| *correlation >= LEAST)?;
    let mut fit = fit
        .improved(levels, 1)
        .unwrap_or(fit)
        .realigned(levels, starts);
    for level in 2..levels.0.levels() {
        fit = fit.improved(levels, level).unwrap_or(fit);
    }
    Some(fit.map)
}

/// Improves a map that is nearly right by levels of 64x64 cells and more alone: on coarser ones nothing is left of a few dots on a
/// plain ground.
pub fn refined(levels: (&Pyramid, &Pyramid), start: Map) -> Map {
    let mut fit = Fit::new(start);
    for level in 2..levels.0.levels() {
        fit = fit.improved(levels, level).unwrap_or(fit);
    }
    fit.map
}

/// The map that correlates best of those that move the start by no more than so far on each axis, from coarse to fine. Unlike
/// Gauss-Newton steps it cannot be led astray by what the edges of the windows cut off.
pub fn translated((first, second): (&Pyramid, &Pyramid), start: Map, most: (f32, f32)) -> Map {
    let mut best = start;
    let mut reach = most;
    for level in 1..first.levels() {
        let planes = (first.level(level), second.level(level));
        let stride = (planes.0.side / 64).max(1);
        let step = 0.5 / planes.0.side as f32;
        let [across, down] = [reach.0, reach.1].map(|reach| (reach / step + 0.5) as i32);
        let steps = (-down..=down).flat_map(|y| (-across..=across).map(move |x| (x, y)));
        let moved = steps.map(|(x, y)| best.moved(step * x as f32, step * y as f32));
        let found = moved.map(|map| {
            let found = correlation(planes, &map, stride, LEAST_OVERLAP).unwrap_or(0.0);
            (found, map)
        });
        let most = found.reduce(|most, found| if found.0 > most.0 { found } else { most });
        best = most.map_or(best, |(_, map)| map);
        reach = (step, step);
    }
    best
}

/// Takes a start, as it is or improved, where it is better than the best so far.
fn consider(best: &mut Option<(f32, Fit)>, levels: (&Pyramid, &Pyramid), start: Map) {
    let start = Fit::new(start);
    let improved = start.improved(levels, 0);
    for fit in [improved, Some(start)].into_iter().flatten() {
        let at = |level, stride| {
            let planes = (levels.0.level(level), levels.1.level(level));
            correlation(planes, &fit.map, stride, LEAST_OVERLAP).unwrap_or(0.0)
        };
        // What repeats itself, or is sparse, is told apart where there are more cells.
        let found = at(1, 1).max(at(2, 2));
        if best.is_none_or(|(best, _)| found > best + 0.005) {
            *best = Some((found, fit));
        }
    }
}

/// The first of some simple maps that is as good as the registered one, or that one.
fn simplest((first, second): (&Pyramid, &Pyramid), map: Map, simple: &[Map]) -> Map {
    let level = first.levels() - 1;
    let planes = (first.level(level), second.level(level));
    let stride = (planes.0.side / 64).max(1);
    let at = |map: &Map| correlation(planes, map, stride, LEAST_OVERLAP).unwrap_or(0.0);
    let registered = at(&map);
    let is_as_good = |simple: &&Map| at(simple) >= registered - AS_GOOD;
    simple.iter().find(is_as_good).copied().unwrap_or(map)
}

/// A map in the making.
#[derive(Clone, Copy)]
struct Fit {
    map: Map,
    gain: f32,
    offset: f32,
    /// A cell whose square of the residual is this counts half.
    tolerance: f32,
}

/// Sums over the cells that lie on each other: the equations of least squares, and what is left over.
#[derive(Default)]
struct Sums {
    products: [[f32; 8]; 8],
    targets: [f32; 8],
    residual: f32,
    weight: f32,
    count: f32,
}

impl Fit {
    fn new(map: Map) -> Self {
        Self {
            map,
            gain: 1.0,
            offset: 0.0,
            tolerance: f32::MAX,
        }
    }

    /// Steps on one level, 0 being the coarsest; `None` when a step leads astray.
    fn improved(mut self, (first, second): (&Pyramid, &Pyramid), level: usize) -> Option<Self> {
        let (steps, stride) = match level {
            0 => (COARSE_STEPS, 1),
            finer => FINER[(finer - 1).min(FINER.len() - 1)],
        };
        let settled = SETTLED[level.min(SETTLED.len() - 1)];
        for _ in 0..steps {
            if self.step(first.level(level), second.level(level), stride)? < settled {
                break;
            }
        }
        Some(self)
    }

    /// The best of small offsets around this map and the starts, where this one does not fit well: what repeats itself, as
    /// lines of text do, leads steps to the wrong line.
    fn realigned(mut self, (first, second): (&Pyramid, &Pyramid), starts: &[Map]) -> Self {
        let planes = (first.level(2), second.level(2));
        let at = |map: &Map| correlation(planes, map, 2, LEAST_OVERLAP).unwrap_or(0.0);
        let mut best = at(&self.map);
        if best >= 0.9 {
            return self;
        }
        for start in std::iter::once(&self.map.clone()).chain(starts) {
            for offset in 0..(2 * OFFSETS + 1) * (2 * OFFSETS + 1) {
                let step = |number: i32| (number - OFFSETS) as f32 * 0.5 / 64.0;
                let (x, y) = (offset % (2 * OFFSETS + 1), offset / (2 * OFFSETS + 1));
                let map = start.moved(step(x), step(y));
                let found = at(&map);
                if found > best + 0.02 {
                    (best, self.map) = (found, map);
                }
            }
        }
        self
    }

    /// One step, and the largest change of a number of the map; `None` where too little lies on each
    /// other, or the map is no plausible one any more.
    fn step(&mut self, first: &CellPlane, second: &CellPlane, stride: usize) -> Option<f32> {
        let sums = self.sums(first, second, stride);
        let cells = first.side.div_ceil(stride) * first.side.div_ceil(stride);
        if sums.count < LEAST_OVERLAP * cells as f32 {
            return None;
        }
        let [changes @ .., gain, offset] = solve(sums.products, sums.targets)?;
        let changes: [f32; 6] = changes.map(|change| change.clamp(-LARGEST_STEP, LARGEST_STEP));
        let numbers = self.map.across.iter_mut().chain(&mut self.map.down);
        numbers
            .zip(changes)
            .for_each(|(number, change)| *number += change);
        self.gain += gain;
        self.offset += offset;
        self.tolerance = (3.0 * sums.residual / sums.weight).max(9.0);
        let largest = changes.into_iter().map(f32::abs).fold(0.0, f32::max);
        self.map.is_plausible().then_some(largest)
    }

    fn sums(&self, first: &CellPlane, second: &CellPlane, stride: usize) -> Sums {
        let mut sums = Sums::default();
        for row in (0..first.side).step_by(stride) {
            let v = first.place(row);
            for column in (0..first.side).step_by(stride) {
                let u = first.place(column);
                if let Some([level, across, down]) = second.with_slopes(self.map.apply(u, v)) {
                    let level = level - MIDDLE;
                    let wanted = first.cells[row * first.side + column] - MIDDLE;
                    let steepness = self.gain * second.side as f32;
                    let (across, down) = (steepness * across, steepness * down);
                    let residual = wanted - (self.gain * level + self.offset);
                    let weight = self.tolerance / (self.tolerance + residual * residual);
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
                    sums.add(slopes, residual, weight);
                }
            }
        }
        sums
    }
}

impl Sums {
    #[inline(always)]
    fn add(&mut self, slopes: [f32; 8], residual: f32, weight: f32) {
        self.count += 1.0;
        self.residual += weight * residual * residual;
        self.weight += weight;
        for (row, slope) in self.products.iter_mut().zip(slopes) {
            let weighted = weight * slope;
            for (product, slope) in row.iter_mut().zip(slopes) {
                *product += weighted * slope;
            }
        }
        let residual = weight * residual;
        for (target, slope) in self.targets.iter_mut().zip(slopes) {
            *target += residual * slope;
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
