//! What two registered pictures have where they do not lie on each other by the windows of their content: captions, the bars of a
//! screen, the handles of two mugs.
//!
//! What only one of them has is an edit, as a caption below a photo. Where each has something there that the other lacks, as where
//! two captions are under one photo, they are two pictures.

use super::evidence::FLAT;
use crate::appearance::{Appearance, SURROUNDINGS_SIDE, Surroundings, WholePicture};
use crate::registration::Map;

/// The edge of what lies on each other that may hold some of it, as a share of the picture.
const EDGE: f32 = 1.0 / 64.0;
/// Levels from the ground from which on a cell holds something, and the part of them that the other picture must have near there.
const VISIBLE: f32 = 24.0;
const SHARE: f32 = 0.4;
/// Levels by which what is content in one picture and a band in the other may differ, as a sky does.
const SAME_LEVEL: f32 = 24.0;
/// Cells from which on something is there, of 512x512 and at least, and the same of drawings and documents: a figure is as small.
const LEAST: usize = 32;
const LEAST_OF_FEW: usize = 8;
const LEAST_DRAWN: usize = 3;
/// The part of what one photo has that the other must have, too: the outline of a mark is no content.
const LEAST_PART: usize = 32;
/// Cells by which it may lie elsewhere.
const NEAR: i8 = 2;
/// Places of a window on each side that sketches are asked at, and how many of them may lie outside of the other's window.
const PLACES: usize = 24;
const UNCOVERED: usize = PLACES * PLACES / 50;

/// What the surroundings of two pictures are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// The same.
    Same,
    /// One has something that the other lacks.
    Edited,
    /// It is not known.
    Unknown,
    /// Each has something that the other lacks.
    Other,
}

/// Compares them where a map puts the first window on the second.
pub fn compare(a: &Appearance, b: &Appearance, map: &Map) -> Around {
    match (&a.surroundings, &b.surroundings) {
        (Surroundings::Known(one), Surroundings::Known(other)) => {
            let forth = Seen {
                own: (a, one),
                others: (b, other),
            };
            let only_first = forth.lacking(|place| map.apply(place.0, place.1));
            let back = Seen {
                own: (b, other),
                others: (a, one),
            };
            let only_second = map.inverse().map_or(0, |inverse| {
                back.lacking(|place| inverse.apply(place.0, place.1))
            });
            let least = least(a, b, only_first.max(only_second));
            match (only_first >= least, only_second >= least) {
                (true, true) => Around::Other,
                (false, false) => Around::Same,
                _ => Around::Edited,
            }
        }
        (Surroundings::Unknown, _) | (_, Surroundings::Unknown) => Around::Unknown,
        // Sketches hold nothing outside of their windows to compare with what the other window shows there.
        _ if is_uncovered((a, b), |place| map.apply(place.0, place.1)) => Around::Unknown,
        _ => match map.inverse() {
            Some(back) if is_uncovered((b, a), |place| back.apply(place.0, place.1)) => {
                Around::Unknown
            }
            _ => Around::Same,
        },
    }
}

/// Cells that must be others, where one picture has so many.
fn least(a: &Appearance, b: &Appearance, most: usize) -> usize {
    if a.flatness.max(b.flatness) >= FLAT {
        return LEAST_DRAWN;
    }
    let cells = match &a.surroundings {
        Surroundings::Known(whole) => whole.luma.cells.len(),
        _ => 0,
    };
    (LEAST * cells / (SURROUNDINGS_SIDE * SURROUNDINGS_SIDE))
        .max(LEAST_OF_FEW)
        .max(most / LEAST_PART)
}

