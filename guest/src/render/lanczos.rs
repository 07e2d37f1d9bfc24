//! How much each sample counts for a scaled one: Lanczos with three lobes, from additions,
//! multiplications and divisions only, so that renditions are the same bytes on every platform.

use std::ops::Range;

/// Half the width of the filter, in samples of the smaller plane.
const LOBES: usize = 3;
/// Entries of the table for a lobe. Between two of them the filter is taken as straight: that is
/// wrong by less than a tenth of what weights are rounded to.
const STEPS: usize = 512;
/// Fraction bits of weights.
pub const FRACTION_BITS: u32 = 14;

/// The filter from its centre on.
static FILTER: [f64; LOBES * STEPS + 2] = {
    let mut filter = [0.0; LOBES * STEPS + 2];
    filter[0] = 1.0;
    let mut at = 1;
    while at < LOBES * STEPS {
        let x = at as f64 / STEPS as f64;
        filter[at] = sinc(x) * sinc(x / LOBES as f64);
        at += 1;
    }
    filter
};

/// sin(pi x) / (pi x) for positive x, by the power series of the sine on -pi/2 to pi/2.
const fn sinc(x: f64) -> f64 {
    let half_turns = (x + 0.5) as u32;
    let angle = (x - half_turns as f64) * std::f64::consts::PI;
    let mut series = 1.0;
    let mut n = 10;
    while n > 0 {
        series = 1.0 - angle * angle / (2 * n * (2 * n + 1)) as f64 * series;
        n -= 1;
    }
    let sine = if half_turns & 1 == 0 { angle } else { -angle } * series;
    sine / (std::f64::consts::PI * x)
}

/// The filter at a distance.
fn filter(x: f64) -> f64 {
    let place = x.abs() * STEPS as f64;
    let at = place as usize;
    match FILTER.get(at..at + 2) {
        Some(&[a, b]) => a + (b - a) * (place - at as f64),
        _ => 0.0,
    }
}

/// What the samples of a row are made of.
pub struct Weights {
    /// Of each window, the first pair of samples: of the first two, of the next two and so on.
    firsts: Vec<usize>,
    /// Pairs of samples in each window.
    count: usize,
    /// Weights of neighbours, two by two, in units of 2^-14: together 1 for each window.
    pairs: Vec<[i16; 2]>,
}

impl Weights {
    /// For `to` samples out of so many; of those, the ones from `start` on, `length` of them, are shown.
    pub fn new(from: usize, (start, length): (f64, f64), to: usize) -> Self {
        let scale = length / to as f64;
        let stretch = scale.max(1.0);
        // One sample more than the window is long may be within, and the first may be the second of a pair.
        let most = ((2.0 * LOBES as f64 * stretch) as usize + 3) / 2;
        let count = most.min(from.div_ceil(2));
        let mut weights = Self {
            firsts: Vec::with_capacity(to),
            count,
            pairs: Vec::with_capacity(to * count),
        };
        let mut shares = Vec::new();
        for at in 0..to {
            let centre = start + (at as f64 + 0.5) * scale;
            let first = window(from, centre, stretch, &mut shares);
            weights.add(first, &shares, from.div_ceil(2));
        }
        weights
    }

    /// Windows begin with a pair, and end with the last of `pairs` at most: what is missing counts nothing.
    fn add(&mut self, first: usize, shares: &[f64], pairs: usize) {
        let units = in_units(shares);
        let leading = units.iter().take_while(|unit| **unit == 0).count();
        let first = first + leading;
        let first_pair = (first / 2).min(pairs - self.count);
        let start = self.pairs.len();
        self.pairs.resize(start + self.count, [0; 2]);
        let window = self.pairs[start..].as_flattened_mut()[first - 2 * first_pair..].iter_mut();
        for (weight, unit) in window.zip(&units[leading..]) {
            *weight = *unit;
        }
        self.firsts.push(first_pair);
    }

    /// How many samples are made.
    pub fn len(&self) -> usize {
        self.firsts.len()
    }

