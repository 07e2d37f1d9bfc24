//! What a picture looks like to verification: luma and chroma of its content as plain numbers, and where that content lies.
//!
//! It comes out of a sketch (128x128 cells), or is made of a decoded picture with more cells where pictures themselves are
//! compared. Not for storing.

use crate::info::Orientation;
use crate::sketch::{self, CHROMA_SIDE, Sketch, WINDOW_UNITS, Window};

/// A square plane of cells, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct CellPlane {
    /// Cells on each side.
    pub side: usize,
    /// The cells.
    pub cells: Vec<f32>,
}

/// Cells on each side of what is known of all of a picture.
pub const SURROUNDINGS_SIDE: usize = 512;

/// What is known of a picture outside of the window of its content: captions, the bars of a screen, the handle of a mug.
#[derive(Clone, Debug, PartialEq)]
pub enum Surroundings {
    /// Nothing is there.
    Empty,
    /// Something is there, and it is not known what.
    Unknown,
    /// All of the picture is known.
    Known(WholePicture),
}

/// All of a picture, within the window of its content and around it, in [`SURROUNDINGS_SIDE`] cells on each side.
#[derive(Clone, Debug, PartialEq)]
pub struct WholePicture {
    /// Levels of luma, 0 to 255.
    pub luma: CellPlane,
    /// How far they are from the level of the picture's bands, 0 where that is too little for content; `None` where no side has a
    /// band.
    pub from_ground: Option<CellPlane>,
}

/// A picture's content in cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Appearance {
    /// Levels of luma, 0 to 255, of the window.
    pub luma: CellPlane,
    /// Blue and red chroma of the window, -128 to 127; none of a grey picture.
    pub chroma: Option<[CellPlane; 2]>,
    /// Where the content lies.
    pub window: Window,
    /// What lies around it.
    pub surroundings: Surroundings,
    /// Width and height of the picture in pixels.
    pub size: (f32, f32),
    /// The share of the window that has its commonest level of luma, 0 to 1.
    pub flatness: f32,
    /// That level is spread by grain, as in a photo of the night sky: it is no plain ground. Sketches do not tell.
    pub has_grain: bool,
}

impl CellPlane {
    /// The level between the four cells around a place; 0, 0 is the middle and a side is 1. `None` outside.
    #[inline(always)]
    pub fn at(&self, place: (f32, f32)) -> Option<f32> {
        self.with_slopes(place).map(|[level, ..]| level)
    }

    /// The level at a place by cubic convolution (Keys, 1981), which keeps strokes sharper than [`Self::at`] does.
    pub fn sharp_at(&self, (x, y): (f32, f32)) -> Option<f32> {
        let (side, last) = (self.side as f32, self.side as isize - 1);
        let (x, y) = ((x + 0.5) * side - 0.5, (y + 0.5) * side - 0.5);
        if !(x >= -0.5 && y >= -0.5 && x <= side - 0.5 && y <= side - 0.5) {
            return None;
        }
        // Whole numbers are rounded down, those below 0 too.
        let (column, row) = ((x + 1.0) as isize - 1, (y + 1.0) as isize - 1);
        let across = cubic(x - column as f32);
        let down = cubic(y - row as f32);
        let clamped = |at: isize| at.clamp(0, last) as usize;
        let columns = [-1, 0, 1, 2].map(|next| clamped(column + next));
        let mut level = 0.0;
        for (next, weight) in (-1..).zip(down) {
            let cells = &self.cells[clamped(row + next) * self.side..][..self.side];
            let [a, b, c, d] = columns.map(|column| cells[column]);
            let mean = across[0] * a + across[1] * b + across[2] * c + across[3] * d;
            level += weight * mean;
        }
        Some(level)
    }

    /// The same as [`Self::at`], with how it rises from cell to cell, across and down.
    #[inline(always)]
    pub fn with_slopes(&self, (x, y): (f32, f32)) -> Option<[f32; 3]> {
        let (side, last) = (self.side as f32, (self.side - 1) as f32);
        let (x, y) = ((x + 0.5) * side - 0.5, (y + 0.5) * side - 0.5);
        let is_inside = x >= -0.5 && y >= -0.5 && x <= last + 0.5 && y <= last + 0.5;
        if !is_inside {
            return None;
        }
        let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
        let cell = |at: f32| (at as usize).min(self.side - 2);
        let (column, row) = (cell(x), cell(y));
        let (x, y) = (x - column as f32, y - row as f32);
        let cells = &self.cells[row * self.side + column..][..self.side + 2];
        let [a, b] = [cells[0], cells[1]];
        let [c, d] = [cells[self.side], cells[self.side + 1]];
        let (upper, lower) = (b - a, d - c);
        let (top, bottom) = (a + upper * x, c + lower * x);
        let down = bottom - top;
        Some([top + down * y, upper + (lower - upper) * y, down])
    }

