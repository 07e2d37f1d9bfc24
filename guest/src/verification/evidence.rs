//! What is found on two pictures where one lies on the other.

use std::cell::OnceCell;

use super::colour::{self, ColourChange};
use super::faint;
use super::finding::Finding;
use super::overlap::Overlap;
use super::residuals::{Residuals, Usual};
use super::sparse;
use super::surroundings::{self, Around};
use crate::appearance::Appearance;
use crate::features::{Feature, agreement, features};
use crate::info::Orientation;
use crate::registration::{Map, Pyramid, refined, register, register_from, translated};
use crate::sketch::WINDOW_UNITS;

/// Local features that must agree to begin from.
const LEAST_FEATURES: usize = 2;
/// A move of a corner, as a share of the side, up to which a picture counts as unmoved, and as hardly moved.
pub const UNMOVED: f32 = 0.008;
pub const HARDLY_MOVED: f32 = 0.02;
/// How much more a picture may be scaled along one axis than along the other: a map is not exact.
const STRETCHED: f32 = 0.05;
/// Difference of proportions between files of the same picture, at most: rounding to whole pixels.
const SAME_PROPORTIONS: f32 = 0.03;
/// The share of one level of luma from which on a picture is a drawing or a document.
pub const FLAT: f32 = crate::sketch::FLAT as f32 / 255.0;
/// The same from which on it is dots or strokes on a ground.
const GROUND: f32 = 0.95;
/// Residual of a change, in multiples of what is explained.
const CHANGE: f32 = 8.0;
/// The same of unmoved documents where pictures themselves are compared, in multiples of the largest usual one: a copy leaves
/// little over, and that evenly. What it is at least and at most, and at most of copies of other sizes.
const CLOSE_CHANGE: f32 = 10.0;
const LEAST_CLOSE_CHANGE: f32 = 2.0;
const RESIZED_CHANGE: f32 = 6.0;
/// The same in multiples of what noise leaves over on plain grounds.
const OVER_NOISE: f32 = 3.0;
/// What may differ of sparse pictures: of sketches, whose levels are coarse, and of pictures.
const SPARSE_UNCLEAR: sparse::SparseTolerance = sparse::SparseTolerance {
    contrast: 6.0,
    cell: 0.5,
    all: 0.5,
    mass: 1.5,
};
const SPARSE_SAME: sparse::SparseTolerance = sparse::SparseTolerance {
    contrast: 16.0,
    cell: 0.2,
    all: 0.1,
    mass: 1.1,
};
/// Agreement from which on drawings are registered once more, from where they lie.
const NEARLY: f64 = 0.6;
/// How much less exact the cells of a sketch are where there is hardly any contrast.
const FAINT_SKETCH: f32 = 2.0;

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The cells of sketches, as wholes that lie on each other nearly.
    Wholes,
    /// The same, and where wholes do not agree their local features say where to begin.
    Parts,
    /// The same of as many cells as the pictures have pixels for.
    Pictures,
}

/// The picture that stays as it is while the other is turned, with what is made of it once.
pub struct Fixed<'a> {
    appearance: &'a Appearance,
    levels: Pyramid,
    features: OnceCell<Vec<Feature>>,
}

impl<'a> Fixed<'a> {
    pub fn new(appearance: &'a Appearance) -> Self {
        Self {
            appearance,
            levels: Pyramid::new(&appearance.luma),
            features: OnceCell::new(),
        }
    }

    fn features(&self) -> &[Feature] {
        self.features.get_or_init(|| features(self.appearance))
    }
}

