//! Two registered pictures cell by cell: the first's levels, and what the second has at the same places, both of one sharpness.
//! What is left over between them is the business of `residuals`.

use crate::appearance::CellPlane;
use crate::registration::Map;

/// Cells with so much contrast to a neighbour, in levels, are structure.
const STRUCTURE: f32 = 12.0;

/// Two pictures laid on each other: the first's cells, and what the second has there.
#[derive(Clone, Debug)]
pub struct Overlap {
    /// Cells on each side.
    pub side: usize,
    /// 1 where they lie on each other, 0 elsewhere.
    pub mask: Vec<f32>,
    /// Levels of the first.
    pub a: Vec<f32>,
    /// Levels of the second at the same places.
    pub b: Vec<f32>,
}

impl Overlap {
    /// The second seen through a map.
    pub fn new(a: &CellPlane, b: &CellPlane, map: &Map) -> Self {
        let cells = a.cells.len();
        let mut overlap = Self {
            side: a.side,
            mask: vec![0.0; cells],
            a: vec![0.0; cells],
            b: vec![0.0; cells],
        };
        for row in 0..a.side {
            let v = a.place(row);
            for column in 0..a.side {
                let cell = row * a.side + column;
                if let Some(level) = b.sharp_at(map.apply(a.place(column), v)) {
                    overlap.mask[cell] = 1.0;
                    overlap.a[cell] = a.cells[cell];
                    overlap.b[cell] = level;
                }
            }
        }
        overlap
    }

    /// Which cells have contrast in one of the pictures. Where the pictures end there is none.
    pub fn structure(&self) -> Vec<bool> {
        let gain = self.gain();
        let (a, b) = (contrast(&self.a, self.side), contrast(&self.b, self.side));
        let mut structure = vec![false; self.mask.len()];
        for cell in self.inner() {
            structure[cell] = a[cell].max(gain * b[cell]) >= STRUCTURE;
        }
        structure
    }

    /// Of the first picture's gradients, the lesser eigenvalue of their covariance over the greater (Förstner and Gülch, "A Fast
    /// Operator for Detection and Precise Location of Distinct Points, Corners and Centres of Circular Features", 1987).
    pub fn directions(&self) -> f32 {
        let (mut across, mut down, mut both) = (0.0_f64, 0.0_f64, 0.0_f64);
        for cell in self.inner() {
            let x = f64::from(self.a[cell + 1] - self.a[cell - 1]);
            let y = f64::from(self.a[cell + self.side] - self.a[cell - self.side]);
            across += x * x;
            down += y * y;
            both += x * y;
        }
        let middle = 0.5 * (across + down);
        let half = 0.5 * (across - down);
        let spread = (half * half + both * both).sqrt();
        match middle + spread > 0.0 {
            true => ((middle - spread) / (middle + spread)) as f32,
            false => 1.0,
        }
    }

    /// The sharper picture blurred as much as the other one is: resizing and re-encoding blur.
    pub fn of_one_sharpness(mut self) -> Self {
        let blurred_a = blurred(&self.a, self.side);
        let blurred_b = blurred(&self.b, self.side);
        let inner = self.inner();
        let share_of_a = share_of_blur(&inner, (&self.a, &blurred_a), &self.b);
        let share_of_b = share_of_blur(&inner, (&self.b, &blurred_b), &self.a);
        let blend = |levels: &mut [f32], blurred: &[f32], share: f32| {
            for cell in &inner {
                levels[*cell] += share * (blurred[*cell] - levels[*cell]);
            }
        };
        match share_of_a > share_of_b {
            true => blend(&mut self.a, &blurred_a, share_of_a),
            false => blend(&mut self.b, &blurred_b, share_of_b),
        }
        self
    }

    /// Both blurred: what is finer than a cell lies elsewhere among the cells of each.
    pub fn blurred(self) -> Self {
        Self {
            a: blurred(&self.a, self.side),
            b: blurred(&self.b, self.side),
            ..self
        }
    }

    /// Cells that lie on each other together with those around them.
    fn inner(&self) -> Vec<usize> {
        let range = 1..self.side - 1;
        let cells = range
            .clone()
            .flat_map(|y| range.clone().map(move |x| y * self.side + x));
        let is_covered = |row: usize| self.mask[row - 1..row + 2].iter().all(|cell| *cell > 0.0);
        cells
            .filter(|cell| {
                [cell - self.side, *cell, cell + self.side]
                    .into_iter()
                    .all(is_covered)
            })
            .collect()
    }

    /// All cells that are no more than so many away lie on each other; they must be cells of the first.
    pub fn covers_around(&self, (x, y): (usize, usize), cells: usize) -> bool {
        let columns = x - cells..=x + cells;
        let mut rows = (y - cells..=y + cells).map(|row| &self.mask[row * self.side..]);
        rows.all(|row| row[columns.clone()].iter().all(|mask| *mask > 0.0))
    }

    /// Cells that lie on each other.
    pub fn covered(&self) -> f32 {
        self.mask.iter().sum()
    }

    /// The factor between the contrasts of the whole pictures.
    pub fn gain(&self) -> f32 {
        let covered = self.covered();
        let variance = |levels: &[f32]| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for level in levels {
                sum += f64::from(*level);
                squares += f64::from(level * level);
            }
            let mean = sum / f64::from(covered);
            (squares / f64::from(covered) - mean * mean).max(0.0) as f32
        };
        ((variance(&self.a) + 1.0) / (variance(&self.b) + 1.0)).sqrt()
    }
}

