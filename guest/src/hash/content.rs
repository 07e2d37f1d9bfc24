//! Where the content of a picture lies: inside uniform bands, as borders, letterboxes, phone screenshots, captions and the
//! margins of a page make them.
//!
//! A side of the picture whose outermost cells are nearly all of one level has a ground of that level. Where there is a
//! ground, the content is the rectangle in which most cells differ from it, found as that of the largest sum; where no rectangle
//! is filled that well, as on a page of text, it is the smallest that holds all that differs. Looks at luma alone; whole numbers only.

mod rectangle;

use self::rectangle::{Rectangle, largest_sum};
use crate::sketch::{FLAT, WINDOW_UNITS, Window};

/// Cells on each side of the plane that is looked at.
pub(super) const SIDE: usize = WINDOW_UNITS as usize;

/// Cells of an outermost line that must be near its median for the side to have a ground, in hundredths.
const GROUND_SHARE: usize = 92;
/// How far such cells may be from the median.
const GROUND_SPREAD: u8 = 7;
/// How far other cells must be from every ground to be content: over the noise of JPEG and scanners.
const CONTENT: u8 = 12;
/// Fields on each side in which the filled rectangle is searched, and cells on a side of each.
const FIELDS: usize = 64;
const FIELD: usize = SIDE / FIELDS;
/// Fewest fields of a filled rectangle: a twelfth of the picture.
const LEAST_FIELDS: usize = FIELDS * FIELDS / 12;
/// The share of a filled rectangle that must be content, in hundredths.
const FILLED: i32 = 80;
/// The share of all content that the filled rectangle must hold, in hundredths: a paragraph is not the page.
const MOST: i32 = 70;
/// The share of the picture that is content, in hundredths, from which on bands are as good as none.
const MOST_CONTENT: usize = 95;
/// Cells on each side of a window, at least: as many as a sketch has. What is smaller has no more cells to show, and its edges would
/// say too much.
const LEAST_SIDE: usize = crate::sketch::SIDE;
/// Most of the cells within three levels of the commonest one, in hundredths, that are within one where there is grain.
const MOST_WITHIN_GRAIN: usize = 57;
/// Levels between two of 64x64 cells from which on there is an edge.
const EDGE: u32 = 10;
/// Levels between a cell and the next but one from which on there is a stroke, the same in multiples of what nearly all such cells
/// differ by at most, how many of a hundred those are, and how many there are of a stroke.
const STROKE: u8 = 16;
const STROKE_OVER_NOISE: u8 = 3;
const NOISE_SHARE: usize = 99;
const LEAST_STROKES: usize = 32;
/// Cells at the edge of a window that may hold some of what is in it, and content outside of those, in cells, that is something.
const AROUND: usize = 8;
const LEAST_AROUND: usize = 32;

/// The luma of a picture and the grounds at its sides.
struct Grounds<'a> {
    cells: &'a [u8],
    levels: Vec<u8>,
}

/// Content inside bands.
enum Content {
    /// Nearly all of the rectangle is content.
    Filled(Rectangle),
    /// The smallest rectangle that holds all content.
    Scattered(Rectangle),
}

/// The window of the content in a plane of 512x512 cells; the whole picture where no side has a ground, nothing differs from it,
/// or nothing has an edge or a stroke: light that rises smoothly leaves its ground wherever noise lets it.
pub(super) fn window(cells: &[u8]) -> Window {
    let is_seen = |_: &Content| has_edge(cells) || has_strokes(cells);
    match Content::find(cells).filter(is_seen) {
        Some(Content::Filled(found) | Content::Scattered(found)) => {
            found.widened(LEAST_SIDE, SIDE).into_window()
        }
        None => Window::WHOLE,
    }
}

