//! Affine maps that put the window of one picture's content on the window of another's. How one is found is the matter of
//! [`super`].

use crate::appearance::Appearance;

/// Of a window.
const CORNERS: [(f32, f32); 4] = [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)];

/// Maps places of the first picture's window to places of the second's. In each, 0, 0 is the middle and a side is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Map {
    /// `x = across[0] + across[1] u + across[2] v`.
    pub(super) across: [f32; 3],
    /// `y = down[0] + down[1] u + down[2] v`.
    pub(super) down: [f32; 3],
}

impl Map {
    /// Scales by `scale` and moves by `offset` on each axis.
    pub fn new(scale: (f32, f32), offset: (f32, f32)) -> Self {
        Self {
            across: [offset.0, scale.0, 0.0],
            down: [offset.1, 0.0, scale.1],
        }
    }

    /// Leaves every place where it is.
    pub const IDENTITY: Self = Self {
        across: [0.0, 1.0, 0.0],
        down: [0.0, 0.0, 1.0],
    };

    /// What moves places so, where that is affine.
    pub fn of_places(moved: impl Fn((f32, f32)) -> (f32, f32)) -> Self {
        let (middle, right, below) = (moved((0.0, 0.0)), moved((1.0, 0.0)), moved((0.0, 1.0)));
        Self {
            across: [middle.0, right.0 - middle.0, below.0 - middle.0],
            down: [middle.1, right.1 - middle.1, below.1 - middle.1],
        }
    }

    /// Window on window where the pictures as wholes lie on each other.
    pub fn of_wholes(a: &Appearance, b: &Appearance) -> Self {
        let along = |a: (u16, u16), b: (u16, u16)| {
            let [a, a_end, b, b_end] = [a.0, a.1, b.0, b.1].map(f32::from);
            let scale = (a_end - a) / (b_end - b);
            (scale, (0.5 * (a + a_end) - b) / (b_end - b) - 0.5)
        };
        let (a, b) = (a.window, b.window);
        let (scale_x, offset_x) = along((a.left, a.right), (b.left, b.right));
        let (scale_y, offset_y) = along((a.top, a.bottom), (b.top, b.bottom));
        Self::new((scale_x, scale_y), (offset_x, offset_y))
    }

    /// Where the first window lies in the second, its turn and shear aside: the least and the greatest place of the first.
    pub fn range_inside(&self) -> ((f32, f32), (f32, f32)) {
        let along = |offset: f32, scale: f32| {
            let (one, other) = ((-0.5 - offset) / scale, (0.5 - offset) / scale);
            (one.max(-0.5), other.min(0.5))
        };
        let (left, right) = along(self.across[0], self.across[1]);
        let (top, bottom) = along(self.down[0], self.down[2]);
        ((left, top), (right, bottom))
    }

    /// How far the corner that moves most moves, as a share of the side of the window.
    pub fn largest_move(&self) -> f32 {
        let moves = CORNERS.map(|(u, v)| {
            let (x, y) = self.apply(u, v);
            (x - u).abs().max((y - v).abs())
        });
        moves.into_iter().fold(0.0, f32::max)
    }

    /// How far another map puts the corner that it puts farthest off, as a share of the side of the second window.
    pub fn largest_distance(&self, other: &Self) -> f32 {
        let distances = CORNERS.map(|(u, v)| {
            let (a, b) = (self.apply(u, v), other.apply(u, v));
            (a.0 - b.0).abs().max((a.1 - b.1).abs())
        });
        distances.into_iter().fold(0.0, f32::max)
    }

    /// The share of a picture that lies in the other: of the first, or of the second where that is more.
    pub fn most_inside(&self, a: &Appearance, b: &Appearance) -> f32 {
        const PLACES: usize = 24;
        let place = |number: usize| (number as f32 + 0.5) / PLACES as f32 - 0.5;
        let is_inside = |at: &usize| {
            let (u, v) = a.on_window((place(at % PLACES), place(at / PLACES)));
            let (x, y) = b.on_picture(self.apply(u, v));
            x.abs() <= 0.5 && y.abs() <= 0.5
        };
        let inside = (0..PLACES * PLACES).filter(is_inside).count();
        let first = inside as f32 / (PLACES * PLACES) as f32;
        let [[_, across, shear], [_, lean, down]] = [self.across, self.down];
        let area = |one: &Appearance| {
            let (width, height) = one.window.extent();
            f32::from(width) * f32::from(height)
        };
        let times_as_large = (across * down - shear * lean).abs() * area(b) / area(a);
        first.max(first * times_as_large).min(1.0)
    }

    /// How far the corner that moves most moves on the pictures as wholes, as a share of their sides.
    pub fn largest_move_on(&self, a: &Appearance, b: &Appearance) -> f32 {
        let moves = CORNERS.map(|(u, v)| {
            let (from, to) = (a.on_picture((u, v)), b.on_picture(self.apply(u, v)));
            (from.0 - to.0).abs().max((from.1 - to.1).abs())
        });
        moves.into_iter().fold(0.0, f32::max)
    }

    /// How much more pixels of the first picture are scaled across than down.
    pub fn stretch(&self, a: &Appearance, b: &Appearance) -> f32 {
        let (from, to) = (a.window_size(), b.window_size());
        let [[_, across, shear], [_, lean, down]] = [self.across, self.down];
        let length = |x: f32, y: f32| (x * to.0 * x * to.0 + y * to.1 * y * to.1).sqrt();
        (length(across, lean) / from.0) / (length(shear, down) / from.1)
    }

    /// Where a place of the first window is in the second.
    #[inline(always)]
    pub fn apply(&self, u: f32, v: f32) -> (f32, f32) {
        let [a, b, c] = self.across;
        let [d, e, f] = self.down;
        (a + b * u + c * v, d + e * u + f * v)
    }

    /// Maps back; `None` where it puts all on a line.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c] = self.across;
        let [d, e, f] = self.down;
        let determinant = b * f - c * e;
        (determinant.abs() > f32::EPSILON).then(|| Self {
            across: [
                (c * d - f * a) / determinant,
                f / determinant,
                -c / determinant,
            ],
            down: [
                (e * a - b * d) / determinant,
                -e / determinant,
                b / determinant,
            ],
        })
    }

    /// Moved on by shares of the sides of the second window.
    pub fn moved(mut self, x: f32, y: f32) -> Self {
        self.across[0] += x;
        self.down[0] += y;
        self
    }

    /// A crop, a border, a stretch or a small turn, and nothing wilder.
    pub(super) fn is_plausible(&self) -> bool {
        let [shift_x, scale_x, shear_x] = self.across;
        let [shift_y, shear_y, scale_y] = self.down;
        let is_scale = |scale: f32| (0.45..2.2).contains(&scale);
        let is_sheared = shear_x.abs() >= 0.35 || shear_y.abs() >= 0.35;
        let is_shifted = shift_x.abs() >= 0.7 || shift_y.abs() >= 0.7;
        is_scale(scale_x) && is_scale(scale_y) && !is_sheared && !is_shifted
    }
}