    /// Of how many pairs of samples each is made.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The pairs of samples that some, at least one, are made of. The first of them need not be that of the
    /// first: weights that are rounded to nothing are left out.
    pub fn span(&self, made: Range<usize>) -> Range<usize> {
        let firsts = self.firsts[made].iter();
        let first = firsts.clone().min().copied().unwrap_or(0);
        first..firsts.max().map_or(0, |last| last + self.count)
    }

    /// The first pair of samples that one is made of, and the weights from there on.
    #[inline(always)]
    pub fn window(&self, at: usize) -> (usize, &[[i16; 2]]) {
        let start = at * self.count;
        (self.firsts[at], &self.pairs[start..start + self.count])
    }
}

/// The first of the samples around a centre, and the share of each of them.
fn window(from: usize, centre: f64, stretch: f64, shares: &mut Vec<f64>) -> usize {
    let reach = LOBES as f64 * stretch;
    let first = (centre - reach).max(0.0) as usize;
    let end = ((centre + reach).ceil() as usize).min(from);
    shares.clear();
    shares.extend((first..end).map(|at| filter((at as f64 + 0.5 - centre) / stretch)));
    first
}

/// Shares in proportion, rounded so that they are one together: the largest bears what is missing.
fn in_units(shares: &[f64]) -> Vec<i16> {
    let one = f64::from(1 << FRACTION_BITS);
    let sum: f64 = shares.iter().sum();
    let mut units: Vec<i16> = shares
        .iter()
        .map(|share| (share / sum * one).round() as i16)
        .collect();
    let missing = (1 << FRACTION_BITS) - units.iter().map(|unit| i32::from(*unit)).sum::<i32>();
    if let Some(largest) = units.iter_mut().max() {
        *largest += missing as i16;
    }
    units
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn the_table_is_the_filter() {
        let exact = |x: f64| match x.abs() {
            0.0 => 1.0,
            x if x >= 3.0 => 0.0,
            x => 3.0 * (PI * x).sin() * (PI * x / 3.0).sin() / (PI * x).powi(2),
        };
        for step in -3_100..=3_100 {
            let x = f64::from(step) / 1_000.0;
            assert!((filter(x) - exact(x)).abs() < 4e-6, "{x}");
        }
    }

    #[test]
    fn weights_are_one_together_and_within_the_samples() {
        for (from, to) in [(1, 1), (1, 9), (7, 7), (100, 3), (3, 100), (2_176, 1_600)] {
            let weights = Weights::new(from, (0.0, from as f64 - 0.25), to);
            assert_eq!(weights.len(), to);
            for at in 0..to {
                let (first, pairs) = weights.window(at);
                let units = pairs.as_flattened();
                let sum: i32 = units.iter().map(|unit| i32::from(*unit)).sum();
                assert_eq!(sum, 1 << FRACTION_BITS, "{from} {to} {at}");
                let last = units.iter().rposition(|unit| *unit != 0).unwrap();
                assert!(2 * first + last < from, "{from} {to} {at}");
                assert!(first + pairs.len() <= from.div_ceil(2), "{from} {to} {at}");
            }
        }
    }

    /// No window is longer than there is room for: weights of samples far from the edges are symmetric.
    #[test]
    fn windows_are_whole() {
        for to in 10..200 {
            let weights = Weights::new(201, (0.0, 201.0), to);
            let (_, pairs) = weights.window(to / 2);
            let units = pairs.as_flattened().iter().filter(|unit| **unit != 0);
            let (_, expected) = {
                let mut shares = Vec::new();
                let scale = 201.0 / to as f64;
                let first = window(
                    201,
                    (to / 2) as f64 * scale + scale / 2.0,
                    scale,
                    &mut shares,
                );
                (first, in_units(&shares))
            };
            let expected = expected.iter().filter(|unit| **unit != 0);
            assert!(units.eq(expected), "{to}");
        }
    }

    #[test]
    fn a_size_of_its_own_is_a_copy() {
        let weights = Weights::new(9, (0.0, 9.0), 9);
        for at in 0..9 {
            let (first, pairs) = weights.window(at);
            let mut expected = [0; 10];
            expected[at] = 1 << FRACTION_BITS;
            let within = 2 * first..2 * (first + pairs.len());
            assert_eq!(pairs.as_flattened(), &expected[within]);
        }
    }
}
