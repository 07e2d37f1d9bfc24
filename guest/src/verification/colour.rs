//! Whether two registered pictures agree in their colours.
//!
//! Chroma may be scaled (saturation), a little offset (white balance, toning) or missing (a copy in grey); a hue may not be another one,
//! neither of the whole picture nor of a thing in it.

use crate::appearance::CellPlane;
use crate::registration::Map;

/// Root mean square of chroma below which a picture is grey: what JPEG leaves of none.
const GREY: f32 = 4.0;
/// The same of one that is clearly coloured.
const COLOURED: f32 = 7.0;
/// Saturation may change by factors in between.
const SATURATION: std::ops::RangeInclusive<f32> = 0.3..=3.5;
/// Files of the same picture may differ by factors in between.
const SAME_SATURATION: std::ops::RangeInclusive<f32> = 0.85..=1.18;
/// Most that white balance moves chroma, in levels; the same of drawings and the like, and of those on a neutral ground; and most
/// for files of the same picture.
const OFFSET: f32 = 14.0;
const DRAWN_OFFSET: f32 = 9.0;
const NEUTRAL_OFFSET: f32 = 6.0;
const SAME_OFFSET: f32 = 3.0;
/// A cell has another colour where chroma differs by more levels than this, and by more than the share of what it has.
const DIFFERENCE: f32 = 14.0;
const DIFFERENCE_SHARE: f32 = 0.3;
/// The same across the hue on drawings, documents and products on a neutral ground: in a photo clipping turns hues, too.
const HUE_DIFFERENCE: f32 = 12.0;
const HUE_DIFFERENCE_SHARE: f32 = 0.15;
/// The share of a colour's saturation that clipping may leave.
const PALEST: f32 = 0.5;
/// Cells of another colour that may be found in a copy, of a thousand.
const FEW: usize = 10;
/// Variance, in squares of levels, of colours that do not vary enough to tell how they were scaled.
const PRIOR: f32 = 60.0;
/// Cosine of the angle by which hues of one tone differ at most.
const ONE_HUE: f32 = 0.9;

/// What the colours of two pictures are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourChange {
    /// The same.
    Same,
    /// Saturation or white balance was changed.
    Adjusted,
    /// One has none, or a single tone.
    Dropped,
    /// Things have other colours.
    Other,
}

/// Chroma that changes by more from cell to cell, in levels, is an edge: what lies there hangs on how chroma was halved.
const EDGE: f32 = 24.0;
/// The share of the cells that must not be edges for the others to be left out, one in so many.
const INNER: usize = 8;

/// The share of the contrast around a cell that may differ where one picture had to be moved: its cells lie between the other's.
const BETWEEN: f32 = 0.5;
/// A move, as a share of the side, from which on cells lie between those of the other picture.
const MOVED: f32 = 0.008;

/// The contrast around a cell, in levels, at which it says half of what a cell of an even colour does.
const UNSTEADY: f32 = 8.0;

/// Places of a cell that must lie on the other picture, from its middle: a cell is the mean of all that it covers.
const PARTS_OF_CELL: [(f32, f32); 4] = [(-0.4, -0.4), (0.4, -0.4), (-0.4, 0.4), (0.4, 0.4)];

/// Both pictures at one place.
#[derive(Clone, Copy, Debug)]
struct Pair {
    /// Blue and red chroma of the first.
    a: [f32; 2],
    /// The same of the second.
    b: [f32; 2],
    /// Levels by which they may differ for where their cells lie.
    slack: f32,
    /// What it says of how colours were changed: less where the next cell has another colour, 0 to 1.
    weight: f32,
}