    /// The middle of a column or row.
    #[inline(always)]
    pub fn place(&self, number: usize) -> f32 {
        (number as f32 + 0.5) / self.side as f32 - 0.5
    }

    /// Half the side, each cell the mean of four.
    pub fn halved(&self) -> Self {
        let mut cells = Vec::with_capacity(self.cells.len() / 4);
        for rows in self.cells.chunks_exact(2 * self.side) {
            let (upper, lower) = rows.split_at(self.side);
            let (upper, lower) = (upper.as_chunks().0, lower.as_chunks().0);
            let mean = |([a, b], [c, d]): (&[f32; 2], &[f32; 2])| 0.25 * ((a + b) + (c + d));
            cells.extend(upper.iter().zip(lower).map(mean));
        }
        Self {
            side: self.side / 2,
            cells,
        }
    }

    /// No more cells on each side than that, by halving.
    pub fn reduced_to(&self, side: usize) -> Self {
        let mut reduced = self.clone();
        while reduced.side > side {
            reduced = reduced.halved();
        }
        reduced
    }

    fn oriented(&self, orientation: Orientation) -> Self {
        let places = (0..self.side).flat_map(|y| (0..self.side).map(move |x| (x, y)));
        let cells = places.map(|(x, y)| {
            let (x, y) = orientation.source(x, y, self.side - 1);
            self.cells[y * self.side + x]
        });
        Self {
            side: self.side,
            cells: cells.collect(),
        }
    }
}

impl WholePicture {
    /// With no more cells on each side than that, by halving.
    pub fn reduced_to(&self, side: usize) -> Self {
        Self {
            luma: self.luma.reduced_to(side),
            from_ground: self
                .from_ground
                .as_ref()
                .map(|plane| plane.reduced_to(side)),
        }
    }

    fn oriented(&self, orientation: Orientation) -> Self {
        Self {
            luma: self.luma.oriented(orientation),
            from_ground: self
                .from_ground
                .as_ref()
                .map(|plane| plane.oriented(orientation)),
        }
    }
}

impl Appearance {
    /// What a sketch holds.
    pub fn from_sketch(sketch: &Sketch) -> Self {
        let plane = |side, cells| CellPlane { side, cells };
        Self {
            luma: plane(sketch::SIDE, sketch.luma()),
            chroma: sketch
                .chroma()
                .map(|planes| planes.map(|cells| plane(CHROMA_SIDE, cells))),
            ..Self::without_content(sketch)
        }
    }

    /// What a sketch holds of the picture without its alpha, where that is another picture. Its colours are not known.
    pub fn opaque_from_sketch(sketch: &Sketch) -> Option<Self> {
        let luma = CellPlane {
            side: sketch::OPAQUE_SIDE,
            cells: sketch.opaque()?,
        };
        Some(Self {
            luma,
            window: Window::WHOLE,
            surroundings: Surroundings::Empty,
            flatness: 0.0,
            has_grain: false,
            ..Self::without_content(sketch)
        })
    }

    fn without_content(sketch: &Sketch) -> Self {
        let (width, height) = sketch.size();
        Self {
            luma: CellPlane {
                side: 0,
                cells: Vec::new(),
            },
            chroma: None,
            window: sketch.window(),
            surroundings: match sketch.has_surroundings() {
                true => Surroundings::Unknown,
                false => Surroundings::Empty,
            },
            size: (width as f32, height as f32),
            flatness: sketch.flatness(),
            has_grain: false,
        }
    }

    /// The whole picture, without colours; `None` where only its window is known.
    pub fn whole(&self) -> Option<Self> {
        let Surroundings::Known(whole) = &self.surroundings else {
            return None;
        };
        Some(Self {
            luma: whole.luma.clone(),
            chroma: None,
            window: Window::WHOLE,
            surroundings: Surroundings::Empty,
            ..*self
        })
    }

    /// With no more cells of luma on each side than that, by halving.
    pub fn reduced_to(&self, side: usize) -> Self {
        Self {
            luma: self.luma.reduced_to(side),
            ..self.clone()
        }
    }

    /// As if it were grey.
    pub fn without_colours(self) -> Self {
        Self {
            chroma: None,
            ..self
        }
    }

