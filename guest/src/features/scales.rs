//! A picture's luma at rising scales, and the extremes of what lies between two of them. What those look like is not told here.

use crate::appearance::Appearance;

/// Variances of the levels of an octave, in squares of cells: a binomial filter adds one.
const VARIANCES: [usize; 6] = [2, 3, 5, 8, 13, 20];
/// The level of four times the first variance: halved it is the first of the next octave.
const HALVED: usize = 3;
/// Standard deviations between two levels, and by what share they grow from one to the next.
const DEVIATIONS: [f32; 5] = [1.574, 1.971, 2.515, 3.193, 4.014];
const GROWTH: f32 = 0.26;
const OCTAVES: usize = 3;
/// Least cells on each side of an octave.
const LEAST_SIDE: usize = 16;
/// Least difference at an extreme, in levels of luma.
const LEAST_CONTRAST: f32 = 0.4;
/// Largest ratio of the principal curvatures: what lies along an edge may lie anywhere on it.
const EDGE_RATIO: f32 = 10.0;

/// Luma in the proportions of the picture.
pub struct Level {
    pub width: usize,
    pub height: usize,
    cells: Vec<f32>,
}

/// Levels of one size, each smoother than the one before.
pub struct Octave(Vec<Level>);

/// Where a blob is lighter or darker than its surroundings.
pub struct Extreme {
    /// In cells.
    pub place: (f32, f32),
    /// Its size, as the standard deviation of the Gaussian that fits it, in cells.
    pub deviation: f32,
    /// The difference from its surroundings, in levels of luma.
    pub contrast: f32,
    /// The number of the level in its octave.
    level: usize,
}

impl Octave {
    /// Those of a picture, the finest first.
    pub fn all(luma: Level) -> Vec<Self> {
        // The cells of a picture are means, which have a variance of their own.
        let mut octaves = vec![Self::new(luma.blurred(VARIANCES[0] - 1))];
        while octaves.len() < OCTAVES {
            let next = octaves[octaves.len() - 1].0[HALVED].halved();
            if next.width.min(next.height) < LEAST_SIDE {
                break;
            }
            octaves.push(Self::new(next));
        }
        octaves
    }

    fn new(first: Level) -> Self {
        let mut levels = vec![first];
        for pair in VARIANCES.windows(2) {
            levels.push(levels[levels.len() - 1].blurred(pair[1] - pair[0]));
        }
        Self(levels)
    }

    /// The level that an extreme is described on.
    pub fn level(&self, extreme: &Extreme) -> &Level {
        &self.0[extreme.level]
    }

    /// The extremes of the differences between levels, row by row from the finest on.
    pub fn extremes(&self) -> Vec<Extreme> {
        let differences: Vec<Vec<f32>> = self.0.windows(2).map(Level::difference).collect();
        let (width, height) = (self.0[0].width, self.0[0].height);
        let mut extremes = Vec::new();
        for (number, three) in differences.windows(3).enumerate() {
            for row in 1..height - 1 {
                let cells = row * width + 1..(row + 1) * width - 1;
                extremes.extend(cells.filter_map(|at| extreme(three, number + 1, at, width)));
            }
        }
        extremes
    }
}

/// The extreme at a cell of the second of three differences, which is of that level.
fn extreme(three: &[Vec<f32>], level: usize, at: usize, width: usize) -> Option<Extreme> {
    let [below, here, above] = three else {
        return None;
    };
    let value = here[at];
    if value.abs() < LEAST_CONTRAST || !is_extreme(three, at, width) {
        return None;
    }
    let ([left, right], [up, down]) = (
        [here[at - 1], here[at + 1]],
        [here[at - width], here[at + width]],
    );
    let corners =
        here[at + width + 1] + here[at - width - 1] - here[at + width - 1] - here[at - width + 1];
    let curvature = |before: f32, behind: f32| before + behind - 2.0 * value;
    let (across, along) = (curvature(left, right), curvature(up, down));
    if is_edge(across, along, 0.25 * corners) {
        return None;
    }
    let offset = |before: f32, behind: f32| peak(before, behind, curvature(before, behind));
    Some(Extreme {
        place: (
            (at % width) as f32 + offset(left, right),
            (at / width) as f32 + offset(up, down),
        ),
        deviation: DEVIATIONS[level] * (1.0 + GROWTH * offset(below[at], above[at])),
        contrast: value.abs(),
        level,
    })
}

/// Greater than all 26 around it, or less than all.
fn is_extreme(three: &[Vec<f32>], at: usize, width: usize) -> bool {
    let value = three[1][at];
    let sign = value.signum();
    three.iter().enumerate().all(|(number, plane)| {
        [at - width, at, at + width].into_iter().all(|row| {
            let mut cells = row - 1..=row + 1;
            cells.all(|cell| (number, cell) == (1, at) || sign * plane[cell] < sign * value)
        })
    })
}

/// One of the principal curvatures is much greater than the other, by the trace and the determinant of the Hessian.
fn is_edge(across: f32, along: f32, mixed: f32) -> bool {
    let (trace, determinant) = (across + along, across * along - mixed * mixed);
    let most = (EDGE_RATIO + 1.0) * (EDGE_RATIO + 1.0) / EDGE_RATIO;
    determinant <= 0.0 || trace * trace >= most * determinant
}