/// Compares the chroma of the first with the second's, seen through a map; `is_drawn` of drawings and the like.
pub fn compare(
    a: Option<&[CellPlane; 2]>,
    b: Option<&[CellPlane; 2]>,
    map: &Map,
    is_drawn: bool,
) -> ColourChange {
    let pairs = without_edges(pairs(a, b, map));
    let (first, second) = (
        strength(pairs.iter().map(|pair| pair.a)),
        strength(pairs.iter().map(|pair| pair.b)),
    );
    let (weaker, stronger) = (first.min(second), first.max(second));
    if stronger < GREY {
        return ColourChange::Same;
    }
    if weaker < GREY {
        return if stronger >= COLOURED {
            ColourChange::Dropped
        } else {
            ColourChange::Adjusted
        };
    }
    let ground = match is_drawn {
        true if has_neutral_ground(&pairs) => Ground::Neutral,
        true => Ground::Toned,
        false => Ground::None,
    };
    let fit = Fit::least_squares(&pairs, ground);
    let others = pairs.iter().filter(|pair| fit.is_other(pair)).count();
    if fit.is_plausible() && others * 1000 <= FEW * pairs.len() {
        return if fit.is_same() {
            ColourChange::Same
        } else {
            ColourChange::Adjusted
        };
    }
    let is_toned = |of: fn(&Pair) -> [f32; 2]| has_one_hue(pairs.iter().map(of));
    match is_toned(|pair| pair.a) != is_toned(|pair| pair.b) {
        true => ColourChange::Dropped,
        false => ColourChange::Other,
    }
}

/// Of every cell of the first that lies on the second; also whether it is an edge of the first.
fn pairs(a: Option<&[CellPlane; 2]>, b: Option<&[CellPlane; 2]>, map: &Map) -> Vec<(Pair, bool)> {
    let Some(shape) = a.or(b).map(|planes| &planes[0]) else {
        return Vec::new();
    };
    let places = (0..shape.side).flat_map(|y| (0..shape.side).map(move |x| (x, y)));
    let is_moved = map.largest_move() > MOVED;
    let pair = |(x, y): (usize, usize)| {
        let place = map.apply(shape.place(x), shape.place(y));
        let inside = PARTS_OF_CELL.iter().all(|(across, down)| {
            let part = |at: usize, along: f32| shape.place(at) + along / shape.side as f32;
            shape
                .at(map.apply(part(x, *across), part(y, *down)))
                .is_some()
        });
        let own = a.map_or([0.0; 2], |planes| {
            planes
                .each_ref()
                .map(|plane| plane.cells[y * plane.side + x])
        });
        let other = b.map_or([0.0; 2], |planes| {
            planes
                .each_ref()
                .map(|plane| plane.at(place).unwrap_or(0.0))
        });
        let contrast = a.map_or(0.0, |planes| {
            let [blue, red] = planes.each_ref().map(|plane| contrast(plane, x, y));
            blue.max(red)
        });
        let pair = Pair {
            a: own,
            b: other,
            slack: if is_moved { BETWEEN * contrast } else { 0.0 },
            weight: 1.0 / (1.0 + (contrast / UNSTEADY).powi(2)),
        };
        inside.then_some((pair, contrast > EDGE))
    };
    places.filter_map(pair).collect()
}

/// Those that are no edges, where there are enough of them.
fn without_edges(pairs: Vec<(Pair, bool)>) -> Vec<Pair> {
    let inner = pairs.iter().filter(|(_, is_edge)| !is_edge);
    let inner: Vec<Pair> = inner.map(|(pair, _)| *pair).collect();
    match inner.len() * INNER >= pairs.len() {
        true => inner,
        false => pairs.into_iter().map(|(pair, _)| pair).collect(),
    }
}

/// The difference of the greatest and the least of nine cells.
fn contrast(plane: &CellPlane, x: usize, y: usize) -> f32 {
    let range = |at: usize| at.saturating_sub(1)..(at + 2).min(plane.side);
    let rows = range(y).map(|row| &plane.cells[row * plane.side..][range(x)]);
    let (least, most) = rows
        .flatten()
        .fold((f32::MAX, f32::MIN), |(least, most), cell| {
            (least.min(*cell), most.max(*cell))
        });
    most - least
}

