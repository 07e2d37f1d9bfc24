//! What the evidence on two pictures makes of them: the rule, and its thresholds.

use std::cmp::Ordering;

use super::colour::ColourChange;
use super::evidence::{Evidence, HARDLY_MOVED, UNMOVED};
use super::residuals::{Residuals, Usual};
use super::surroundings::Around;
use crate::comparison::Verdict;
use crate::info::Orientation;
use crate::sketch::SIDE;

/// Cells of a sketch: counts of cells below are out of so many.
const SKETCH_CELLS: usize = SIDE * SIDE;
/// Least mean correlation of neighbourhoods of one picture: a copy of 100 pixels has 0.83 with its original.
const AGREEMENT: f32 = 0.8;
/// The same of what is drawn on flat grounds, unmoved and without residuals.
const AGREEMENT_OF_DRAWINGS: f32 = 0.75;
/// Most of what there is to see that may disagree; the same of a copy that lies where it was and leaves nothing over, and where
/// something was drawn over one.
const DISAGREEING: f32 = 0.08;
const DISAGREEING_OF_COPIES: f32 = 0.12;
const DISAGREEING_DRAWN_OVER: f32 = 0.35;
/// Least mean correlation where something was drawn over one picture: all over, and beside it.
const AGREEMENT_DRAWN_OVER: f32 = 0.7;
const AGREEMENT_BESIDE: f32 = 0.92;
/// Agreement of signs from which on changes are of one kind, as what is drawn over a picture: all lighter, or all darker.
const ONE_SIGN: f32 = 0.9;
/// Most of a picture that can be drawn over.
const DRAWN_OVER: f32 = 0.2;
/// The same for a mark of several tones, as text with an outline: the agreement beside it, and how much the picture without it
/// may stand out of its surroundings there, more where the mark is small. Cells of sketches are too coarse to tell that: up to a
/// hundredth of them may be a mark, whatever it looks like.
const MARK_AGREEMENT_BESIDE: f32 = 0.95;
const MARK_LESSER_PART: f32 = 0.2;
const SMALL_MARK: f32 = 0.03;
const SMALL_MARK_LESSER_PART: f32 = 0.4;
const UNCLEAR_MARK: f32 = 0.01;
const UNCLEAR_LESSER_PART: f32 = 0.6;
/// The residual of cells with structure, the sixth of ten, in multiples of what is explained, at most.
const TYPICAL: f32 = 1.3;
/// The same, and that of the 99th of a hundred, where nothing is left over.
const TYPICAL_OF_COPIES: f32 = 0.7;
const LARGEST_OF_COPIES: f32 = 3.5;
/// Regions with structure, of 16x16, from which on it is many things at many places.
const LEAST_REGIONS: usize = 10;
/// The second direction's part of what changes from cell to cell below which all lines run one way, and the agreement of those. Blurred
/// edges are all alike but for levels and contrast: such lines are no evidence where those were adjusted.
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
/// Local features that must agree for the pictures to be looked at, and so many that they are not where they agree by chance.
const SEVERAL_FEATURES: usize = 3;
const MANY_FEATURES: usize = 5;
/// The share of one of two pictures that must lie in the other: a crop does, the next shot of a camera that moved does not.
const LEAST_INSIDE: f32 = 0.9;
/// Cells with structure below which there is little, and the agreement that is asked for then: of what lies where it was, and of
/// what was moved.
const LITTLE_STRUCTURE: usize = 200;
const LITTLE_STRUCTURE_AGREEMENT: f32 = 0.93;
const LITTLE_MOVED_AGREEMENT: f32 = 0.97;
/// The same below which what was adjusted has to agree as little structure does.
const ADJUSTED_STRUCTURE: usize = 1_000;
/// Factor of contrast between files of the same picture, at most.
pub const SAME_CONTRAST: f32 = 8.0 / 7.0;
/// Cells of a photo that may change in a copy, for each 128x128: sharpening and JPEG's blocks. The same where pictures themselves are
/// compared.
const PHOTO_CHANGES: usize = 3;
const CLOSE_PHOTO_CHANGES: usize = 5;
/// Changed cells of sketches up to which only the pictures themselves can tell: where one lies on the other cell by cell, and where
/// it is moved or has other pixels.
const UNCLEAR: usize = 16;
const UNCLEAR_MOVED: usize = 48;
/// Agreement of flat pictures that sketches do not tell apart, and most that may disagree of any.
const UNCLEAR_AGREEMENT: f32 = 0.7;
const UNCLEAR_DISAGREEING: f32 = 0.15;
/// Changed cells of documents where pictures themselves are compared: of an unmoved copy that leaves next to nothing over, of any
/// unmoved one, and of a hundred thousand cells of a moved one, whose strokes lie elsewhere among the cells.
const CLOSE_CHANGES: usize = 1;
const CLOSE_UNMOVED_CHANGES: usize = 2;
const CLOSE_MOVED_CHANGES: f32 = 16.0;

