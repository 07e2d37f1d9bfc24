//! What was found on two pictures, and what that makes of them: the thresholds of the rule are here.

use std::cell::OnceCell;
use std::cmp::Ordering;

use super::colour::{self, Colours};
use super::faint;
use super::residuals::{Residuals, Usual};
use super::sparse;
use crate::appearance::Appearance;
use crate::comparison::Verdict;
use crate::features::{Feature, agreement, features};
use crate::info::Orientation;
use crate::registration::{Map, Pyramid, refined, register, register_from};
use crate::sketch::SIDE;

/// Cells of a sketch: counts of cells below are out of so many.
const SKETCH_CELLS: usize = SIDE * SIDE;
/// Least mean correlation of neighbourhoods of one picture: a copy of 100 pixels has 0.83 with its original.
const AGREEMENT: f32 = 0.8;
/// The same of what is drawn on flat grounds, unmoved and without residuals.
const AGREEMENT_OF_DRAWINGS: f32 = 0.75;
/// Most of what there is to see that may disagree, and the same where something was drawn over one.
const DISAGREEING: f32 = 0.08;
const DISAGREEING_DRAWN_OVER: f32 = 0.35;
/// Least mean correlation where something was drawn over one picture: all over, and beside it.
const AGREEMENT_DRAWN_OVER: f32 = 0.7;
const AGREEMENT_BESIDE: f32 = 0.92;
/// Agreement of signs from which on changes are of one kind, as what is drawn over a picture: all lighter, or all darker.
const ONE_SIGN: f32 = 0.9;
/// Most of a picture that can be drawn over.
const DRAWN_OVER: f32 = 0.2;
/// The same for a mark of several tones, as text with an outline: the agreement beside it, and how much the picture without it
/// may stand out of its surroundings there, more where the mark is small. Cells of sketches are too coarse to tell that.
const MARK_AGREEMENT_BESIDE: f32 = 0.95;
const MARK_LESSER_PART: f32 = 0.2;
const SMALL_MARK: f32 = 0.03;
const SMALL_MARK_LESSER_PART: f32 = 0.4;
const UNCLEAR_LESSER_PART: f32 = 0.6;
/// The residual of cells with structure, the sixth of ten, in multiples of what is explained, at most.
const TYPICAL: f32 = 1.3;
/// The same, and that of the 99th of a hundred, where nothing is left over.
const TYPICAL_OF_COPIES: f32 = 0.7;
const LARGEST_OF_COPIES: f32 = 3.5;
/// Regions with structure, of 16x16, from which on it is many things at many places.
const LEAST_REGIONS: usize = 10;
/// The second direction's part of what changes from cell to cell below which all lines run one way, and the agreement of those.
const LEAST_DIRECTIONS: f32 = 0.1;
const AGREEMENT_OF_LINES: f32 = 0.96;
/// The agreement of what is in fewer regions of a ground.
const AGREEMENT_OF_FIGURES: f32 = 0.97;
/// A factor of contrast that makes another picture of little.
const ADJUSTED_CONTRAST: f32 = 1.25;
/// Least cells of 128x128 with structure: of a picture that does not have to be moved, of a drawing or a document that has to
/// be moved hardly at all, of a picture whose bands alone are others, and of one that has to be moved.
const LEAST_STRUCTURE: usize = 24;
const LEAST_DRAWN_STRUCTURE: usize = 600;
const LEAST_FRAMED_STRUCTURE: usize = 300;
const LEAST_MOVED_STRUCTURE: usize = 1_500;
/// Local features that must agree to begin from; so many that the pictures are to be looked at; and so many that they are not where
/// they agree by chance.
const LEAST_FEATURES: usize = 2;
const SEVERAL_FEATURES: usize = 3;
const MANY_FEATURES: usize = 5;
/// The share of one of two pictures that must lie in the other: a crop does, the next shot of a camera that moved does not.
const LEAST_INSIDE: f32 = 0.9;
/// Cells with structure below which there is little, and the agreement that is asked for then.
const LITTLE_STRUCTURE: usize = 200;
const LITTLE_STRUCTURE_AGREEMENT: f32 = 0.93;
/// A move of a corner, as a share of the side, up to which a picture counts as unmoved, and as hardly moved.
pub const UNMOVED: f32 = 0.008;
const HARDLY_MOVED: f32 = 0.02;
/// Factor of contrast between files of the same picture, at most.
pub const SAME_CONTRAST: f32 = 8.0 / 7.0;
/// Difference of proportions between files of the same picture, at most: rounding to whole pixels.
const SAME_PROPORTIONS: f32 = 0.03;
/// The share of one level of luma from which on a picture is a drawing or a document.
const FLAT: f32 = crate::sketch::FLAT as f32 / 255.0;
/// The same from which on it is dots or strokes on a ground.
const GROUND: f32 = 0.95;
/// Cells of a photo that may change in a copy: sharpening and JPEG's blocks.
const PHOTO_CHANGES: usize = 3;
/// Changed cells of sketches up to which only the pictures themselves can tell: where both are unmoved, and where one is not.
const UNCLEAR: usize = 16;
const UNCLEAR_MOVED: usize = 48;
/// Agreement, and most that may disagree, of flat pictures that sketches do not tell apart.
const UNCLEAR_AGREEMENT: f32 = 0.7;
const UNCLEAR_DISAGREEING: f32 = 0.15;
/// Residual of a change, in multiples of what is explained.
const CHANGE: f32 = 8.0;
/// The same of unmoved documents where pictures themselves are compared, in multiples of the largest usual one: a copy leaves
/// little over, and that evenly. What it is at least and at most, and at most of copies of other sizes.
const CLOSE_CHANGE: f32 = 10.0;
const LEAST_CLOSE_CHANGE: f32 = 2.0;
const RESIZED_CHANGE: f32 = 6.0;
/// Changed cells of documents where pictures themselves are compared: of an unmoved copy, and of a hundred thousand cells of a
/// moved one, whose strokes lie elsewhere among the cells.
const CLOSE_CHANGES: usize = 1;
const CLOSE_MOVED_CHANGES: f32 = 16.0;
/// The share of the contrast of sparse pictures by which a cell may differ: of sketches, whose levels are coarse, and of pictures.
const SPARSE_UNCLEAR: f32 = 0.5;
const SPARSE_SAME: f32 = 0.25;
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
    is_close: bool,
    /// One of the pictures is seen without its alpha.
    pub is_without_alpha: bool,
    /// A drawing or a document: much of it has one level.
    is_flat: bool,
    /// Dots or strokes on a ground that is nearly all there is.
    is_ground: bool,
    /// Of the corner that moves most, as a share of the side of the picture.
    pub moved: f32,
    /// The same within the windows of the content.
    moved_within: f32,
    /// The share of one picture that lies in the other.
    inside: f32,
    /// The sides are to each other as the other's are.
    pub has_same_proportions: bool,
    /// There is too little on them to register one on the other, and it is the same at the same place.
    is_same_in_place: bool,
    /// Cells of the first picture.
    cells: usize,
    /// Local features that agree on where it lies on the second, where they were asked.
    features: usize,
    pub colours: Colours,
    /// What puts the first on the second, and what is left over then. None when they do not lie on each other in any way.
    map: Option<Map>,
    pub residuals: Option<Residuals>,
}