/// What a judgement rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// How the second picture has to be turned or mirrored.
    pub orientation: Orientation,
    /// Both pictures are known from close by.
    pub is_close: bool,
    /// One of the pictures is seen without its alpha.
    pub is_without_alpha: bool,
    /// A drawing or a document: much of it has one level.
    pub is_flat: bool,
    /// Dots or strokes on a ground that is nearly all there is.
    pub is_ground: bool,
    /// Of the corner that moves most, as a share of the side of the picture.
    pub moved: f32,
    /// The same within the windows of the content.
    pub moved_within: f32,
    /// The share of one picture that lies in the other.
    pub inside: f32,
    /// What is seen on one is stretched, and the picture as a whole is not.
    pub is_stretched: bool,
    /// The sides are to each other as the other's are.
    pub has_same_proportions: bool,
    /// One has more pixels on a side than the other.
    pub is_resized: bool,
    /// There is too little on them to register one on the other, and it is the same at the same place: how far the levels agree,
    /// 0 to 1.
    pub same_in_place: Option<f32>,
    /// Cells of the first picture.
    pub cells: usize,
    /// Local features that agree on where it lies on the second, where they were asked.
    pub features: usize,
    pub colours: ColourChange,
    /// What lies around the windows of their content, where that is one.
    pub around: Around,
    /// What puts the first on the second. `None` where they do not lie on each other in any way.
    map: Option<Map>,
    /// What is left over then.
    pub residuals: Option<Residuals>,
}

impl Evidence {
    /// Of nothing.
    pub const NONE: Self = Self {
        orientation: Orientation::Upright,
        is_close: false,
        is_without_alpha: false,
        is_flat: false,
        is_ground: false,
        moved: 1.0,
        moved_within: 1.0,
        inside: 0.0,
        is_stretched: false,
        has_same_proportions: false,
        is_resized: false,
        same_in_place: None,
        cells: 0,
        features: 0,
        colours: ColourChange::Same,
        around: Around::Same,
        map: None,
        residuals: None,
    };

    /// Of one picture, and of the other as it was turned or mirrored, so that it is `orientation` that was done to the second.
    pub fn gather(
        fixed: &Fixed<'_>,
        turned: &Appearance,
        orientation: Orientation,
        depth: Depth,
    ) -> Self {
        let registered = Self {
            orientation,
            ..Self::registered(fixed, turned, depth)
        };
        if !registered.is_different() || !registered.has_same_proportions {
            return registered;
        }
        let pictures = (fixed.appearance, turned);
        let in_place = registered.sparse_in_place(pictures);
        let in_place = in_place.or_else(|| registered.faint_in_place(pictures));
        in_place.unwrap_or(registered)
    }

    /// What is too sparse to be registered, where it is the same nearly at the same place.
    fn sparse_in_place(&self, (fixed, turned): (&Appearance, &Appearance)) -> Option<Self> {
        let limits = match self.is_close {
            true => SPARSE_SAME,
            false => SPARSE_UNCLEAR,
        };
        let registered = || sparse::register(fixed, turned, limits);
        if let Some((map, overlap)) = self.is_ground.then(registered).flatten() {
            let found = self.in_place((fixed, turned), &map, overlap);
            let residuals = found.residuals.as_ref()?;
            return (!found.may_be_another_figure(residuals)).then_some(found);
        }
        let is_unclear =
            self.is_flat && !self.is_close && sparse::lie_on_each_other(fixed, turned, limits.cell);
        let overlap = || Overlap::new(&fixed.luma, &turned.luma, &Map::IDENTITY);
        is_unclear.then(|| self.in_place((fixed, turned), &Map::IDENTITY, overlap()))
    }

    /// The same of what has too little contrast for it, upright.
    fn faint_in_place(&self, (fixed, turned): (&Appearance, &Appearance)) -> Option<Self> {
        let slack = match self.is_close {
            true => 1.0,
            false => FAINT_SKETCH,
        };
        if self.orientation != Orientation::Upright {
            return None;
        }
        let of_wholes = Map::of_wholes(fixed, turned);
        let hardly_moved = self.map.filter(|_| self.moved <= HARDLY_MOVED);
        let maps = [Some(of_wholes), hardly_moved].into_iter().flatten();
        let agreeing = maps.filter(|map| faint::agree(fixed, turned, map, slack));
        let mut found = agreeing.map(|map| {
            let overlap = Overlap::new(&fixed.luma, &turned.luma, &map);
            self.in_place((fixed, turned), &map, overlap)
        });
        found.find(|found| found.colours == ColourChange::Same)
    }

