//! Answers that take long, kept for whoever asks for their next page. However many ask for the same at once, it is worked out
//! once.

use std::collections::HashSet;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use tokio::sync::OwnedMutexGuard;

use crate::domain::{Pair, ProjectName};

/// Questions whose answers are kept.
const MOST: NonZeroUsize = match NonZeroUsize::new(16) {
    Some(most) => most,
    None => NonZeroUsize::MIN,
};

/// The answers to the questions that were asked last.
pub struct AnswerCache<T>(Mutex<LruCache<Question, Arc<Slot<T>>>>);

type Slot<T> = tokio::sync::Mutex<Option<(QuestionState, Arc<T>)>>;

/// The answer to one question, for whoever works it out. Others who ask the same wait until this is dropped.
pub struct Answer<T>(OwnedMutexGuard<Option<(QuestionState, Arc<T>)>>);

/// Whose duplicates are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// `None` = over all projects.
    pub project: Option<ProjectName>,
    /// Mirrored and turned copies count, too.
    pub any_orientation: bool,
}

/// What an answer depends on: it is worked out anew when this is another one.
#[derive(Debug, PartialEq, Eq)]
pub struct QuestionState {
    /// The last change of what is asked about.
    pub change: u64,
    /// Pairs that were decided to be no duplicates.
    pub decided: HashSet<Pair>,
}

impl<T> Default for AnswerCache<T> {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(MOST)))
    }
}

impl<T> fmt::Debug for AnswerCache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerCache").finish_non_exhaustive()
    }
}

impl<T> AnswerCache<T> {
    /// Waits for those who work out the answer to the same question. What the answer depends on is to be read after this: so
    /// who waited is answered by what was made meanwhile, unless that is old already.
    pub async fn open(&self, question: Question) -> Answer<T> {
        let slot = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(kept.get_or_insert(question, Arc::default))
        };
        Answer(slot.lock_owned().await)
    }
}

impl<T> Answer<T> {
    /// What is kept, if it was made of this state.
    pub fn get(&self, state: &QuestionState) -> Option<Arc<T>> {
        let (_, answer) = self.0.as_ref().filter(|(of, _)| of == state)?;
        Some(Arc::clone(answer))
    }

    /// Keeps what was made of a state.
    pub fn put(&mut self, state: QuestionState, answer: T) -> Arc<T> {
        let answer = Arc::new(answer);
        *self.0 = Some((state, Arc::clone(&answer)));
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn question(project: &str) -> Question {
        Question {
            project: Some(ProjectName::parse(project).unwrap()),
            any_orientation: false,
        }
    }

    async fn ask(cache: &AnswerCache<()>, project: &str, change: u64, made: &AtomicU64) {
        let mut answer = cache.open(question(project)).await;
        let state = QuestionState {
            change,
            decided: HashSet::new(),
        };
        if answer.get(&state).is_none() {
            tokio::task::yield_now().await;
            made.fetch_add(1, Ordering::Relaxed);
            answer.put(state, ());
        }
    }

    #[tokio::test]
    async fn an_answer_is_made_once_for_all_who_ask_and_anew_after_a_change() {
        let (cache, made) = (AnswerCache::default(), AtomicU64::new(0));
        let asked = (0..5).map(|_| ask(&cache, "p", 7, &made));
        futures::future::join_all(asked).await;
        assert_eq!(made.load(Ordering::Relaxed), 1);
        ask(&cache, "q", 7, &made).await;
        ask(&cache, "p", 7, &made).await;
        assert_eq!(
            made.load(Ordering::Relaxed),
            2,
            "projects do not evict each other"
        );
        ask(&cache, "p", 8, &made).await;
        assert_eq!(made.load(Ordering::Relaxed), 3);
    }
}
