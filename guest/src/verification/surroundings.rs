//! What two registered pictures have where they do not lie on each other by the windows of their content: captions, the bars of a
//! screen, the handles of two mugs.
//!
//! What only one of them has is an edit, as a caption below a photo. Where each has something there that the other lacks, as where
//! two captions are under one photo, they are two pictures.

use crate::appearance::{Appearance, Surroundings, WholePicture};
use crate::registration::Map;

/// Cells around the edge of what lies on each other that may hold some of it.
const EDGE: f32 = 4.0;
/// Levels from the ground from which on a cell holds something, and the part of them that the other picture must have near there.
const VISIBLE: f32 = 24.0;
const SHARE: f32 = 0.4;
/// Levels by which what is content in one picture and bands in the other may differ, as a sky does.
const SAME_LEVEL: f32 = 24.0;
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
    own: (&'a Appearance, &'a WholePicture),
    others: (&'a Appearance, &'a WholePicture),
}

impl Seen<'_> {
    /// Cells outside of what both windows show that hold something where the other picture has nothing like it.
    fn lacking(&self, map: impl Fn((f32, f32)) -> (f32, f32)) -> usize {
        let ((own, whole), (other, others)) = (self.own, self.others);
        let side = whole.luma.side;
        let edge = EDGE / side as f32;
        let is_lacking = |cell: &usize| {
            if whole.from_ground.cells[*cell].abs() < VISIBLE {
                return false;
            }
            let place = (whole.luma.place(cell % side), whole.luma.place(cell / side));
            let within = own.on_window(place);
            let seen = map(within);
            if is_inside(within, edge * scale(own)) && is_inside(seen, edge * scale(other)) {
                return false;
            }
            !has_near(others, other.on_picture(seen), whole, *cell)
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

/// What a cell of a picture holds is in another one at a place or beside it: the same level, or something that stands out of its
/// bands to the same side. What lies outside of the other picture may have been cut off.
fn has_near(others: &WholePicture, (x, y): (f32, f32), own: &WholePicture, cell: usize) -> bool {
    let (level, from_ground) = (own.luma.cells[cell], own.from_ground.cells[cell]);
    let step = 1.0 / others.luma.side as f32;
    let around = [-step, 0.0, step];
    let mut places = around
        .iter()
        .flat_map(|down| around.map(|across| (x + across, y + down)));
    places.any(|place| {
        let levels = others.luma.at(place).zip(others.from_ground.at(place));
        levels.is_none_or(|(other, found)| {
            let stands_out = found * from_ground.signum() >= SHARE * from_ground.abs();
            stands_out || (other - level).abs() <= SAME_LEVEL
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::{Plane, SURROUNDINGS_SIDE as SIDE};
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
        let plane = |cell: &dyn Fn(usize) -> f32| Plane {
            side: SIDE,
            cells: (0..SIDE * SIDE).map(cell).collect(),
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
            surroundings: Surroundings::Known(WholePicture {
                luma: plane(&|at| 220.0 + cell(at)),
                from_ground: plane(&cell),
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
    fn what_is_content_in_one_and_a_band_in_the_other_is_the_same() {
        // A photo whose sky counts as a band, and the same in a letterbox, where the sky is content.
        let photo = captioned(80..120, -30.0);
        let mut boxed = photo.clone();
        if let Surroundings::Known(whole) = &mut boxed.surroundings {
            let bars = (0..SIDE * SIDE).filter(|at| !(16..240).contains(&(at / SIDE)));
            bars.for_each(|at| whole.luma.cells[at] = 0.0);
            whole.from_ground.cells = whole.luma.cells.clone();
        }
        assert_eq!(around(&photo, &boxed), Around::Same);
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