    fn in_place(
        &self,
        (fixed, turned): (&Appearance, &Appearance),
        map: &Map,
        overlap: Overlap,
    ) -> Self {
        let differences = overlap.a.iter().zip(&overlap.b).map(|(a, b)| (a - b).abs());
        let difference = differences.sum::<f32>() / overlap.a.len() as f32;
        Self {
            same_in_place: Some(1.0 - difference / 255.0),
            moved: map.largest_move_on(fixed, turned),
            moved_within: map.largest_move(),
            colours: compare_colours(fixed, turned, map),
            residuals: Residuals::new(overlap, |_| CHANGE),
            ..*self
        }
        .with_surroundings((fixed, turned), map)
    }

    fn registered(fixed: &Fixed<'_>, turned: &Appearance, depth: Depth) -> Self {
        let own = fixed.appearance;
        let facts = Self {
            is_close: depth == Depth::Pictures,
            is_flat: own.flatness.max(turned.flatness) >= FLAT
                && !own.has_grain
                && !turned.has_grain,
            is_ground: own.flatness.min(turned.flatness) >= GROUND,
            has_same_proportions: have_same_proportions(own.size, turned.size),
            is_resized: own.size != turned.size,
            cells: own.luma.cells.len(),
            ..Self::NONE
        };
        let levels = (&fixed.levels, &Pyramid::new(&turned.luma));
        let of_wholes = register((own, turned), levels);
        let of_wholes = of_wholes.map_or(facts, |map| facts.on((own, turned), &map));
        let may_be_one = facts.is_ground || of_wholes.similarity() >= NEARLY;
        let is_found = of_wholes.finding().is_duplicate();
        let of_drawings = || facts.of_drawings((own, turned), levels);
        let of_wholes = match (may_be_one && !is_found).then(of_drawings).flatten() {
            Some(of_drawings) if of_drawings.is_better(&of_wholes) => of_drawings,
            _ => of_wholes,
        };
        // Where wholes agree and have too little detail for how far one was moved, features say whether to look closer.
        let is_wanted = depth != Depth::Wholes || of_wholes.finding() == Finding::TooLittleDetail;
        if !is_wanted || of_wholes.finding().is_duplicate() {
            return of_wholes;
        }
        match facts.of_parts((fixed, turned), levels) {
            Some(of_parts) if of_parts.is_better(&of_wholes) => of_parts,
            _ => of_wholes,
        }
    }

    /// The same of drawings that hardly move, from where they lie: dots, strokes and flat parts leave nothing on coarse cells to
    /// register them by. `None` of others.
    fn of_drawings(
        self,
        (fixed, turned): (&Appearance, &Appearance),
        levels: (&Pyramid, &Pyramid),
    ) -> Option<Self> {
        if !self.is_flat || !self.has_same_proportions {
            return None;
        }
        let of_wholes = Map::of_wholes(fixed, turned);
        let (across, down) = turned.window.extent();
        let most =
            [across, down].map(|units| HARDLY_MOVED * f32::from(WINDOW_UNITS) / f32::from(units));
        let moved = translated(levels, of_wholes, (most[0], most[1]));
        let maps = [moved, refined(levels, moved)].into_iter();
        let near = maps.filter(|map| map.largest_move_on(fixed, turned) <= HARDLY_MOVED);
        let found = near.map(|map| self.on((fixed, turned), &map));
        found.reduce(|best, found| if found.is_better(&best) { found } else { best })
    }