/// Something is content outside of a window, in a plane of 512x512 cells.
pub(super) fn has_surroundings(cells: &[u8], window: Window) -> bool {
    if window == Window::WHOLE {
        return false;
    }
    let grounds = Grounds::find(cells);
    let near = |start: u16, end: u16| {
        usize::from(start).saturating_sub(AROUND)..(usize::from(end) + AROUND).min(SIDE)
    };
    let columns = near(window.left, window.right);
    let rows = near(window.top, window.bottom);
    let is_around = |x: usize, y: usize| !columns.contains(&x) || !rows.contains(&y);
    let places = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
    let content = places.filter(|(x, y)| is_around(*x, *y) && grounds.is_content(*x, *y));
    content.count() >= LEAST_AROUND
}

/// How far cells are from the nearest level that a side of the picture has as its ground, 0 where that is too little for content;
/// `None` where no side has a ground.
pub(super) fn from_ground(cells: &[u8]) -> Option<Vec<f32>> {
    let levels = Grounds::find(cells).levels;
    let difference = |cell: &u8| {
        let differences = levels
            .iter()
            .map(|level| i16::from(*cell) - i16::from(*level));
        let nearest = differences.min_by_key(|difference| difference.abs());
        let content = nearest.filter(|difference| difference.unsigned_abs() > CONTENT.into());
        content.map_or(0.0, f32::from)
    };
    (!levels.is_empty()).then(|| cells.iter().map(difference).collect())
}

/// Some of 64x64 cells differs from the next.
fn has_edge(cells: &[u8]) -> bool {
    const CELLS: usize = 64;
    const TIMES: usize = SIDE / CELLS;
    let mean = |x: usize, y: usize| {
        let rows = (0..TIMES).map(|row| &cells[(y * TIMES + row) * SIDE + x * TIMES..][..TIMES]);
        rows.flatten().map(|cell| u32::from(*cell)).sum::<u32>() / (TIMES * TIMES) as u32
    };
    let means: Vec<u32> = (0..CELLS * CELLS)
        .map(|at| mean(at % CELLS, at / CELLS))
        .collect();
    let differs = |one: usize, other: usize| means[one].abs_diff(means[other]) > EDGE;
    (0..CELLS * CELLS).any(|at| {
        let (is_last, is_lowest) = (at % CELLS == CELLS - 1, at / CELLS == CELLS - 1);
        !is_last && differs(at, at + 1) || !is_lowest && differs(at, at + CELLS)
    })
}

/// Strokes too thin for an edge of 64x64 cells stand out of the noise.
fn has_strokes(cells: &[u8]) -> bool {
    const NEXT_BUT_ONE: usize = 2;
    let across = cells.chunks_exact(SIDE);
    let across = across.flat_map(|row| row.iter().zip(&row[NEXT_BUT_ONE..]));
    let down = cells.iter().zip(&cells[NEXT_BUT_ONE * SIDE..]);
    let mut counts = [0usize; 256];
    for (one, other) in across.chain(down) {
        counts[usize::from(one.abs_diff(*other))] += 1;
    }
    let most = counts.iter().sum::<usize>() * NOISE_SHARE / 100;
    let mut below = 0;
    let noise = counts.iter().position(|count| {
        below += count;
        below > most
    });
    let noise = STROKE_OVER_NOISE.saturating_mul(noise.unwrap_or(0) as u8);
    let least = usize::from(STROKE.max(noise));
    counts[least..].iter().sum::<usize>() >= LEAST_STROKES
}

/// The content of a plane of `side` by `side` cells, a part of [`SIDE`], in those cells. None where there are no bands to
/// speak of: content that is scattered may begin anywhere but on a drawing or a document.
pub(super) fn banded(cells: &[u8], side: usize) -> Option<Rectangle> {
    let times = SIDE / side;
    let row = |y: usize| {
        let row = &cells[y / times * side..][..side];
        (0..SIDE).map(move |x| row[x / times])
    };
    let enlarged: Vec<u8> = (0..SIDE).flat_map(row).collect();
    let found = match Content::find(&enlarged)? {
        Content::Filled(found) => found,
        Content::Scattered(_) if flatness(&enlarged, Window::WHOLE) < FLAT => return None,
        Content::Scattered(found) => found,
    };
    let Rectangle {
        left,
        top,
        right,
        bottom,
    } = found.widened(LEAST_SIDE, SIDE);
    let area = (right - left) * (bottom - top);
    (area * 100 <= MOST_CONTENT * SIDE * SIDE).then(|| Rectangle {
        left: left / times,
        top: top / times,
        right: right.div_ceil(times),
        bottom: bottom.div_ceil(times),
    })
}