/// Some of a window lies outside of the window of the other picture and inside of that picture.
fn is_uncovered(
    (own, other): (&Appearance, &Appearance),
    map: impl Fn((f32, f32)) -> (f32, f32),
) -> bool {
    let place = |number: usize| (number as f32 + 0.5) / PLACES as f32 - 0.5;
    let edge = EDGE * scale(own).max(scale(other));
    let is_outside = |at: &usize| {
        let seen = map((place(at % PLACES), place(at / PLACES)));
        !is_inside(seen, edge) && is_inside(other.on_picture(seen), 0.0)
    };
    (0..PLACES * PLACES).filter(is_outside).count() > UNCOVERED
}

/// One picture, and another one that lies on it.
struct Seen<'a> {
    own: (&'a Appearance, &'a WholePicture),
    others: (&'a Appearance, &'a WholePicture),
}

impl Seen<'_> {
    /// Cells outside of what both windows show that hold something where the other picture has nothing like it.
    fn lacking(&self, map: impl Fn((f32, f32)) -> (f32, f32)) -> usize {
        let ((own, whole), (other, others)) = (self.own, self.others);
        let side = whole.luma.side;
        let (edge, others_edge) = (EDGE * scale(own), EDGE * scale(other));
        let is_lacking = |cell: &usize| {
            let place = (whole.luma.place(cell % side), whole.luma.place(cell / side));
            let within = own.on_window(place);
            let from_ground = whole.from_ground.as_ref().map(|plane| plane.cells[*cell]);
            let is_visible = from_ground.is_some_and(|levels| levels.abs() >= VISIBLE);
            if !is_visible && !is_inside(within, 0.0) {
                return false;
            }
            let seen = map(within);
            if is_inside(within, edge) && is_inside(seen, others_edge) {
                return false;
            }
            let held = Held {
                level: whole.luma.cells[*cell],
                from_ground,
            };
            !held.is_near(others, other.on_picture(seen))
        };
        (0..side * side).filter(is_lacking).count()
    }
}

/// Sides of the picture to sides of the window, the larger of both.
fn scale(one: &Appearance) -> f32 {
    let (across, down) = one.window.extent();
    f32::from(crate::sketch::WINDOW_UNITS) / f32::from(across.min(down))
}

/// A place of a window, or a little outside of it.
fn is_inside((x, y): (f32, f32), edge: f32) -> bool {
    x.abs().max(y.abs()) <= 0.5 + edge
}

/// What a cell of a picture holds.
struct Held {
    level: f32,
    /// `None` in a picture without bands.
    from_ground: Option<f32>,
}

impl Held {
    /// It is in another picture at a place or beside it. What lies outside of that picture may have been cut off.
    fn is_near(&self, others: &WholePicture, (x, y): (f32, f32)) -> bool {
        let step = 1.0 / others.luma.side as f32;
        let mut around =
            (-NEAR..=NEAR).flat_map(|down| (-NEAR..=NEAR).map(move |across| (across, down)));
        around.any(|(across, down)| {
            let place = (x + f32::from(across) * step, y + f32::from(down) * step);
            let from_ground = others
                .from_ground
                .as_ref()
                .and_then(|plane| plane.at(place));
            let level = others.luma.at(place);
            level.is_none_or(|level| self.is_like(level, from_ground))
        })
    }

