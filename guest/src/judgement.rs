//! What two pictures are to each other, told from their sketches: the one rule behind every verdict.
//!
//! The pictures are laid over each other (see [`crate::registration`]) and looked at through 7x7 windows,
//! each 16x16 cells and half over the next. A window agrees when the grey levels in it correlate by
//! 0.75 or more; it counts by how much there is to see in it. `agreement` is the share of the windows
//! that agree, or that of the 5x5 inner ones where it is less: frames that are alike make no duplicates.
//!
//! 1. An agreement of 0.75 or more makes a duplicate: the `same picture` when it is upright, no corner
//!    moves by more than 0.8 % of a side, contrast changes by less than a seventh, and at most one window
//!    with much to see does not agree; `edited` otherwise.
//! 2. Anything else is `different`. Those who know more than sketches call some of it `similar`.
//! 3. Of a picture with hardly any detail (below 50 of 100) structure says little. Then the sketches must
//!    differ by less than four grey levels in the mean.
//! 4. Pictures that are no duplicates as they are seen on white may be by a bare look (see
//!    [`crate::hash::Looks`]): `edited`, where both looks have detail and rule 1 holds.
//!
//! Measured on the groups that `just quality` makes; the figures are in the README.

use crate::comparison::{Judgement, Verdict};
use crate::info::Orientation;
use crate::registration::{Levels, Map, Moments, Registration, register};
use crate::sketch::{Look, SIDE, Sketch};

/// Least agreement of duplicates.
pub const DUPLICATE: f32 = 0.75;

/// Blocks that windows are put together of, on each side, and cells of each.
const BLOCKS: usize = 8;
const BLOCK: usize = SIDE / BLOCKS;
/// Windows on each side.
const WINDOWS: usize = BLOCKS - 1;
/// Least correlation of a window that agrees.
const AGREES: f32 = 0.75;
/// Variance, in squares of grey levels, of what is noise.
const NOISE: f32 = 4.0;
/// Variance at which a window counts half of what it can.
const HALF_SEEN: f32 = 36.0;
/// Weight from which on there is much to see in a window.
const CLEAR: f32 = 0.5;
/// Least share of a window's cells that must lie on the other picture.
const LEAST_COVERED: f32 = 0.75;
/// Below this detail structure says little.
const DETAILED: u8 = 50;
/// Mean difference of two sketches of one picture without detail, at most; in 256ths of a grey level.
const SAME_LUMA: u32 = 4 * 256;
/// Share of a side by which a corner of the same picture moves, at most.
const STILL: f32 = 0.008;
/// Windows with much to see that may disagree in files of the same picture.
const FEW: usize = 1;
/// Factor of contrast between files of the same picture, at most.
const SAME_CONTRAST: f32 = 8.0 / 7.0;

/// Judges two pictures by their sketches, the second laid in each of `orientations`; also how it has to be
/// laid to look like the first. An upright duplicate is preferred, then the greatest agreement.
///
/// It does not matter which is the first: the orientation aside, both ways give the same judgement.
pub fn judge(a: &Sketch, b: &Sketch, orientations: &[Orientation]) -> (Judgement, Orientation) {
    let (seen_a, seen_b) = (a.on_white(), b.on_white());
    let on_white = evidence(&seen_a, &seen_b, orientations);
    if on_white.is_duplicate() {
        return on_white.judged();
    }
    let (bare_a, bare_b) = (a.bare(), b.bare());
    let looks = [
        (bare_a.as_ref(), Some(&seen_b)),
        (Some(&seen_a), bare_b.as_ref()),
        (bare_a.as_ref(), bare_b.as_ref()),
    ];
    let bare = looks.into_iter().filter_map(|(a, b)| {
        let found = evidence(a?, b?, orientations);
        (found.has_detail && found.is_duplicate()).then_some(found)
    });
    let best = bare.reduce(|best, found| if found.is_better(&best) { found } else { best });
    let best = best.map(|found| Evidence {
        is_bare: true,
        ..found
    });
    best.unwrap_or(on_white).judged()
}

/// What can be said of two looks at most.
fn evidence(a: &Look, b: &Look, orientations: &[Orientation]) -> Evidence {
    // One of them stays, always the same.
    let is_swapped = b < a;
    let (fixed, laid) = if is_swapped { (b, a) } else { (a, b) };
    let levels = Levels::of(fixed);
    let mut best: Option<Evidence> = None;
    for orientation in orientations {
        let inverse = orientation.inverse();
        let applied = if is_swapped { inverse } else { *orientation };
        let evidence = Evidence {
            orientation: *orientation,
            ..Evidence::of(fixed, &levels, &laid.laid(applied))
        };
        if best.is_none_or(|best| evidence.is_better(&best)) {
            best = Some(evidence);
        }
        if *orientation == Orientation::Upright && evidence.is_duplicate() {
            break;
        }
    }
    best.unwrap_or(Evidence::NONE)
}