/// The share of the cells of a window within three levels of the commonest one, in 255ths.
pub(super) fn flatness(cells: &[u8], window: Window) -> u8 {
    let counts = counts(cells, window);
    let all = counts.iter().sum::<usize>().max(1);
    (commonest(&counts, 7) * 255 / all) as u8
}

/// The commonest level of a window is spread by grain, the noise of a camera: of normal noise of 2.2 levels, 57 % of what is within
/// three and a half levels is within one and a half.
pub(super) fn has_grain(cells: &[u8], window: Window) -> bool {
    let counts = counts(cells, window);
    commonest(&counts, 3) * 100 <= commonest(&counts, 7) * MOST_WITHIN_GRAIN
}

/// How many cells of a window have each level.
fn counts(cells: &[u8], window: Window) -> [usize; 256] {
    let columns = usize::from(window.left)..usize::from(window.right);
    let rows = usize::from(window.top)..usize::from(window.bottom);
    let mut counts = [0usize; 256];
    for row in rows {
        let row = &cells[row * SIDE..][columns.clone()];
        row.iter().for_each(|cell| counts[usize::from(*cell)] += 1);
    }
    counts
}

/// The most cells that have one of so many neighbouring levels.
fn commonest(counts: &[usize; 256], levels: usize) -> usize {
    let sums = counts.windows(levels).map(|near| near.iter().sum());
    sums.max().unwrap_or(0)
}

impl Content {
    /// None where no side has a ground, or nothing differs from it.
    fn find(cells: &[u8]) -> Option<Self> {
        let grounds = Grounds::find(cells);
        if grounds.levels.is_empty() {
            return None;
        }
        match grounds.filled() {
            Some(found) => Some(Self::Filled(found)),
            None => grounds.bounds().map(Self::Scattered),
        }
    }
}

impl<'a> Grounds<'a> {
    fn find(cells: &'a [u8]) -> Self {
        let row = |y: usize| (0..SIDE).map(move |x| cells[y * SIDE + x]);
        let column = |x: usize| (0..SIDE).map(move |y| cells[y * SIDE + x]);
        // The outermost lines of a scan or a crop are often blurred.
        let (first, last) = (1, SIDE - 2);
        let lines = [
            level_of(row(first)),
            level_of(row(last)),
            level_of(column(first)),
            level_of(column(last)),
        ];
        Self {
            cells,
            levels: lines.into_iter().flatten().collect(),
        }
    }

    fn is_content(&self, x: usize, y: usize) -> bool {
        let cell = self.cells[y * SIDE + x];
        self.levels
            .iter()
            .all(|level| cell.abs_diff(*level) > CONTENT)
    }

    fn content_in_row(&self, y: usize, (left, right): (usize, usize)) -> usize {
        (left..right).filter(|x| self.is_content(*x, y)).count()
    }

    fn content_in_column(&self, x: usize, (top, bottom): (usize, usize)) -> usize {
        (top..bottom).filter(|y| self.is_content(x, *y)).count()
    }

    /// The rectangle that is filled with content, if there is one.
    fn filled(&self) -> Option<Rectangle> {
        let scores = self.scores();
        let (sum, fields) = largest_sum(&scores, FIELDS)?;
        let area = (fields.right - fields.left) * (fields.bottom - fields.top);
        let per_field = (FIELD * FIELD) as i32;
        // A field that is all content scores plus one per cell, one without any minus one.
        let content = (sum + area as i32 * per_field) / 2;
        let all = (scores.iter().sum::<i32>() + (FIELDS * FIELDS) as i32 * per_field) / 2;
        let is_filled = content * 100 >= FILLED * area as i32 * per_field;
        let is_most = content * 100 >= MOST * all;
        (area >= LEAST_FIELDS && is_filled && is_most).then(|| self.refined(fields))
    }