    /// It has the same level, stands out of its bands to the same side, or both are as their bands are.
    fn is_like(&self, level: f32, from_ground: Option<f32>) -> bool {
        let is_like = |(own, other): (f32, f32)| match own.abs() >= VISIBLE {
            true => other * own.signum() >= SHARE * own.abs(),
            false => other.abs() < VISIBLE,
        };
        (level - self.level).abs() <= SAME_LEVEL
            || self.from_ground.zip(from_ground).is_some_and(is_like)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::CellPlane;
    use crate::sketch::Window;

    const SIDE: usize = 256;

    /// A picture whose content is its middle, with a block of some level below that.
    fn captioned(columns: std::ops::Range<usize>, level: f32) -> Appearance {
        let cell = |at: usize| {
            let (x, y) = (at % SIDE, at / SIDE);
            let is_content = (64..192).contains(&x) && (64..192).contains(&y);
            let is_caption = (220..226).contains(&y) && columns.contains(&x);
            match () {
                () if is_content => -90.0,
                () if is_caption => level,
                () => 0.0,
            }
        };
        let plane = |cell: &dyn Fn(usize) -> f32| CellPlane {
            side: SIDE,
            cells: (0..SIDE * SIDE).map(cell).collect(),
        };
        Appearance {
            luma: CellPlane {
                side: 0,
                cells: Vec::new(),
            },
            chroma: None,
            window: Window {
                left: 128,
                top: 128,
                right: 384,
                bottom: 384,
            },
            surroundings: Surroundings::Known(WholePicture {
                luma: plane(&|at| 220.0 + cell(at)),
                from_ground: Some(plane(&cell)),
            }),
            size: (800.0, 800.0),
            flatness: 0.2,
            has_grain: false,
        }
    }

    fn around(a: &Appearance, b: &Appearance) -> Around {
        compare(a, b, &Map::IDENTITY)
    }

    #[test]
    fn two_captions_make_two_pictures() {
        let caption = captioned(80..120, -200.0);
        assert_eq!(
            around(&caption, &captioned(130..170, -200.0)),
            Around::Other
        );
        assert_eq!(around(&caption, &captioned(80..120, 200.0)), Around::Other);
    }

    #[test]
    fn a_caption_of_one_is_an_edit_and_the_same_one_nothing() {
        let caption = captioned(80..120, -200.0);
        assert_eq!(around(&caption, &captioned(0..0, 0.0)), Around::Edited);
        assert_eq!(around(&caption, &captioned(81..121, -170.0)), Around::Same);
    }

    #[test]
    fn what_is_content_in_one_and_a_band_in_the_other_is_the_same() {
        // A photo whose sky counts as a band, and the same in a letterbox, where the sky is content.
        let photo = captioned(80..120, -30.0);
        let mut boxed = photo.clone();
        if let Surroundings::Known(whole) = &mut boxed.surroundings {
            let bars = (0..SIDE * SIDE).filter(|at| !(16..240).contains(&(at / SIDE)));
            bars.for_each(|at| whole.luma.cells[at] = 0.0);
            whole.from_ground = Some(whole.luma.clone());
        }
        assert_eq!(around(&photo, &boxed), Around::Same);
    }

    #[test]
    fn a_part_that_one_window_leaves_out_counts() {
        // A picture without bands, and one of which a part is a band.
        let whole = |level: f32| Appearance {
            window: Window::WHOLE,
            surroundings: Surroundings::Known(WholePicture {
                luma: CellPlane {
                    side: SIDE,
                    cells: (0..SIDE * SIDE).map(|_| level).collect(),
                },
                from_ground: None,
            }),
            ..captioned(0..0, 0.0)
        };
        let (part, map) = (captioned(0..0, 0.0), |a: &_, b: &_| Map::of_wholes(a, b));
        let (same, other) = (whole(220.0), whole(120.0));
        assert_eq!(compare(&same, &part, &map(&same, &part)), Around::Same);
        assert_eq!(compare(&other, &part, &map(&other, &part)), Around::Edited);
        let sketched = |one: &Appearance| Appearance {
            surroundings: Surroundings::Empty,
            ..one.clone()
        };
        let (same, part) = (sketched(&same), sketched(&part));
        assert_eq!(compare(&same, &part, &map(&same, &part)), Around::Unknown);
        assert_eq!(compare(&part, &same, &map(&part, &same)), Around::Unknown);
    }

    #[test]
    fn what_is_not_known_is_told() {
        let caption = captioned(80..120, -200.0);
        let unknown = Appearance {
            surroundings: Surroundings::Unknown,
            ..caption.clone()
        };
        assert_eq!(around(&unknown, &caption), Around::Unknown);
        let empty = Appearance {
            surroundings: Surroundings::Empty,
            ..caption.clone()
        };
        assert_eq!(around(&empty, &caption), Around::Same);
    }
}