/// How far from the middle of three values a parabola through them has its extreme.
fn peak(before: f32, behind: f32, curvature: f32) -> f32 {
    match curvature.abs() > 1e-6 {
        true => (0.5 * (before - behind) / curvature).clamp(-0.5, 0.5),
        false => 0.0,
    }
}

impl Level {
    /// The luma of a picture's content, as many cells on the longer side as it has.
    pub fn new(appearance: &Appearance) -> Self {
        let side = appearance.luma.side;
        let (width, height) = appearance.window_size();
        let along = |one: f32, other: f32| {
            let cells = (side as f32 * (one / other).min(1.0) + 0.5) as usize;
            cells.clamp(LEAST_SIDE.min(side), side)
        };
        let (width, height) = (along(width, height), along(height, width));
        let rows = appearance.luma.cells.chunks(side);
        let rows: Vec<Vec<f32>> = rows.map(|row| averaged(row, width)).collect();
        let mut cells = vec![0.0; width * height];
        for x in 0..width {
            let column: Vec<f32> = rows.iter().map(|row| row[x]).collect();
            for (y, level) in averaged(&column, height).into_iter().enumerate() {
                cells[y * width + x] = level;
            }
        }
        Self {
            width,
            height,
            cells,
        }
    }

    /// After so many binomial filters of five taps along both axes.
    fn blurred(&self, times: usize) -> Self {
        let mut cells = self.cells.clone();
        let mut padded = vec![0.0; self.width + 4];
        for _ in 0..times {
            for row in cells.chunks_exact_mut(self.width) {
                blur_row(row, &mut padded);
            }
            cells = self.blurred_down(&cells);
        }
        Self { cells, ..*self }
    }

    fn blurred_down(&self, cells: &[f32]) -> Vec<f32> {
        let row = |y: usize, before: usize, behind: usize| {
            let y = (y + behind).saturating_sub(before).min(self.height - 1);
            &cells[y * self.width..][..self.width]
        };
        let mut blurred = Vec::with_capacity(cells.len());
        for y in 0..self.height {
            let (a, b, c) = (row(y, 2, 0), row(y, 1, 0), row(y, 0, 0));
            let (d, e) = (row(y, 0, 1), row(y, 0, 2));
            blurred.extend((0..self.width).map(|x| binomial([a[x], b[x], c[x], d[x], e[x]])));
        }
        blurred
    }

    /// Half the cells on each side, each the mean of four.
    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mean = |at: usize| {
            let first = at / width * 2 * self.width + at % width * 2;
            let (upper, lower) = (&self.cells[first..], &self.cells[first + self.width..]);
            0.25 * ((upper[0] + upper[1]) + (lower[0] + lower[1]))
        };
        Self {
            width,
            height,
            cells: (0..width * height).map(mean).collect(),
        }
    }

    /// The second of two less the first.
    fn difference(pair: &[Self]) -> Vec<f32> {
        let cells = pair[1].cells.iter().zip(&pair[0].cells);
        cells.map(|(smoother, finer)| smoother - finer).collect()
    }

    /// The mean of a square from its left upper corner on, by nine places.
    pub fn mean(&self, (left, top): (f32, f32), side: f32) -> f32 {
        let parts = [0.17, 0.5, 0.83].map(|part| part * side);
        let rows = parts.map(|down| {
            let row = parts.map(|across| self.at(left + across, top + down));
            row[0] + row[1] + row[2]
        });
        rows[0] + rows[1] + rows[2]
    }

    /// Between four cells; beyond the edge the last cells go on.
    fn at(&self, x: f32, y: f32) -> f32 {
        let along = |at: f32, cells: usize| {
            let at = at.clamp(0.0, cells as f32 - 1.001);
            (at as usize, at - (at as usize) as f32)
        };
        let ((column, x), (row, y)) = (along(x, self.width), along(y, self.height));
        let at = row * self.width + column;
        let between = |at: usize| self.cells[at] + (self.cells[at + 1] - self.cells[at]) * x;
        let (top, bottom) = (between(at), between(at + self.width));
        top + (bottom - top) * y
    }
}

/// A row of two cells more at each end is lent to it.
fn blur_row(row: &mut [f32], padded: &mut [f32]) {
    let last = row.len() - 1;
    padded[..2].fill(row[0]);
    padded[2..row.len() + 2].copy_from_slice(row);
    padded[row.len() + 2..].fill(row[last]);
    for (cell, taps) in row.iter_mut().zip(padded.windows(5)) {
        *cell = binomial([taps[0], taps[1], taps[2], taps[3], taps[4]]);
    }
}

fn binomial([a, b, c, d, e]: [f32; 5]) -> f32 {
    0.0625 * (a + e) + 0.25 * (b + d) + 0.375 * c
}

/// A line of cells as fewer, each the mean of what it covers.
fn averaged(line: &[f32], count: usize) -> Vec<f32> {
    if count == line.len() {
        return line.to_vec();
    }
    let step = line.len() as f32 / count as f32;
    let mean = |number: usize| {
        let (start, end) = (number as f32 * step, (number + 1) as f32 * step);
        let cells = line.iter().enumerate().skip(start as usize);
        let covered = cells.map(|(at, level)| {
            let part = end.min(at as f32 + 1.0) - start.max(at as f32);
            part.max(0.0) * level
        });
        covered.take(step as usize + 2).sum::<f32>() / step
    };
    (0..count).map(mean).collect()
}