    /// For each field, cells that are content less those that are not.
    fn scores(&self) -> Vec<i32> {
        let mut scores = vec![-((FIELD * FIELD) as i32); FIELDS * FIELDS];
        for y in 0..SIDE {
            for x in 0..SIDE {
                if self.is_content(x, y) {
                    scores[y / FIELD * FIELDS + x / FIELD] += 2;
                }
            }
        }
        scores
    }

    /// The cells of a rectangle of fields, each edge moved by up to a field to the first line of which half is content.
    fn refined(&self, fields: Rectangle) -> Rectangle {
        let Rectangle {
            left,
            top,
            right,
            bottom,
        } = fields.times(FIELD);
        let is_row = |y: &usize| 2 * self.content_in_row(*y, (left, right)) >= right - left;
        let rows = top.saturating_sub(FIELD)..(bottom + FIELD).min(SIDE);
        let (top, bottom) = ends(rows, is_row).unwrap_or((top, bottom));
        let is_column = |x: &usize| 2 * self.content_in_column(*x, (top, bottom)) >= bottom - top;
        let columns = left.saturating_sub(FIELD)..(right + FIELD).min(SIDE);
        let (left, right) = ends(columns, is_column).unwrap_or((left, right));
        Rectangle {
            left,
            top,
            right,
            bottom,
        }
    }

    /// The smallest rectangle that holds all content. A cell that is alone may be noise.
    fn bounds(&self) -> Option<Rectangle> {
        let is_alone = |x: usize, y: usize| {
            let near = |at: usize| at.saturating_sub(1)..(at + 2).min(SIDE);
            let mut around = near(y).flat_map(|y| near(x).map(move |x| (x, y)));
            !around.any(|place| place != (x, y) && self.is_content(place.0, place.1))
        };
        let has_content = |x: usize, y: usize| self.is_content(x, y) && !is_alone(x, y);
        let has_row = |y: &usize| (0..SIDE).any(|x| has_content(x, *y));
        let has_column = |x: &usize| (0..SIDE).any(|y| has_content(*x, y));
        let (top, bottom) = ends(0..SIDE, has_row)?;
        let (left, right) = ends(0..SIDE, has_column)?;
        Some(Rectangle {
            left,
            top,
            right,
            bottom,
        })
    }
}

/// The level that nearly all cells of a line have.
fn level_of(line: impl Iterator<Item = u8>) -> Option<u8> {
    let mut levels: Vec<u8> = line.collect();
    levels.sort_unstable();
    let median = levels[levels.len() / 2];
    let is_near = |level: &&u8| level.abs_diff(median) <= GROUND_SPREAD;
    let near = levels.iter().filter(is_near).count();
    (near * 100 >= levels.len() * GROUND_SHARE).then_some(median)
}

