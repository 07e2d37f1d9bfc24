//! Rectangles of cells, and the one whose scores have the largest sum (Bentley, "Programming Pearls", column 8, in two
//! dimensions). What is scored is not told here.

use crate::sketch::Window;

/// A rectangle of cells, ends exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
}

impl Rectangle {
    /// In cells of which each of these is so many.
    pub fn times(self, factor: usize) -> Self {
        Self {
            left: self.left * factor,
            top: self.top * factor,
            right: self.right * factor,
            bottom: self.bottom * factor,
        }
    }

    /// No narrower than so many cells, inside a plane of `side` by `side`.
    pub fn widened(self, least: usize, side: usize) -> Self {
        let along = |start: usize, end: usize| {
            if end - start >= least {
                return (start, end);
            }
            let middle = (start + end) / 2;
            let start = middle.saturating_sub(least / 2).min(side - least);
            (start, start + least)
        };
        let (left, right) = along(self.left, self.right);
        let (top, bottom) = along(self.top, self.bottom);
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    /// The same as a window, whose units these cells are.
    pub fn into_window(self) -> Window {
        Window {
            left: self.left as u16,
            top: self.top as u16,
            right: self.right as u16,
            bottom: self.bottom as u16,
        }
    }
}

/// The rectangle of `side` by `side` scores that have the largest sum, and that sum; none where no score is over 0.
pub fn largest_sum(scores: &[i32], side: usize) -> Option<(i32, Rectangle)> {
    let mut best: Option<(i32, Rectangle)> = None;
    for top in 0..side {
        let mut columns = vec![0; side];
        for bottom in top..side {
            let row = &scores[bottom * side..][..side];
            columns
                .iter_mut()
                .zip(row)
                .for_each(|(sum, score)| *sum += score);
            let (sum, left, right) = largest_run(&columns);
            if sum > best.map_or(0, |(sum, _)| sum) {
                let bottom = bottom + 1;
                best = Some((
                    sum,
                    Rectangle {
                        left,
                        top,
                        right,
                        bottom,
                    },
                ));
            }
        }
    }
    best
}

/// The run of numbers with the largest sum: sum, start and end.
fn largest_run(numbers: &[i32]) -> (i32, usize, usize) {
    let (mut best, mut sum, mut start) = ((0, 0, 0), 0, 0);
    for (at, number) in numbers.iter().enumerate() {
        if sum <= 0 {
            (sum, start) = (0, at);
        }
        sum += number;
        if sum > best.0 {
            best = (sum, start, at + 1);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_sum_may_hold_some_of_less_than_nothing() {
        let scores = [
            -9, -9, -9, -9, //
            -9, 5, -1, -9, //
            -9, 4, 6, -9, //
            -9, -9, -9, -9,
        ];
        let found = Rectangle {
            left: 1,
            top: 1,
            right: 3,
            bottom: 3,
        };
        assert_eq!(largest_sum(&scores, 4), Some((14, found)));
        assert_eq!(largest_sum(&[-1; 16], 4), None);
    }

    #[test]
    fn what_is_widened_stays_inside() {
        let corner = Rectangle {
            left: 9,
            top: 0,
            right: 10,
            bottom: 8,
        };
        let widened = corner.widened(4, 10);
        assert_eq!((widened.left, widened.right), (6, 10));
        assert_eq!((widened.top, widened.bottom), (0, 8));
    }
}
