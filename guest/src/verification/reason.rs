//! Judgements of evidence: the verdict, and why, in one sentence for people.

use super::colour::ColourChange;
use super::evidence::{Evidence, UNMOVED};
use super::finding::Finding;
use super::frames::Frames;
use super::surroundings::Around;
use crate::comparison::{Judgement, Verdict};
use crate::info::Orientation;

impl Evidence {
    /// The judgement, and how the second picture has to be turned or mirrored for it.
    pub fn judged(&self, frames: Frames) -> (Judgement, Orientation) {
        let (verdict, finding) = (self.verdict(), self.finding());
        let mut judgement = Judgement {
            verdict,
            similarity: self.similarity(),
            reason: self.reason(verdict, finding),
            verified: !finding.needs_pictures(),
        };
        if finding.is_duplicate()
            && let Some(reason) = frames.reason(self.orientation)
        {
            judgement = Judgement {
                verdict: Verdict::Similar,
                reason,
                verified: true,
                ..judgement
            };
        }
        (judgement, self.orientation)
    }

    fn reason(&self, verdict: Verdict, finding: Finding) -> String {
        // Cut off, so that 100 % is all.
        let share = (self.similarity() * 100.0) as u32;
        match finding {
            Finding::Different if share == 0 => {
                "The pictures do not lie on each other in any way.".into()
            }
            Finding::Different => {
                format!("Where the pictures lie on each other their detail agrees by {share} %; that is too little.")
            }
            Finding::TooLittleDetail => {
                "There is too little detail to tell whether they are one picture.".into()
            }
            Finding::OtherColours => "The structure agrees, the colours do not.".into(),
            Finding::OtherContent => {
                "They agree for the most part, but each has something that the other lacks.".into()
            }
            Finding::LikeParts => {
                "Parts of them look alike: comparing the pictures decides.".into()
            }
            Finding::OtherProportions => {
                "The structure agrees, but one is stretched.".into()
            }
            Finding::Unclear if self.around == Around::Unknown => {
                "Their content agrees, but captions or the like around it may differ: comparing the pictures decides.".into()
            }
            Finding::Unclear => {
                "Their sketches agree, but small text or figures may differ: comparing the pictures decides.".into()
            }
            Finding::Same if verdict == Verdict::SamePicture && self.same_in_place.is_some() => {
                "There is hardly any detail; it agrees, and so do the colours.".into()
            }
            Finding::Same if verdict == Verdict::SamePicture => {
                format!("Their detail agrees by {share} %, place for place, and so do the colours.")
            }
            Finding::Same | Finding::DrawnOver => {
                format!("It is one picture, {}: the detail agrees by {share} %.", self.edit(finding))
            }
        }
    }

    /// What was done to one of the pictures.
    fn edit(&self, finding: Finding) -> String {
        let percent = self.moved * 100.0;
        match () {
            () if self.is_without_alpha => "one without its transparency".into(),
            () if self.orientation != Orientation::Upright => {
                format!("one turned or mirrored ({})", self.orientation.name())
            }
            () if finding == Finding::DrawnOver => "something drawn over one of them".into(),
            () if self.moved > UNMOVED => {
                format!("one cropped, bordered or turned, by up to {percent:.1} % of a side")
            }
            () if self.around == Around::Edited => "something drawn around one of them".into(),
            () if self.colours == ColourChange::Dropped => "one without its colours".into(),
            () if !self.has_same_proportions => "one with other proportions".into(),
            () if self.colours != ColourChange::Same => "one with its colours adjusted".into(),
            () => "one lighter, darker or of other contrast".into(),
        }
    }
}