/// The first line that is one, and the one behind the last.
fn ends(lines: std::ops::Range<usize>, is_one: impl Fn(&usize) -> bool) -> Option<(usize, usize)> {
    let first = lines.clone().find(&is_one)?;
    let last = lines.rev().find(&is_one)?;
    Some((first, last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane of a ground, with levels of a texture in a rectangle.
    fn framed(ground: u8, window: Window) -> Vec<u8> {
        let texture = |x: usize, y: usize| 60 + ((x * 7) ^ (y * 3)) as u8 % 120;
        let is_inside = |x: usize, y: usize| {
            let (x, y) = (x as u16, y as u16);
            (window.left..window.right).contains(&x) && (window.top..window.bottom).contains(&y)
        };
        let cells = (0..SIDE * SIDE).map(|at| (at % SIDE, at / SIDE));
        let level = |(x, y)| {
            if is_inside(x, y) {
                texture(x, y)
            } else {
                ground
            }
        };
        cells.map(level).collect()
    }

    #[test]
    fn borders_letterboxes_and_bands_are_seen_through() {
        let windows = [
            (40, 40, 470, 470),
            (0, 100, 512, 412),
            (0, 90, 512, 512),
            (30, 200, 300, 330),
        ];
        for (left, top, right, bottom) in windows {
            let inside = Window {
                left,
                top,
                right,
                bottom,
            };
            for ground in [0, 20, 255] {
                assert_eq!(window(&framed(ground, inside)), inside);
            }
        }
    }

    #[test]
    fn what_is_written_in_a_band_is_not_content() {
        let inside = Window {
            left: 0,
            top: 140,
            right: 512,
            bottom: 430,
        };
        let mut cells = framed(255, inside);
        // A line of text above, a status bar, and buttons below.
        for y in (60..75).chain(6..12).chain(470..490) {
            for x in (20..300).filter(|x| x % 7 > 2) {
                cells[y * SIDE + x] = 10;
            }
        }
        assert_eq!(window(&cells), inside);
    }

    #[test]
    fn a_page_is_as_large_as_what_is_written_on_it() {
        let mut cells = vec![250; SIDE * SIDE];
        for y in (84..400).filter(|y| y % 12 < 4) {
            for x in (70..430).filter(|x| x % 5 > 2) {
                cells[y * SIDE + x] = 40;
            }
        }
        let page = Window {
            left: 73,
            top: 84,
            right: 430,
            bottom: 400,
        };
        assert_eq!(window(&cells), page);
    }

    #[test]
    fn a_thin_line_on_an_empty_page_is_content() {
        let mut cells = vec![255; SIDE * SIDE];
        cells[200 * SIDE + 180..][..60].fill(200);
        let around_it = Window {
            left: 146,
            top: 136,
            right: 274,
            bottom: 264,
        };
        assert_eq!(window(&cells), around_it);
        // It may lie between two rows of cells.
        cells[200 * SIDE + 180..][..60].fill(230);
        cells[201 * SIDE + 180..][..60].fill(230);
        let window = window(&cells);
        assert_eq!((window.left, window.right), (146, 274));
    }

    #[test]
    fn noise_on_rising_light_is_no_content() {
        // Of a small picture, whose pixels are several cells wide, noise is coarse.
        for wide in [1, 3] {
            let noise = |x: usize, y: usize| {
                let number = (x / wide + y / wide * SIDE) as u64;
                let mixed = |add: u64| (number + add).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 59;
                // The sum of four is nearly normal, with a standard deviation of 3.
                ((0..4).map(|at| mixed(at << 40)).sum::<u64>() / 6) as u8
            };
            let level = |at: usize| 100 + (at / SIDE / 4) as u8 + noise(at % SIDE, at / SIDE);
            let cells: Vec<u8> = (0..SIDE * SIDE).map(level).collect();
            assert_eq!(window(&cells), Window::WHOLE, "{wide}");
        }
    }

    #[test]
    fn a_night_sky_of_a_camera_has_grain_and_paper_has_none() {
        let spread = |levels: u64| {
            let noise = |at: u64| at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
            let level = |at| 20 + ((noise(at) % levels + noise(at << 20) % levels) / 2) as u8;
            let cells: Vec<u8> = (0..(SIDE * SIDE) as u64).map(level).collect();
            has_grain(&cells, Window::WHOLE)
        };
        assert!(spread(14));
        assert!(!spread(6));
        assert!(!spread(1));
    }

    #[test]
    fn pictures_without_bands_are_whole() {
        assert_eq!(window(&framed(0, Window::WHOLE)), Window::WHOLE);
        assert_eq!(window(&vec![200; SIDE * SIDE]), Window::WHOLE);
    }

    #[test]
    fn flatness_is_the_share_of_one_level() {
        let mut cells = vec![9; SIDE * SIDE];
        assert_eq!(flatness(&cells, Window::WHOLE), 255);
        cells[..SIDE * SIDE / 2].fill(200);
        assert_eq!(flatness(&cells, Window::WHOLE), 127);
        let lower = Window {
            top: 256,
            ..Window::WHOLE
        };
        assert_eq!(flatness(&cells, lower), 255);
    }
}
