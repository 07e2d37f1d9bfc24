//! How far the judging of duplicates has come, for those who wait for it: over many images that takes minutes.
//!
//! Each answer in the making has its own count, which ends with it, also when nobody waits any more.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::ProjectName;

/// The answers that are in the making in this process.
#[derive(Debug, Default)]
pub struct Judgings(Mutex<Running>);

#[derive(Debug, Default)]
struct Running {
    last: u64,
    /// With the number of each.
    states: Vec<(u64, JudgingState)>,
}

/// A look at one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgingState {
    /// Where duplicates are searched; `None` = over all projects.
    pub project: Option<ProjectName>,
    /// Pairs that were judged.
    pub judged: u64,
    /// Pairs that are to be judged; `None` while they are searched.
    pub pairs: Option<u64>,
}

/// One answer in the making.
#[derive(Debug)]
pub(in crate::service) struct Judging<'a> {
    all: &'a Judgings,
    number: u64,
}

impl Judgings {
    /// How far each of them has come.
    pub fn states(&self) -> Vec<JudgingState> {
        let running = self.running();
        running
            .states
            .iter()
            .map(|(_, state)| state.clone())
            .collect()
    }

    pub(in crate::service) fn begin(&self, project: Option<&ProjectName>) -> Judging<'_> {
        let mut running = self.running();
        running.last += 1;
        let number = running.last;
        let state = JudgingState {
            project: project.cloned(),
            judged: 0,
            pairs: None,
        };
        running.states.push((number, state));
        Judging { all: self, number }
    }

    // A panic while it was held cannot have left it half changed.
    fn running(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Judging<'_> {
    /// So many pairs are to be judged.
    pub(in crate::service) fn found(&self, pairs: usize) {
        self.change(|state| state.pairs = Some(pairs as u64));
    }

    /// So many more were judged.
    pub(in crate::service) fn advance(&self, pairs: usize) {
        self.change(|state| state.judged += pairs as u64);
    }

    fn change(&self, change: impl FnOnce(&mut JudgingState)) {
        let mut running = self.all.running();
        let own = |(number, _): &&mut (u64, JudgingState)| *number == self.number;
        if let Some((_, state)) = running.states.iter_mut().find(own) {
            change(state);
        }
    }
}

impl Drop for Judging<'_> {
    fn drop(&mut self) {
        let mut running = self.all.running();
        running.states.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_own_count() {
        let all = Judgings::default();
        let project = ProjectName::parse("p").unwrap();
        let (one, other) = (all.begin(Some(&project)), all.begin(None));
        other.found(7);
        other.advance(2);
        other.advance(3);
        let told: Vec<_> = all
            .states()
            .into_iter()
            .map(|state| (state.project, state.judged, state.pairs))
            .collect();
        assert_eq!(told, [(Some(project), 0, None), (None, 5, Some(7))]);
        drop(other);
        assert_eq!(all.states().len(), 1);
        drop(one);
        assert_eq!(all.states(), []);
    }
}
