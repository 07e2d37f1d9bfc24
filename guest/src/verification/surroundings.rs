//! What two registered pictures have where they do not lie on each other by the windows of their content: captions, the bars of a
//! screen, the handles of two mugs.
//!
//! What only one of them has is an edit, as a caption below a photo. Where each has something there that the other lacks, as where
//! two captions are under one photo, they are two pictures.

use crate::appearance::{Appearance, Plane, Surroundings};
use crate::registration::Map;

/// Cells around the edge of what lies on each other that may hold some of it.
const EDGE: f32 = 4.0;
/// Levels from the ground from which on a cell holds something, and the part of them that the other picture must have near there.
const VISIBLE: f32 = 24.0;
const SHARE: f32 = 0.4;
/// Cells from which on something is there.
const LEAST: usize = 8;

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
            let only_first = forth.lacking(|place| map.of(place.0, place.1));
            let back = Seen {
                own: (b, other),
                others: (a, one),
            };
            let only_second = map.inverse().map_or(0, |inverse| {
                back.lacking(|place| inverse.of(place.0, place.1))
            });
            match (only_first >= LEAST, only_second >= LEAST) {
                (true, true) => Around::Other,
                (false, false) => Around::Same,
                _ => Around::Edited,
            }
        }
        (Surroundings::Unknown, _) | (_, Surroundings::Unknown) => Around::Unknown,
        _ => Around::Same,
    }
}

/// One picture, and another one that lies on it.
struct Seen<'a> {
    own: (&'a Appearance, &'a Plane),
    others: (&'a Appearance, &'a Plane),
}

impl Seen<'_> {
    /// Cells outside of what both windows show that hold something where the other picture has nothing like it.
    fn lacking(&self, map: impl Fn((f32, f32)) -> (f32, f32)) -> usize {
        let ((own, levels), (other, others)) = (self.own, self.others);
        let side = levels.side;
        let edge = EDGE / side as f32;
        let is_lacking = |cell: &usize| {
            let level = levels.cells[*cell];
            if level.abs() < VISIBLE {
                return false;
            }
            let place = (levels.place(cell % side), levels.place(cell / side));
            let within = own.on_window(place);
            let seen = map(within);
            if is_inside(within, edge * scale(own)) && is_inside(seen, edge * scale(other)) {
                return false;
            }
            !has_near(others, other.on_picture(seen), level)
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

/// Something as light or as dark is at a place or beside it; what lies outside of the picture may have been cut off.
fn has_near(plane: &Plane, (x, y): (f32, f32), level: f32) -> bool {
    let step = 1.0 / plane.side as f32;
    let around = [-step, 0.0, step];
    let mut places = around
        .iter()
        .flat_map(|down| around.map(|across| (x + across, y + down)));
    places.any(|place| {
        plane
            .at(place)
            .is_none_or(|found| found * level.signum() >= SHARE * level.abs())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::SURROUNDINGS_SIDE as SIDE;
    use crate::sketch::Window;

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
        Appearance {
            luma: Plane {
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
            surroundings: Surroundings::Known(Plane {
                side: SIDE,
                cells: (0..SIDE * SIDE).map(cell).collect(),
            }),
            size: (800.0, 800.0),
            flatness: 0.2,
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