/// What a judgement rests on.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    /// How the second picture has to be laid.
    orientation: Orientation,
    /// One of the pictures is seen without its alpha.
    is_bare: bool,
    /// Both pictures have detail.
    has_detail: bool,
    /// Mean difference in 256ths of a grey level.
    luma: u32,
    /// 0 to 1.
    agreement: f32,
    /// Windows with much to see that do not agree.
    misses: usize,
    /// Of the corner that moves most.
    moved: f32,
    /// 1 or more: the factor between the contrasts.
    contrast: f32,
}

/// What windows say.
#[derive(Default)]
struct Seen {
    weight: f32,
    agreeing: f32,
    misses: usize,
}

impl Evidence {
    /// Of pictures that do not lie on each other anywhere.
    const NONE: Self = Self {
        orientation: Orientation::Upright,
        is_bare: false,
        has_detail: true,
        luma: u32::MAX,
        agreement: 0.0,
        misses: WINDOWS * WINDOWS,
        moved: 1.0,
        contrast: 1.0,
    };

    fn of(fixed: &Look, levels: &Levels, laid: &Look) -> Self {
        let facts = Self {
            has_detail: fixed.detail().min(laid.detail()) >= DETAILED,
            luma: fixed.difference(laid),
            ..Self::NONE
        };
        let laid_levels = Levels::of(laid);
        let registration = match facts.luma {
            0 if fixed == laid => Some(Registration {
                map: Map::identity(),
                gain: 1.0,
            }),
            _ => register(levels, &laid_levels),
        };
        let Some(registration) = registration else {
            return facts;
        };
        let (all, inner) = look(levels, &laid_levels, &registration.map);
        Self {
            agreement: all.agreement().min(inner.agreement()),
            misses: all.misses,
            moved: registration.map.largest_move(),
            contrast: registration.gain.max(1.0 / registration.gain),
            ..facts
        }
    }

    fn is_duplicate(&self) -> bool {
        match self.has_detail {
            true => self.agreement >= DUPLICATE,
            false => self.luma < SAME_LUMA,
        }
    }

    fn is_better(&self, other: &Self) -> bool {
        match (self.is_duplicate(), other.is_duplicate()) {
            (true, true) if !self.has_detail => self.luma < other.luma,
            (one, two) if one == two => self.agreement > other.agreement,
            (one, _) => one,
        }
    }

    fn verdict(&self) -> Verdict {
        let is_same = !self.has_detail
            || self.moved <= STILL && self.contrast <= SAME_CONTRAST && self.misses <= FEW;
        match self.is_duplicate() {
            false => Verdict::Different,
            true if self.is_bare => Verdict::Edited,
            true if self.orientation == Orientation::Upright && is_same => Verdict::SamePicture,
            true => Verdict::Edited,
        }
    }

    fn judged(&self) -> (Judgement, Orientation) {
        let judgement = Judgement {
            verdict: self.verdict(),
            similarity: self.similarity(),
            reason: self.reason(),
        };
        (judgement, self.orientation)
    }

    fn similarity(&self) -> f64 {
        match !self.has_detail && self.is_duplicate() {
            true => 1.0 - f64::from(self.luma) / (255.0 * 256.0),
            false => self.agreement.into(),
        }
    }

    fn reason(&self) -> String {
        // Cut off, so that 100 % is all.
        let share = (self.agreement * 100.0) as u32;
        if !self.has_detail {
            let levels = self.luma / 256;
            return match self.verdict() {
                Verdict::Different => {
                    "There is little detail to tell by, and brightness differs.".into()
                }
                _ => format!(
                    "There is little detail to tell by; brightness differs by {levels} of 255 levels."
                ),
            };
        }
        match self.verdict() {
            Verdict::Different if share == 0 => {
                "The pictures do not lie on each other in any way.".into()
            }
            Verdict::Different => format!(
                "{share} % of the detail agrees where the pictures lie on each other; {} % would make a duplicate.",
                DUPLICATE * 100.0
            ),
            Verdict::SamePicture => format!("{share} % of the detail agrees, place for place."),
            _ if self.is_bare => {
                format!("{share} % of the detail agrees once transparency is left out.")
            }
            _ => format!(
                "{share} % of the detail agrees once the second picture is {}.",
                self.edit()
            ),
        }
    }

    /// What is done to one picture to bring it on the other, in words.
    fn edit(&self) -> String {
        if self.orientation != Orientation::Upright {
            return format!("laid otherwise: {}", self.orientation.name());
        }
        if self.moved > STILL {
            let percent = self.moved * 100.0;
            return format!("cropped, bordered or turned by up to {percent:.1} % of a side");
        }
        if self.contrast > SAME_CONTRAST {
            return "made lighter or darker".into();
        }
        "taken without what was drawn over one of them".into()
    }
}