/// Each cell with those around it, of weights 1, 2 and 1 on each axis.
fn blurred(levels: &[f32], side: usize) -> Vec<f32> {
    let weighted = |a: f32, b: f32, c: f32| 0.25 * (a + c) + 0.5 * b;
    let mut across = levels.to_vec();
    for (row, line) in across.chunks_exact_mut(side).enumerate() {
        let own = &levels[row * side..][..side];
        for x in 1..side - 1 {
            line[x] = weighted(own[x - 1], own[x], own[x + 1]);
        }
    }
    let mut both = across.clone();
    for cell in side..across.len() - side {
        both[cell] = weighted(across[cell - side], across[cell], across[cell + side]);
    }
    both
}

/// How much of its blur one picture lacks to be as the other, 0 to 1: the other is fitted by least squares as a multiple of the
/// picture and one of what blurring it changes.
fn share_of_blur(cells: &[usize], (own, blurred): (&[f32], &[f32]), other: &[f32]) -> f32 {
    let mean = |levels: &[f32]| {
        let sum: f64 = cells.iter().map(|cell| f64::from(levels[*cell])).sum();
        sum / cells.len().max(1) as f64
    };
    let (own_mean, other_mean) = (mean(own), mean(other));
    let (mut own_own, mut own_blur, mut blur_blur) = (0.0, 0.0, 0.0);
    let (mut own_other, mut blur_other) = (0.0, 0.0);
    for cell in cells {
        let level = f64::from(own[*cell]) - own_mean;
        let blur = f64::from(blurred[*cell] - own[*cell]);
        let wanted = f64::from(other[*cell]) - other_mean;
        own_own += level * level;
        own_blur += level * blur;
        blur_blur += blur * blur;
        own_other += level * wanted;
        blur_other += blur * wanted;
    }
    // By Cramer's rule; the determinant cancels in the share.
    let of_own = own_other * blur_blur - blur_other * own_blur;
    let of_blur = blur_other * own_own - own_other * own_blur;
    match of_own > 0.0 {
        true => (of_blur / of_own).clamp(0.0, 1.0) as f32,
        false => 0.0,
    }
}

/// The difference of the greatest and the least level among the nine cells around each.
pub fn contrast(cells: &[f32], side: usize) -> Vec<f32> {
    let range = |at: usize| at.saturating_sub(1)..(at + 2).min(side);
    let mut extremes = vec![(0.0, 0.0); cells.len()];
    for y in 0..side {
        for x in 0..side {
            let row = &cells[y * side..][range(x)];
            extremes[y * side + x] = row
                .iter()
                .fold((f32::MAX, f32::MIN), |(least, most), level| {
                    (least.min(*level), most.max(*level))
                });
        }
    }
    let mut contrast = Vec::with_capacity(cells.len());
    for y in 0..side {
        for x in 0..side {
            let column = range(y).map(|row| extremes[row * side + x]);
            let (least, most) =
                column.fold((f32::MAX, f32::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)));
            contrast.push(most - least);
        }
    }
    contrast
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 32;

    fn stripes() -> CellPlane {
        let cells = (0..SIDE * SIDE).map(|at| if at % 7 < 3 { 40.0 } else { 200.0 });
        CellPlane {
            side: SIDE,
            cells: cells.collect(),
        }
    }

    #[test]
    fn a_blurred_copy_leaves_nothing_over_at_one_sharpness() {
        let sharp = stripes();
        let soft = CellPlane {
            side: SIDE,
            cells: blurred(&sharp.cells, SIDE),
        };
        for (a, b) in [(&sharp, &soft), (&soft, &sharp)] {
            let overlap = Overlap::new(a, b, &Map::IDENTITY).of_one_sharpness();
            let left = |cell: &usize| (overlap.a[*cell] - overlap.b[*cell]).abs();
            // Cells at the edge have nothing beside them to be blurred with.
            let most = overlap.inner().iter().map(left).fold(0.0, f32::max);
            assert!(most < 12.0, "{most}");
        }
    }

    #[test]
    fn structure_is_where_there_is_contrast() {
        let mut plane = stripes();
        plane.cells[SIDE * SIDE / 2..].fill(90.0);
        let structure = Overlap::new(&plane, &plane, &Map::IDENTITY).structure();
        assert!(structure[SIDE + 3]);
        assert!(!structure[SIDE * (SIDE - 2) + 3]);
    }

    #[test]
    fn lines_of_one_direction_are_told_from_corners() {
        let directions =
            |plane: &CellPlane| Overlap::new(plane, plane, &Map::IDENTITY).directions();
        let lines = CellPlane {
            side: SIDE,
            cells: (0..SIDE * SIDE)
                .map(|at| ((at % SIDE + at / SIDE) % 7 * 30) as f32)
                .collect(),
        };
        let squares = CellPlane {
            side: SIDE,
            cells: (0..SIDE * SIDE)
                .map(|at| ((at % SIDE / 4 + at / SIDE / 4) % 2 * 99) as f32)
                .collect(),
        };
        assert!(directions(&lines) < 0.01, "{}", directions(&lines));
        assert!(directions(&squares) > 0.9, "{}", directions(&squares));
    }

    #[test]
    fn contrast_is_that_of_nine_cells() {
        let cells: Vec<f32> = (0..9).map(|at| at as f32).collect();
        assert_eq!(contrast(&cells, 3)[0], 4.0);
    }
}