/// What the evidence says, before frames are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Finding {
    /// Nothing says that they belong together.
    Different,
    /// Too little detail, for how far one has to be moved.
    TooLittleDetail,
    /// Things have other colours.
    OtherColours,
    /// One is stretched, and its file is not: other things of one shape, or lines that run one way and were moved along themselves.
    OtherProportions,
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
    /// What it says, frames aside.
    pub fn finding(&self) -> Finding {
        match self.finding_of_cells() {
            found if !found.is_duplicate() => self.finding_of_parts(found),
            _ if self.around == Around::Other => Finding::OtherContent,
            _ if self.around == Around::Unknown => Finding::Unclear,
            found => found,
        }
    }

    /// Nothing says that they belong together, or too little does.
    pub fn is_different(&self) -> bool {
        self.finding() <= Finding::TooLittleDetail
    }

    /// What is none by its cells may be one by its features.
    fn finding_of_parts(&self, found: Finding) -> Finding {
        match found {
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
        if self.same_in_place.is_some() {
            return match self.colours {
                ColourChange::Other => Finding::OtherColours,
                _ if self.is_close => Finding::Same,
                _ => Finding::Unclear,
            };
        }
        let is_drawn_over = self.is_drawn_over(found);
        let agrees = found.correlation >= self.least_agreement(found)
            && found.disagreeing <= self.most_disagreeing(found);
        let may_agree = self.may_be_marked(found)
            || !self.is_close
                && found.correlation >= self.unclear_agreement()
                && found.disagreeing <= UNCLEAR_DISAGREEING;
        // A sketch vouches for no drawing, and for nothing that it only may agree with.
        let is_for_pictures = !self.is_close && (self.is_flat || !agrees);
        if found.usual.typical > TYPICAL || !agrees && !is_drawn_over && !may_agree {
            return Finding::Different;
        }
        match () {
            () if !self.has_enough_structure(found) => match self.is_close {
                false if agrees && self.moved <= HARDLY_MOVED => Finding::Unclear,
                _ => Finding::TooLittleDetail,
            },
            () if self.inside < LEAST_INSIDE => Finding::OtherContent,
            () if self.is_stretched => Finding::OtherProportions,
            () if self.colours == ColourChange::Other && !is_drawn_over => Finding::OtherColours,
            () if is_for_pictures && found.changes <= self.unclear_changes() => Finding::Unclear,
            () if found.changes <= self.same_changes(found) => Finding::Same,
            () if !self.is_close && found.changes <= self.unclear_changes() => Finding::Unclear,
            // Cells of sketches are too coarse for a small mark of several tones.
            () if self.may_be_marked(found) => Finding::Unclear,
            // Two captions on one photo may look like one in the cells of a sketch.
            () if is_drawn_over && !self.is_close => Finding::Unclear,
            () if is_drawn_over => Finding::DrawnOver,
            () => Finding::OtherContent,
        }
    }

    /// What may disagree. Strong compression blurs what has little contrast.
    fn most_disagreeing(&self, found: &Residuals) -> f32 {
        match self.moved <= UNMOVED && self.is_close && leaves_nothing(found) {
            true => DISAGREEING_OF_COPIES,
            false => DISAGREEING,
        }
    }

    /// The agreement from which on sketches do not tell.
    fn unclear_agreement(&self) -> f32 {
        match self.is_flat {
            true => UNCLEAR_AGREEMENT,
            false => AGREEMENT,
        }
    }

    /// Cells that may change in a copy. A sketch never vouches for a drawing or a document, where a single figure counts.
    fn same_changes(&self, found: &Residuals) -> usize {
        match (self.is_flat, self.is_close) {
            (true, false) => 0,
            (true, true) if self.is_near_identical(&found.usual) => CLOSE_CHANGES,
            (true, true) if self.moved <= UNMOVED => CLOSE_UNMOVED_CHANGES,
            (true, true) => (CLOSE_MOVED_CHANGES * self.cells as f32 / 100_000.0) as usize,
            (false, _) => self.photo_changes(),
        }
    }

    /// Cells of sketches that may change without telling anything: strokes that are moved or scaled lie elsewhere among the cells.
    fn unclear_changes(&self) -> usize {
        match self.is_resized || self.moved > UNMOVED {
            true => UNCLEAR_MOVED,
            false => UNCLEAR,
        }
    }

    /// Cells of a photo that may change in a copy; as many of a hundred where there are more cells.
    fn photo_changes(&self) -> usize {
        let changes = match self.is_close {
            true => CLOSE_PHOTO_CHANGES,
            false => PHOTO_CHANGES,
        };
        changes * (self.cells / SKETCH_CELLS).max(1)
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

    /// The sketches agree but for a few cells, which may be a mark on one of two photos.
    fn may_be_marked(&self, found: &Residuals) -> bool {
        !self.is_close
            && self.moved <= HARDLY_MOVED
            && found.changed <= UNCLEAR_MARK
            && found.unchanged_correlation >= MARK_AGREEMENT_BESIDE
    }

    /// The farther one picture has to be moved, the more places there are where chance could put it.
    fn has_enough_structure(&self, found: &Residuals) -> bool {
        // Fewer cells show less, and are not worth more for that.
        let structure = found.structure * SKETCH_CELLS / self.cells.max(SKETCH_CELLS);
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
            () if self.is_adjusted(found) && found.directions < LEAST_DIRECTIONS => false,
            () if structure < LITTLE_STRUCTURE && self.is_adjusted(found) => false,
            () if structure < ADJUSTED_STRUCTURE && self.is_adjusted(found) => {
                found.correlation >= LITTLE_STRUCTURE_AGREEMENT
            }
            () if structure >= LITTLE_STRUCTURE => true,
            () if self.is_flat && leaves_nothing(found) => true,
            () if self.moved <= UNMOVED => found.correlation >= LITTLE_STRUCTURE_AGREEMENT,
            () => found.correlation >= LITTLE_MOVED_AGREEMENT,
        };
        structure >= least && agrees && !self.may_be_another_figure(found)
    }

    /// A figure or a stamp on an empty page looks much like another one.
    pub fn may_be_another_figure(&self, found: &Residuals) -> bool {
        let is_one = self.is_ground && found.regions < LEAST_REGIONS;
        is_one && self.is_close && found.correlation < AGREEMENT_OF_FIGURES
    }

    /// Colours or contrast are others: the less there is, the less may have been done to it.
    fn is_adjusted(&self, found: &Residuals) -> bool {
        self.colours != ColourChange::Same || contrast_factor(found) > ADJUSTED_CONTRAST
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
            && self.around == Around::Same
            && self.moved <= UNMOVED
            && self.has_same_proportions
            && contrast_factor(found) <= SAME_CONTRAST
            && self.colours == ColourChange::Same
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
                | Finding::OtherProportions
                | Finding::OtherContent
                | Finding::LikeParts
                | Finding::Unclear,
            ) => Verdict::Similar,
        }
    }

    /// The correlation, 0 to 1; of what has hardly any detail the agreement of levels.
    pub fn similarity(&self) -> f64 {
        let correlation = || self.residuals.map_or(0.0, |found| found.correlation);
        f64::from(
            self.same_in_place
                .unwrap_or_else(correlation)
                .clamp(0.0, 1.0),
        )
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