impl Seen {
    fn add(&mut self, correlation: f32, weight: f32) {
        self.weight += weight;
        match correlation >= AGREES {
            true => self.agreeing += weight,
            false => self.misses += usize::from(weight >= CLEAR),
        }
    }

    fn agreement(&self) -> f32 {
        // There is next to nothing to see.
        if self.weight < 0.01 {
            return 0.0;
        }
        self.agreeing / self.weight
    }
}

/// What all windows say, and the inner ones.
fn look(first: &Levels, second: &Levels, map: &Map) -> (Seen, Seen) {
    let blocks = blocks(first, second, map);
    let (mut all, mut inner) = (Seen::default(), Seen::default());
    for row in 0..WINDOWS {
        for column in 0..WINDOWS {
            let window = blocks[row][column]
                .join(&blocks[row][column + 1])
                .join(&blocks[row + 1][column])
                .join(&blocks[row + 1][column + 1]);
            if window.count < LEAST_COVERED * (4 * BLOCK * BLOCK) as f32 {
                continue;
            }
            let spread = window.spread();
            let most = spread.first.max(spread.second);
            let (correlation, weight) = (spread.correlation(NOISE), most / (most + HALF_SEEN));
            all.add(correlation, weight);
            if (1..WINDOWS - 1).contains(&row) && (1..WINDOWS - 1).contains(&column) {
                inner.add(correlation, weight);
            }
        }
    }
    (all, inner)
}