    /// After what `orientation` says was done to the picture.
    pub fn oriented(&self, orientation: Orientation) -> Self {
        let (width, height) = self.size;
        Self {
            luma: self.luma.oriented(orientation),
            chroma: self
                .chroma
                .as_ref()
                .map(|planes| planes.each_ref().map(|plane| plane.oriented(orientation))),
            window: oriented(self.window, orientation),
            surroundings: match &self.surroundings {
                Surroundings::Known(whole) => Surroundings::Known(whole.oriented(orientation)),
                other => other.clone(),
            },
            size: match orientation.swaps_sides() {
                true => (height, width),
                false => (width, height),
            },
            flatness: self.flatness,
            has_grain: self.has_grain,
        }
    }

    /// Width and height of the window in pixels.
    pub fn window_size(&self) -> (f32, f32) {
        let (across, down) = self.window.extent();
        let share = |part: u16| f32::from(part) / f32::from(WINDOW_UNITS);
        (self.size.0 * share(across), self.size.1 * share(down))
    }

    /// A place of the picture as a place of the window, which it may lie outside of.
    pub fn on_window(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let along = |place: f32, start: u16, end: u16| {
            let (start, end) = (f32::from(start), f32::from(end));
            ((place + 0.5) * f32::from(WINDOW_UNITS) - start) / (end - start) - 0.5
        };
        let window = self.window;
        (
            along(x, window.left, window.right),
            along(y, window.top, window.bottom),
        )
    }

    /// A place of the window as a place of the picture; in both 0, 0 is the middle and a side is 1.
    pub fn on_picture(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let Window {
            left,
            top,
            right,
            bottom,
        } = self.window;
        let along = |place: f32, start: u16, end: u16| {
            let (start, end) = (f32::from(start), f32::from(end));
            (start + (place + 0.5) * (end - start)) / f32::from(WINDOW_UNITS) - 0.5
        };
        (along(x, left, right), along(y, top, bottom))
    }
}

/// Weights of the four cells around a place, which is `part` behind the second of them.
fn cubic(part: f32) -> [f32; 4] {
    let (square, cube) = (part * part, part * part * part);
    [
        -0.5 * cube + square - 0.5 * part,
        1.5 * cube - 2.5 * square + 1.0,
        -1.5 * cube + 2.0 * square + 0.5 * part,
        0.5 * cube - 0.5 * square,
    ]
}

/// Where a window comes to.
fn oriented(window: Window, orientation: Orientation) -> Window {
    let last = usize::from(WINDOW_UNITS);
    let inverse = orientation.inverse();
    let corner = |x: u16, y: u16| inverse.source(x.into(), y.into(), last);
    let (one, other) = (
        corner(window.left, window.top),
        corner(window.right, window.bottom),
    );
    Window {
        left: one.0.min(other.0) as u16,
        top: one.1.min(other.1) as u16,
        right: one.0.max(other.0) as u16,
        bottom: one.1.max(other.1) as u16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appearance() -> Appearance {
        Appearance {
            luma: CellPlane {
                side: 4,
                cells: (0..16).map(|at| (at * at % 23) as f32).collect(),
            },
            chroma: None,
            window: Window {
                left: 100,
                top: 40,
                right: 500,
                bottom: 300,
            },
            surroundings: Surroundings::Empty,
            size: (800.0, 600.0),
            flatness: 0.1,
            has_grain: false,
        }
    }

    #[test]
    fn turned_back_it_is_the_same_again() {
        let upright = appearance();
        for orientation in Orientation::ALL {
            let turned = upright.oriented(orientation);
            assert_eq!(turned.oriented(orientation.inverse()), upright);
        }
    }

    #[test]
    fn a_place_of_the_window_is_one_of_the_picture_and_back() {
        let appearance = appearance();
        let (x, y) = appearance.on_window(appearance.on_picture((0.3, -0.2)));
        assert!((x - 0.3).abs() < 1e-5 && (y + 0.2).abs() < 1e-5, "{x} {y}");
    }

    #[test]
    fn the_window_turns_with_the_picture() {
        let mirrored = appearance().oriented(Orientation::Mirrored);
        let window = Window {
            left: 12,
            right: 412,
            ..appearance().window
        };
        assert_eq!(mirrored.window, window);
        let turned = appearance().oriented(Orientation::Rotated90);
        let window = Window {
            left: 212,
            top: 100,
            right: 472,
            bottom: 500,
        };
        assert_eq!(turned.window, window);
        assert_eq!(turned.size, (600.0, 800.0));
    }
}