/// What the evidence says, before frames are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Finding {
    /// Nothing says that they belong together.
    Different,
    /// Too little detail, for how far one has to be moved.
    TooLittleDetail,
    /// Things have other colours.
    OtherColours,
    /// Both have something that the other lacks.
    OtherContent,
    /// Parts of them look alike, and cells of sketches are too coarse for those.
    LikeParts,
    /// Cells of sketches do not tell.
    Unclear,
    /// One picture, something drawn over one of the two.
    DrawnOver,
    /// One picture.
    Same,
}

impl Finding {
    /// They are one picture, as far as can be told.
    pub fn is_duplicate(self) -> bool {
        self >= Self::Unclear
    }

    /// Only the pictures themselves can tell.
    pub fn needs_pictures(self) -> bool {
        matches!(self, Self::Unclear | Self::LikeParts)
    }
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
        has_same_proportions: false,
        is_same_in_place: false,
        cells: 0,
        features: 0,
        colours: Colours::Same,
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
        if registered.finding() > Finding::TooLittleDetail || !registered.has_same_proportions {
            return registered;
        }
        let pictures = (fixed.appearance, turned);
        let in_place = registered.sparse_in_place(pictures);
        let in_place = in_place.or_else(|| registered.faint_in_place(pictures));
        in_place.unwrap_or(registered)
    }

    /// What is too sparse to be registered, where it is the same at the same place.
    fn sparse_in_place(&self, (fixed, turned): (&Appearance, &Appearance)) -> Option<Self> {
        let share = match self.is_close {
            true => SPARSE_SAME,
            false => SPARSE_UNCLEAR,
        };
        let is_same = self.is_flat && sparse::agree(fixed, turned, share);
        let found = is_same.then(|| self.in_place((fixed, turned), &Map::IDENTITY))?;
        let residuals = found.residuals.as_ref()?;
        (!found.may_be_another_figure(residuals)).then_some(found)
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
        let mut found = agreeing.map(|map| self.in_place((fixed, turned), &map));
        found.find(|found| found.colours == Colours::Same)
    }

    fn in_place(&self, (fixed, turned): (&Appearance, &Appearance), map: &Map) -> Self {
        Self {
            is_same_in_place: true,
            moved: map.largest_move_on(fixed, turned),
            moved_within: map.largest_move(),
            colours: compare_colours(fixed, turned, map),
            residuals: Residuals::between(&fixed.luma, &turned.luma, map, |_| CHANGE),
            ..*self
        }
    }

    fn registered(fixed: &Fixed<'_>, turned: &Appearance, depth: Depth) -> Self {
        let own = fixed.appearance;
        let facts = Self {
            is_close: depth == Depth::Pictures,
            is_flat: own.flatness.max(turned.flatness) >= FLAT,
            is_ground: own.flatness.min(turned.flatness) >= GROUND,
            has_same_proportions: have_same_proportions(own.size, turned.size),
            cells: own.luma.cells.len(),
            ..Self::NONE
        };
        let levels = (&fixed.levels, &Pyramid::new(&turned.luma));
        let of_wholes = register((own, turned), levels);
        let of_wholes = of_wholes.map_or(facts, |map| facts.on((own, turned), &map));
        let of_wholes = match facts.of_dots((own, turned), levels) {
            Some(of_dots) if of_dots.is_better(&of_wholes) => of_dots,
            _ => of_wholes,
        };
        if depth == Depth::Wholes || of_wholes.finding().is_duplicate() {
            return of_wholes;
        }
        match facts.of_parts((fixed, turned), levels) {
            Some(of_parts) if of_parts.is_better(&of_wholes) => of_parts,
            _ => of_wholes,
        }
    }

    /// The same of dots and strokes on grounds that are nearly all there is, which hardly move; `None` of others.
    fn of_dots(
        self,
        (fixed, turned): (&Appearance, &Appearance),
        levels: (&Pyramid, &Pyramid),
    ) -> Option<Self> {
        if !self.is_ground || !self.has_same_proportions {
            return None;
        }
        let map = refined(levels, Map::of_wholes(fixed, turned));
        let is_near = map.largest_move_on(fixed, turned) <= HARDLY_MOVED;
        is_near.then(|| self.on((fixed, turned), &map))
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
            colours: compare_colours(fixed, turned, map),
            map: Some(*map),
            ..self
        };
        let most = match fixed.size == turned.size {
            true => CHANGE,
            false => RESIZED_CHANGE,
        };
        let least_change = |usual: &Usual| match facts.is_near_identical(usual) {
            true => (CLOSE_CHANGE * usual.largest).clamp(LEAST_CLOSE_CHANGE, most),
            false => CHANGE,
        };
        Self {
            residuals: Residuals::between(&fixed.luma, &turned.luma, map, least_change),
            ..facts
        }
    }

    /// Drawings or documents from close by that leave next to nothing over: the least change counts.
    fn is_near_identical(&self, usual: &Usual) -> bool {
        self.is_flat && self.is_close && self.moved <= UNMOVED && usual.is_nearly_nothing()
    }

    /// One of the pictures was seen without its alpha.
    pub fn without_alpha(self) -> Self {
        Self {
            is_without_alpha: true,
            ..self
        }
    }

    /// What it says, frames aside.
    pub fn finding(&self) -> Finding {
        match self.finding_of_cells() {
            Finding::Different | Finding::TooLittleDetail
                if !self.is_close && self.features >= SEVERAL_FEATURES =>
            {
                Finding::LikeParts
            }
            finding => finding,
        }
    }

    fn finding_of_cells(&self) -> Finding {
        let Some(found) = &self.residuals else {
            return Finding::Different;
        };
        if self.is_same_in_place {
            return match self.colours {
                Colours::Other => Finding::OtherColours,
                _ if self.is_close => Finding::Same,
                _ => Finding::Unclear,
            };
        }
        let is_drawn_over = self.is_drawn_over(found);
        let agrees =
            found.correlation >= self.least_agreement(found) && found.disagreeing <= DISAGREEING;
        let may_agree = self.is_flat
            && !self.is_close
            && found.correlation >= UNCLEAR_AGREEMENT
            && found.disagreeing <= UNCLEAR_DISAGREEING;
        if found.usual.typical > TYPICAL || !agrees && !is_drawn_over && !may_agree {
            return Finding::Different;
        }
        match () {
            () if !self.has_enough_structure(found) => match self.is_close {
                false if agrees && self.moved <= HARDLY_MOVED => Finding::Unclear,
                _ => Finding::TooLittleDetail,
            },
            () if self.inside < LEAST_INSIDE => Finding::OtherContent,
            () if self.colours == Colours::Other && !is_drawn_over => Finding::OtherColours,
            () if self.is_flat && !self.is_close && found.changes <= self.unclear_changes() => {
                Finding::Unclear
            }
            () if found.changes <= self.same_changes(found) => Finding::Same,
            () if !self.is_close && found.changes <= self.unclear_changes() => Finding::Unclear,
            // Two captions on one photo may look like one in the cells of a sketch.
            () if is_drawn_over && !self.is_close => Finding::Unclear,
            () if is_drawn_over => Finding::DrawnOver,
            () => Finding::OtherContent,
        }
    }

    /// Cells that may change in a copy. A sketch never vouches for a drawing or a document, where a single figure counts.
    fn same_changes(&self, found: &Residuals) -> usize {
        match (self.is_flat, self.is_close) {
            (true, false) => 0,
            (true, true) if self.is_near_identical(&found.usual) => CLOSE_CHANGES,
            (true, true) => (CLOSE_MOVED_CHANGES * self.cells as f32 / 100_000.0) as usize,
            (false, _) => self.photo_changes(),
        }
    }

    /// Cells of sketches that may change without telling anything.
    fn unclear_changes(&self) -> usize {
        match self.moved > UNMOVED {
            true => UNCLEAR_MOVED,
            false => UNCLEAR,
        }
    }

    /// Cells of a photo that may change in a copy; as many of a hundred where there are more cells.
    fn photo_changes(&self) -> usize {
        PHOTO_CHANGES * (self.cells / SKETCH_CELLS).max(1)
    }

    /// Something was drawn over one of two photos, which lie on each other as they are: all of it lighter or darker, or a small
    /// mark that stands out in that one alone.
    fn is_drawn_over(&self, found: &Residuals) -> bool {
        let is_one_beside_it = found.changed <= DRAWN_OVER
            && found.correlation >= AGREEMENT_DRAWN_OVER
            && found.disagreeing <= DISAGREEING_DRAWN_OVER
            && found.unchanged_correlation >= AGREEMENT_BESIDE;
        let is_of_one_sign = found.one_sign >= ONE_SIGN;
        let lesser_part = match () {
            () if !self.is_close => UNCLEAR_LESSER_PART,
            () if found.changed <= SMALL_MARK => SMALL_MARK_LESSER_PART,
            () => MARK_LESSER_PART,
        };
        let is_mark = found.lesser_part <= lesser_part
            && found.unchanged_correlation >= MARK_AGREEMENT_BESIDE;
        !self.is_flat
            && found.changes > 0
            && self.moved.min(self.moved_within) <= HARDLY_MOVED
            && is_one_beside_it
            && (is_of_one_sign || is_mark)
    }

    /// The farther one picture has to be moved, the more places there are where chance could put it.
    fn has_enough_structure(&self, found: &Residuals) -> bool {
        let structure = found.structure * SKETCH_CELLS / self.cells.max(1);
        let least = match () {
            () if self.moved <= UNMOVED => LEAST_STRUCTURE,
            () if self.moved <= HARDLY_MOVED && !self.is_flat => LEAST_STRUCTURE,
            () if self.moved <= HARDLY_MOVED && (!self.is_close || leaves_nothing(found)) => {
                LEAST_STRUCTURE
            }
            () if self.moved <= HARDLY_MOVED => LEAST_DRAWN_STRUCTURE,
            () if self.is_sparse() && self.moved_within <= HARDLY_MOVED => LEAST_MOVED_STRUCTURE,
            () if self.features >= MANY_FEATURES => LEAST_FRAMED_STRUCTURE,
            () if self.is_sparse() => return false,
            () if self.moved_within <= HARDLY_MOVED => LEAST_FRAMED_STRUCTURE,
            () => LEAST_MOVED_STRUCTURE,
        };
        let agrees = match () {
            () if structure >= LITTLE_STRUCTURE => true,
            () if self.is_flat && leaves_nothing(found) => true,
            () => found.correlation >= LITTLE_STRUCTURE_AGREEMENT && !self.is_adjusted(found),
        };
        structure >= least && agrees && !self.may_be_another_figure(found)
    }

    /// A figure or a stamp on an empty page looks much like another one.
    fn may_be_another_figure(&self, found: &Residuals) -> bool {
        let is_one = self.is_ground && found.regions < LEAST_REGIONS;
        is_one && self.is_close && found.correlation < AGREEMENT_OF_FIGURES
    }

    /// Colours or contrast are others: the less there is, the less may have been done to it.
    fn is_adjusted(&self, found: &Residuals) -> bool {
        self.colours != Colours::Same || contrast_factor(found) > ADJUSTED_CONTRAST
    }

    /// Of neighbourhoods: less where what is on flat grounds leaves nothing over that re-encoding does not explain; more where all
    /// lines run one way and may be moved along themselves.
    fn least_agreement(&self, found: &Residuals) -> f32 {
        match () {
            () if self.moved > UNMOVED && found.directions < LEAST_DIRECTIONS => AGREEMENT_OF_LINES,
            () if !self.is_flat || !leaves_nothing(found) || self.is_adjusted(found) => AGREEMENT,
            () if self.moved > UNMOVED => AGREEMENT,
            () => AGREEMENT_OF_DRAWINGS,
        }
    }

    /// So flat that what is on it may be anywhere.
    fn is_sparse(&self) -> bool {
        self.is_flat && self.moved > 0.1 || self.is_ground && self.moved > HARDLY_MOVED
    }

    /// A duplicate before none, then what may be one, then the greater agreement.
    pub fn is_better(&self, other: &Self) -> bool {
        let rank = |evidence: &Self| {
            let finding = evidence.finding();
            let may_be_one = finding.is_duplicate() || finding.needs_pictures();
            (finding.is_duplicate(), may_be_one)
        };
        match rank(self).cmp(&rank(other)) {
            Ordering::Equal => self.similarity() > other.similarity(),
            order => order == Ordering::Greater,
        }
    }

    fn is_same_picture(&self, found: &Residuals) -> bool {
        self.orientation == Orientation::Upright
            && !self.is_without_alpha
            && self.moved <= UNMOVED
            && self.has_same_proportions
            && contrast_factor(found) <= SAME_CONTRAST
            && self.colours == Colours::Same
    }

    /// The verdict, frames aside.
    pub fn verdict(&self) -> Verdict {
        let finding = self.finding();
        match (&self.residuals, finding) {
            (Some(found), Finding::Same) if self.is_same_picture(found) => Verdict::SamePicture,
            (_, Finding::Same | Finding::DrawnOver) => Verdict::Edited,
            (_, Finding::Different | Finding::TooLittleDetail) => Verdict::Different,
            (
                _,
                Finding::OtherColours
                | Finding::OtherContent
                | Finding::LikeParts
                | Finding::Unclear,
            ) => Verdict::Similar,
        }
    }

    /// The correlation, 0 to 1.
    pub fn similarity(&self) -> f64 {
        let correlation = self.residuals.map_or(0.0, |found| found.correlation);
        f64::from(correlation.clamp(0.0, 1.0))
    }
}