fn blocks(first: &Levels, second: &Levels, map: &Map) -> [[Moments; BLOCKS]; BLOCKS] {
    let mut blocks = [[Moments::default(); BLOCKS]; BLOCKS];
    for row in 0..SIDE {
        for column in 0..SIDE {
            if let Some(level) = second.fine().under(map, column, row) {
                blocks[row / BLOCK][column / BLOCK].add(first.fine().cell(column, row), level);
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A drawn picture: the grey level at a place, whose middle is 0, 0 and whose sides are 1.
    type Drawn = fn(f32, f32) -> f32;

    /// Four samples a cell on each axis.
    fn sketch(level: impl Fn(f32, f32) -> f32) -> Sketch {
        let place = |at: usize| (at as f32 + 0.5) / (4 * SIDE) as f32 - 0.5;
        let cell = |number: usize| {
            let (x, y) = (number % SIDE * 4, number / SIDE * 4);
            let samples = (0..16).map(|at| level(place(x + at % 4), place(y + at / 4)));
            (samples.sum::<f32>() / 16.0).clamp(0.0, 255.0) as u8
        };
        Sketch::from_bytes((0..SIDE * SIDE).map(cell).collect()).unwrap()
    }

    fn within(x: f32, y: f32, radius: f32) -> bool {
        x * x + y * y < radius * radius
    }

    /// Discs and bars on a slope.
    fn scene(x: f32, y: f32) -> f32 {
        let slope = 120.0 + 80.0 * x - 50.0 * y;
        match () {
            () if within(x + 0.2, y + 0.15, 0.12) => 230.0,
            () if within(x - 0.25, y - 0.2, 0.15) => 30.0,
            () if within(x - 0.1, y + 0.3, 0.07) => 10.0,
            () if (x * 9.0 + y * 4.0).floor() as i32 % 3 == 0 => slope - 60.0,
            () if (y - 0.1 - x * 0.3).abs() < 0.03 => 250.0,
            () => slope,
        }
    }

    /// The same slope, and as many things on it, elsewhere.
    fn look_alike(x: f32, y: f32) -> f32 {
        let slope = 120.0 + 80.0 * x - 50.0 * y;
        match () {
            () if within(x + 0.05, y + 0.28, 0.12) => 230.0,
            () if within(x - 0.15, y - 0.05, 0.15) => 30.0,
            () if within(x + 0.3, y - 0.3, 0.07) => 10.0,
            () if (x * 5.0 - y * 7.0).floor() as i32 % 3 == 0 => slope - 60.0,
            () if (y + 0.2 + x * 0.3).abs() < 0.03 => 250.0,
            () => slope,
        }
    }

    fn framed(inside: Drawn, x: f32, y: f32, width: f32) -> f32 {
        let scale = 1.0 / (1.0 - 2.0 * width);
        match x.abs().max(y.abs()) > 0.5 - width {
            true => 255.0,
            false => inside(x * scale, y * scale),
        }
    }

    fn turned(x: f32, y: f32, degrees: f32) -> f32 {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let (x, y) = (x * cosine - y * sine, x * sine + y * cosine);
        match x.abs().max(y.abs()) > 0.5 {
            true => 0.0,
            false => scene(x, y),
        }
    }

    fn verdict(a: &Sketch, b: &Sketch) -> Verdict {
        let (judged, _) = judge(a, b, &[Orientation::Upright]);
        let (other_way, _) = judge(b, a, &[Orientation::Upright]);
        assert_eq!(judged, other_way);
        judged.verdict
    }

    #[test]
    fn edited_copies_are_found() {
        let original = sketch(scene);
        let edits = [
            sketch(|x, y| scene(x * 0.9, y * 0.9)),
            sketch(|x, y| scene(x * 0.92 + 0.03, y * 0.95 - 0.02)),
            sketch(|x, y| framed(scene, x, y, 0.05)),
            sketch(|x, y| framed(scene, x, y, 0.08)),
            sketch(|x, y| turned(x, y, 2.0)),
            sketch(|x, y| turned(x, y, -4.0)),
            sketch(|x, y| scene(x, y) * 0.7),
            sketch(|x, y| match within(x - 0.3, y - 0.35, 0.1) {
                true => 255.0 - scene(x, y),
                false => scene(x, y),
            }),
        ];
        for (number, edit) in edits.iter().enumerate() {
            assert_eq!(verdict(&original, edit), Verdict::Edited, "edit {number}");
        }
        assert_eq!(verdict(&original, &original), Verdict::SamePicture);
        let lighter = sketch(|x, y| scene(x, y) + 5.0);
        assert_eq!(verdict(&original, &lighter), Verdict::SamePicture);
    }

    #[test]
    fn look_alikes_are_no_duplicates() {
        assert_eq!(
            verdict(&sketch(scene), &sketch(look_alike)),
            Verdict::Different
        );
        for width in [0.03, 0.06, 0.1] {
            let a = sketch(|x, y| framed(scene, x, y, width));
            let b = sketch(|x, y| framed(look_alike, x, y, width));
            assert_eq!(verdict(&a, &b), Verdict::Different, "frame of {width}");
        }
    }

    #[test]
    fn turned_copies_are_told_how_to_be_laid() {
        let (original, cropped) = (sketch(scene), sketch(|x, y| scene(x * 0.93, y * 0.93)));
        for orientation in Orientation::ALL {
            let copy = cropped.on_white().laid(orientation);
            let copy = Sketch::from_bytes(copy.cells().to_vec()).unwrap();
            let (judged, found) = judge(&original, &copy, &Orientation::ALL);
            assert_eq!(judged.verdict, Verdict::Edited, "{}", judged.reason);
            assert_eq!(found, orientation.inverse());
            let (judged, found) = judge(&copy, &original, &Orientation::ALL);
            assert_eq!((judged.verdict, found), (Verdict::Edited, orientation));
        }
    }

    fn with_bare(seen: &Sketch, bare: &Sketch) -> Sketch {
        Sketch::from_bytes([seen.as_bytes(), bare.as_bytes()].concat()).unwrap()
    }

    #[test]
    fn copies_without_alpha_are_found_by_the_bare_look() {
        let (seen, below) = (sketch(look_alike), sketch(scene));
        let transparent = with_bare(&seen, &below);
        assert_eq!(verdict(&transparent, &seen), Verdict::SamePicture);
        assert_eq!(verdict(&transparent, &below), Verdict::Edited);
        let cropped = sketch(|x, y| scene(x * 0.93, y * 0.93));
        assert_eq!(verdict(&transparent, &cropped), Verdict::Edited);
        let framed = sketch(|x, y| framed(look_alike, x, y, 0.1));
        assert_eq!(
            verdict(&with_bare(&framed, &below), &transparent),
            Verdict::Edited
        );
        assert_eq!(
            verdict(&sketch(|_, _| 255.0), &transparent),
            Verdict::Different
        );
    }

    #[test]
    fn brightness_says_nothing_of_bare_looks() {
        let black = sketch(|_, _| 0.0);
        let (one, other) = (
            with_bare(&sketch(scene), &black),
            with_bare(&sketch(look_alike), &black),
        );
        assert_eq!(verdict(&one, &other), Verdict::Different);
        assert_eq!(verdict(&one, &black), Verdict::Different);
    }

    #[test]
    fn pictures_without_detail_are_told_by_brightness() {
        let plain = |level: f32| sketch(move |_, _| level);
        assert_eq!(verdict(&plain(200.0), &plain(202.0)), Verdict::SamePicture);
        assert_eq!(verdict(&plain(200.0), &plain(210.0)), Verdict::Different);
        assert_eq!(verdict(&plain(200.0), &sketch(scene)), Verdict::Different);
    }
}