fn square([blue, red]: [f32; 2]) -> f32 {
    blue * blue + red * red
}

/// Root mean square.
fn strength(chroma: impl ExactSizeIterator<Item = [f32; 2]>) -> f32 {
    let count = chroma.len().max(1) as f32;
    (chroma.map(square).sum::<f32>() / count).sqrt()
}

fn mean(chroma: impl ExactSizeIterator<Item = [f32; 2]>) -> [f32; 2] {
    let count = chroma.len().max(1) as f32;
    let sum = chroma.fold([0.0; 2], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
    sum.map(|sum| sum / count)
}

/// All that is coloured has the hue of the mean, as in sepia.
fn has_one_hue(chroma: impl ExactSizeIterator<Item = [f32; 2]> + Clone) -> bool {
    let [blue, red] = mean(chroma.clone());
    let length = square([blue, red]).sqrt();
    let is_other = |one: &[f32; 2]| {
        let own = square(*one).sqrt();
        own > COLOURED && one[0] * blue + one[1] * red < ONE_HUE * own * length
    };
    let all = chroma.len();
    length >= GREY && chroma.filter(is_other).count() * 1000 <= FEW * all
}

/// What things lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ground {
    /// Nothing even: a photo.
    None,
    /// Paper or paint of some tone.
    Toned,
    /// White, grey or black.
    Neutral,
}

/// Some of the first picture is grey, white or black.
fn has_neutral_ground(pairs: &[Pair]) -> bool {
    let neutral = pairs.iter().filter(|pair| square(pair.a) < GREY * GREY);
    10 * neutral.count() >= pairs.len()
}

/// How the second picture's chroma is made of the first's: one factor, and an offset.
struct Fit {
    factor: f32,
    offset: [f32; 2],
    ground: Ground,
}

impl Fit {
    /// By least squares over those cells that fit: the others may have another colour, or lie under a sticker.
    fn least_squares(pairs: &[Pair], ground: Ground) -> Self {
        let first = Self::of_all(pairs, ground);
        let fitting: Vec<Pair> = pairs
            .iter()
            .filter(|pair| !first.is_other(pair))
            .copied()
            .collect();
        if fitting.len() * 2 < pairs.len() {
            first
        } else {
            Self::of_all(&fitting, ground)
        }
    }

    fn of_all(pairs: &[Pair], ground: Ground) -> Self {
        let (mut all, mut a, mut b) = (0.0, [0.0; 2], [0.0; 2]);
        for pair in pairs {
            all += pair.weight;
            for plane in 0..2 {
                a[plane] += pair.weight * pair.a[plane];
                b[plane] += pair.weight * pair.b[plane];
            }
        }
        let mean = |sum: f32| sum / all.max(f32::MIN_POSITIVE);
        let (a, b) = (a.map(mean), b.map(mean));
        let (mut products, mut squares) = (0.0, 0.0);
        for pair in pairs {
            for plane in 0..2 {
                let from_mean = pair.a[plane] - a[plane];
                products += pair.weight * from_mean * (pair.b[plane] - b[plane]);
                squares += pair.weight * from_mean * from_mean;
            }
        }
        // Where colours do not vary, the factor stays near 1.
        let prior = PRIOR * all.max(1.0);
        let factor = (products + prior) / (squares + prior);
        Self {
            factor,
            offset: [0, 1].map(|plane| b[plane] - factor * a[plane]),
            ground,
        }
    }

    fn is_other(&self, Pair { a, b, slack, .. }: &Pair) -> bool {
        let expected = [0, 1].map(|plane| self.factor * a[plane] + self.offset[plane]);
        // Clipping takes saturation, but leaves the hue.
        let along = b[0] * expected[0] + b[1] * expected[1];
        let share = (along / square(expected).max(1.0)).clamp(PALEST, 1.0);
        let nearest = expected.map(|chroma| share * chroma);
        let differs = square([b[0] - nearest[0], b[1] - nearest[1]]).sqrt();
        let across = b[0] * expected[1] - b[1] * expected[0];
        let across = across.abs() / square(expected).max(1.0).sqrt();
        let most = square(*b).max(square(expected)).sqrt();
        differs - slack > DIFFERENCE.max(DIFFERENCE_SHARE * most)
            || self.ground == Ground::Neutral
                && across - slack > HUE_DIFFERENCE.max(HUE_DIFFERENCE_SHARE * most)
    }