/// Nothing changed, and none of many strokes or dots of one is missing in the other.
fn leaves_nothing(found: &Residuals) -> bool {
    let Usual {
        typical, largest, ..
    } = found.usual;
    found.changes == 0
        && found.regions >= LEAST_REGIONS
        && typical <= TYPICAL_OF_COPIES
        && largest <= LARGEST_OF_COPIES
}

/// The factor between the contrasts, 1 or more.
pub fn contrast_factor(found: &Residuals) -> f32 {
    found.usual.gain.max(1.0 / found.usual.gain)
}

/// Colours are compared where both pictures' are known: those without alpha have none in a sketch.
fn compare_colours(a: &Appearance, b: &Appearance, map: &Map) -> Colours {
    if a.luma.side != b.luma.side || a.luma.side == crate::sketch::OPAQUE_SIDE {
        return Colours::Same;
    }
    // A photo that is clipped has a ground, its source has none.
    let is_drawn = a.flatness.min(b.flatness) >= FLAT;
    colour::compare(a.chroma.as_ref(), b.chroma.as_ref(), map, is_drawn)
}

/// Apart from what rounding to whole pixels makes of small pictures.
fn have_same_proportions(a: (f32, f32), b: (f32, f32)) -> bool {
    let ratio = (a.0 * b.1) / (a.1 * b.0);
    let shortest = a.0.min(a.1).min(b.0).min(b.1);
    ratio.max(1.0 / ratio) <= 1.0 + SAME_PROPORTIONS.max(1.5 / shortest)
}