    /// The same where features say to begin; `None` where they do not.
    fn of_parts(
        self,
        (fixed, turned): (&Fixed<'_>, &Appearance),
        levels: (&Pyramid, &Pyramid),
    ) -> Option<Self> {
        let found = agreement(fixed.features(), &features(turned))?;
        let is_enough = found.features >= LEAST_FEATURES;
        let map = register_from(levels, &[found.map]).filter(|_| is_enough)?;
        let facts = Self {
            features: found.features,
            ..self
        };
        Some(facts.on((fixed.appearance, turned), &map))
    }

    /// The same with what is seen where a map puts the one picture on the other.
    fn on(self, (fixed, turned): (&Appearance, &Appearance), map: &Map) -> Self {
        let facts = Self {
            moved: map.largest_move_on(fixed, turned),
            moved_within: map.largest_move(),
            inside: map.most_inside(fixed, turned),
            is_stretched: is_stretched(map.stretch(fixed, turned), (fixed.size, turned.size)),
            colours: compare_colours(fixed, turned, map),
            map: Some(*map),
            ..self
        };
        let most = match facts.is_resized {
            true => RESIZED_CHANGE,
            false => CHANGE,
        };
        let least_change = |usual: &Usual| match facts.is_near_identical(usual) {
            true => (CLOSE_CHANGE * usual.largest)
                .max(OVER_NOISE * usual.noise)
                .clamp(LEAST_CLOSE_CHANGE, most),
            false => CHANGE,
        };
        Self {
            residuals: Residuals::new(Overlap::new(&fixed.luma, &turned.luma, map), least_change),
            ..facts
        }
        .with_surroundings((fixed, turned), map)
    }

    /// The same with what lies around the windows, which decides nothing about pictures whose content is not one.
    fn with_surroundings(self, pictures: (&Appearance, &Appearance), map: &Map) -> Self {
        if !self.finding().is_duplicate() {
            return self;
        }
        let around = surroundings::compare(pictures.0, pictures.1, map);
        let whole = (around == Around::Other).then(|| self.of_whole_pictures(pictures, map));
        whole.flatten().unwrap_or(Self { around, ..self })
    }

    /// The same of the pictures as wholes, which lie on each other as the windows of their content do: a copy that is lighter may have a
    /// band where its source has content, and other levels there. `None` where the wholes are not one, or something is drawn over one.
    fn of_whole_pictures(
        self,
        (fixed, turned): (&Appearance, &Appearance),
        map: &Map,
    ) -> Option<Self> {
        let wholes = (fixed.whole()?, turned.whole()?);
        let map = Map::of_places(|place| {
            let (u, v) = fixed.on_window(place);
            turned.on_picture(map.apply(u, v))
        });
        let facts = Self {
            cells: wholes.0.luma.cells.len(),
            ..self
        };
        let found = Self {
            colours: self.colours,
            // Something was done to one of them: its window is another one.
            around: Around::Edited,
            ..facts.on((&wholes.0, &wholes.1), &map)
        };
        (found.finding() == Finding::Same).then_some(found)
    }

    /// Drawings or documents from close by that leave next to nothing over: the least change counts.
    pub fn is_near_identical(&self, usual: &Usual) -> bool {
        self.is_flat && self.is_close && self.moved <= UNMOVED && usual.is_nearly_nothing()
    }

    /// One of the pictures was seen without its alpha.
    pub fn without_alpha(self) -> Self {
        Self {
            is_without_alpha: true,
            ..self
        }
    }
}

fn compare_colours(a: &Appearance, b: &Appearance, map: &Map) -> ColourChange {
    // A photo that is clipped has a ground, its source has none.
    let is_drawn = a.flatness.min(b.flatness) >= FLAT;
    colour::compare(a.chroma.as_ref(), b.chroma.as_ref(), map, is_drawn)
}

/// More than a map is off by, and not as the files are.
fn is_stretched(stretch: f32, (a, b): ((f32, f32), (f32, f32))) -> bool {
    let is_near = |one: f32, other: f32| (one / other).max(other / one) <= 1.0 + STRETCHED;
    let of_files = (b.0 / a.0) / (b.1 / a.1);
    !is_near(stretch, 1.0) && !is_near(stretch, of_files)
}

/// Apart from what rounding to whole pixels makes of small pictures.
fn have_same_proportions(a: (f32, f32), b: (f32, f32)) -> bool {
    let ratio = (a.0 * b.1) / (a.1 * b.0);
    let shortest = a.0.min(a.1).min(b.0).min(b.1);
    ratio.max(1.0 / ratio) <= 1.0 + SAME_PROPORTIONS.max(1.5 / shortest)
}
