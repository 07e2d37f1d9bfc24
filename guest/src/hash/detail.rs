//! How much of a picture's resolution carries detail: an enlargement has more pixels than its source, and no more
//! to see.
//!
//! Where luma changes strongly, second differences of neighbours are compared with those of pixels twice as far
//! apart, along rows and columns. Their ratio tells the highest frequency of an edge, whatever its contrast: sharp
//! edges differ as much from pixel to pixel as over two, blurred ones by a fraction. Of 52 photos, and of their JPEGs
//! of quality 50 to 95, none has less than an enlargement by 1.5, 2 or 3. Repeated pixels are taken for
//! detail: enlargements that are not smoothed are not told.

use std::collections::VecDeque;

/// How far pixels of a difference are apart at most.
const REACH: usize = 4;
/// Rows that differences take.
const ROWS: usize = 2 * REACH + 1;
/// Parts of the height, of which each is looked at.
const SECTIONS: usize = 16;
/// Rows with strong changes that are looked at in each, next to each other: at least so many, so that no pattern of
/// the picture falls into step with them.
const LEAST_ROWS: usize = 16;
/// Pixels that are looked at, about.
const ENOUGH: usize = 1 << 17;
/// How much luma changes over 8 pixels where it changes strongly; and less, where there are few such places.
const STRONG: [u8; 3] = [40, 20, 10];
/// Fewer are few.
const FEW: u64 = 256;
/// The mean square of differences that rounding and coding make.
const NOISE: u64 = 6;

/// The ratio of mean squares, in 4096ths, of edges with all frequencies up to 5, 10 .. 100 % of what pixels can
/// hold. An edge has frequencies in inverse proportion; a second difference at distance d has the square of
/// 4 sin^2(pi f d) of each.
const RATIOS: [u64; 20] = [
    258, 264, 274, 288, 307, 333, 364, 404, 453, 512, 582, 664, 758, 863, 977, 1095, 1215, 1331,
    1441, 1543,
];

/// Measures luma row by row.
pub(super) struct Detail {
    /// Rows of a section, and how many are to be looked at in each.
    section: usize,
    wanted: usize,
    come: usize,
    /// Rows that are still to be looked at in this section.
    left: usize,
    rows: VecDeque<Vec<u8>>,
    /// Of places of each strength.
    sums: [Sums; STRONG.len()],
}

/// Squares of second differences at distances 1, 2 and 4, and of how many places.
#[derive(Clone, Copy, Default)]
struct Sums {
    squares: [u64; 3],
    places: u64,
}

impl Detail {
    pub fn new((width, height): (usize, usize)) -> Self {
        Self {
            section: height.div_ceil(SECTIONS),
            wanted: (ENOUGH / SECTIONS / width).max(LEAST_ROWS),
            come: 0,
            left: 0,
            rows: VecDeque::with_capacity(ROWS),
            sums: Default::default(),
        }
    }

    /// Adds the luma of a row.
    pub fn add(&mut self, luma: &[u8]) {
        if self.come.is_multiple_of(self.section) {
            self.begin_section();
        }
        self.come += 1;
        if self.left == 0 {
            return;
        }
        let mut row = match self.rows.len() {
            ROWS => self.rows.pop_front().unwrap_or_default(),
            _ => Vec::new(),
        };
        row.clear();
        row.extend_from_slice(luma);
        self.rows.push_back(row);
        if self.rows.len() == ROWS && self.look() {
            self.left -= 1;
        }
    }

    fn begin_section(&mut self) {
        if self.left == 0 {
            // Rows were left out since.
            self.rows.clear();
        }
        self.left = self.wanted;
    }

    /// Looks at the row in the middle, down and along. Has it strong changes?
    fn look(&mut self) -> bool {
        let rows: [&[u8]; ROWS] = std::array::from_fn(|at| self.rows[at].as_slice());
        let [a, _, b, c, middle, d, e, _, f] = rows;
        let behind = middle.get(ROWS - 1..).unwrap_or_default();
        if most(a, f).max(most(middle, behind)) < STRONG[STRONG.len() - 1] {
            return false;
        }
        for x in strong(a, f) {
            note(
                &mut self.sums,
                [a[x], b[x], c[x], middle[x], d[x], e[x], f[x]],
            );
        }
        for x in strong(middle, behind) {
            if let [a, _, b, c, middle, d, e, _, f] = middle[x..][..ROWS] {
                note(&mut self.sums, [a, b, c, middle, d, e, f]);
            }
        }
        true
    }

    /// The share of the resolution that carries detail, in percent. None where too little changes.
    pub fn resolved(&self) -> Option<u8> {
        let mut all = Sums::default();
        for sums in self.sums {
            all.places += sums.places;
            for (all, square) in all.squares.iter_mut().zip(sums.squares) {
                *all += square;
            }
            if all.places >= FEW {
                return Some(all.resolved());
            }
        }
        None
    }
}

/// How much luma changes at most from one row to another.
fn most(one: &[u8], other: &[u8]) -> u8 {
    let changes = one
        .iter()
        .zip(other)
        .map(|(one, other)| one.abs_diff(*other));
    changes.fold(0, u8::max)
}