    fn is_plausible(&self) -> bool {
        let most = match self.ground {
            Ground::None => OFFSET,
            Ground::Toned => DRAWN_OFFSET,
            Ground::Neutral => NEUTRAL_OFFSET,
        };
        SATURATION.contains(&self.factor) && square(self.offset).sqrt() <= most
    }

    fn is_same(&self) -> bool {
        SAME_SATURATION.contains(&self.factor) && square(self.offset).sqrt() <= SAME_OFFSET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 12;

    /// Stripes of two colours.
    fn striped(one: [f32; 2], other: [f32; 2]) -> [CellPlane; 2] {
        [0, 1].map(|plane| CellPlane {
            side: SIDE,
            cells: (0..SIDE * SIDE)
                .map(|at| {
                    if at % SIDE < 5 {
                        one[plane]
                    } else {
                        other[plane]
                    }
                })
                .collect(),
        })
    }

    fn compared(a: [[f32; 2]; 2], b: [[f32; 2]; 2]) -> ColourChange {
        let (a, b) = (striped(a[0], a[1]), striped(b[0], b[1]));
        let found = compare(Some(&a), Some(&b), &Map::IDENTITY, false);
        assert_eq!(
            compare(Some(&a), None, &Map::IDENTITY, false),
            ColourChange::Dropped
        );
        found
    }

    #[test]
    fn saturation_and_white_balance_are_adjusted() {
        let photo = [[-40.0, 30.0], [20.0, -25.0]];
        assert_eq!(compared(photo, photo), ColourChange::Same);
        let strong = photo.map(|colour| colour.map(|chroma| chroma * 1.5));
        assert_eq!(compared(photo, strong), ColourChange::Adjusted);
        let warm = photo.map(|[blue, red]| [blue - 6.0, red + 6.0]);
        assert_eq!(compared(photo, warm), ColourChange::Adjusted);
    }

    #[test]
    fn another_hue_of_one_thing_or_of_all_is_another_colour() {
        let photo = [[-40.0, 30.0], [20.0, -25.0]];
        let turned = photo.map(|colour| colour.map(|chroma| -chroma));
        assert_eq!(compared(photo, turned), ColourChange::Other);
        let (red, green) = ([[-30.0, 80.0], [0.0, 0.0]], [[-40.0, -60.0], [0.0, 0.0]]);
        assert_eq!(compared(red, green), ColourChange::Other);
        let (blue, violet) = ([[80.0, -10.0], [0.0, 0.0]], [[70.0, 30.0], [0.0, 0.0]]);
        assert_eq!(compared(blue, violet), ColourChange::Other);
    }

    #[test]
    fn cells_at_edges_do_not_tell_how_colours_were_changed() {
        let edged = |share: f32| {
            let cell = |at: usize, chroma: f32| match at % SIDE {
                0 => chroma * share,
                _ => chroma,
            };
            [60.0, -70.0].map(|chroma| CellPlane {
                side: SIDE,
                cells: (0..SIDE * SIDE).map(|at| cell(at, chroma)).collect(),
            })
        };
        let found = compare(Some(&edged(0.7)), Some(&edged(0.63)), &Map::IDENTITY, true);
        assert_eq!(found, ColourChange::Same);
    }

    #[test]
    fn one_tone_is_no_colour() {
        let photo = [[-40.0, 30.0], [20.0, -25.0]];
        assert_eq!(
            compared(photo, [[-12.0, 8.0], [-12.0, 8.0]]),
            ColourChange::Dropped
        );
    }
}