/// Where luma changes strongly from one row to another.
fn strong(one: &[u8], other: &[u8]) -> impl Iterator<Item = usize> {
    let changes = one
        .iter()
        .zip(other)
        .map(|(one, other)| one.abs_diff(*other));
    let is_strong = |(_, change): &(usize, u8)| *change >= STRONG[STRONG.len() - 1];
    changes.enumerate().filter(is_strong).map(|(x, _)| x)
}

/// Adds a place to those of its strength: pixels 4, 2 and 1 before it, itself, and 1, 2 and 4 behind it.
#[inline(always)]
fn note(sums: &mut [Sums; STRONG.len()], [a, b, c, middle, d, e, f]: [u8; 7]) {
    let change = a.abs_diff(f);
    let Some(strength) = STRONG.iter().position(|least| change >= *least) else {
        return;
    };
    let square = |before: u8, behind: u8| {
        let second = i32::from(before) + i32::from(behind) - 2 * i32::from(middle);
        (second * second) as u64
    };
    let sums = &mut sums[strength];
    sums.places += 1;
    sums.squares[0] += square(c, d);
    sums.squares[1] += square(b, e);
    sums.squares[2] += square(a, f);
}

impl Sums {
    /// By distances 1 and 2, or by 2 and 4 where that is less: noise makes the finer ones large.
    fn resolved(self) -> u8 {
        let [one, two, four] = self
            .squares
            .map(|sum| sum.saturating_sub(NOISE * self.places));
        share(one, two).min(share(two, four))
    }
}

/// The percentage that has the ratio of two sums.
fn share(fine: u64, coarse: u64) -> u8 {
    let ratio = fine * 4096 / coarse.max(1);
    let above = RATIOS.iter().position(|listed| *listed > ratio);
    let at = match above {
        Some(0) => return 5,
        Some(at) => at,
        None => return 100,
    };
    let (low, high) = (RATIOS[at - 1], RATIOS[at]);
    (5 * at as u64 + 5 * (ratio - low) / (high - low)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture whose levels are those of a function of both places.
    fn detail((width, height): (usize, usize), level: impl Fn(usize, usize) -> u8) -> Option<u8> {
        let mut detail = Detail::new((width, height));
        for y in 0..height {
            let row: Vec<_> = (0..width).map(|x| level(x, y)).collect();
            detail.add(&row);
        }
        detail.resolved()
    }

    /// Squares, their edges as wide as `blur` pixels.
    fn squares(blur: f64) -> impl Fn(usize, usize) -> u8 {
        move |x, y| {
            let rise = |at: usize| {
                let within = at as f64 % 40.0;
                let way = if within < 20.0 { within } else { 40.0 - within };
                let rise = ((way - 9.5) / blur + 0.5).clamp(0.0, 1.0);
                rise * rise * (3.0 - 2.0 * rise) - 0.5
            };
            (127.0 + 200.0 * rise(x) * rise(y) * 2.0) as u8
        }
    }

    #[test]
    fn wider_edges_have_less_detail() {
        let of = |blur| detail((300, 200), squares(blur)).unwrap();
        assert_eq!(of(1.0), 100);
        let wider = [2.0, 4.0, 8.0].map(of);
        assert!(
            wider.is_sorted_by(|a, b| a > b) && wider[2] < 50,
            "{wider:?}"
        );
    }

    #[test]
    fn rows_and_columns_count_alike() {
        for blur in [1.0, 2.0, 4.0] {
            let squares = squares(blur);
            let turned = |x, y| squares(y, x);
            let (one, other) = (detail((200, 200), &squares), detail((200, 200), turned));
            assert!(one.unwrap().abs_diff(other.unwrap()) <= 2);
        }
    }

    #[test]
    fn of_large_pictures_some_rows_are_looked_at() {
        let large = detail((3_000, 1_500), squares(3.0)).unwrap();
        let small = detail((600, 300), squares(3.0)).unwrap();
        assert!(large.abs_diff(small) <= 3, "{large} {small}");
    }

    #[test]
    fn few_lines_on_a_large_page_are_found() {
        let (squares, lines) = (squares(1.0), 700..730);
        let page = |x, y| {
            if lines.contains(&y) {
                squares(x, y)
            } else {
                250
            }
        };
        assert_eq!(detail((2_000, 3_000), page), Some(100));
    }

    #[test]
    fn nothing_is_said_of_what_changes_little() {
        assert_eq!(detail((300, 200), |x, y| (100 + (x + y) / 64) as u8), None);
        for size in [(1, 1), (8, 300), (300, 8), (9, 9)] {
            assert_eq!(detail(size, |_, _| 0), None);
        }
    }

    #[test]
    fn ratios_are_those_of_edges() {
        assert!(RATIOS.is_sorted());
        let square = |frequency: f64, distance: f64| {
            let wave = (std::f64::consts::PI * frequency * distance).sin();
            wave.powi(4) / frequency.powi(2)
        };
        for (at, ratio) in RATIOS.iter().enumerate() {
            let highest = 0.025 * (at + 1) as f64;
            let sum = |distance| -> f64 {
                let frequencies = (0..2_000).map(|at| highest * (f64::from(at) + 0.5) / 2_000.0);
                frequencies
                    .map(|frequency| square(frequency, distance))
                    .sum()
            };
            let exact = 4096.0 * sum(1.0) / sum(2.0);
            assert!((exact - *ratio as f64).abs() < 1.0, "{exact} {ratio}");
        }
        assert_eq!([share(0, 0), share(1, 1), share(512, 4096)], [5, 100, 50]);
    }
}
